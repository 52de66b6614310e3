/* SPDX-License-Identifier: Apache-2.0 */
/* The context: its start, and the effects that go through its environment. */
#include "oidc/ctx.h"

#include <string.h>

void oidc_ctx_init(struct oidc_ctx *ctx, apr_pool_t *pool, const struct oidc_env *env,
                   void *log_baton)
{
    memset(ctx, 0, sizeof *ctx);
    ctx->pool = pool;
    ctx->env = env;
    ctx->log_baton = log_baton;
}

apr_time_t oidc_ctx_now(const struct oidc_ctx *ctx)
{
    return ctx->env->now(ctx->env->baton);
}

apr_int64_t oidc_ctx_now_sec(const struct oidc_ctx *ctx)
{
    return apr_time_sec(oidc_ctx_now(ctx));
}

enum oidc_rc oidc_ctx_random(struct oidc_ctx *ctx, unsigned char *out, size_t n)
{
    /* CHECK random: without random numbers nothing goes on; N129 */
    if (ctx->env->random(ctx->env->baton, out, n) != OIDC_OK) {
        memset(out, 0, n);
        return oidc_fail(ctx, OIDC_E_RANDOM, "no %zu random bytes from the system", n);
    }
    return OIDC_OK;
}

void oidc_ctx_clear(struct oidc_ctx *ctx)
{
    memset(&ctx->err, 0, sizeof ctx->err);
}
