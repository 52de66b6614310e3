/* SPDX-License-Identifier: Apache-2.0 */
/* The token endpoint: a code for tokens (OpenID Connect Core 3.1.3). */
#include <apr_strings.h>

#include "oidc/access_token.h"
#include "oidc/header.h"
#include "oidc/id_token.h"
#include "oidc/pkce.h"
#include "oidc/rand.h"
#include "oidc/token_req.h"
#include "oidc/token_resp.h"
#include "op/clients.h"
#include "op/endpoints.h"
#include "op/grants.h"

/* The code must have been issued to this client, for this redirect URI, to whoever knows the
 * verifier (N283, N284). */
static enum oidc_rc check_code(struct oidc_ctx *ctx, const struct op_client *client,
                               const struct oidc_token_req *req, const struct op_code_found *found)
{
    if (strcmp(found->client_id, client->id) != 0) {
        return oidc_fail(ctx, OIDC_E_OP_GRANT, "the code belongs to client %s, not %s",
                         found->client_id, client->id);
    }
    if (!req->redirect_uri || strcmp(req->redirect_uri, found->code.redirect_uri) != 0) {
        return oidc_fail(ctx, OIDC_E_OP_GRANT,
                         "redirect_uri is not that of the authorization request");
    }
    if (!found->code.challenge) {
        return req->code_verifier ? oidc_fail(ctx, OIDC_E_OP_GRANT,
                                              "code_verifier without a code_challenge before")
                                  : OIDC_OK;
    }
    if (!req->code_verifier) {
        return oidc_fail(ctx, OIDC_E_OP_GRANT, "code_verifier is missing");
    }
    return oidc_pkce_check(ctx, req->code_verifier, found->code.challenge);
}

static enum oidc_rc find_grant(struct oidc_ctx *ctx, struct op_site *site,
                               const struct op_client *client, const struct oidc_token_req *req,
                               struct op_grant *out)
{
    struct op_code_found found;
    enum oidc_rc rc;

    if (!req->code) {
        return oidc_fail(ctx, OIDC_E_OP_GRANT, "code is missing");
    }
    if (op_grants_find_code(ctx, site, req->code, &found) != OIDC_OK
        || check_code(ctx, client, req, &found) != OIDC_OK
        || op_grants_use_code(ctx, site, &found) != OIDC_OK) {
        return OIDC_FAILED;
    }
    rc = op_grants_get(ctx, site, found.grant_id, out);
    return rc == OIDC_ABSENT ? oidc_fail(ctx, OIDC_E_OP_GRANT, "the grant was revoked") : rc;
}

static enum oidc_rc make_tokens(struct oidc_ctx *ctx, const struct op_site *site,
                                const struct op_grant *grant, struct oidc_token_resp *out)
{
    const struct op_conf *conf = site->conf;
    const struct oidc_jwk *key = oidc_jwks_at(conf->keys, 0);
    apr_int64_t now = oidc_ctx_now_sec(ctx);
    struct oidc_access_token at = {
        .iss = conf->issuer,
        .sub = grant->user,
        .aud = conf->issuer,
        .client_id = grant->client_id,
        .scope = grant->scope,
        .grant = grant->id,
        .iat = now,
        .exp = now + conf->token_ttl,
    };
    struct oidc_id_token it = {
        .iss = conf->issuer,
        .sub = grant->user,
        .aud = grant->client_id,
        .nonce = grant->nonce,
        .sid = grant->id,
        .iat = now,
        .exp = now + conf->token_ttl,
        .auth_time = grant->auth_time,
    };

    if (oidc_rand_text(ctx, 16, &at.jti) != OIDC_OK
        || oidc_access_token_print(ctx, &at, key, conf->alg, &out->access_token) != OIDC_OK) {
        return OIDC_FAILED;
    }
    it.access_token = out->access_token;
    out->token_type = "Bearer";
    out->expires_in = conf->token_ttl;
    out->scope = grant->scope;
    return oidc_id_token_print(ctx, &it, key, conf->alg, &out->id_token);
}

static enum oidc_rc redeem(struct oidc_ctx *ctx, struct op_site *site,
                           const struct oidc_request *http, struct oidc_token_resp *out)
{
    const struct op_client *client;
    struct oidc_token_req req;
    struct oidc_form *form;
    struct op_grant grant;

    if (op_endpoints_read_form(ctx, http, &form) != OIDC_OK
        || op_clients_authenticate(ctx, site->conf, http->header(http->baton, "Authorization"),
                                   form, &client)
               != OIDC_OK
        || oidc_token_req_parse(ctx, form, &req) != OIDC_OK) {
        return OIDC_FAILED;
    }
    if (!req.grant_type) {
        return oidc_fail(ctx, OIDC_E_OP_REQUEST, "grant_type is missing");
    }
    if (strcmp(req.grant_type, "authorization_code") != 0) {
        return oidc_fail(ctx, OIDC_E_OP_GRANT_TYPE, "grant_type %s",
                         oidc_log_quote(ctx->pool, req.grant_type));
    }
    if (find_grant(ctx, site, client, &req, &grant) != OIDC_OK) {
        return OIDC_FAILED;
    }
    return make_tokens(ctx, site, &grant, out);
}

enum oidc_rc op_token(struct oidc_ctx *ctx, struct op_site *site, struct op_exchange *ex,
                      struct oidc_reply *reply)
{
    struct oidc_token_resp resp = {.expires_in = -1};

    if (redeem(ctx, site, ex->req, &resp) == OIDC_OK) {
        oidc_reply_json(reply, 200, oidc_str_z(oidc_token_resp_print(ctx->pool, &resp)));
        return OIDC_OK;
    }
    op_endpoints_reply_error(ctx, reply);
    if (ctx->err.code == OIDC_E_OP_CLIENT_AUTH) {
        oidc_reply_add_header(reply, "WWW-Authenticate",
                              apr_pstrcat(ctx->pool, "Basic realm=",
                                          oidc_header_quote(ctx->pool, site->conf->issuer), NULL));
    }
    return OIDC_OK;
}
