/* SPDX-License-Identifier: Apache-2.0 */
/* What every test of the JOSE layer begins with: a pool, a context, the system's random numbers. */
#ifndef JOSE_FIXTURE_H
#define JOSE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <apr_general.h>
#include <apr_strings.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include "oidc/ctx.h"
#include "oidc/rand.h"
#include "oidc/str.h"

static struct {
    apr_pool_t *pool;
    struct oidc_env env;
    struct oidc_ctx ctx;
    int random_fails;
    int lines;       /* log lines written */
    char line[1024]; /* the last one */
} t;

static apr_time_t fixture_now(void *baton)
{
    (void)baton;
    return apr_time_from_sec(1700000000);
}

static enum oidc_rc fixture_random(void *baton, unsigned char *out, size_t n)
{
    return t.random_fails ? OIDC_FAILED : oidc_rand_system(baton, out, n);
}

static void fixture_log(void *baton, enum oidc_level level, const char *file, int line,
                        const char *text)
{
    (void)baton;
    (void)level;
    (void)file;
    (void)line;
    t.lines++;
    apr_cpystrn(t.line, text, sizeof t.line);
}

static int fixture_start(void **state)
{
    (void)state;
    memset(&t, 0, sizeof t);
    apr_pool_create(&t.pool, NULL);
    t.env.now = fixture_now;
    t.env.random = fixture_random;
    t.env.log = fixture_log;
    oidc_ctx_init(&t.ctx, t.pool, &t.env, NULL);
    return 0;
}

/* Whatever a test provoked, OpenSSL's queue is empty: TLS code in the same thread reads it. */
static int fixture_end(void **state)
{
    (void)state;
    apr_pool_destroy(t.pool);
    return ERR_peek_error() == 0 ? 0 : -1;
}

static int fixture_group_start(void **state)
{
    (void)state;
    return apr_initialize() == APR_SUCCESS ? 0 : -1;
}

static int fixture_group_end(void **state)
{
    (void)state;
    apr_terminate();
    return 0;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_start, fixture_end)
#define RUN(tests) cmocka_run_group_tests(tests, fixture_group_start, fixture_group_end)

#define assert_ok(call)                                                                         \
    do {                                                                                        \
        if ((call) != OIDC_OK) {                                                                \
            fail_msg("%s: %s", #call, t.ctx.err.detail ? t.ctx.err.detail : "no reason given"); \
        }                                                                                       \
    } while (0)

/* Refused for that reason; the context is clean again afterwards. */
#define assert_fails(call, why)                                          \
    do {                                                                 \
        assert_int_equal((call), OIDC_FAILED);                           \
        assert_string_equal(oidc_error_row(t.ctx.err.code)->id,          \
                            oidc_error_row(OIDC_E_##why)->id);           \
        assert_non_null(t.ctx.err.detail);                               \
        oidc_ctx_clear(&t.ctx);                                          \
    } while (0)

/* Refused without a word: forged and foreign blobs, wrong signatures. */
#define assert_refused(call)                                \
    do {                                                    \
        assert_int_equal((call), OIDC_FAILED);              \
        assert_int_equal(t.ctx.err.code, OIDC_E_NONE);      \
    } while (0)

#define assert_str(s, z) assert_string_equal(oidc_str_dup(t.pool, (s)), (z))

#endif
