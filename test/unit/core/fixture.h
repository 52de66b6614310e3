/* SPDX-License-Identifier: Apache-2.0 */
/* What every test of the core begins with: a pool, a context, effects that can be told to fail. */
#ifndef CORE_FIXTURE_H
#define CORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <apr_general.h>
#include <apr_strings.h>
#include <stdio.h>
#include <stdlib.h>
#include "oidc/ctx.h"
#include "oidc/str.h"

static struct {
    apr_pool_t *pool;
    struct oidc_env env;
    struct oidc_ctx ctx;
    apr_time_t now;
    int random_fails;
    int lines;        /* log lines written */
    char line[4096];  /* the last one */
    enum oidc_level at; /* the most talkative level that is wanted */
} t;

static apr_time_t fixture_now(void *baton)
{
    (void)baton;
    return t.now;
}

static enum oidc_rc fixture_random(void *baton, unsigned char *out, size_t n)
{
    (void)baton;
    memset(out, 0x5a, n);
    return t.random_fails ? OIDC_FAILED : OIDC_OK;
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

static int fixture_log_wants(void *baton, enum oidc_level level)
{
    (void)baton;
    return level <= t.at;
}

static int fixture_start(void **state)
{
    (void)state;
    memset(&t, 0, sizeof t);
    apr_pool_create(&t.pool, NULL);
    t.now = apr_time_from_sec(1700000000);
    t.at = OIDC_LOG_INFO;
    t.env.now = fixture_now;
    t.env.random = fixture_random;
    t.env.log = fixture_log;
    t.env.log_wants = fixture_log_wants;
    oidc_ctx_init(&t.ctx, t.pool, &t.env, NULL);
    return 0;
}

static int fixture_end(void **state)
{
    (void)state;
    apr_pool_destroy(t.pool);
    return 0;
}

/* The call failed, with that code; the context is clean again afterwards. */
#define assert_fails(call, wanted)                                                                 \
    do {                                                                                           \
        assert_int_equal(call, OIDC_FAILED);                                                       \
        assert_int_equal(t.ctx.err.code, wanted);                                                  \
        oidc_ctx_clear(&t.ctx);                                                                    \
    } while (0)

#define assert_ok(call) assert_int_equal(call, OIDC_OK)

#define assert_str(s, z)                                                                           \
    do {                                                                                           \
        assert_int_equal((s).n, strlen(z));                                                        \
        assert_memory_equal((s).p, z, strlen(z));                                                  \
    } while (0)

#define CASE(f) cmocka_unit_test_setup_teardown(f, fixture_start, fixture_end)

#define RUN(tests)                                                                                 \
    int main(void)                                                                                 \
    {                                                                                              \
        cmocka_set_message_output(CM_OUTPUT_TAP);                                                  \
        apr_initialize();                                                                          \
        int failures = cmocka_run_group_tests(tests, NULL, NULL);                                  \
        apr_terminate();                                                                           \
        return failures;                                                                           \
    }

/* A file below the sources, NUL-terminated. */
static inline struct oidc_str fixture_read(const char *path)
{
    const char *top = getenv("srcdir");
    char *full = apr_pstrcat(t.pool, top ? top : ".", "/", path, NULL);
    FILE *f = fopen(full, "rb");
    if (!f) {
        fail_msg("%s can't be opened", full);
    }
    fseek(f, 0, SEEK_END);
    long n = ftell(f);
    rewind(f);
    char *p = apr_palloc(t.pool, (size_t)n + 1);
    size_t got = fread(p, 1, (size_t)n, f);
    fclose(f);
    p[got] = '\0';
    return oidc_str(p, got);
}

#endif
