/* SPDX-License-Identifier: Apache-2.0 */
/* JWT access tokens: made by our provider, and judged where our provider receives them again. */
#include "oidc/access_token.h"

#include "oidc/claims_make.h"
#include "oidc/wire.h"
#include "proto/claim.h"

enum oidc_rc oidc_access_token_print(struct oidc_ctx *ctx, const struct oidc_access_token *t,
                                     const struct oidc_jwk *key, enum oidc_alg alg,
                                     const char **out)
{
    json_t *claims = oidc_json_object(ctx->pool);
    oidc_json_put_string(claims, OIDC_CLAIM_ISS, t->iss);
    oidc_json_put_string(claims, OIDC_CLAIM_SUB, t->sub);
    oidc_json_put_string(claims, OIDC_CLAIM_AUD, t->aud);
    oidc_json_put_int(claims, OIDC_CLAIM_EXP, t->exp);
    oidc_json_put_int(claims, OIDC_CLAIM_IAT, t->iat);
    oidc_json_put_string(claims, OIDC_CLAIM_JTI, t->jti);
    oidc_json_put_string(claims, OIDC_CLAIM_CLIENT_ID, t->client_id);
    oidc_json_put_string(claims, OIDC_CLAIM_SCOPE, t->scope);
    oidc_json_put_string(claims, OIDC_CLAIM_GRANT, t->grant);
    return oidc_jwt_sign(ctx, key, alg, OIDC_TYP_ACCESS_TOKEN, claims, out);
}

/* CHECK at-typ: RFC 9068 4: at+jwt, or in full; an ID token is no access token; N167, N170 */
static enum oidc_rc access_token_check_typ(struct oidc_ctx *ctx, const struct oidc_jwt *jwt)
{
    const char *typ = oidc_jwt_typ(jwt);
    if (oidc_str_eq_case(oidc_str_z(typ), oidc_str_z(OIDC_TYP_ACCESS_TOKEN))
        || oidc_str_eq_case(oidc_str_z(typ), oidc_str_z("application/" OIDC_TYP_ACCESS_TOKEN))) {
        return OIDC_OK;
    }
    return oidc_fail(ctx, OIDC_E_OP_TOKEN, "typ is %s, not %s", oidc_log_quote(ctx->pool, typ),
                     OIDC_TYP_ACCESS_TOKEN);
}

/* CHECK at-client: RFC 9068 2.2, required */
static enum oidc_rc access_token_check_client(struct oidc_ctx *ctx, const json_t *payload)
{
    const char *client_id;
    if (oidc_json_get_string(payload, OIDC_CLAIM_CLIENT_ID, &client_id) != OIDC_OK || !*client_id) {
        return oidc_fail(ctx, OIDC_E_OP_TOKEN, "client_id is %s",
                         oidc_claim_quote(ctx, payload, OIDC_CLAIM_CLIENT_ID));
    }
    return OIDC_OK;
}

static enum oidc_rc access_token_judge(struct oidc_ctx *ctx, struct oidc_str compact,
                                       const struct oidc_access_token_rules *rules,
                                       const json_t **payload)
{
    struct oidc_jwt *jwt;
    oidc_alg_set algs = rules->algs & ~OIDC_ALG_BIT(OIDC_ALG_UNKNOWN);
    if (!rules->keys) {
        return oidc_fail(ctx, OIDC_E_JWT_KEY, "there are no keys to verify it with");
    }
    if (oidc_jwt_parse(ctx, compact, OIDC_JWT_MAX_REQUEST, &jwt) != OIDC_OK
        || access_token_check_typ(ctx, jwt) != OIDC_OK
        || oidc_jwt_verify(ctx, jwt, rules->keys, algs, payload) != OIDC_OK
        || oidc_claim_check_iss(ctx, *payload, rules->issuer, 1) != OIDC_OK
        || oidc_claim_check_aud(ctx, *payload, rules->audience) != OIDC_OK
        || oidc_claim_check_exp(ctx, *payload) != OIDC_OK
        || oidc_claim_check_iat(ctx, *payload, -1, OIDC_CLAIM_SKEW) != OIDC_OK
        || oidc_claim_check_nbf(ctx, *payload) != OIDC_OK
        || oidc_claim_check_sub(ctx, *payload) != OIDC_OK) {
        return OIDC_FAILED;
    }
    return access_token_check_client(ctx, *payload);
}

enum oidc_rc oidc_access_token_check(struct oidc_ctx *ctx, struct oidc_str compact,
                                     const struct oidc_access_token_rules *rules,
                                     const struct oidc_claims **out)
{
    /* the reasons of ID tokens blame the provider; here the client sent the token: one code for
     * every fault */
    struct oidc_ctx judge;
    const json_t *payload;
    oidc_ctx_init(&judge, ctx->pool, ctx->env, ctx->log_baton);
    if (access_token_judge(&judge, compact, rules, &payload) != OIDC_OK) {
        return oidc_fail(ctx, OIDC_E_OP_TOKEN, "access token: %s",
                         judge.err.detail ? judge.err.detail : "refused");
    }
    *out = oidc_claims_make(ctx->pool, payload);
    return OIDC_OK;
}
