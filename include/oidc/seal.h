/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our own sealed blobs: XAES-256-GCM (AES-256-GCM under a key of its own for each blob) with a fresh random 192-bit
 * nonce, so no count of blobs per key needs to be kept. Layout: version 1 | key id 1 | nonce 24 | ciphertext | tag 16.
 * Bound in as associated data: version, key id, purpose, and a context (virtual host, cookie name, store key), so a blob
 * can't serve another purpose or place; a context of several parts is the caller's to make unambiguous (lengths first).
 * One key per purpose, derived (HKDF-SHA256) from the master; masters come from passphrases (PBKDF2-HMAC-SHA256,
 * 210,000 rounds, once per passphrase at start).
 */
#ifndef OIDC_SEAL_H
#define OIDC_SEAL_H

#include "oidc/ctx.h"
#include "oidc/secret.h"

#define OIDC_SEAL_OVERHEAD 42

struct oidc_sealer; /* immutable; any number of threads */

/*
 * Derives the keys. `current` seals and opens, `previous` (may be NULL) only opens. Slow on purpose (about 0.1 s per
 * passphrase): at start only. The sealer lives in `pool`.
 */
enum oidc_rc oidc_sealer_make(struct oidc_ctx *ctx, apr_pool_t *pool, const struct oidc_secret *current,
                              const struct oidc_secret *previous, struct oidc_sealer **out) OIDC_MUST_CHECK;

/*
 * The slow part alone, for who keeps its result over a restart, and the quick rest. A master is as secret as the
 * passphrase.
 */
#define OIDC_SEALER_MASTER_LEN 32
enum oidc_rc oidc_sealer_derive(struct oidc_ctx *ctx, const struct oidc_secret *secret,
                                unsigned char master[OIDC_SEALER_MASTER_LEN]) OIDC_MUST_CHECK;
/* From masters; previous may be NULL. */
enum oidc_rc oidc_sealer_make_from(struct oidc_ctx *ctx, apr_pool_t *pool, const unsigned char *current,
                                   const unsigned char *previous, struct oidc_sealer **out) OIDC_MUST_CHECK;

enum oidc_seal_purpose {
    OIDC_SEAL_STATE = 1,   /* login state cookies */
    OIDC_SEAL_SESSION = 2, /* client-side sessions */
    OIDC_SEAL_STORE = 3,   /* entries of an external store */
    OIDC_SEAL_CODE = 4,    /* the provider's own blobs */
    OIDC_SEAL_PURPOSES = 5
};

/* Raw bytes in, raw bytes out. */
enum oidc_rc oidc_seal(struct oidc_ctx *ctx, const struct oidc_sealer *s, enum oidc_seal_purpose purpose,
                       struct oidc_str context, struct oidc_str plain, struct oidc_str *out) OIDC_MUST_CHECK;
/*
 * OIDC_OK; OIDC_FAILED for anything that is not exactly what we sealed for this purpose and context. ctx->err is NOT
 * set for a forged or foreign blob (the caller decides what that means), only for OIDC_E_CRYPTO.
 */
enum oidc_rc oidc_unseal(struct oidc_ctx *ctx, const struct oidc_sealer *s, enum oidc_seal_purpose purpose,
                         struct oidc_str context, struct oidc_str sealed, struct oidc_str *out) OIDC_MUST_CHECK;
/* The same with base64url text, for cookies. */
enum oidc_rc oidc_seal_text(struct oidc_ctx *ctx, const struct oidc_sealer *s, enum oidc_seal_purpose purpose,
                            struct oidc_str context, struct oidc_str plain, const char **out) OIDC_MUST_CHECK;
enum oidc_rc oidc_unseal_text(struct oidc_ctx *ctx, const struct oidc_sealer *s, enum oidc_seal_purpose purpose,
                              struct oidc_str context, struct oidc_str text, struct oidc_str *out) OIDC_MUST_CHECK;

#endif
