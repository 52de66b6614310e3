/* SPDX-License-Identifier: Apache-2.0 */
/* Digests. */
#include "oidc/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include "jose/alg_row.h"
#include "jose/openssl_err.h"
#include "oidc/b64.h"

/* Looked up once: the lookup by name costs more than hashing a session id. */
static EVP_MD *hash_sha256;
static CRYPTO_ONCE hash_once = CRYPTO_ONCE_STATIC_INIT;

static void hash_end(void)
{
    EVP_MD_free(hash_sha256);
    hash_sha256 = NULL;
}

/* A module's atexit() runs when the module is unloaded, at the latest before OpenSSL's own end. */
static void hash_fetch(void)
{
    hash_sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    if (hash_sha256 && atexit(hash_end) != 0) {
        hash_end();
    }
}

enum oidc_rc oidc_hash_sha256(struct oidc_ctx *ctx, struct oidc_str in,
                              unsigned char out[OIDC_SHA256_LEN])
{
    if (!CRYPTO_THREAD_run_once(&hash_once, hash_fetch) || !hash_sha256 ||
        EVP_Digest(in.n ? in.p : "", in.n, out, NULL, hash_sha256, NULL) != 1) {
        return oidc_openssl_fail(ctx, OIDC_E_CRYPTO, "SHA-256");
    }
    return OIDC_OK;
}

enum oidc_rc oidc_hash_sha256_b64url(struct oidc_ctx *ctx, struct oidc_str in, const char **out)
{
    unsigned char md[OIDC_SHA256_LEN];
    if (oidc_hash_sha256(ctx, in, md) != OIDC_OK) {
        return OIDC_FAILED;
    }
    *out = oidc_b64url_print(ctx->pool, oidc_str((const char *)md, sizeof md));
    return OIDC_OK;
}

enum oidc_rc oidc_hash_left_half(struct oidc_ctx *ctx, enum oidc_alg alg, struct oidc_str in,
                                 const char **out)
{
    const struct oidc_alg_row *row = oidc_alg_row(alg);
    unsigned char md[EVP_MAX_MD_SIZE];
    size_t n = 0;
    /* CHECK hash_known: an algorithm without a known hash is no hash that matches; N084 */
    if (!row) {
        return oidc_fail(ctx, OIDC_E_JWT_ALG, "an unknown algorithm has no hash");
    }
    if (EVP_Q_digest(NULL, row->md, NULL, in.n ? in.p : "", in.n, md, &n) != 1 ||
        n != row->md_len) {
        return oidc_openssl_fail(ctx, OIDC_E_CRYPTO, row->md);
    }
    *out = oidc_b64url_print(ctx->pool, oidc_str((const char *)md, n / 2));
    return OIDC_OK;
}
