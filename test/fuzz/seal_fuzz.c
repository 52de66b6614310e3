/* SPDX-License-Identifier: Apache-2.0 */
/* Sealed blobs: only what we sealed opens, and no longer once a bit of it is another. */
#include "fuzz.h"

#include <apr_strings.h>
#include "oidc/seal.h"

static const struct oidc_sealer *sealer;
static const struct oidc_str place = {"place", 5};

static struct oidc_ctx home; /* the sealer's */

static void drop_sealer(void)
{
    fuzz_end(&home);
}

static void make_sealer(void)
{
    struct oidc_sealer *s;
    fuzz_start(&home);
    const struct oidc_secret *fuzz = oidc_secret_make(home.pool, oidc_str_z("fuzz"));
    MUST(oidc_sealer_make(&home, home.pool, fuzz, NULL, &s) == OIDC_OK);
    MUST(atexit(drop_sealer) == 0);
    sealer = s;
}

/* Gives the nonce of the blob at baton. */
static enum oidc_rc nonce_of(void *baton, unsigned char *out, size_t n)
{
    memcpy(out, (const char *)baton + 2, n);
    return OIDC_OK;
}

/* With one nonce there is one blob of one text. */
static int is_own(struct oidc_ctx *ctx, struct oidc_str plain, struct oidc_str in)
{
    struct oidc_str blob;
    struct oidc_env env = {.random = nonce_of, .baton = (void *)(uintptr_t)in.p};
    struct oidc_ctx own;
    oidc_ctx_init(&own, ctx->pool, &env, NULL);
    MUST(oidc_seal(&own, sealer, OIDC_SEAL_SESSION, place, plain, &blob) == OIDC_OK);
    return oidc_str_eq(blob, in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct oidc_ctx ctx;
    struct oidc_str in = oidc_str((const char *)data, size), blob, out;
    if (!sealer) {
        make_sealer();
    }
    fuzz_start(&ctx);
    if (oidc_unseal(&ctx, sealer, OIDC_SEAL_SESSION, place, in, &out) == OIDC_OK) {
        MUST(is_own(&ctx, out, in));
    }
    (void)!oidc_unseal_text(&ctx, sealer, OIDC_SEAL_SESSION, place, in, &out);
    MUST(ctx.err.code == OIDC_E_NONE);
    MUST(oidc_seal(&ctx, sealer, OIDC_SEAL_STATE, place, in, &blob) == OIDC_OK);
    MUST(oidc_unseal(&ctx, sealer, OIDC_SEAL_STATE, place, blob, &out) == OIDC_OK);
    MUST(oidc_str_eq(out, in));
    char *bytes = apr_pmemdup(ctx.pool, blob.p, blob.n);
    size_t bit = (size * 2654435761u + (size ? data[0] : 0)) % (blob.n * 8);
    bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
    blob.p = bytes;
    MUST(oidc_unseal(&ctx, sealer, OIDC_SEAL_STATE, place, blob, &out) == OIDC_FAILED);
    return fuzz_end(&ctx);
}
