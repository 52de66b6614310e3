/* SPDX-License-Identifier: Apache-2.0 */
/* Log lines: one line each, foreign text quoted, secrets not there at all. */
#include "fixture.h"

static void writes_what_is_wanted(void **state)
{
    (void)state;
    oidc_log(&t.ctx, OIDC_LOG_INFO, "stale copy of %s, %d s old", "x", 5);
    assert_int_equal(t.lines, 1);
    assert_string_equal(t.line, "stale copy of x, 5 s old");
    oidc_log(&t.ctx, OIDC_LOG_DEBUG, "not wanted");
    assert_int_equal(t.lines, 1);
    t.env.log_wants = NULL;
    oidc_log(&t.ctx, OIDC_LOG_TRACE, "all");
    assert_int_equal(t.lines, 2);
    t.env.log = NULL;
    oidc_log(&t.ctx, OIDC_LOG_ERROR, "nowhere");
    t.ctx.env = NULL;
    oidc_log(&t.ctx, OIDC_LOG_ERROR, "nowhere");
    assert_int_equal(t.lines, 2);
}

static void a_line_stays_one(void **state)
{
    (void)state;
    oidc_log(&t.ctx, OIDC_LOG_INFO, "a\nb\r%sc", "\x1b[2J");
    assert_string_equal(t.line, "a b  [2Jc");
}

static void quotes_foreign_text(void **state)
{
    (void)state;
    assert_string_equal(oidc_log_quote(t.pool, "plain ~"), "\"plain ~\"");
    assert_string_equal(oidc_log_quote(t.pool, "a\n\"\\\x7f\xc3\xa9"),
                        "\"a\\x0a\\x22\\x5c\\x7f\\xc3\\xa9\"");
    assert_string_equal(oidc_log_quote(t.pool, ""), "\"\"");
    assert_string_equal(oidc_log_quote(t.pool, NULL), "(none)");
    assert_string_equal(oidc_log_quote_n(t.pool, "a\0b", 3), "\"a\\x00b\"");
}

static void caps_foreign_text(void **state)
{
    (void)state;
    char text[122];
    memset(text, 'a', sizeof text);
    assert_int_equal(strlen(oidc_log_quote_n(t.pool, text, 119)), 121);
    assert_int_equal(strlen(oidc_log_quote_n(t.pool, text, 120)), 122);
    const char *cut = oidc_log_quote_n(t.pool, text, 121);
    assert_int_equal(strlen(cut), 125);
    assert_string_equal(cut + 120, "a\"...");
}

static void a_secret_shows_its_length(void **state)
{
    (void)state;
    assert_string_equal(oidc_log_secret(t.pool, 32), "(secret of 32 bytes)");
}

static const struct CMUnitTest tests[] = {
    CASE(writes_what_is_wanted), CASE(a_line_stays_one),          CASE(quotes_foreign_text),
    CASE(caps_foreign_text),     CASE(a_secret_shows_its_length),
};

RUN(tests)
