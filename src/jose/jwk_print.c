/* SPDX-License-Identifier: Apache-2.0 */
/* Keys on their way out: public members, thumbprints. */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include "jose/alg_row.h"
#include "jose/jwk_key.h"
#include "jose/openssl_err.h"
#include "oidc/b64.h"
#include "oidc/hash.h"

#define ED25519_LEN 32

/* A number as base64url: `len` bytes, zeros first; 0: as many as it needs. */
static const char *jwk_print_number(apr_pool_t *pool, const EVP_PKEY *pkey, const char *param,
                                    size_t len)
{
    BIGNUM *bn = NULL;
    if (EVP_PKEY_get_bn_param(pkey, param, &bn) != 1) {
        return NULL;
    }
    size_t n = len ? len : (size_t)BN_num_bytes(bn);
    unsigned char *bytes = apr_palloc(pool, n + 1);
    int done = BN_bn2binpad(bn, bytes, (int)n);
    BN_free(bn);
    return done == (int)n ? oidc_b64url_print(pool, oidc_str((const char *)bytes, n)) : NULL;
}

static const char *jwk_print_ed25519(apr_pool_t *pool, const EVP_PKEY *pkey)
{
    unsigned char x[ED25519_LEN];
    size_t n = sizeof x;
    if (EVP_PKEY_get_raw_public_key(pkey, x, &n) != 1) {
        return NULL;
    }
    return oidc_b64url_print(pool, oidc_str((const char *)x, n));
}

/* The members in the order that RFC 7638 3 wants. */
static enum oidc_rc jwk_print_members(struct oidc_ctx *ctx, const struct oidc_jwk *jwk,
                                      json_t **out)
{
    const char *kty = jwk->info.kty, *first = NULL, *last = NULL;
    int is_rsa = strcmp(kty, "RSA") == 0, is_ec = strcmp(kty, "EC") == 0;
    /* CHECK public_only: a symmetric key has no part to show; N291 */
    if (!jwk->pkey) {
        return oidc_fail(ctx, OIDC_E_INTERNAL, "a symmetric key is not to be published");
    }
    if (is_rsa) {
        first = jwk_print_number(ctx->pool, jwk->pkey, OSSL_PKEY_PARAM_RSA_E, 0);
        last = jwk_print_number(ctx->pool, jwk->pkey, OSSL_PKEY_PARAM_RSA_N, 0);
    } else if (is_ec) {
        size_t len = oidc_jwk_curve(jwk->crv)->len;
        first = jwk_print_number(ctx->pool, jwk->pkey, OSSL_PKEY_PARAM_EC_PUB_X, len);
        last = jwk_print_number(ctx->pool, jwk->pkey, OSSL_PKEY_PARAM_EC_PUB_Y, len);
    } else {
        first = jwk_print_ed25519(ctx->pool, jwk->pkey);
        last = first;
    }
    if (!first || !last) {
        return oidc_openssl_fail(ctx, OIDC_E_CRYPTO, "printing a public key");
    }
    *out = oidc_json_object(ctx->pool);
    oidc_json_put_string(*out, "crv", jwk->crv);
    oidc_json_put_string(*out, "e", is_rsa ? first : NULL);
    oidc_json_put_string(*out, "kty", kty);
    oidc_json_put_string(*out, "n", is_rsa ? last : NULL);
    oidc_json_put_string(*out, "x", is_rsa ? NULL : first);
    oidc_json_put_string(*out, "y", is_ec ? last : NULL);
    return OIDC_OK;
}

enum oidc_rc oidc_jwk_print_public(struct oidc_ctx *ctx, const struct oidc_jwk *jwk,
                                   enum oidc_alg alg, json_t **out)
{
    json_t *obj;
    if (jwk_print_members(ctx, jwk, &obj) != OIDC_OK) {
        return OIDC_FAILED;
    }
    oidc_json_put_string(obj, "kid", jwk->info.kid);
    int is_enc = jwk->info.use && strcmp(jwk->info.use, "enc") == 0;
    oidc_json_put_string(obj, "use", is_enc ? "enc" : "sig");
    if (is_enc) {
        oidc_json_put_string(obj, "alg", jwk->info.enc_alg);
    } else if (oidc_alg_fits(alg, jwk->info.kty, jwk->crv)) {
        oidc_json_put_string(obj, "alg", oidc_alg_name(alg));
    }
    *out = obj;
    return OIDC_OK;
}

enum oidc_rc oidc_jwk_thumbprint(struct oidc_ctx *ctx, const struct oidc_jwk *jwk,
                                 const char **out)
{
    json_t *obj;
    if (jwk_print_members(ctx, jwk, &obj) != OIDC_OK) {
        return OIDC_FAILED;
    }
    return oidc_hash_sha256_b64url(ctx, oidc_str_z(oidc_json_print(ctx->pool, obj)), out);
}

enum oidc_rc oidc_jwk_print_bare(struct oidc_ctx *ctx, const struct oidc_jwk *jwk,
                                 const json_t **out)
{
    json_t *obj;
    if (jwk_print_members(ctx, jwk, &obj) != OIDC_OK) {
        return OIDC_FAILED;
    }
    *out = obj;
    return OIDC_OK;
}
