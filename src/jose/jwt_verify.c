/* SPDX-License-Identifier: Apache-2.0 */
/* Which keys may verify a token, and whether one of them does. */
#include "jose/alg_row.h"
#include "jose/jws.h"
#include "jose/jwt_parts.h"

static int jwt_set_has_kids(const struct oidc_jwks *keys)
{
    for (int i = 0; i < oidc_jwks_count(keys); i++) {
        if (oidc_jwks_at(keys, i)->info.kid) {
            return 1;
        }
    }
    return 0;
}

/* CHECK kid: a token that names its key is verified with that key; RFC 7515 4.1.4; N074, N097 */
static int jwt_kid_matches(const struct oidc_jwt *jwt, const struct oidc_jwk *jwk, int set_has_kids)
{
    if (!jwt->kid) {
        return 1;
    }
    return jwk->info.kid ? strcmp(jwk->info.kid, jwt->kid) == 0 : !set_has_kids;
}

/*
 * CHECK key_fits: type, curve, use, key_ops and alg of the key, never the header's word; N049, N074
 */
static int jwt_key_fits(const struct oidc_jwt *jwt, const struct oidc_jwk *jwk)
{
    return jwk->verifies && oidc_alg_fits(jwt->alg, jwk->info.kty, jwk->crv) &&
           (jwk->info.alg == OIDC_ALG_UNKNOWN || jwk->info.alg == jwt->alg);
}

/* What is to be found, and how far the search is. */
struct jwt_search {
    const struct oidc_jwt *jwt;
    const struct oidc_jwks *keys;
    int tried;
};

/*
 * OIDC_OK: a key verified it. OIDC_ABSENT: none did. OIDC_FAILED: a key could not be used, ctx says
 * why.
 */
static enum oidc_rc jwt_try_keys(struct oidc_ctx *ctx, struct jwt_search *search)
{
    const struct oidc_jwt *jwt = search->jwt;
    const int has_kids = jwt_set_has_kids(search->keys);
    /* CHECK tries: the token does not choose how much work it is; N097 */
    for (int i = 0; i < oidc_jwks_count(search->keys) && search->tried < OIDC_JWT_MAX_TRIES; i++) {
        const struct oidc_jwk *jwk = oidc_jwks_at(search->keys, i);
        if (!jwt_key_fits(jwt, jwk) || !jwt_kid_matches(jwt, jwk, has_kids)) {
            continue;
        }
        search->tried++;
        if (oidc_jws_verify(ctx, jwk, jwt->alg, jwt->input, jwt->signature) == OIDC_OK) {
            return OIDC_OK;
        }
        if (ctx->err.code != OIDC_E_NONE) {
            return OIDC_FAILED;
        }
    }
    return OIDC_ABSENT;
}

static enum oidc_rc jwt_fail_search(struct oidc_ctx *ctx, const struct jwt_search *search)
{
    const char *name = oidc_alg_name(search->jwt->alg);
    const char *kid = oidc_log_quote(ctx->pool, search->jwt->kid);
    if (search->tried) {
        return oidc_fail(ctx, OIDC_E_JWT_SIGNATURE, "%s signature (kid %s) is wrong; %d keys tried",
                         name, kid, search->tried);
    }
    return oidc_fail(ctx, OIDC_E_JWT_KEY, "none of %d keys is for %s and kid %s",
                     oidc_jwks_count(search->keys), name, kid);
}

enum oidc_rc oidc_jwt_verify(struct oidc_ctx *ctx, const struct oidc_jwt *jwt,
                             const struct oidc_jwks *keys, oidc_alg_set allowed,
                             const json_t **payload)
{
    struct jwt_search search = {jwt, keys, 0};
    json_t *claims;
    /*
     * CHECK alg_allowed: the caller's list, on which "none" and the unknown can't be; RFC 8725 3.1;
     * N047, N048, N072
     */
    if (jwt->alg == OIDC_ALG_UNKNOWN || !(allowed & OIDC_ALG_BIT(jwt->alg))) {
        return oidc_fail(ctx, OIDC_E_JWT_ALG, "algorithm %s is not allowed here",
                         oidc_log_quote(ctx->pool, jwt->alg_text));
    }
    enum oidc_rc rc = jwt_try_keys(ctx, &search);
    if (rc == OIDC_ABSENT) {
        return jwt_fail_search(ctx, &search);
    }
    if (rc != OIDC_OK || oidc_json_parse(ctx, ctx->pool, jwt->payload, OIDC_E_JWT_FORMAT,
                                         "token payload", &claims) != OIDC_OK) {
        return OIDC_FAILED;
    }
    *payload = claims;
    return OIDC_OK;
}
