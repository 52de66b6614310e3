/* SPDX-License-Identifier: Apache-2.0 */
/* Random values. The bytes come from ctx->env->random; oidc_rand_system is the one to put there. */
#ifndef OIDC_RAND_H
#define OIDC_RAND_H

#include "oidc/ctx.h"

/* OpenSSL's private generator, safe after fork. For oidc_env.random. */
enum oidc_rc oidc_rand_system(void *baton, unsigned char *out, size_t n) OIDC_MUST_CHECK;
/* base64url text of n random bytes: 32 bytes give 43 characters. n at most 64. */
enum oidc_rc oidc_rand_text(struct oidc_ctx *ctx, size_t n, const char **out) OIDC_MUST_CHECK;

#endif
