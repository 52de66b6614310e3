/* SPDX-License-Identifier: Apache-2.0 */
/* Keys: what they are made of, and how they come to life. */
#include "oidc/jwk.h"

#include <apr_strings.h>
#include <openssl/rsa.h>
#include "jose/alg_row.h"
#include "jose/jwk_check.h"
#include "jose/jwk_key.h"
#include "jose/openssl_err.h"

#define RSA_GENERATE_BITS 2048

const struct oidc_jwk_info *oidc_jwk_info(const struct oidc_jwk *jwk)
{
    return &jwk->info;
}

static apr_status_t jwk_end(void *baton)
{
    struct oidc_jwk *jwk = baton;
    for (int i = 0; i < OIDC_ALG_COUNT; i++) {
        EVP_MD_CTX_free(jwk->verifier[i]);
    }
    EVP_PKEY_free(jwk->pkey);
    if (jwk->cjose) {
        cjose_jwk_release(jwk->cjose);
    }
    return APR_SUCCESS;
}

static struct oidc_jwk *jwk_new(apr_pool_t *pool)
{
    struct oidc_jwk *jwk = apr_pcalloc(pool, sizeof *jwk);
    jwk->verifies = 1;
    apr_pool_cleanup_register(pool, jwk, jwk_end, apr_pool_cleanup_null);
    return jwk;
}

enum oidc_rc oidc_jwk_wrap(struct oidc_ctx *ctx, apr_pool_t *pool, enum oidc_code code,
                           EVP_PKEY *pkey, struct oidc_jwk **out)
{
    struct oidc_jwk *jwk = jwk_new(pool);
    jwk->pkey = pkey;
    if (oidc_jwk_check(ctx, code, jwk) != OIDC_OK) {
        return OIDC_FAILED;
    }
    *out = jwk;
    return OIDC_OK;
}

/*
 * CHECK pinned: padding, hash and salt length are set here and never read from a message; RFC 7518
 * 3.3, 3.5; N053
 */
static int jwk_verifier_init(EVP_MD_CTX *md, EVP_PKEY *pkey, const struct oidc_alg_row *row)
{
    EVP_PKEY_CTX *p = NULL;
    const char *hash = row->kind == OIDC_ALG_KIND_EDDSA ? NULL : row->md;
    if (EVP_DigestVerifyInit_ex(md, &p, hash, NULL, NULL, pkey, NULL) != 1) {
        return 0;
    }
    if (row->kind == OIDC_ALG_KIND_PKCS1) {
        return EVP_PKEY_CTX_set_rsa_padding(p, RSA_PKCS1_PADDING) == 1;
    }
    return row->kind != OIDC_ALG_KIND_PSS ||
           (EVP_PKEY_CTX_set_rsa_padding(p, RSA_PKCS1_PSS_PADDING) == 1 &&
            EVP_PKEY_CTX_set_rsa_pss_saltlen(p, RSA_PSS_SALTLEN_DIGEST) == 1);
}

enum oidc_rc oidc_jwk_finish(struct oidc_ctx *ctx, struct oidc_jwk *jwk)
{
    for (unsigned i = 1; jwk->verifies && i < OIDC_ALG_COUNT; i++) {
        enum oidc_alg alg = (enum oidc_alg)i;
        /*
         * CHECK key_family: the key's type, curve and alg decide what it verifies; RFC 8725 3.1;
         * N049, N074
         */
        if (!oidc_alg_fits(alg, jwk->info.kty, jwk->crv) ||
            (jwk->info.alg != OIDC_ALG_UNKNOWN && jwk->info.alg != alg)) {
            continue;
        }
        jwk->verifier[i] = EVP_MD_CTX_new();
        if (!jwk->verifier[i] ||
            !jwk_verifier_init(jwk->verifier[i], jwk->pkey, oidc_alg_row(alg))) {
            return oidc_openssl_fail(ctx, OIDC_E_CRYPTO, oidc_alg_name(alg));
        }
    }
    return OIDC_OK;
}

enum oidc_rc oidc_jwk_make_oct(struct oidc_ctx *ctx, apr_pool_t *pool, struct oidc_str bytes,
                               const char *kid, struct oidc_jwk **out)
{
    if (!bytes.n) {
        return oidc_fail(ctx, OIDC_E_CONFIG, "a symmetric key needs at least one byte");
    }
    struct oidc_jwk *jwk = jwk_new(pool);
    jwk->info.kty = "oct";
    jwk->info.kid = kid ? apr_pstrdup(pool, kid) : NULL;
    jwk->info.is_private = 1;
    jwk->oct = oidc_secret_make(pool, bytes);
    *out = jwk;
    return OIDC_OK;
}

static EVP_PKEY *jwk_keygen(enum oidc_alg alg)
{
    const struct oidc_alg_row *row = oidc_alg_row(alg);
    if (strcmp(row->kty, "RSA") == 0) {
        return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)RSA_GENERATE_BITS);
    }
    if (strcmp(row->kty, "EC") == 0) {
        return EVP_PKEY_Q_keygen(NULL, NULL, "EC", row->crv);
    }
    return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
}

enum oidc_rc oidc_jwk_generate(struct oidc_ctx *ctx, apr_pool_t *pool, enum oidc_alg alg,
                               struct oidc_jwk **out)
{
    struct oidc_jwk *jwk;
    if (!(OIDC_ALG_BIT(alg) & OIDC_ALG_SET_ASYMMETRIC)) {
        return oidc_fail(ctx, OIDC_E_CONFIG, "no key can be made for %s", oidc_alg_name(alg));
    }
    EVP_PKEY *pkey = jwk_keygen(alg);
    if (!pkey) {
        return oidc_openssl_fail(ctx, OIDC_E_CRYPTO, "making a key");
    }
    if (oidc_jwk_wrap(ctx, pool, OIDC_E_CRYPTO, pkey, &jwk) != OIDC_OK) {
        return OIDC_FAILED;
    }
    jwk->info.alg = alg;
    if (oidc_jwk_finish(ctx, jwk) != OIDC_OK ||
        oidc_jwk_finish_private(ctx, OIDC_E_CRYPTO, jwk) != OIDC_OK ||
        oidc_jwk_thumbprint(ctx, jwk, &jwk->info.kid) != OIDC_OK) {
        return OIDC_FAILED;
    }
    jwk->info.kid = apr_pstrdup(pool, jwk->info.kid);
    *out = jwk;
    return OIDC_OK;
}
