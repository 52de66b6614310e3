/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The context that nearly every function takes first: a pool to allocate in, the effects, the first failure.
 *
 * A context lives as long as one piece of work (one request, one configuration check) and is used by one thread.
 * All effects go through ctx->env: replace it and any flow is a deterministic unit test.
 */
#ifndef OIDC_CTX_H
#define OIDC_CTX_H

#include <apr_pools.h>
#include <apr_time.h>
#include "oidc/err.h"

struct oidc_http;
struct oidc_store;

struct oidc_env {
    void *baton; /* handed to now and random */
    /* Wall clock, microseconds since 1970. */
    apr_time_t (*now)(void *baton);
    /* Fills out with n bytes from the system's cryptographic generator; OIDC_FAILED when it can't. */
    enum oidc_rc (*random)(void *baton, unsigned char *out, size_t n) OIDC_MUST_CHECK;
    /* Writes one line. `log_baton` is ctx->log_baton (httpd: the request). text is printable and has no newline. */
    void (*log)(void *log_baton, enum oidc_level level, const char *file, int line, const char *text);
    /* 1 when lines of that level are written at all. */
    int (*log_wants)(void *log_baton, enum oidc_level level);
    struct oidc_http *http;   /* may be NULL where no call may go out */
    struct oidc_store *store; /* may be NULL where nothing is stored */
};

struct oidc_ctx {
    apr_pool_t *pool; /* results live here unless a function says otherwise */
    const struct oidc_env *env;
    void *log_baton;
    struct oidc_err err;
};

/* Starts a context with no failure. */
void oidc_ctx_init(struct oidc_ctx *ctx, apr_pool_t *pool, const struct oidc_env *env, void *log_baton);

/* Microseconds since 1970, by the context's clock. */
apr_time_t oidc_ctx_now(const struct oidc_ctx *ctx);
/* Seconds since 1970. */
apr_int64_t oidc_ctx_now_sec(const struct oidc_ctx *ctx);
/* n random bytes, or OIDC_E_RANDOM. */
enum oidc_rc oidc_ctx_random(struct oidc_ctx *ctx, unsigned char *out, size_t n) OIDC_MUST_CHECK;

/* Records the first failure and returns OIDC_FAILED. Text from outside goes in by %s only after oidc_log_quote(). */
enum oidc_rc oidc_fail_at(struct oidc_ctx *ctx, enum oidc_code code, const char *file, int line, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
#define oidc_fail(ctx, code, ...) oidc_fail_at((ctx), (code), __FILE__, __LINE__, __VA_ARGS__)

/* Forgets the failure: only where a caller has a second way and says so in a log line. */
void oidc_ctx_clear(struct oidc_ctx *ctx);

/* One log line through the port. The core logs only what is no failure of this request (a stale copy served). */
void oidc_log_at(struct oidc_ctx *ctx, enum oidc_level level, const char *file, int line, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
#define oidc_log(ctx, level, ...) oidc_log_at((ctx), (level), __FILE__, __LINE__, __VA_ARGS__)

/* Foreign text made fit for a log line: quoted, control bytes and quotes as \xHH, at most 120 bytes then "...". */
const char *oidc_log_quote(apr_pool_t *pool, const char *text);
const char *oidc_log_quote_n(apr_pool_t *pool, const char *text, size_t n);
/* A secret made fit for a log line: the first 8 hex digits of its SHA-256 would need crypto, so: only its length. */
const char *oidc_log_secret(apr_pool_t *pool, size_t n);

#endif
