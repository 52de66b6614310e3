/* SPDX-License-Identifier: Apache-2.0 */
/* Token request, ID token, userinfo. */
#include "rp/tokens.h"

#include <apr_strings.h>

#include "oidc/form.h"
#include "oidc/id_token.h"
#include "oidc/token_req.h"
#include "oidc/userinfo.h"
#include "oidc/wire.h"
#include "rp/client.h"
#include "rp/flow.h"
#include "rp/proof.h"

#define FORM_TYPE "application/x-www-form-urlencoded"
#define JSON_TYPE "application/json"

static enum oidc_rc tokens_call(struct oidc_ctx *ctx, const struct oidc_http_call *call,
                                struct oidc_http_answer *out)
{
    struct oidc_http *http = ctx->env->http;
    if (!http) {
        return oidc_fail(ctx, OIDC_E_INTERNAL, "no way to call the provider");
    }
    return http->call(ctx, http, call, out);
}

/* ---- the token request ---- */

static enum oidc_rc tokens_request(struct oidc_ctx *ctx, const struct rp_call *call,
                                   const struct rp_provider *provider,
                                   const struct oidc_token_req *req, struct oidc_token_resp *out)
{
    const struct rp_client_request post = {
        provider->token_endpoint,
        oidc_token_req_print(ctx->pool, req, call->site->conf->provider.token_params),
        OIDC_TOKEN_RESP_MAX};
    struct oidc_http_answer answer;
    if (rp_client_post(ctx, call, provider, &post, &answer) != OIDC_OK
        || (rp_proof_is_on(call->site) ? oidc_token_resp_parse_bound(ctx, &answer, out)
                                       : oidc_token_resp_parse(ctx, &answer, out)) != OIDC_OK
        || rp_proof_check_type(ctx, call->site, out->token_type) != OIDC_OK) {
        return OIDC_FAILED;
    }
    /* CHECK id_token: an answer without one proves nobody's identity (Core 3.1.3.3) */
    if (!out->id_token) {
        return oidc_fail(ctx, OIDC_E_TOKEN_RESPONSE, "the token response has no id_token");
    }
    return OIDC_OK;
}

/* ---- the ID token ---- */

/* OIDCIDTokenAudValues with '@' replaced by the client's own id. */
static const char *const *tokens_audiences(apr_pool_t *pool, const struct rp_conf *conf)
{
    const char *const *list = conf->provider.id_token_aud;
    size_t n = 0;
    if (!list) {
        return NULL;
    }
    while (list[n]) {
        n++;
    }
    const char **out = apr_palloc(pool, (n + 1) * sizeof *out);
    for (size_t i = 0; i <= n; i++) {
        out[i] = list[i] && strcmp(list[i], "@") == 0 ? conf->client.id : list[i];
    }
    return out;
}

/* 1 when other keys might do: none fits, or the token did not say which one it means (Core 10.1.1). */
static int tokens_wants_newer(struct oidc_ctx *ctx, const struct oidc_jwt *jwt)
{
    return ctx->err.code == OIDC_E_JWT_KEY
           || (ctx->err.code == OIDC_E_JWT_SIGNATURE && !oidc_jwt_kid(jwt));
}

/* Once more with keys that the provider has now, unless it was asked for them a moment ago. */
static enum oidc_rc tokens_check_again(struct oidc_ctx *ctx, const struct rp_site *site,
                                       const char *compact, struct oidc_id_token_rules *rules,
                                       const struct oidc_claims **out)
{
    const struct oidc_err first = ctx->err;
    const struct oidc_jwks *keys;
    struct oidc_jwt *jwt;
    oidc_ctx_clear(ctx);
    if (oidc_jwt_parse(ctx, oidc_str_z(compact), OIDC_JWT_MAX, &jwt) == OIDC_OK
        && rp_providers_get_keys(ctx, site, oidc_jwt_alg(jwt), rules->keys, &keys) == OIDC_OK) {
        oidc_log(ctx, OIDC_LOG_DEBUG, "the ID token is checked again with newer keys: %s",
                 first.detail);
        rules->keys = keys;
        return oidc_id_token_check(ctx, compact, rules, out);
    }
    ctx->err = first;
    return OIDC_FAILED;
}

/* Keys of the family that the header names; none where it names what is not allowed anyway. */
static enum oidc_rc tokens_keys(struct oidc_ctx *ctx, const struct rp_site *site, oidc_alg_set allowed,
                                enum oidc_alg alg, const struct oidc_jwks **out)
{
    if (!(allowed & OIDC_ALG_BIT(alg)) || alg == OIDC_ALG_UNKNOWN) {
        *out = oidc_jwks_make(ctx->pool);
        return OIDC_OK;
    }
    return rp_providers_get_keys(ctx, site, alg, NULL, out);
}

/* An ID token and what came with it. */
struct tokens_given {
    const char *id_token, *access_token, *code;
    int at_hash_required, c_hash_required;
};

static enum oidc_rc tokens_check(struct oidc_ctx *ctx, const struct rp_call *call,
                                 const struct rp_provider *provider, const struct rp_state *s,
                                 const struct tokens_given *given, const struct oidc_claims **out)
{
    const struct rp_conf *conf = call->site->conf;
    struct oidc_id_token_rules rules = {.issuer = provider->issuer,
                                        .client_id = conf->client.id,
                                        .audiences = tokens_audiences(ctx->pool, conf),
                                        .nonce = s->nonce,
                                        .algs = provider->id_token_algs,
                                        .iat_slack = conf->provider.iat_slack,
                                        .access_token = given->access_token,
                                        .code = given->code,
                                        .at_hash_required = given->at_hash_required,
                                        .c_hash_required = given->c_hash_required,
                                        .check_issuer = conf->provider.validate_issuer,
                                        .max_age = s->max_age};
    struct oidc_jwt *jwt;
    if (oidc_jwt_parse(ctx, oidc_str_z(given->id_token), OIDC_JWT_MAX, &jwt) != OIDC_OK
        || tokens_keys(ctx, call->site, rules.algs, oidc_jwt_alg(jwt), &rules.keys) != OIDC_OK) {
        return OIDC_FAILED;
    }
    if (oidc_id_token_check(ctx, given->id_token, &rules, out) == OIDC_OK) {
        return OIDC_OK;
    }
    return tokens_wants_newer(ctx, jwt)
               ? tokens_check_again(ctx, call->site, given->id_token, &rules, out)
               : OIDC_FAILED;
}

/* ---- userinfo ---- */

static enum oidc_rc tokens_userinfo_call(struct oidc_ctx *ctx, const struct rp_call *call,
                                         const struct rp_provider *provider,
                                         const struct oidc_token_resp *t,
                                         struct oidc_http_answer *out)
{
    const struct rp_conf *conf = call->site->conf;
    int bound = rp_proof_is_bound(t->token_type); /* a bound token goes into the header (RFC 9449 7.1) */
    int by_post = conf->provider.userinfo_method == RP_USERINFO_POST && !bound;
    const struct rp_proof_wish wish = {"GET", provider->userinfo_endpoint, t->access_token};
    struct oidc_form *body = oidc_form_make(ctx->pool);
    struct oidc_reply_header headers[2] = {
        {"Authorization", apr_pstrcat(ctx->pool, bound ? "DPoP " : "Bearer ", t->access_token, NULL)},
        {"DPoP", NULL}};
    struct oidc_http_call http = {.method = by_post ? "POST" : "GET",
                                  .url = provider->userinfo_endpoint,
                                  .headers = headers,
                                  .n_headers = by_post ? 0 : bound ? 2 : 1,
                                  .accept = JSON_TYPE,
                                  .max_body = OIDC_USERINFO_MAX,
                                  .options = &conf->http_long};
    if (by_post) {
        oidc_form_add(body, OIDC_PARAM_ACCESS_TOKEN, t->access_token);
        http.content_type = FORM_TYPE;
        http.body = oidc_str_z(oidc_form_print(ctx->pool, body));
    }
    if (bound && rp_proof_make(ctx, call->site, &wish, &headers[1].value) != OIDC_OK) {
        return OIDC_FAILED;
    }
    return tokens_call(ctx, &http, out);
}

static enum oidc_rc tokens_userinfo(struct oidc_ctx *ctx, const struct rp_call *call,
                                    const struct rp_provider *provider, struct rp_tokens *t)
{
    struct oidc_http_answer answer;
    const char *sub;
    if (oidc_claims_get_string(t->id_token, OIDC_CLAIM_SUB, &sub) != OIDC_OK) {
        return oidc_fail(ctx, OIDC_E_TOKEN_SUB, "the ID token has no sub");
    }
    if (tokens_userinfo_call(ctx, call, provider, &t->resp, &answer) != OIDC_OK) {
        return OIDC_FAILED;
    }
    if (rp_proof_note(ctx, call->site, provider->userinfo_endpoint, &answer)
        && tokens_userinfo_call(ctx, call, provider, &t->resp, &answer) != OIDC_OK) {
        return OIDC_FAILED;
    }
    return oidc_userinfo_check(ctx, &answer, sub, &t->userinfo);
}

/* ---- all of it ---- */

/* What came by the browser: nothing is sent anywhere before it is found good. */
static enum oidc_rc tokens_front(struct oidc_ctx *ctx, const struct rp_call *call,
                                 const struct rp_provider *provider, const struct rp_state *s,
                                 const struct oidc_authz_resp *resp, struct rp_tokens *out)
{
    /* CHECK front hashes: both demanded where there is something to hash (Core 3.2.2.9, 3.3.2.10, 3.3.2.11); N084 */
    const struct tokens_given given = {.id_token = resp->id_token,
                                       .access_token = resp->access_token,
                                       .code = resp->code,
                                       .at_hash_required = (s->flow & RP_FLOW_TOKEN) != 0,
                                       .c_hash_required = (s->flow & RP_FLOW_CODE) != 0};
    out->resp.id_token = resp->id_token;
    out->resp.access_token = resp->access_token;
    out->resp.token_type = resp->token_type;
    if (resp->expires_in
        && !oidc_str_to_int64(oidc_str_z(resp->expires_in), 0, APR_INT32_MAX, &out->resp.expires_in)) {
        return oidc_fail(ctx, OIDC_E_TOKEN_RESPONSE, "expires_in is %s, which is no number of seconds",
                         oidc_log_quote(ctx->pool, resp->expires_in));
    }
    return resp->id_token ? tokens_check(ctx, call, provider, s, &given, &out->id_token) : OIDC_OK;
}

static int tokens_same(const struct oidc_claims *a, const struct oidc_claims *b, const char *name)
{
    const char *x, *y;
    return oidc_claims_get_string(a, name, &x) == OIDC_OK
           && oidc_claims_get_string(b, name, &y) == OIDC_OK && strcmp(x, y) == 0;
}

/* What came from the token endpoint takes the place of what came by the browser. */
static enum oidc_rc tokens_back(struct oidc_ctx *ctx, const struct rp_call *call,
                                const struct rp_provider *provider, const struct rp_state *s,
                                const char *code, struct rp_tokens *out)
{
    const struct oidc_token_req req = {.grant_type = OIDC_GRANT_AUTHORIZATION_CODE,
                                       .code = code,
                                       .redirect_uri = rp_site_redirect_uri(call, ctx->pool),
                                       .code_verifier = *s->verifier ? s->verifier : NULL};
    const struct oidc_claims *front = out->id_token;
    if (tokens_request(ctx, call, provider, &req, &out->resp) != OIDC_OK) {
        return OIDC_FAILED;
    }
    const struct tokens_given given = {.id_token = out->resp.id_token,
                                       .access_token = out->resp.access_token};
    if (tokens_check(ctx, call, provider, s, &given, &out->id_token) != OIDC_OK) {
        return OIDC_FAILED;
    }
    /* CHECK one user: both ID tokens of a hybrid flow (Core 3.3.3.6) */
    if (front && (!tokens_same(front, out->id_token, OIDC_CLAIM_ISS)
                  || !tokens_same(front, out->id_token, OIDC_CLAIM_SUB))) {
        return oidc_fail(ctx, OIDC_E_TOKEN_PAIR,
                         "iss or sub of the token endpoint's ID token is not that of the first one");
    }
    return OIDC_OK;
}

enum oidc_rc rp_tokens_get(struct oidc_ctx *ctx, const struct rp_call *call, const struct rp_state *s,
                           const struct oidc_authz_resp *resp, struct rp_tokens *out)
{
    const struct rp_provider *provider;
    memset(out, 0, sizeof *out);
    out->resp.expires_in = -1;
    if (rp_providers_get(ctx, call->site, &provider) != OIDC_OK
        || tokens_front(ctx, call, provider, s, resp, out) != OIDC_OK
        || ((s->flow & RP_FLOW_CODE)
            && tokens_back(ctx, call, provider, s, resp->code, out) != OIDC_OK)) {
        return OIDC_FAILED;
    }
    return provider->userinfo_endpoint && out->resp.access_token
               ? tokens_userinfo(ctx, call, provider, out)
               : OIDC_OK;
}
