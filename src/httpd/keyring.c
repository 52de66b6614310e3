/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys from passphrases. Deriving one takes a tenth of a second, and httpd reads its configuration
 * twice at a start and again at each restart: so what was derived is kept, as plain memory, under a
 * hash of the passphrase.
 */
#include "httpd/glue.h"

#include "apr_strings.h"
#include "oidc/hash.h"
#include "oidc/seal.h"
#include "oidc/secret.h"

#define KEPT 32 /* distinct passphrases; what is beyond is derived again at each restart */
#define KEPT_NAME "mod_oidc keyring 1"

struct keyring_kept {
    unsigned char secret[32]; /* stands in for a passphrase that was not given */
    int has_secret;
    unsigned next;
    struct {
        unsigned char hash[OIDC_SHA256_LEN];
        unsigned char master[OIDC_SEALER_MASTER_LEN];
        int used;
    } of[KEPT];
};

static struct keyring_kept *keyring_kept(void)
{
    struct keyring_kept *kept = ap_retained_data_get(KEPT_NAME);
    return kept ? kept : ap_retained_data_create(KEPT_NAME, sizeof *kept);
}

static const unsigned char *keyring_find(const struct keyring_kept *kept,
                                         const unsigned char hash[OIDC_SHA256_LEN])
{
    for (unsigned i = 0; i < KEPT; i++) {
        if (kept->of[i].used && memcmp(kept->of[i].hash, hash, OIDC_SHA256_LEN) == 0) {
            return kept->of[i].master;
        }
    }
    return NULL;
}

/* The master of a passphrase, in the pool. */
static enum oidc_rc keyring_derive(struct oidc_ctx *ctx, const struct oidc_secret *secret,
                                   const unsigned char **out)
{
    struct keyring_kept *kept = keyring_kept();
    unsigned char hash[OIDC_SHA256_LEN], *master = apr_palloc(ctx->pool, OIDC_SEALER_MASTER_LEN);
    const unsigned char *found;
    if (oidc_hash_sha256(ctx, oidc_secret_expose(secret), hash) != OIDC_OK) {
        return OIDC_FAILED;
    }
    *out = master;
    if ((found = keyring_find(kept, hash)) != NULL) {
        memcpy(master, found, OIDC_SEALER_MASTER_LEN);
        return OIDC_OK;
    }
    if (oidc_sealer_derive(ctx, secret, master) != OIDC_OK) {
        return OIDC_FAILED;
    }
    unsigned slot = kept->next++ % KEPT;
    memcpy(kept->of[slot].hash, hash, sizeof hash);
    memcpy(kept->of[slot].master, master, OIDC_SEALER_MASTER_LEN);
    kept->of[slot].used = 1;
    return OIDC_OK;
}

static enum oidc_rc keyring_random(struct oidc_ctx *ctx, const struct oidc_secret **out)
{
    struct keyring_kept *kept = keyring_kept();
    if (!kept->has_secret) {
        if (oidc_ctx_random(ctx, kept->secret, sizeof kept->secret) != OIDC_OK) {
            return OIDC_FAILED;
        }
        kept->has_secret = 1;
    }
    *out = oidc_secret_make(ctx->pool, oidc_str((const char *)kept->secret, sizeof kept->secret));
    return OIDC_OK;
}

enum oidc_rc httpd_keyring_get(struct oidc_ctx *ctx, const struct oidc_secret *current,
                               const struct oidc_secret *previous, const struct oidc_sealer **out)
{
    const unsigned char *now, *before = NULL;
    struct oidc_sealer *sealer;
    if (!current && keyring_random(ctx, &current) != OIDC_OK) {
        return OIDC_FAILED;
    }
    if (keyring_derive(ctx, current, &now) != OIDC_OK ||
        (previous && keyring_derive(ctx, previous, &before) != OIDC_OK) ||
        oidc_sealer_make_from(ctx, ctx->pool, now, before, &sealer) != OIDC_OK) {
        return OIDC_FAILED;
    }
    *out = sealer;
    return OIDC_OK;
}
