/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ?logout=backchannel: the provider ends sessions by a logout token (OpenID Connect Back-Channel
 * Logout 1.0). 200 whether or not there was a session; 400 for a token that is not accepted; 503
 * when the store can't say.
 */
#include "oidc/logout_token.h"

#include "oidc/hash.h"
#include "oidc/jwt.h"
#include "rp/endpoints.h"
#include "rp/index.h"
#include "rp/providers.h"

#define BODY_MAX ((size_t)64 * 1024)

/*
 * The one algorithm of ID tokens: what is configured; RS256, the default of registration, where the
 * provider has it; else whatever it announced. Not any that it can do: a token in another one was
 * not made for us.
 */
static oidc_alg_set backchannel_algs(const struct rp_site *site, const struct rp_provider *provider)
{
    enum oidc_alg wanted = site->conf->provider.id_token_alg;
    if (wanted == OIDC_ALG_UNKNOWN && (provider->id_token_algs & OIDC_ALG_BIT(OIDC_ALG_RS256))) {
        wanted = OIDC_ALG_RS256;
    }
    return wanted != OIDC_ALG_UNKNOWN ? OIDC_ALG_BIT(wanted) : provider->id_token_algs;
}

/* Whoever sent the token is to blame for it, so 400 whatever the token's own code says of
 * providers. */
static enum oidc_rc backchannel_refuse(struct oidc_ctx *ctx)
{
    const char *why = ctx->err.detail;
    if (ctx->err.code == OIDC_E_STORE || oidc_error_row(ctx->err.code)->status == 500) {
        return OIDC_FAILED;
    }
    oidc_ctx_clear(ctx);
    return oidc_fail(ctx, OIDC_E_LOGOUT_TOKEN, "%s", why ? why : "the logout token is malformed");
}

static enum oidc_rc backchannel_read(struct oidc_ctx *ctx, const struct rp_call *call,
                                     const char **out)
{
    static const char form_type[] = "application/x-www-form-urlencoded";
    const struct oidc_request *req = call->req;
    const char *type = req->content_type ? req->content_type : "";
    struct oidc_form *form;
    struct oidc_str body;
    if (!oidc_str_eq_case(oidc_str(type, strcspn(type, "; \t")), oidc_str_z(form_type))) {
        return oidc_fail(ctx, OIDC_E_LOGOUT_TOKEN, "content type %s, expected %s",
                         oidc_log_quote(ctx->pool, type), form_type);
    }
    if (req->body(ctx, req->baton, BODY_MAX, &body) != OIDC_OK
        || oidc_form_parse(ctx, body, &form) != OIDC_OK) {
        return OIDC_FAILED;
    }
    enum oidc_rc rc = oidc_form_get(ctx, form, "logout_token", out);
    return rc == OIDC_ABSENT ? oidc_fail(ctx, OIDC_E_LOGOUT_TOKEN, "logout_token is missing") : rc;
}

/* With the keys at hand; with newer ones when none of them fits. */
static enum oidc_rc backchannel_check(struct oidc_ctx *ctx, const struct rp_call *call,
                                      const char *compact, struct oidc_logout_token_rules *rules,
                                      struct oidc_logout_token *out)
{
    struct oidc_jwt *jwt;
    if (oidc_jwt_parse(ctx, oidc_str_z(compact), OIDC_JWT_MAX_REQUEST, &jwt) != OIDC_OK) {
        return OIDC_FAILED;
    }
    enum oidc_alg alg = oidc_jwt_alg(jwt);
    if (!(rules->algs & OIDC_ALG_BIT(alg)) || alg == OIDC_ALG_UNKNOWN) {
        return oidc_fail(ctx, OIDC_E_LOGOUT_TOKEN, "it is signed with %s, not as ID tokens are",
                         oidc_log_quote(ctx->pool, oidc_jwt_alg_text(jwt)));
    }
    if (rp_providers_get_keys(ctx, call->site, alg, NULL, &rules->keys) != OIDC_OK) {
        return OIDC_FAILED;
    }
    if (oidc_logout_token_check(ctx, compact, rules, out) == OIDC_OK) {
        return OIDC_OK;
    }
    const struct oidc_err first = ctx->err;
    if (first.code != OIDC_E_JWT_KEY) {
        return OIDC_FAILED;
    }
    oidc_ctx_clear(ctx);
    if (rp_providers_get_keys(ctx, call->site, alg, rules->keys, &rules->keys) == OIDC_OK) {
        return oidc_logout_token_check(ctx, compact, rules, out);
    }
    ctx->err = first;
    return OIDC_FAILED;
}

/* CHECK logout-replay: a token works once, over all processes and hosts; the key holds the issuer;
 * N196, N197 */
static enum oidc_rc backchannel_take(struct oidc_ctx *ctx, const struct rp_site *site,
                                     const char *issuer, const struct oidc_logout_token *token)
{
    struct oidc_store *store = ctx->env->store;
    struct oidc_str key;
    const char *hash;
    json_t *pair = oidc_json_object(ctx->pool);
    oidc_json_put_string(pair, "iss", issuer);
    oidc_json_put_string(pair, "jti", token->jti);
    if (oidc_hash_sha256_b64url(ctx, oidc_str_z(oidc_json_print(ctx->pool, pair)), &hash) != OIDC_OK
        || oidc_store_key(ctx, site->name_space, OIDC_STORE_JTI, oidc_str_z(hash), &key)
               != OIDC_OK) {
        return OIDC_FAILED;
    }
    enum oidc_rc rc =
        store->ops->add(ctx, store, key, oidc_str("1", 1), apr_time_from_sec(token->until));
    return rc == OIDC_ABSENT ? oidc_fail(ctx, OIDC_E_LOGOUT_TOKEN, "its jti was seen before") : rc;
}

static enum oidc_rc backchannel_end(struct oidc_ctx *ctx, const struct rp_call *call,
                                    const char *compact)
{
    const struct rp_conf *conf = call->site->conf;
    const struct rp_provider *provider;
    struct oidc_logout_token token;
    int ended;
    if (rp_providers_get(ctx, call->site, &provider) != OIDC_OK) {
        return OIDC_FAILED;
    }
    struct oidc_logout_token_rules rules = {.issuer = provider->issuer,
                                            .client_id = conf->client.id,
                                            .algs = backchannel_algs(call->site, provider),
                                            .iat_slack = conf->provider.iat_slack};
    if (backchannel_check(ctx, call, compact, &rules, &token) != OIDC_OK
        || backchannel_take(ctx, call->site, provider->issuer, &token) != OIDC_OK) {
        return OIDC_FAILED;
    }
    const struct rp_index_whose whose = {provider->issuer, token.sid, token.sub};
    if (rp_index_end(ctx, call->site, &whose, &ended) != OIDC_OK) {
        return OIDC_FAILED;
    }
    oidc_log(ctx, OIDC_LOG_INFO, "back-channel logout ended %d sessions", ended);
    return OIDC_OK;
}

enum oidc_rc rp_backchannel_answer(struct oidc_ctx *ctx, const struct rp_call *call)
{
    const char *compact;
    if (strcmp(call->req->method, "POST") != 0) {
        oidc_reply_add_header(call->reply, "Allow", "POST");
        return oidc_fail(ctx, OIDC_E_LOGOUT_TOKEN, "%s instead of POST",
                         oidc_log_quote(ctx->pool, call->req->method));
    }
    if (backchannel_read(ctx, call, &compact) != OIDC_OK
        || backchannel_end(ctx, call, compact) != OIDC_OK) {
        return backchannel_refuse(ctx);
    }
    call->reply->status = 200;
    call->reply->content_type = "text/plain";
    oidc_reply_add_header(call->reply, "Cache-Control", "no-store");
    return OIDC_OK;
}
