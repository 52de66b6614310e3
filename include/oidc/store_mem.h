/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A store within one process, for tests and for programs that run alone. Same answers as every
 * other back end, any number of threads; nothing is shared with another process, and nothing bounds
 * it but its expiries.
 */
#ifndef OIDC_STORE_MEM_H
#define OIDC_STORE_MEM_H

#include "oidc/store.h"

/* The store lives in ctx->pool, which no other thread may use while the store does. */
enum oidc_rc oidc_store_mem_make(struct oidc_ctx *ctx, struct oidc_store **out) OIDC_MUST_CHECK;

#endif
