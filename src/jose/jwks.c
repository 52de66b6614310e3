/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of keys. */
#include <apr_tables.h>
#include "jose/alg_row.h"
#include "jose/jwk_key.h"

struct oidc_jwks {
    apr_array_header_t *keys; /* const struct oidc_jwk * */
};

struct oidc_jwks *oidc_jwks_make(apr_pool_t *pool)
{
    struct oidc_jwks *set = apr_palloc(pool, sizeof *set);
    set->keys = apr_array_make(pool, 4, sizeof(const struct oidc_jwk *));
    return set;
}

void oidc_jwks_add(struct oidc_jwks *set, const struct oidc_jwk *jwk)
{
    APR_ARRAY_PUSH(set->keys, const struct oidc_jwk *) = jwk;
}

int oidc_jwks_count(const struct oidc_jwks *set)
{
    return set->keys->nelts;
}

const struct oidc_jwk *oidc_jwks_at(const struct oidc_jwks *set, int i)
{
    return i >= 0 && i < set->keys->nelts ? APR_ARRAY_IDX(set->keys, i, const struct oidc_jwk *)
                                          : NULL;
}

int oidc_jwks_has_kid(const struct oidc_jwks *set, const char *kid)
{
    for (int i = 0; i < oidc_jwks_count(set); i++) {
        const char *own = oidc_jwks_at(set, i)->info.kid;
        if (own && kid && strcmp(own, kid) == 0) {
            return 1;
        }
    }
    return 0;
}

/*
 * What the key signs with when `alg` (UNKNOWN: whatever it is made for) is asked of it; UNKNOWN:
 * nothing.
 */
static enum oidc_alg jwks_signs(const struct oidc_jwk *jwk, enum oidc_alg alg)
{
    const struct oidc_jwk_info *info = &jwk->info;
    /*
     * CHECK sign_use: a key for encryption signs nothing, a secret is no private key; RFC 7517 4.2
     */
    if (!jwk->pkey || !info->is_private || (info->use && strcmp(info->use, "sig") != 0) ||
        (alg != OIDC_ALG_UNKNOWN && info->alg != OIDC_ALG_UNKNOWN && alg != info->alg)) {
        return OIDC_ALG_UNKNOWN;
    }
    enum oidc_alg wanted = alg != OIDC_ALG_UNKNOWN ? alg : info->alg;
    for (unsigned i = 1; i < OIDC_ALG_COUNT; i++) {
        if ((wanted == OIDC_ALG_UNKNOWN || wanted == (enum oidc_alg)i) &&
            oidc_alg_fits((enum oidc_alg)i, info->kty, jwk->crv)) {
            return (enum oidc_alg)i;
        }
    }
    return OIDC_ALG_UNKNOWN;
}

const struct oidc_jwk *oidc_jwks_signer(const struct oidc_jwks *set, enum oidc_alg alg,
                                        enum oidc_alg *out)
{
    *out = OIDC_ALG_UNKNOWN;
    for (int i = 0; set && i < oidc_jwks_count(set); i++) {
        const struct oidc_jwk *jwk = oidc_jwks_at(set, i);
        *out = jwks_signs(jwk, alg);
        if (*out != OIDC_ALG_UNKNOWN) {
            return jwk;
        }
    }
    return NULL;
}

/*
 * A key that can't be used is left out; the others count. Its reason goes into a context of its
 * own.
 */
static void jwks_parse_member(struct oidc_ctx *ctx, apr_pool_t *pool, const json_t *member,
                              struct oidc_jwks *set)
{
    struct oidc_ctx own = *ctx;
    struct oidc_jwk *jwk;
    oidc_ctx_clear(&own);
    if (oidc_jwk_parse_public(&own, pool, member, &jwk) == OIDC_OK) {
        oidc_jwks_add(set, jwk);
        return;
    }
    oidc_log(ctx, OIDC_LOG_DEBUG, "a key of the set is left out: %s", own.err.detail);
}

enum oidc_rc oidc_jwks_parse(struct oidc_ctx *ctx, apr_pool_t *pool, struct oidc_str text,
                             struct oidc_jwks **out)
{
    json_t *doc;
    const json_t *keys = NULL;
    if (oidc_json_parse(ctx, ctx->pool, text, OIDC_E_JWKS, "key set", &doc) != OIDC_OK) {
        return OIDC_FAILED;
    }
    if (oidc_json_get_array(doc, "keys", &keys) != OIDC_OK) {
        return oidc_fail(ctx, OIDC_E_JWKS, "key set has no array \"keys\"");
    }
    /* CHECK jwks_count: threats table of limits; N095 */
    if (json_array_size(keys) > OIDC_JWKS_MAX_KEYS) {
        return oidc_fail(ctx, OIDC_E_JWKS, "key set has %zu keys, at most %d",
                         json_array_size(keys), OIDC_JWKS_MAX_KEYS);
    }
    struct oidc_jwks *set = oidc_jwks_make(pool);
    for (size_t i = 0; i < json_array_size(keys); i++) {
        jwks_parse_member(ctx, pool, json_array_get(keys, i), set);
    }
    *out = set;
    return OIDC_OK;
}

enum oidc_rc oidc_jwks_print_public(struct oidc_ctx *ctx, const struct oidc_jwks *set,
                                    enum oidc_alg alg, const char **out)
{
    json_t *doc = oidc_json_object(ctx->pool), *keys = json_array();
    json_object_set_new(doc, "keys", keys);
    for (int i = 0; i < oidc_jwks_count(set); i++) {
        const struct oidc_jwk *jwk = oidc_jwks_at(set, i);
        enum oidc_alg own = jwk->info.alg ? jwk->info.alg : alg;
        json_t *member;
        if (oidc_jwk_print_public(ctx, jwk, own, &member) != OIDC_OK) {
            return OIDC_FAILED;
        }
        json_array_append(keys, member);
    }
    *out = oidc_json_print(ctx->pool, doc);
    return *out ? OIDC_OK : oidc_fail(ctx, OIDC_E_TOO_LARGE, "the key set");
}
