/* SPDX-License-Identifier: Apache-2.0 */
/* Forms: decoding, limits, duplicates, encoding. */
#include "fixture.h"

#include "oidc/buf.h"
#include "oidc/form.h"

static struct oidc_form *parsed(const char *text)
{
    struct oidc_form *f = NULL;
    if (oidc_form_parse(&t.ctx, oidc_str_z(text), &f) != OIDC_OK) {
        fail_msg("%s: %s", text, t.ctx.err.detail);
    }
    return f;
}

static void field_is(const struct oidc_form *f, int i, const char *name, const char *value)
{
    assert_true(i < f->n);
    assert_string_equal(f->fields[i].name, name);
    assert_string_equal(f->fields[i].value, value);
}

static void decodes(void **state)
{
    (void)state;
    struct oidc_form *f = parsed("a=1&b=x+y%20z&%63=%C3%A9%26&empty=&none&=v&a=2&x=a=b");
    assert_int_equal(f->n, 8);
    field_is(f, 0, "a", "1");
    field_is(f, 1, "b", "x y z");
    field_is(f, 2, "c", "\xc3\xa9&");
    field_is(f, 3, "empty", "");
    field_is(f, 4, "none", "");
    field_is(f, 5, "", "v");
    field_is(f, 6, "a", "2");
    field_is(f, 7, "x", "a=b");
}

static void separators_alone_are_nothing(void **state)
{
    (void)state;
    struct oidc_form *f;
    static const char *const texts[] = {"", "&", "&&&&", NULL};
    for (int i = 0; texts[i]; i++) {
        assert_int_equal(parsed(texts[i])->n, 0);
    }
    assert_int_equal(parsed("&a=1&&b=2&")->n, 2);
    assert_ok(oidc_form_parse(&t.ctx, oidc_str(NULL, 0), &f));
    assert_int_equal(f->n, 0);
    assert_int_equal(parsed("=")->n, 1);
}

static void test_n296_bad_text_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"a=%", "a=%4", "a=%zz", "a=%4g", "%=1", "a=%00", "%00=1",
                                      "a=%ff", "a=\xff", "a=%C0%80", "a=%ED%A0%80", "a=x%\0",
                                      "ok=1&a=%", "a=%u0041", "a=%+1"};
    struct oidc_form *f;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_fails(oidc_form_parse(&t.ctx, oidc_str_z(bad[i]), &f), OIDC_E_FORM);
    }
    assert_fails(oidc_form_parse(&t.ctx, oidc_str("a=\0b", 4), &f), OIDC_E_FORM);
    /* the escape must be whole within the text, whatever stands behind it */
    assert_fails(oidc_form_parse(&t.ctx, oidc_str("a=%41", 4), &f), OIDC_E_FORM);
    assert_fails(oidc_form_parse(&t.ctx, oidc_str("a=%41", 3), &f), OIDC_E_FORM);
}

static struct oidc_str fields(int n)
{
    struct oidc_buf b;
    oidc_buf_init(&b, t.pool, 100000);
    for (int i = 0; i < n; i++) {
        oidc_buf_add_z(&b, apr_psprintf(t.pool, "&f%d=%d", i, i));
    }
    return oidc_str(b.p, b.n);
}

static void number_of_fields_is_bounded(void **state)
{
    (void)state;
    struct oidc_form *f;
    assert_ok(oidc_form_parse(&t.ctx, fields(OIDC_FORM_MAX_FIELDS - 1), &f));
    assert_ok(oidc_form_parse(&t.ctx, fields(OIDC_FORM_MAX_FIELDS), &f));
    assert_int_equal(f->n, OIDC_FORM_MAX_FIELDS);
    assert_fails(oidc_form_parse(&t.ctx, fields(OIDC_FORM_MAX_FIELDS + 1), &f), OIDC_E_FORM);
}

static void length_is_bounded(void **state)
{
    (void)state;
    struct oidc_form *f;
    char *text = apr_palloc(t.pool, OIDC_FORM_MAX_BYTES + 1);
    memset(text, 'a', OIDC_FORM_MAX_BYTES + 1);
    assert_ok(oidc_form_parse(&t.ctx, oidc_str(text, OIDC_FORM_MAX_BYTES), &f));
    assert_fails(oidc_form_parse(&t.ctx, oidc_str(text, OIDC_FORM_MAX_BYTES + 1), &f), OIDC_E_FORM);
}

static void test_n030_a_parameter_once(void **state)
{
    (void)state;
    struct oidc_form *f = parsed("state=a&code=c&state=a&st%61te2=x");
    const char *v = "old";
    assert_ok(oidc_form_get(&t.ctx, f, "code", &v));
    assert_string_equal(v, "c");
    assert_int_equal(oidc_form_get(&t.ctx, f, "none", &v), OIDC_ABSENT);
    assert_int_equal(t.ctx.err.code, OIDC_E_NONE);
    assert_int_equal(oidc_form_get(&t.ctx, f, "Code", &v), OIDC_ABSENT);
    assert_int_equal(oidc_form_get(&t.ctx, f, "state", &v), OIDC_FAILED);
    assert_int_equal(t.ctx.err.code, OIDC_E_DUPLICATE_PARAMETER);
    assert_string_equal(t.ctx.err.detail, "\"state\" came more than once");
    assert_string_equal(v, "c");
    oidc_ctx_clear(&t.ctx);
    assert_fails(oidc_form_get(&t.ctx, parsed("%73tate=1&state="), "state", &v),
                 OIDC_E_DUPLICATE_PARAMETER);
    assert_true(oidc_form_has(f, "state"));
    assert_true(oidc_form_has(f, "state2"));
    assert_false(oidc_form_has(f, "stat"));
}

static void adds_and_sets(void **state)
{
    (void)state;
    struct oidc_form *f = oidc_form_make(t.pool);
    for (int i = 0; i < 40; i++) {
        oidc_form_add(f, i % 2 ? "a" : "b", "x");
    }
    oidc_form_add(f, "none", NULL);
    assert_int_equal(f->n, 40);
    oidc_form_set(f, "a", "one");
    assert_int_equal(f->n, 21);
    field_is(f, 0, "b", "x");
    field_is(f, 1, "a", "one");
    oidc_form_set(f, "b", NULL);
    assert_int_equal(f->n, 1);
    oidc_form_set(f, "c", "new");
    assert_string_equal(oidc_form_print(t.pool, f), "a=one&c=new");
}

static void test_n222_encodes(void **state)
{
    (void)state;
    /* the example of RFC 6749 appendix B */
    assert_string_equal(oidc_form_escape(t.pool, " %&+\xc2\xa3\xe2\x82\xac"),
                        "+%25%26%2B%C2%A3%E2%82%AC");
    assert_string_equal(oidc_form_escape(t.pool, "aZ09-._~"), "aZ09-._~");
    assert_string_equal(oidc_form_escape(t.pool, "!*'();:@=$,/?#[]\r\n"),
                        "%21%2A%27%28%29%3B%3A%40%3D%24%2C%2F%3F%23%5B%5D%0D%0A");
    assert_string_equal(oidc_form_escape(t.pool, ""), "");
    struct oidc_form *f = parsed("a%26=b%3D&c=d+e");
    assert_string_equal(oidc_form_print(t.pool, f), "a%26=b%3D&c=d+e");
    assert_string_equal(oidc_form_print(t.pool, oidc_form_make(t.pool)), "");
}

static void round_trips(void **state)
{
    (void)state;
    char all[256];
    for (int i = 0; i < 127; i++) {
        all[i] = (char)(i + 1);
    }
    all[127] = '\0';
    struct oidc_form *f = oidc_form_make(t.pool);
    oidc_form_add(f, all, "\xf0\x9f\x98\x80");
    oidc_form_add(f, "", all);
    struct oidc_form *g = parsed(oidc_form_print(t.pool, f));
    assert_int_equal(g->n, 2);
    field_is(g, 0, all, "\xf0\x9f\x98\x80");
    field_is(g, 1, "", all);
    char *one;
    assert_ok(oidc_form_unescape(t.pool, oidc_str_z(oidc_form_escape(t.pool, all)), &one));
    assert_string_equal(one, all);
    assert_int_equal(oidc_form_unescape(t.pool, oidc_str_z("%4"), &one), OIDC_FAILED);
}

static void prints_behind_a_url(void **state)
{
    (void)state;
    struct oidc_form *none = oidc_form_make(t.pool), *one = parsed("a=b+c");
    static const struct {
        const char *url, *with;
    } cases[] = {
        {"https://op.test/a", "https://op.test/a?a=b+c"},
        {"https://op.test/a?", "https://op.test/a?a=b+c"},
        {"https://op.test/a?x=1", "https://op.test/a?x=1&a=b+c"},
        {"https://op.test/a?x=1&", "https://op.test/a?x=1&a=b+c"},
        {"https://op.test/a&", "https://op.test/a&?a=b+c"},
        {"https://op.test/a#x?y", "https://op.test/a?a=b+c"},
        {"", "?a=b+c"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(oidc_form_print_url(t.pool, cases[i].url, one), cases[i].with);
    }
    assert_string_equal(oidc_form_print_url(t.pool, "https://op.test/a", none),
                        "https://op.test/a");
}

static const struct CMUnitTest tests[] = {
    CASE(decodes),
    CASE(separators_alone_are_nothing),
    CASE(test_n296_bad_text_is_refused),
    CASE(number_of_fields_is_bounded),
    CASE(length_is_bounded),
    CASE(test_n030_a_parameter_once),
    CASE(adds_and_sets),
    CASE(test_n222_encodes),
    CASE(round_trips),
    CASE(prints_behind_a_url),
};

RUN(tests)
