/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every test of the messages begins with: a pool, a context with a fixed clock, and tables of
 * cases that become one test each.
 */
#ifndef PROTO_FIXTURE_H
#define PROTO_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <apr_general.h>
#include <apr_strings.h>
#include <stdlib.h>
#include "oidc/ctx.h"
#include "oidc/form.h"
#include "oidc/http.h"
#include "oidc/json.h"
#include "oidc/rand.h"
#include "oidc/str.h"
#include "oidc/wire.h"

#define NOW 1700000000
#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static struct {
    apr_pool_t *pool;
    struct oidc_env env;
    struct oidc_ctx ctx;
    int lines; /* log lines written */
    char line[4096];
} t;

static apr_time_t fixture_now(void *baton)
{
    (void)baton;
    return apr_time_from_sec(NOW);
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
    t.env.random = oidc_rand_system;
    t.env.log = fixture_log;
    oidc_ctx_init(&t.ctx, t.pool, &t.env, NULL);
    return 0;
}

static int fixture_end(void **state)
{
    (void)state;
    apr_pool_destroy(t.pool);
    return 0;
}

/* The call failed, with that code and a detail; the context is clean again afterwards. */
#define assert_fails(call, wanted)                                                                 \
    do {                                                                                           \
        assert_int_equal(call, OIDC_FAILED);                                                       \
        if (t.ctx.err.code != (wanted)) {                                                          \
            fail_msg("%s instead of %s: %s", oidc_error_row(t.ctx.err.code)->id,                   \
                     oidc_error_row(wanted)->id, t.ctx.err.detail ? t.ctx.err.detail : "");        \
        }                                                                                          \
        assert_non_null(t.ctx.err.detail);                                                         \
        oidc_ctx_clear(&t.ctx);                                                                    \
    } while (0)

#define assert_ok(call)                                                                            \
    do {                                                                                           \
        if ((call) != OIDC_OK) {                                                                   \
            fail_msg("%s: %s", oidc_error_row(t.ctx.err.code)->id,                                 \
                     t.ctx.err.detail ? t.ctx.err.detail : "");                                    \
        }                                                                                          \
    } while (0)

#define assert_str(s, z)                                                                           \
    do {                                                                                           \
        assert_int_equal((s).n, strlen(z));                                                        \
        assert_memory_equal((s).p, z, strlen(z));                                                  \
    } while (0)

/* Equal, or both NULL. */
static inline void fixture_same(const char *name, const char *a, const char *b)
{
    if ((a || b) && (!a || !b || strcmp(a, b) != 0)) {
        fail_msg("%s: %s is not %s", name, a ? a : "(none)", b ? b : "(none)");
    }
}
#define assert_same(x, y, member) fixture_same(#member, (x)->member, (y)->member)

static inline struct oidc_form *fixture_form(const char *text)
{
    struct oidc_form *form = NULL;
    assert_ok(oidc_form_parse(&t.ctx, oidc_str_z(text), &form));
    return form;
}

static inline struct oidc_http_answer fixture_answer(int status, const char *type, const char *body)
{
    struct oidc_http_answer answer = {.status = status, .content_type = type, .max_age = -1};
    answer.body = oidc_str_z(body);
    return answer;
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, fixture_start, fixture_end)

/* Rows of a table, each of which begins with its name, as one test per row. */
struct fixture_table {
    const void *rows;
    size_t size, n;
    CMUnitTestFunction judge; /* *state is the row */
};
#define TABLE(rows, judge) {rows, sizeof(rows)[0], COUNT(rows), judge}

/* The tests and the rows of the tables as one group. once may be NULL: called before the first. */
static inline int fixture_run(const struct CMUnitTest *tests, size_t n,
                              const struct fixture_table *tables, size_t n_tables,
                              CMFixtureFunction once)
{
    static struct CMUnitTest all[512];
    size_t total = 0;
    for (; total < n; total++) {
        all[total] = tests[total];
    }
    for (size_t i = 0; i < n_tables; i++) {
        for (size_t r = 0; r < tables[i].n && total < COUNT(all); r++) {
            const char *row = (const char *)tables[i].rows + r * tables[i].size;
            const char *name;
            memcpy(&name, row, sizeof name);
            all[total++] = (struct CMUnitTest){name, tables[i].judge, fixture_start, fixture_end,
                                               (void *)(uintptr_t)row};
        }
    }
    cmocka_set_message_output(CM_OUTPUT_TAP);
    apr_initialize();
    int failures = _cmocka_run_group_tests("proto", all, total, once, NULL);
    apr_terminate();
    return failures;
}

#define RUN(tests)                                                                                 \
    int main(void)                                                                                 \
    {                                                                                              \
        return fixture_run(tests, COUNT(tests), NULL, 0, NULL);                                    \
    }
#define RUN_TABLES(tests, tables, once)                                                            \
    int main(void)                                                                                 \
    {                                                                                              \
        return fixture_run(tests, COUNT(tests), tables, COUNT(tables), once);                      \
    }

#endif
