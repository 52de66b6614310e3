/* SPDX-License-Identifier: Apache-2.0 */
/* Views: comparing, words, UTF-8, numbers. */
#include "fixture.h"

static struct oidc_str z(const char *text)
{
    return oidc_str_z(text);
}

static void equality(void **state)
{
    (void)state;
    assert_true(oidc_str_eq(z(NULL), z("")));
    assert_true(oidc_str_eq(z("ab"), z("ab")));
    assert_false(oidc_str_eq(z("ab"), z("aB")));
    assert_false(oidc_str_eq(z("ab"), z("abc")));
    assert_true(oidc_str_eq_case(z("aBz[@"), z("AbZ[@")));
    assert_false(oidc_str_eq_case(z("["), z("{")));
    assert_false(oidc_str_eq_case(z("@"), z("`")));
    assert_true(oidc_str_starts(z("abc"), z("ab")));
    assert_true(oidc_str_starts(z("abc"), z("")));
    assert_false(oidc_str_starts(z("ab"), z("abc")));
}

static void test_n212_secret_equality(void **state)
{
    (void)state;
    assert_true(oidc_str_eq_secret(z("secret"), z("secret")));
    assert_false(oidc_str_eq_secret(z("secret"), z("secreT")));
    assert_false(oidc_str_eq_secret(z("secret"), z("Secret")));
    assert_false(oidc_str_eq_secret(z("secret"), z("secrets")));
    assert_true(oidc_str_eq_secret(oidc_str("a\0b", 3), oidc_str("a\0b", 3)));
    assert_false(oidc_str_eq_secret(oidc_str("a\0b", 3), oidc_str("a\0c", 3)));
    assert_true(oidc_str_eq_secret_z("a", "a"));
    assert_false(oidc_str_eq_secret_z(NULL, NULL));
    assert_false(oidc_str_eq_secret_z("", NULL));
    assert_false(oidc_str_eq_secret_z(NULL, "a"));
    /* each single bit decides */
    for (int bit = 0; bit < 8; bit++) {
        char a = 'x', b = (char)('x' ^ (1 << bit));
        assert_false(oidc_str_eq_secret(oidc_str(&a, 1), oidc_str(&b, 1)));
    }
}

static void copies(void **state)
{
    (void)state;
    assert_string_equal(oidc_str_dup(t.pool, oidc_str("abcdef", 3)), "abc");
    assert_string_equal(oidc_str_dup(t.pool, z(NULL)), "");
    const unsigned char bytes[] = {0x00, 0x7f, 0xff, 0xa5};
    assert_string_equal(oidc_str_hex(t.pool, bytes, 4), "007fffa5");
    assert_string_equal(oidc_str_hex(t.pool, bytes, 0), "");
}

static void words(void **state)
{
    (void)state;
    assert_true(oidc_str_same_words("code id_token", "id_token code"));
    assert_true(oidc_str_same_words(" code  id_token ", "id_token code"));
    assert_true(oidc_str_same_words("", NULL));
    assert_true(oidc_str_same_words("a a", "a"));
    assert_false(oidc_str_same_words("code", "code id_token"));
    assert_false(oidc_str_same_words("code token", "code id_token"));
    assert_true(oidc_str_has_word("openid profile", "profile"));
    assert_true(oidc_str_has_word("openid", "openid"));
    assert_false(oidc_str_has_word("openid profile", "prof"));
    assert_false(oidc_str_has_word("openid", "openi"));
    assert_false(oidc_str_has_word("openid", ""));
    assert_false(oidc_str_has_word(NULL, "openid"));
    assert_false(oidc_str_has_word("Openid", "openid"));
}

static void utf8(void **state)
{
    (void)state;
    static const char *const good[] = {"",         "plain",        "\xc2\x80",         "\xdf\xbf",
                                       "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
                                       "\xef\xbf\xbf",
                                       "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"};
    static const char *const bad[] = {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2 ",
                                      "\xe0\x9f\xbf", "\xe0\xa0", "\xed\xa0\x80", "\xed\xbf\xbf",
                                      "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
                                      "\xf0\x90\x80", "\xff", "\xfe", "a\xc3", "\xe2\x28\xa1"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(oidc_str_is_utf8(z(good[i])));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(oidc_str_is_utf8(z(bad[i])));
    }
    assert_false(oidc_str_is_utf8(oidc_str("a\0b", 3)));
}

static void printable(void **state)
{
    (void)state;
    assert_true(oidc_str_is_printable(z("aZ ~\xc3\xa9")));
    for (int c = 0; c < 256; c++) {
        char byte = (char)c;
        assert_int_equal(oidc_str_is_printable(oidc_str(&byte, 1)), c >= 0x20 && c != 0x7f);
    }
}

static void latin1(void **state)
{
    (void)state;
    assert_string_equal(oidc_str_latin1(t.pool, z("caf\xc3\xa9 \xc3\xbf")), "caf\xe9 \xff");
    assert_string_equal(oidc_str_latin1(t.pool, z("\xc4\x80\xe2\x82\xac\xf0\x9f\x98\x80")), "???");
    assert_string_equal(oidc_str_latin1(t.pool, z("a\xc3")), "a?");
    assert_string_equal(oidc_str_latin1(t.pool, z("")), "");
}

static void integers(void **state)
{
    (void)state;
    apr_int64_t v = 7;
    assert_true(oidc_str_to_int64(z("0"), 0, 10, &v));
    assert_int_equal(v, 0);
    assert_true(oidc_str_to_int64(z("-9223372036854775808"), APR_INT64_MIN, APR_INT64_MAX, &v));
    assert_true(v == APR_INT64_MIN);
    assert_true(oidc_str_to_int64(z("9223372036854775807"), APR_INT64_MIN, APR_INT64_MAX, &v));
    assert_true(v == APR_INT64_MAX);
    assert_true(oidc_str_to_int64(z("10"), 0, 10, &v));
    v = 7;
    static const char *const bad[] = {"", "-", "+5", "05", "00", "-0", " 5", "5 ", "5abc", "0x5",
                                      "1e3", "5.0", "9223372036854775808", "-9223372036854775809",
                                      "99999999999999999999999", "--5", "11", "-1", "5\n"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int wide = bad[i][0] == '9' || (bad[i][0] == '-' && bad[i][1] == '9');
        assert_false(oidc_str_to_int64(z(bad[i]), wide ? APR_INT64_MIN : 0,
                                       wide ? APR_INT64_MAX : 10, &v));
    }
    assert_false(oidc_str_to_int64(oidc_str("5\0", 2), 0, 10, &v));
    assert_int_equal(v, 7);
}

static const struct CMUnitTest tests[] = {
    CASE(equality), CASE(test_n212_secret_equality), CASE(copies), CASE(words), CASE(utf8),
    CASE(printable), CASE(latin1), CASE(integers),
};

RUN(tests)
