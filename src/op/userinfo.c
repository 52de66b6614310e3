/* SPDX-License-Identifier: Apache-2.0 */
/* The userinfo endpoint (OpenID Connect Core 5.3). */
#include "oidc/access_token.h"
#include "oidc/www_auth.h"
#include "op/endpoints.h"
#include "op/grants.h"

/* Header, or the form body of a POST, one of them; never the query (RFC 6750 2). */
static enum oidc_rc read_token(struct oidc_ctx *ctx, const struct oidc_request *req,
                               struct oidc_str *out)
{
    enum oidc_rc in_header =
                     oidc_www_auth_bearer(ctx, req->header(req->baton, "Authorization"), out),
                 in_body;
    struct oidc_form *form;
    const char *text;

    if (in_header == OIDC_FAILED) {
        return OIDC_FAILED;
    }
    if (strcmp(req->method, "POST") != 0 || !req->content_type) {
        return in_header;
    }
    if (op_endpoints_read_form(ctx, req, &form) != OIDC_OK) {
        return OIDC_FAILED;
    }
    in_body = oidc_form_get(ctx, form, "access_token", &text);
    if (in_body != OIDC_OK) {
        return in_body == OIDC_ABSENT ? in_header : OIDC_FAILED;
    }
    if (in_header == OIDC_OK) {
        return oidc_fail(ctx, OIDC_E_OP_REQUEST,
                         "the access token came in the header and in the body");
    }
    *out = oidc_str_z(text);
    return OIDC_OK;
}

static enum oidc_rc find_grant(struct oidc_ctx *ctx, const struct op_site *site,
                               struct oidc_str token, struct op_grant *out)
{
    const struct op_conf *conf = site->conf;
    struct oidc_access_token_rules rules = {.issuer = conf->issuer,
                                            .audience = conf->issuer,
                                            .keys = conf->keys,
                                            .algs = OIDC_ALG_BIT(conf->alg)};
    const struct oidc_claims *claims;
    const char *id;
    enum oidc_rc rc;

    if (oidc_access_token_check(ctx, token, &rules, &claims) != OIDC_OK) {
        return OIDC_FAILED;
    }
    if (oidc_claims_get_string(claims, "grant", &id) != OIDC_OK) {
        return oidc_fail(ctx, OIDC_E_OP_TOKEN, "the token names no grant");
    }
    rc = op_grants_get(ctx, site, id, out);
    return rc == OIDC_ABSENT ? oidc_fail(ctx, OIDC_E_OP_TOKEN, "the grant was revoked or is over")
                             : rc;
}

static void reply_refused(struct oidc_ctx *ctx, const struct op_site *site, int token_given,
                          struct oidc_reply *reply)
{
    const struct oidc_error_row *row = oidc_error_row(ctx->err.code);

    op_endpoints_reply_error(ctx, reply);
    if (row->status == 401
        || row->status == 400) { /* RFC 6750 3: no error code where no token was given */
        oidc_reply_add_header(reply, "WWW-Authenticate",
                              oidc_www_auth_print(ctx->pool, "Bearer", site->conf->issuer,
                                                  token_given ? row->oauth : NULL,
                                                  token_given ? row->sentence : NULL));
    }
}

enum oidc_rc op_userinfo(struct oidc_ctx *ctx, struct op_site *site, struct op_exchange *ex,
                         struct oidc_reply *reply)
{
    struct oidc_str token = {0};
    enum oidc_rc rc = read_token(ctx, ex->req, &token);
    struct op_grant grant;
    json_t *doc;

    if (rc == OIDC_ABSENT) {
        (void)oidc_fail(ctx, OIDC_E_OP_TOKEN, "no access token");
    }
    if (rc != OIDC_OK || find_grant(ctx, site, token, &grant) != OIDC_OK) {
        reply_refused(ctx, site, rc != OIDC_ABSENT, reply);
        return OIDC_OK;
    }
    doc = oidc_json_object(ctx->pool);
    oidc_json_put_string(doc, "sub", grant.user);
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)grant.claims, name, value) oidc_json_put_copy(doc, name, value);
    oidc_reply_json(reply, 200, oidc_str_z(oidc_json_print(ctx->pool, doc)));
    return OIDC_OK;
}
