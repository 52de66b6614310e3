/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verifying signatures, by OpenSSL directly. cjose is not used here: it takes the algorithm from
 * the token's own header, accepts an ECDSA signature of any length, knows no Ed25519, and adds a
 * fifth to the cost of an RSA verification.
 */
#include "jose/jws.h"

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include "jose/alg_row.h"
#include "jose/openssl_err.h"

enum oidc_rc oidc_jws_hmac(struct oidc_ctx *ctx, const struct oidc_jwk *jwk, enum oidc_alg alg,
                           struct oidc_str input, struct oidc_str *out)
{
    const struct oidc_alg_row *row = oidc_alg_row(alg);
    struct oidc_str key = oidc_secret_expose(jwk->oct);
    unsigned char *mac = apr_palloc(ctx->pool, EVP_MAX_MD_SIZE);
    size_t n = 0;
    /* CHECK hmac_key: RFC 7518 3.2; N051 */
    if (key.n < row->md_len) {
        return oidc_fail(ctx, OIDC_E_JWT_KEY,
                         "the client secret has %zu bytes, %s needs at least %zu", key.n, row->name,
                         row->md_len);
    }
    if (!EVP_Q_mac(NULL, "HMAC", NULL, row->md, NULL, key.p, key.n,
                   (const unsigned char *)input.p, input.n, mac, EVP_MAX_MD_SIZE, &n) ||
        n != row->md_len) {
        return oidc_openssl_fail(ctx, OIDC_E_CRYPTO, row->name);
    }
    *out = oidc_str((const char *)mac, n);
    return OIDC_OK;
}

static enum oidc_rc jws_verify_hmac(struct oidc_ctx *ctx, const struct oidc_jwk *jwk,
                                    enum oidc_alg alg, struct oidc_str input,
                                    struct oidc_str signature)
{
    struct oidc_str mac;
    if (oidc_jws_hmac(ctx, jwk, alg, input, &mac) != OIDC_OK) {
        return OIDC_FAILED;
    }
    /* CHECK hmac_equal: whole, and in constant time */
    return oidc_str_eq_secret(mac, signature) ? OIDC_OK : OIDC_FAILED;
}

/* r || s as the DER that OpenSSL wants; an empty view when that can't be done. */
static struct oidc_str jws_ecdsa_der(apr_pool_t *pool, struct oidc_str signature)
{
    const unsigned char *p = (const unsigned char *)signature.p;
    const int half = (int)(signature.n / 2);
    BIGNUM *r = BN_bin2bn(p, half, NULL), *s = BN_bin2bn(p + half, half, NULL);
    ECDSA_SIG *sig = ECDSA_SIG_new();
    unsigned char *der = apr_palloc(pool, signature.n + 16), *end = der;
    int n = -1;
    if (r && s && sig && ECDSA_SIG_set0(sig, r, s) == 1) {
        r = NULL; /* sig's from here on */
        s = NULL;
        n = i2d_ECDSA_SIG(sig, &end);
    }
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(sig);
    return oidc_str((const char *)der, n > 0 ? (size_t)n : 0);
}

static enum oidc_rc jws_verify_copy(struct oidc_ctx *ctx, const EVP_MD_CTX *ready,
                                    struct oidc_str input, struct oidc_str signature)
{
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    int copied = md && EVP_MD_CTX_copy_ex(md, ready) == 1;
    /* CHECK verify_result: 1 is the only success; 0 and negative values are not */
    int right = copied && EVP_DigestVerify(md, (const unsigned char *)signature.p, signature.n,
                                           (const unsigned char *)input.p, input.n) == 1;
    EVP_MD_CTX_free(md);
    if (!copied) {
        return oidc_openssl_fail(ctx, OIDC_E_CRYPTO, "copying a verification");
    }
    if (!right) {
        oidc_openssl_forget();
    }
    return right ? OIDC_OK : OIDC_FAILED;
}

enum oidc_rc oidc_jws_verify(struct oidc_ctx *ctx, const struct oidc_jwk *jwk, enum oidc_alg alg,
                             struct oidc_str input, struct oidc_str signature)
{
    const struct oidc_alg_row *row = oidc_alg_row(alg);
    if (row && row->kind == OIDC_ALG_KIND_HMAC && jwk->oct) {
        return jws_verify_hmac(ctx, jwk, alg, input, signature);
    }
    const EVP_MD_CTX *ready = row ? jwk->verifier[alg] : NULL;
    if (!ready) {
        return oidc_fail(ctx, OIDC_E_JWT_KEY, "a key of type %s does not verify %s", jwk->info.kty,
                         oidc_alg_name(alg));
    }
    size_t len = row->sig_len ? row->sig_len : (size_t)EVP_PKEY_get_size(jwk->pkey);
    /*
     * CHECK signature_length: exactly one length is right; RFC 7518 3.3, 3.4, RFC 8032 5.1.7; N050
     */
    if (signature.n != len) {
        return OIDC_FAILED;
    }
    if (row->kind == OIDC_ALG_KIND_ECDSA) {
        signature = jws_ecdsa_der(ctx->pool, signature);
    }
    return jws_verify_copy(ctx, ready, input, signature);
}
