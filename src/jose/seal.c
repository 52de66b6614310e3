/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sealing and opening. The construction is XAES-256-GCM (C2SP): the first half of a 192-bit random
 * nonce makes a key of its own for each blob by CMAC (NIST SP 800-108r1 counter mode), the second
 * half is AES-256-GCM's nonce under that key. Servers that share a passphrase share no counter;
 * with plain GCM's 96 random bits they would have to stop at 2^32 blobs per key (NIST SP 800-38D
 * 8.3), here they may make 2^80.
 */
#include "oidc/seal.h"

#include "jose/openssl_err.h"
#include "jose/seal_key.h"
#include "oidc/b64.h"

#define SEAL_VERSION 1
#define NONCE_LEN 24
#define HEAD_LEN (2 + NONCE_LEN)
#define TAG_LEN 16
#define SEAL_MAX (16 * 1024 * 1024) /* far above any record, far below what overflows an int */

_Static_assert(HEAD_LEN + TAG_LEN == OIDC_SEAL_OVERHEAD, "the header says how much a blob grows");

struct seal_job {
    const struct oidc_sealer *s;
    const struct seal_key *key;
    enum oidc_seal_purpose purpose;
    struct oidc_str context;
    const unsigned char *head; /* version, key id, nonce */
    int encrypt;
};

struct seal_text {
    const unsigned char *in;
    size_t n;
    unsigned char *out; /* n bytes, may be `in` */
    unsigned char *tag; /* written when sealing, read when opening */
};

static int seal_blob_key_with(EVP_CIPHER_CTX *c, const struct seal_job *job, unsigned char *out)
{
    unsigned char blocks[2 * SEAL_BLOCK];
    int n = 0;
    for (unsigned b = 0; b < 2; b++) {
        unsigned char *m = blocks + b * SEAL_BLOCK;
        memcpy(m, "\0\0X\0", 4);
        m[1] = (unsigned char)(b + 1);
        memcpy(m + 4, job->head + 2, 12);
        for (int i = 0; i < SEAL_BLOCK; i++) {
            m[i] ^= job->key->mask[i];
        }
    }
    return EVP_EncryptInit_ex2(c, job->s->ecb, job->key->key, NULL, NULL) == 1 &&
           EVP_EncryptUpdate(c, out, &n, blocks, sizeof blocks) == 1 && n == sizeof blocks;
}

/* The key of this one blob: two blocks of CMAC over its nonce's first half. */
static int seal_blob_key(const struct seal_job *job, unsigned char *out)
{
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    int ok = c && seal_blob_key_with(c, job, out);
    EVP_CIPHER_CTX_free(c);
    return ok;
}

static int seal_begin(EVP_CIPHER_CTX *c, const struct seal_job *job)
{
    unsigned char key[SEAL_KEY_LEN];
    int ok = seal_blob_key(job, key) &&
             EVP_CipherInit_ex2(c, job->s->gcm, key, job->head + 2 + 12, job->encrypt, NULL) == 1;
    oidc_secret_wipe(key, sizeof key);
    return ok;
}

/*
 * CHECK seal_bound: version, key id, purpose and context are part of what the tag proves; N120,
 * N155
 */
static int seal_bind(EVP_CIPHER_CTX *c, const struct seal_job *job)
{
    unsigned char fixed[3] = {job->head[0], job->head[1], (unsigned char)job->purpose};
    int n = 0;
    return EVP_CipherUpdate(c, NULL, &n, fixed, sizeof fixed) == 1 &&
           (!job->context.n ||
            EVP_CipherUpdate(c, NULL, &n, (const unsigned char *)job->context.p,
                             (int)job->context.n) == 1);
}

/*
 * CHECK seal_tag: always the full 128 bits, set by us and judged by GCM's final step alone; N064,
 * N119
 */
static int seal_run(EVP_CIPHER_CTX *c, const struct seal_job *job, const struct seal_text *t)
{
    unsigned char rest[SEAL_BLOCK];
    int n = 0, m = 0;
    if (!job->encrypt && EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, TAG_LEN, t->tag) != 1) {
        return 0;
    }
    if (!seal_bind(c, job) ||
        (t->n && EVP_CipherUpdate(c, t->out, &n, t->in, (int)t->n) != 1) || (size_t)n != t->n ||
        EVP_CipherFinal_ex(c, rest, &m) != 1 || m != 0) {
        return 0;
    }
    return !job->encrypt || EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, TAG_LEN, t->tag) == 1;
}

/* OIDC_FAILED without an error in ctx: what was to be opened is not ours. */
static enum oidc_rc seal_do(struct oidc_ctx *ctx, const struct seal_job *job,
                            const struct seal_text *t)
{
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    int begun = c && seal_begin(c, job);
    int ok = begun && seal_run(c, job, t);
    EVP_CIPHER_CTX_free(c);
    if (!begun || (!ok && job->encrypt)) {
        return oidc_openssl_fail(ctx, OIDC_E_CRYPTO, "AES-256-GCM");
    }
    if (!ok) {
        oidc_openssl_forget();
    }
    return ok ? OIDC_OK : OIDC_FAILED;
}

static int seal_is_purpose(enum oidc_seal_purpose purpose)
{
    return purpose > 0 && purpose < OIDC_SEAL_PURPOSES;
}

/* Opens into `out`, which has room for sealed.n - OIDC_SEAL_OVERHEAD bytes. */
static enum oidc_rc seal_open(struct oidc_ctx *ctx, struct seal_job *job, struct oidc_str sealed,
                              unsigned char *out)
{
    const unsigned char *p = (const unsigned char *)sealed.p;
    unsigned char tag[TAG_LEN];
    struct seal_text t = {p + HEAD_LEN, sealed.n - OIDC_SEAL_OVERHEAD, out, tag};
    memcpy(tag, p + sealed.n - TAG_LEN, TAG_LEN);
    job->head = p;
    for (int i = 0; i < job->s->n_keys; i++) {
        const struct seal_keys *keys = &job->s->keys[i];
        if (keys->id == p[1]) {
            job->key = &keys->of[job->purpose];
            if (seal_do(ctx, job, &t) == OIDC_OK) {
                return OIDC_OK;
            }
        }
    }
    return OIDC_FAILED;
}

/* CHECK seal_form: our version, our purposes, room for nonce and tag, within limits; N122, N141 */
static int seal_is_form(enum oidc_seal_purpose purpose, struct oidc_str context,
                        struct oidc_str sealed)
{
    return seal_is_purpose(purpose) && context.n <= SEAL_MAX && sealed.n >= OIDC_SEAL_OVERHEAD &&
           sealed.n <= SEAL_MAX + OIDC_SEAL_OVERHEAD && sealed.p[0] == SEAL_VERSION;
}

enum oidc_rc oidc_unseal(struct oidc_ctx *ctx, const struct oidc_sealer *s,
                         enum oidc_seal_purpose purpose, struct oidc_str context,
                         struct oidc_str sealed, struct oidc_str *out)
{
    struct seal_job job = {s, NULL, purpose, context, NULL, 0};
    if (!seal_is_form(purpose, context, sealed)) {
        return OIDC_FAILED;
    }
    size_t n = sealed.n - OIDC_SEAL_OVERHEAD;
    unsigned char *plain = apr_palloc(ctx->pool, n + 1);
    if (seal_open(ctx, &job, sealed, plain) != OIDC_OK) {
        return OIDC_FAILED;
    }
    plain[n] = '\0';
    *out = oidc_str((const char *)plain, n);
    return OIDC_OK;
}

enum oidc_rc oidc_seal(struct oidc_ctx *ctx, const struct oidc_sealer *s,
                       enum oidc_seal_purpose purpose, struct oidc_str context,
                       struct oidc_str plain, struct oidc_str *out)
{
    if (!seal_is_purpose(purpose)) {
        return oidc_fail(ctx, OIDC_E_INTERNAL, "sealing for the unknown purpose %d", (int)purpose);
    }
    if (plain.n > SEAL_MAX || context.n > SEAL_MAX) {
        return oidc_fail(ctx, OIDC_E_TOO_LARGE, "%zu bytes to seal, at most %d", plain.n, SEAL_MAX);
    }
    unsigned char *blob = apr_palloc(ctx->pool, plain.n + OIDC_SEAL_OVERHEAD + 1);
    struct seal_job job = {s, &s->keys[0].of[purpose], purpose, context, blob, 1};
    struct seal_text t = {(const unsigned char *)plain.p, plain.n, blob + HEAD_LEN,
                          blob + HEAD_LEN + plain.n};
    blob[0] = SEAL_VERSION;
    blob[1] = s->keys[0].id;
    /*
     * CHECK seal_nonce: fresh for each blob, of the generator that reseeds itself after fork; N121
     */
    if (oidc_ctx_random(ctx, blob + 2, NONCE_LEN) != OIDC_OK ||
        seal_do(ctx, &job, &t) != OIDC_OK) {
        return OIDC_FAILED;
    }
    blob[plain.n + OIDC_SEAL_OVERHEAD] = '\0';
    *out = oidc_str((const char *)blob, plain.n + OIDC_SEAL_OVERHEAD);
    return OIDC_OK;
}

enum oidc_rc oidc_seal_text(struct oidc_ctx *ctx, const struct oidc_sealer *s,
                            enum oidc_seal_purpose purpose, struct oidc_str context,
                            struct oidc_str plain, const char **out)
{
    struct oidc_str blob;
    if (oidc_seal(ctx, s, purpose, context, plain, &blob) != OIDC_OK) {
        return OIDC_FAILED;
    }
    *out = oidc_b64url_print(ctx->pool, blob);
    return OIDC_OK;
}

enum oidc_rc oidc_unseal_text(struct oidc_ctx *ctx, const struct oidc_sealer *s,
                              enum oidc_seal_purpose purpose, struct oidc_str context,
                              struct oidc_str text, struct oidc_str *out)
{
    struct oidc_str blob;
    if (text.n > (SEAL_MAX + OIDC_SEAL_OVERHEAD) / 3 * 4 + 4 ||
        oidc_b64url_parse(ctx->pool, text, &blob) != OIDC_OK) {
        return OIDC_FAILED;
    }
    return oidc_unseal(ctx, s, purpose, context, blob, out);
}
