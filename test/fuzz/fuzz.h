/* SPDX-License-Identifier: Apache-2.0 */
/* What the fuzz targets share: one pool per input, and a context whose effects are fixed. */
#ifndef FUZZ_H
#define FUZZ_H

#include <apr_general.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "oidc/ctx.h"
#include "oidc/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A property that must hold for every input. */
#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

static inline apr_time_t fuzz_now(void *baton)
{
    (void)baton;
    return apr_time_from_sec(1700000000);
}

static inline enum oidc_rc fuzz_random(void *baton, unsigned char *out, size_t n)
{
    (void)baton;
    memset(out, 0x5a, n);
    return OIDC_OK;
}

/* Starts a context in a fresh pool; fuzz_end() gives everything back. */
static inline void fuzz_start(struct oidc_ctx *ctx)
{
    static apr_pool_t *root;
    static struct oidc_env env = {.now = fuzz_now, .random = fuzz_random};
    apr_pool_t *pool;
    if (!root) {
        apr_initialize();
        apr_pool_create(&root, NULL);
    }
    apr_pool_create(&pool, root);
    oidc_ctx_init(ctx, pool, &env, NULL);
}

static inline int fuzz_end(struct oidc_ctx *ctx)
{
    apr_pool_destroy(ctx->pool);
    return 0;
}

#endif
