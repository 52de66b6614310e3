/* SPDX-License-Identifier: Apache-2.0 */
/* The table of errors, and the record of the first failure. */
#include "fixture.h"

#include "oidc/err.h"

static void every_row_is_sane(void **state)
{
    (void)state;
    for (int i = 1; i < OIDC_E_COUNT; i++) {
        const struct oidc_error_row *row = oidc_error_row((enum oidc_code)i);
        const char *s = row->sentence, *r = row->remedy;
        assert_true(strncmp(row->id, "OIDC-", 5) == 0);
        assert_true(row->status >= 400 && row->status < 600);
        assert_true(row->retry == 0 || row->retry == 1);
        assert_in_range(row->whom, OIDC_WHOM_USER, OIDC_WHOM_PROVIDER);
        assert_in_range(row->level, OIDC_LOG_ERROR, OIDC_LOG_INFO);
        assert_true(strlen(s) > 10 && s[strlen(s) - 1] == '.');
        assert_true(strlen(r) > 5 && r[strlen(r) - 1] == '.');
        assert_true(row->oauth[0] && !strpbrk(row->oauth, " \"\\"));
        /* RFC 6749 5.2: what error_description may hold */
        for (const char *p = s; *p; p++) {
            assert_true(*p >= 0x20 && *p < 0x7f && *p != '"' && *p != '\\');
        }
    }
}

static void rows_are_unique(void **state)
{
    (void)state;
    for (int i = 1; i < OIDC_E_COUNT; i++) {
        for (int j = 1; j < i; j++) {
            const struct oidc_error_row *a = oidc_error_row((enum oidc_code)i);
            const struct oidc_error_row *b = oidc_error_row((enum oidc_code)j);
            assert_string_not_equal(a->id, b->id);
            assert_true(a->status != b->status || strcmp(a->sentence, b->sentence) != 0);
        }
    }
}

static void unknown_code_is_internal(void **state)
{
    (void)state;
    const struct oidc_error_row *internal = oidc_error_row(OIDC_E_INTERNAL);
    assert_string_equal(internal->id, "OIDC-INTERNAL");
    assert_ptr_equal(oidc_error_row(OIDC_E_NONE), internal);
    assert_ptr_equal(oidc_error_row(OIDC_E_COUNT), internal);
    assert_ptr_equal(oidc_error_row((enum oidc_code)-1), internal);
    assert_ptr_equal(oidc_error_row((enum oidc_code)100000), internal);
}

static void zero_is_failure(void **state)
{
    (void)state;
    enum oidc_rc rc;
    memset(&rc, 0, sizeof rc);
    assert_int_equal(rc, OIDC_FAILED);
    assert_int_not_equal(OIDC_ABSENT, OIDC_OK);
}

static void first_failure_wins(void **state)
{
    (void)state;
    assert_int_equal(oidc_fail(&t.ctx, OIDC_E_STORE, "first %d", 1), OIDC_FAILED);
    int line = t.ctx.err.line;
    assert_int_equal(oidc_fail(&t.ctx, OIDC_E_CONFIG, "second"), OIDC_FAILED);
    assert_int_equal(t.ctx.err.code, OIDC_E_STORE);
    assert_string_equal(t.ctx.err.detail, "first 1");
    assert_int_equal(t.ctx.err.line, line);
    assert_non_null(strstr(t.ctx.err.file, "test_err.c"));
    oidc_ctx_clear(&t.ctx);
    assert_int_equal(t.ctx.err.code, OIDC_E_NONE);
    assert_null(t.ctx.err.detail);
}

static void failing_with_none_is_internal(void **state)
{
    (void)state;
    assert_fails(oidc_fail(&t.ctx, OIDC_E_NONE, "x"), OIDC_E_INTERNAL);
}

static void detail_is_one_bounded_line(void **state)
{
    (void)state;
    char *big = apr_palloc(t.pool, 100001);
    memset(big, 'x', 100000);
    big[100000] = '\0';
    assert_int_equal(oidc_fail(&t.ctx, OIDC_E_URL, "a\r\nb\x7f%s", big), OIDC_FAILED);
    assert_true(strlen(t.ctx.err.detail) <= 2048);
    assert_true(strncmp(t.ctx.err.detail, "a  b x", 6) == 0);
    assert_string_equal(t.ctx.err.detail + strlen(t.ctx.err.detail) - 4, "x...");
}

static const struct CMUnitTest tests[] = {
    CASE(every_row_is_sane),         CASE(rows_are_unique),    CASE(unknown_code_is_internal),
    CASE(zero_is_failure),           CASE(first_failure_wins), CASE(failing_with_none_is_internal),
    CASE(detail_is_one_bounded_line),
};

RUN(tests)
