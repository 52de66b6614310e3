/* SPDX-License-Identifier: Apache-2.0 */
/* Random values. */
#include "oidc/rand.h"

#include <limits.h>
#include <openssl/rand.h>
#include "jose/openssl_err.h"
#include "oidc/b64.h"
#include "oidc/secret.h"

#define RAND_TEXT_MAX 64

enum oidc_rc oidc_rand_system(void *baton, unsigned char *out, size_t n)
{
    (void)baton;
    /* CHECK rand_result: 1 is the only success; N129, N271 (reseeds itself after fork) */
    if (n > INT_MAX || RAND_priv_bytes(out, (int)n) != 1) {
        oidc_openssl_forget();
        return OIDC_FAILED;
    }
    return OIDC_OK;
}

enum oidc_rc oidc_rand_text(struct oidc_ctx *ctx, size_t n, const char **out)
{
    unsigned char bytes[RAND_TEXT_MAX];
    if (n > sizeof bytes) {
        return oidc_fail(ctx, OIDC_E_INTERNAL, "%zu random bytes asked for, at most %d", n,
                         RAND_TEXT_MAX);
    }
    if (oidc_ctx_random(ctx, bytes, n) != OIDC_OK) {
        return OIDC_FAILED;
    }
    *out = oidc_b64url_print(ctx->pool, oidc_str((const char *)bytes, n));
    oidc_secret_wipe(bytes, sizeof bytes);
    return OIDC_OK;
}
