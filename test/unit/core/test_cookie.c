/* SPDX-License-Identifier: Apache-2.0 */
/* Cookies: walking odd headers, stripping, Set-Cookie. */
#include "fixture.h"

#include "oidc/cookie.h"

static const char *walk(const char *header)
{
    struct oidc_str name, value, all = oidc_str_z(header);
    const char *out = "";
    for (size_t pos = 0; oidc_cookie_next(all, &pos, &name, &value);) {
        out = apr_pstrcat(t.pool, out, "(", oidc_str_dup(t.pool, name), "|",
                          oidc_str_dup(t.pool, value), ")", NULL);
    }
    return out;
}

static void test_n131_n132_walks(void **state)
{
    (void)state;
    static const struct {
        const char *header, *pairs;
    } cases[] = {
        {"", ""}, {" ", ""}, {";", ""}, {"; ;", ""}, {"=", ""}, {"=x", ""}, {" = x", ""}, {"a", ""},
        {"a;b", ""}, {"a=", "(a|)"}, {"a=1", "(a|1)"}, {"a=1;", "(a|1)"}, {";a=1", "(a|1)"},
        {"a=1; b=2", "(a|1)(b|2)"}, {"a=1;b=2", "(a|1)(b|2)"}, {"a=1 ;  b = 2 ", "(a|1)(b|2)"},
        {"a=1=2", "(a|1=2)"}, {"a=\"x y\"; b=", "(a|\"x y\")(b|)"}, {"a; b=2", "(b|2)"},
        {"state_; b=2; state_x", "(b|2)"}, {"\ta=\t1\t", "(a|1)"}, {"a==", "(a|=)"},
        {"a=1,b=2", "(a|1,b=2)"}, {"; ; a=b;;; c=d ; ", "(a|b)(c|d)"}, {"a b=c", "(a b|c)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(walk(cases[i].header), cases[i].pairs);
    }
    struct oidc_str name, value;
    size_t pos = 0;
    assert_int_equal(oidc_cookie_next(oidc_str(NULL, 0), &pos, &name, &value), 0);
}

static void views_stay_within_the_header(void **state)
{
    (void)state;
    const char *text = "a=1; b=2";
    struct oidc_str value;
    char *exact = malloc(8);
    memcpy(exact, text, 8);
    for (size_t n = 0; n <= 8; n++) {
        struct oidc_str name, header = oidc_str(exact, n);
        for (size_t pos = 0; oidc_cookie_next(header, &pos, &name, &value);) {
            assert_true(value.p + value.n <= exact + n);
        }
    }
    free(exact);
}

static void finds_the_first(void **state)
{
    (void)state;
    struct oidc_str header = oidc_str_z("x=0; session=1; Session=2; session=3; sess"), value;
    assert_int_equal(oidc_cookie_find(header, oidc_str_z("session"), &value), 1);
    assert_str(value, "1");
    assert_int_equal(oidc_cookie_find(header, oidc_str_z("sess"), &value), 0);
    assert_int_equal(oidc_cookie_find(header, oidc_str_z("sessio"), &value), 0);
    assert_int_equal(oidc_cookie_find(header, oidc_str_z("sessions"), &value), 0);
    assert_int_equal(oidc_cookie_find(oidc_str(NULL, 0), oidc_str_z("x"), &value), 0);
}

static void test_n131_strips(void **state)
{
    (void)state;
    static const char *const names[] = {"session", "state", NULL};
    static const struct {
        const char *header;
        int stripped;
        const char *left;
    } cases[] = {
        {"", 0, "old"}, {"; ;", 0, "old"}, {"a=1; ;x", 0, "old"}, {"session", 0, "old"},
        {"session=1", 1, NULL}, {"session=1; state=2;", 1, NULL},
        {"a=1; session=2; b=3", 1, "a=1; b=3"},
        {"session=2;a=1", 1, "a=1"}, {"a=1;;b;  session=1; c =  2 ;", 1, "a=1; c=2"},
        {"a=;b=;c=;d=;session=1", 1, "a=; b=; c=; d="}, {"sessions=1; a=2", 0, "old"},
        {"session=1; a=1; session=2", 1, "a=1"}, {"session=1;   ;=;a", 1, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *out = "old";
        assert_int_equal(oidc_cookie_strip(t.pool, oidc_str_z(cases[i].header), names, &out),
                         cases[i].stripped);
        if (cases[i].left) {
            assert_string_equal(out, cases[i].left);
        } else {
            assert_null(out);
        }
    }
}

static void prints(void **state)
{
    (void)state;
    struct oidc_cookie c = {.name = "s", .value = "v", .path = "/"};
    assert_string_equal(oidc_cookie_print(t.pool, &c), "s=v; Path=/");
    c.expires = apr_time_from_sec(1700000000);
    c.domain = "example.com";
    c.secure = c.http_only = 1;
    c.same_site = OIDC_SAMESITE_LAX;
    assert_string_equal(oidc_cookie_print(t.pool, &c),
                        "s=v; Path=/; Expires=Tue, 14 Nov 2023 22:13:20 GMT; Domain=example.com; "
                        "Secure; HttpOnly; SameSite=Lax");
    c.same_site = OIDC_SAMESITE_STRICT;
    assert_non_null(strstr(oidc_cookie_print(t.pool, &c), "; SameSite=Strict"));
    c.same_site = OIDC_SAMESITE_NONE;
    assert_non_null(strstr(oidc_cookie_print(t.pool, &c), "; SameSite=None"));
    c.secure = 0;
    assert_null(strstr(oidc_cookie_print(t.pool, &c), "SameSite"));
}

static void deletes(void **state)
{
    (void)state;
    struct oidc_cookie c = {.name = "s", .path = "/a", .expires = 1, .http_only = 1};
    assert_string_equal(oidc_cookie_print(t.pool, &c),
                        "s=; Path=/a; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly");
}

static void nothing_foreign_ends_an_attribute(void **state)
{
    (void)state;
    struct oidc_cookie c = {.name = "s", .value = "a;b\r\nX: y", .path = "/p; Domain=evil.test\n",
                            .domain = "d\x01;x"};
    assert_string_equal(oidc_cookie_print(t.pool, &c),
                        "s=abX: y; Path=/p Domain=evil.test; Domain=dx");
}

static void names(void **state)
{
    (void)state;
    assert_true(oidc_cookie_is_name("__Host-a.b_c!#$%&'*+^`|~9"));
    static const char *const bad[] = {"", "a b", "a=b", "a;b", "a,b", "a\"", "a/b", "a(b",
        "\xc3\xa9", "a\t"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(oidc_cookie_is_name(bad[i]));
    }
    assert_false(oidc_cookie_is_name(NULL));
}

static const struct CMUnitTest tests[] = {
    CASE(test_n131_n132_walks), CASE(views_stay_within_the_header), CASE(finds_the_first),
    CASE(test_n131_strips),     CASE(prints),                       CASE(deletes),
    CASE(nothing_foreign_ends_an_attribute), CASE(names),
};

RUN(tests)
