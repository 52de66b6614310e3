/* SPDX-License-Identifier: Apache-2.0 */
/* Making a sealer: passphrase -> master (PBKDF2) -> one key per purpose (HKDF). */
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <stdio.h>
#include "jose/openssl_err.h"
#include "jose/seal_key.h"

#define ROUNDS 210000
#define CIPHER_KEY "AES-256-ECB"
#define CIPHER_TEXT "AES-256-GCM"

/*
 * The salt is a constant because several servers with one passphrase must open each other's blobs;
 * it separates this use of a passphrase from every other product's.
 */
static const unsigned char sealer_salt[] = "mod_oidc sealer v1";

static apr_status_t sealer_end(void *baton)
{
    struct oidc_sealer *s = baton;
    EVP_CIPHER_free(s->gcm);
    EVP_CIPHER_free(s->ecb);
    oidc_secret_wipe(s, sizeof *s);
    return APR_SUCCESS;
}

static int sealer_expand_with(EVP_KDF_CTX *kdf, const unsigned char *master, const char *label,
                              unsigned char *out, size_t n)
{
    int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)"SHA256", 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)master,
                                          SEAL_KEY_LEN),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)(uintptr_t)label,
                                          strlen(label)),
        OSSL_PARAM_construct_end(),
    };
    return kdf && EVP_KDF_derive(kdf, out, n, params) == 1;
}

/* HKDF-Expand (RFC 5869 2.3): PBKDF2's output is a good key already. */
static int sealer_expand(const unsigned char *master, const char *label, unsigned char *out,
                         size_t n)
{
    EVP_KDF *hkdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *kdf = hkdf ? EVP_KDF_CTX_new(hkdf) : NULL;
    int ok = sealer_expand_with(kdf, master, label, out, n);
    EVP_KDF_CTX_free(kdf);
    EVP_KDF_free(hkdf);
    return ok;
}

/* L = AES(key, 0), then doubled in GF(2^128): NIST SP 800-38B 6.1. */
static int sealer_mask_with(EVP_CIPHER_CTX *c, const EVP_CIPHER *ecb, struct seal_key *k)
{
    static const unsigned char zero[SEAL_BLOCK];
    unsigned char l[SEAL_BLOCK];
    int n = 0;
    if (!c || EVP_EncryptInit_ex2(c, ecb, k->key, NULL, NULL) != 1 ||
        EVP_EncryptUpdate(c, l, &n, zero, sizeof zero) != 1 || n != SEAL_BLOCK) {
        return 0;
    }
    for (int i = 0; i < SEAL_BLOCK; i++) {
        unsigned next = i + 1 < SEAL_BLOCK ? l[i + 1] : 0;
        k->mask[i] = (unsigned char)((unsigned)l[i] << 1 | next >> 7);
    }
    k->mask[SEAL_BLOCK - 1] ^= (unsigned char)((l[0] >> 7) * 0x87u);
    oidc_secret_wipe(l, sizeof l);
    return 1;
}

static int sealer_mask(const EVP_CIPHER *ecb, struct seal_key *k)
{
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    int ok = sealer_mask_with(c, ecb, k);
    EVP_CIPHER_CTX_free(c);
    return ok;
}

static int sealer_expand_all(const EVP_CIPHER *ecb, const unsigned char *master,
                             struct seal_keys *out)
{
    char label[32];
    int ok = sealer_expand(master, "mod_oidc key id", &out->id, 1);
    for (int p = 1; ok && p < OIDC_SEAL_PURPOSES; p++) {
        snprintf(label, sizeof label, "mod_oidc purpose %d", p);
        ok = sealer_expand(master, label, out->of[p].key, SEAL_KEY_LEN) &&
             sealer_mask(ecb, &out->of[p]);
    }
    return ok;
}

enum oidc_rc oidc_sealer_derive(struct oidc_ctx *ctx, const struct oidc_secret *secret,
                                unsigned char master[OIDC_SEALER_MASTER_LEN])
{
    struct oidc_str passphrase = oidc_secret_expose(secret);
    /* CHECK passphrase: an empty one is everybody's; N253 */
    if (!passphrase.n || passphrase.n > 4096) {
        return oidc_fail(ctx, OIDC_E_CONFIG, "a passphrase has 1 to 4096 bytes, this one %zu",
                         passphrase.n);
    }
    if (PKCS5_PBKDF2_HMAC(passphrase.p, (int)passphrase.n, sealer_salt, sizeof sealer_salt - 1,
                          ROUNDS, EVP_sha256(), OIDC_SEALER_MASTER_LEN, master) != 1) {
        return oidc_openssl_fail(ctx, OIDC_E_CRYPTO, "deriving keys from a passphrase");
    }
    return OIDC_OK;
}

static enum oidc_rc sealer_add(struct oidc_ctx *ctx, struct oidc_sealer *s,
                               const unsigned char *master)
{
    if (!sealer_expand_all(s->ecb, master, &s->keys[s->n_keys])) {
        return oidc_openssl_fail(ctx, OIDC_E_CRYPTO, "deriving keys from a passphrase");
    }
    s->n_keys++;
    return OIDC_OK;
}

enum oidc_rc oidc_sealer_make_from(struct oidc_ctx *ctx, apr_pool_t *pool,
                                   const unsigned char *current, const unsigned char *previous,
                                   struct oidc_sealer **out)
{
    struct oidc_sealer *s = apr_pcalloc(pool, sizeof *s);
    apr_pool_cleanup_register(pool, s, sealer_end, apr_pool_cleanup_null);
    s->gcm = EVP_CIPHER_fetch(NULL, CIPHER_TEXT, NULL);
    s->ecb = EVP_CIPHER_fetch(NULL, CIPHER_KEY, NULL);
    if (!s->gcm || !s->ecb) {
        return oidc_openssl_fail(ctx, OIDC_E_CRYPTO, CIPHER_TEXT);
    }
    if (sealer_add(ctx, s, current) != OIDC_OK ||
        (previous && CRYPTO_memcmp(current, previous, OIDC_SEALER_MASTER_LEN) != 0 &&
         sealer_add(ctx, s, previous) != OIDC_OK)) {
        return OIDC_FAILED;
    }
    *out = s;
    return OIDC_OK;
}

/* Once per distinct passphrase: N240 */
static int sealer_is_same(const struct oidc_secret *a, const struct oidc_secret *b)
{
    return oidc_str_eq_secret(oidc_secret_expose(a), oidc_secret_expose(b));
}

enum oidc_rc oidc_sealer_make(struct oidc_ctx *ctx, apr_pool_t *pool,
                              const struct oidc_secret *current,
                              const struct oidc_secret *previous, struct oidc_sealer **out)
{
    unsigned char now[OIDC_SEALER_MASTER_LEN], before[OIDC_SEALER_MASTER_LEN];
    enum oidc_rc rc = oidc_sealer_derive(ctx, current, now);
    if (previous && sealer_is_same(current, previous)) {
        previous = NULL;
    }
    if (rc == OIDC_OK && previous) {
        rc = oidc_sealer_derive(ctx, previous, before);
    }
    if (rc == OIDC_OK) {
        rc = oidc_sealer_make_from(ctx, pool, now, previous ? before : NULL, out);
    }
    oidc_secret_wipe(now, sizeof now);
    oidc_secret_wipe(before, sizeof before);
    return rc;
}
