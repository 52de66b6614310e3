/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every test of the io layer begins with: a pool, a context, a clock that stands still until
 * it is set.
 */
#ifndef IO_FIXTURE_H
#define IO_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "oidc/ctx.h"
#include "oidc/str.h"

struct fixture {
    apr_pool_t *pool;
    struct oidc_env env;
    struct oidc_ctx ctx;
    apr_time_t now;
    int lines;       /* log lines written */
    char line[1024]; /* the last one */
};

extern struct fixture t;

int fixture_start(void **state);
int fixture_end(void **state);

/* A context for a thread or child of its own: its own pool, the same environment. */
void fixture_fork_ctx(struct oidc_ctx *ctx);

/* The system's clock and generator, as the server's glue would give them. */
apr_time_t fixture_real_now(void *baton);
enum oidc_rc fixture_real_random(void *baton, unsigned char *out, size_t n);

/* Milliseconds of a clock that is never set. */
double fixture_ms(void);
/* A number from the environment, or the default: longer runs without another build. */
long fixture_setting(const char *name, long otherwise);
/* 1 when the program runs under AddressSanitizer or ThreadSanitizer, which take time. */
int fixture_is_slow(void);

/* Runs the tests in groups of one TAP plan. */
int fixture_run(const char *name, const struct CMUnitTest *tests, size_t n);

#define CASE(f) cmocka_unit_test_setup_teardown(f, fixture_start, fixture_end)

#define assert_ok(call)                                                                            \
    do {                                                                                           \
        enum oidc_rc rc_ = (call);                                                                 \
        if (rc_ != OIDC_OK) {                                                                      \
            fail_msg("%s: %d %s", #call, (int)rc_, t.ctx.err.detail ? t.ctx.err.detail : "-");     \
        }                                                                                          \
    } while (0)

#define assert_absent(call) assert_int_equal(call, OIDC_ABSENT)

/* The call failed, with that code; the context is clean again afterwards. */
#define assert_fails(call, wanted)                                                                 \
    do {                                                                                           \
        assert_int_equal(call, OIDC_FAILED);                                                       \
        assert_int_equal(t.ctx.err.code, wanted);                                                  \
        oidc_ctx_clear(&t.ctx);                                                                    \
    } while (0)

#define assert_str(s, z)                                                                           \
    do {                                                                                           \
        assert_int_equal((s).n, strlen(z));                                                        \
        assert_memory_equal((s).p, z, strlen(z));                                                  \
    } while (0)

#endif
