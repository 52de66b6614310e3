/* SPDX-License-Identifier: Apache-2.0 */
/* JSON: limits at n-1, n, n+1; what is refused; typed reading; building. */
#include "fixture.h"

#include "oidc/buf.h"
#include "oidc/json.h"

static json_t *parsed(const char *text)
{
    json_t *doc = NULL;
    if (oidc_json_parse(&t.ctx, t.pool, oidc_str_z(text), OIDC_E_TOKEN_RESPONSE, "the answer", &doc)
        != OIDC_OK) {
        fail_msg("%s: %s", text, t.ctx.err.detail);
    }
    return doc;
}

static void refused(struct oidc_str text)
{
    json_t *doc;
    assert_fails(
        oidc_json_parse(&t.ctx, t.pool, text, OIDC_E_TOKEN_RESPONSE, "the answer", &doc),
        OIDC_E_TOKEN_RESPONSE);
}

static void parses_and_prints(void **state)
{
    (void)state;
    const char *text = "{\"b\":1,\"a\":[true,null,\"\xc3\xa9\"],\"c\":{\"x\":1.5}}";
    assert_string_equal(oidc_json_print(t.pool, parsed(text)), text);
    assert_string_equal(oidc_json_print(t.pool, parsed(" {} \n")), "{}");
    assert_null(oidc_json_print(t.pool, NULL));
    assert_string_equal(oidc_json_print(t.pool, json_object_get(parsed("{\"a\":\"x\"}"), "a")),
                        "\"x\"");
}

static void test_n060_strict_grammar(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", " ", "null", "true", "1", "\"x\"", "[]", "[1]", "{", "}", "{}x", "{}{}", "{} ,",
        "{'a':1}",
        "{\"a\":1,}", "{\"a\":1 \"b\":2}", "{\"a\":01}", "{\"a\":+1}", "{\"a\":.5}", "{\"a\":1.}",
        "{\"a\":NaN}", "{\"a\":Infinity}", "{\"a\":1e999}", "{\"a\":99999999999999999999}",
        "{\"a\":\"\\u0000\"}", "{\"\\u0000\":1}", "{\"a\":\"\\ud800\"}", "{\"a\":\"\\x41\"}",
        "{\"a\":1,\"a\":1}", "{\"a\":1,\"\\u0061\":2}", "\xef\xbb\xbf{}", "{\"a\":\"\xff\"}",
        "{\"a\":\"\xc0\x80\"}", "{\"a\":\"\xed\xa0\x80\"}", "{\"a\":\"\n\"}", "{\"a\":1}//x",
        "{\"a\"",
        "{\"a\":\"x", "{\"a\":\"x\\", "{\"a\":tru}", "<html>", "{\"a\":{\"b\":1,\"b\":2}}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        refused(oidc_str_z(bad[i]));
    }
    refused(oidc_str("{}\0", 3));
    refused(oidc_str("{\"a\":\"x\0y\"}", 11));
    refused(oidc_str(NULL, 0));
}

static void the_detail_shows_nothing_of_the_text(void **state)
{
    (void)state;
    json_t *doc;
    const char *text = "{\"access_token\":s3cret}";
    assert_int_equal(oidc_json_parse(&t.ctx, t.pool, oidc_str_z(text), OIDC_E_TOKEN_RESPONSE,
                                     "the answer", &doc),
                     OIDC_FAILED);
    assert_null(strstr(t.ctx.err.detail, "s3cret"));
    assert_non_null(strstr(t.ctx.err.detail, "the answer of 23 bytes is not valid JSON at line 1"));
}

/* {"a":[[...]]} with that many levels in all */
static struct oidc_str nested(int levels)
{
    struct oidc_buf b;
    oidc_buf_init(&b, t.pool, 1 << 20);
    oidc_buf_add_z(&b, "{\"a\":");
    for (int i = 1; i < levels; i++) {
        oidc_buf_add_char(&b, '[');
    }
    oidc_buf_add_z(&b, levels > 1 ? "" : "1");
    for (int i = 1; i < levels; i++) {
        oidc_buf_add_char(&b, ']');
    }
    oidc_buf_add_char(&b, '}');
    return oidc_str(b.p, b.n);
}

static void test_n061_depth_limit(void **state)
{
    (void)state;
    json_t *doc;
    for (int levels = 1; levels <= OIDC_JSON_MAX_DEPTH; levels++) {
        assert_ok(oidc_json_parse(&t.ctx, t.pool, nested(levels), OIDC_E_URL, "x", &doc));
    }
    refused(nested(OIDC_JSON_MAX_DEPTH + 1));
    refused(nested(100000));
    assert_int_equal(oidc_json_parse(&t.ctx, t.pool, nested(33), OIDC_E_URL, "x", &doc),
                     OIDC_FAILED);
    assert_string_equal(t.ctx.err.detail, "x is nested too deeply");
}

static void brackets_in_strings_do_not_count(void **state)
{
    (void)state;
    struct oidc_buf b;
    oidc_buf_init(&b, t.pool, 1 << 20);
    oidc_buf_add_z(&b, "{\"a\":\"");
    for (int i = 0; i < 30000; i++) {
        oidc_buf_add_z(&b, i % 2 ? "[,\\\"" : "{,\\\\");
    }
    oidc_buf_add_z(&b, "\"}");
    json_t *doc;
    assert_ok(oidc_json_parse(&t.ctx, t.pool, oidc_str(b.p, b.n), OIDC_E_URL, "x", &doc));
}

/* an object of one array of n numbers: its two brackets and n - 1 commas are n + 1 members */
static struct oidc_str wide(int n)
{
    struct oidc_buf b;
    oidc_buf_init(&b, t.pool, 1 << 20);
    oidc_buf_add_z(&b, "{\"a\":[0");
    for (int i = 1; i < n; i++) {
        oidc_buf_add_z(&b, ",0");
    }
    oidc_buf_add_z(&b, "]}");
    return oidc_str(b.p, b.n);
}

static void test_n095_member_limit(void **state)
{
    (void)state;
    json_t *doc;
    assert_ok(oidc_json_parse(&t.ctx, t.pool, wide(2000), OIDC_E_URL, "x", &doc));
    assert_ok(oidc_json_parse(&t.ctx, t.pool, wide(OIDC_JSON_MAX_MEMBERS - 2), OIDC_E_URL, "x",
                              &doc));
    assert_ok(oidc_json_parse(&t.ctx, t.pool, wide(OIDC_JSON_MAX_MEMBERS - 1), OIDC_E_URL, "x",
                              &doc));
    refused(wide(OIDC_JSON_MAX_MEMBERS));
    assert_int_equal(oidc_json_parse(&t.ctx, t.pool, wide(OIDC_JSON_MAX_MEMBERS), OIDC_E_URL, "x",
                                     &doc),
                     OIDC_FAILED);
    assert_string_equal(t.ctx.err.detail, "x has too many members");
}

static void string_limit(void **state)
{
    (void)state;
    json_t *doc;
    for (int more = -1; more <= 1; more++) {
        size_t n = (size_t)(OIDC_JSON_MAX_STRING + more);
        char *text = apr_palloc(t.pool, n + 8);
        memcpy(text, "{\"a\":\"", 6);
        memset(text + 6, 'x', n);
        memcpy(text + 6 + n, "\"}", 2);
        if (more <= 0) {
            assert_ok(oidc_json_parse(&t.ctx, t.pool, oidc_str(text, n + 8), OIDC_E_URL, "x",
                &doc));
        } else {
            refused(oidc_str(text, n + 8));
            refused(oidc_str(text, n + 6)); /* without an end as well */
        }
    }
}

static void typed_strings_booleans_containers(void **state)
{
    (void)state;
    json_t *doc = parsed("{\"s\":\"x\",\"e\":\"\",\"n\":null,\"i\":1,\"t\":true,\"f\":false,"
                         "\"o\":{\"a\":1},\"a\":[1]}");
    const char *s = "old";
    const json_t *v = NULL;
    int b = 7;
    assert_ok(oidc_json_get_string(doc, "s", &s));
    assert_string_equal(s, "x");
    assert_ok(oidc_json_get_string(doc, "e", &s));
    assert_string_equal(s, "");
    assert_int_equal(oidc_json_get_string(doc, "n", &s), OIDC_ABSENT);
    assert_int_equal(oidc_json_get_string(doc, "none", &s), OIDC_ABSENT);
    assert_int_equal(oidc_json_get_string(doc, "i", &s), OIDC_FAILED);
    assert_int_equal(oidc_json_get_string(doc, "a", &s), OIDC_FAILED);
    assert_ok(oidc_json_get_bool(doc, "t", &b));
    assert_int_equal(b, 1);
    assert_ok(oidc_json_get_bool(doc, "f", &b));
    assert_int_equal(b, 0);
    assert_int_equal(oidc_json_get_bool(doc, "i", &b), OIDC_FAILED);
    assert_int_equal(oidc_json_get_bool(doc, "s", &b), OIDC_FAILED);
    assert_int_equal(oidc_json_get_bool(doc, "n", &b), OIDC_ABSENT);
    assert_ok(oidc_json_get_object(doc, "o", &v));
    assert_int_equal(json_object_size(v), 1);
    assert_int_equal(oidc_json_get_object(doc, "a", &v), OIDC_FAILED);
    assert_int_equal(oidc_json_get_object(doc, "none", &v), OIDC_ABSENT);
    assert_ok(oidc_json_get_array(doc, "a", &v));
    assert_int_equal(json_array_size(v), 1);
    assert_int_equal(oidc_json_get_array(doc, "o", &v), OIDC_FAILED);
    assert_int_equal(oidc_json_get_array(doc, "n", &v), OIDC_ABSENT);
}

static void test_n078_times(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        enum oidc_rc rc;
        apr_int64_t v;
    } cases[] = {
        {"0", OIDC_OK, 0}, {"1700000000", OIDC_OK, 1700000000}, {"1.9", OIDC_OK, 1},
        {"1700000000.999", OIDC_OK, 1700000000}, {"2147483648", OIDC_OK, APR_INT64_C(2147483648)},
        {"4294967296", OIDC_OK, APR_INT64_C(4294967296)}, {"1.7e9", OIDC_OK, 1700000000},
        {"253402300799", OIDC_OK, APR_INT64_C(253402300799)},
        {"253402300798", OIDC_OK, APR_INT64_C(253402300798)}, {"253402300800", OIDC_FAILED, 0},
        {"253402300799.5", OIDC_OK, APR_INT64_C(253402300799)},
        {"253402300800.0", OIDC_FAILED, 0}, {"1e300", OIDC_FAILED, 0},
        {"9223372036854775807", OIDC_FAILED, 0}, {"-1", OIDC_FAILED, 0}, {"-0.5", OIDC_FAILED, 0},
        {"-1e300", OIDC_FAILED, 0}, {"\"1700000000\"", OIDC_FAILED, 0}, {"true", OIDC_FAILED, 0},
        {"[]", OIDC_FAILED, 0}, {"{}", OIDC_FAILED, 0}, {"null", OIDC_ABSENT, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        apr_int64_t v = 0;
        json_t *doc = parsed(apr_pstrcat(t.pool, "{\"exp\":", cases[i].json, "}", NULL));
        assert_int_equal(oidc_json_get_time(doc, "exp", &v), cases[i].rc);
        assert_true(v == cases[i].v);
    }
}

static void seconds(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        enum oidc_rc rc;
        apr_int64_t v;
    } cases[] = {
        {"3600", OIDC_OK, 3600}, {"\"3600\"", OIDC_OK, 3600}, {"0", OIDC_OK, 0},
        {"\"0\"", OIDC_OK, 0}, {"2147483648", OIDC_OK, APR_INT64_C(2147483648)},
        {"\"2147483648\"", OIDC_OK, APR_INT64_C(2147483648)}, {"2147483649", OIDC_FAILED, 0},
        {"\"2147483649\"", OIDC_FAILED, 0}, {"2147483649.0", OIDC_FAILED, 0},
        {"-1", OIDC_FAILED, 0},
        {"\"-1\"", OIDC_FAILED, 0}, {"\"\"", OIDC_FAILED, 0}, {"\"3600 \"", OIDC_FAILED, 0},
        {"\"1h\"", OIDC_FAILED, 0}, {"\"0x10\"", OIDC_FAILED, 0}, {"59.9", OIDC_OK, 59},
        {"true", OIDC_FAILED, 0}, {"[]", OIDC_FAILED, 0}, {"null", OIDC_ABSENT, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        apr_int64_t v = 0;
        json_t *doc = parsed(apr_pstrcat(t.pool, "{\"e\":", cases[i].json, "}", NULL));
        assert_int_equal(oidc_json_get_seconds(doc, "e", &v), cases[i].rc);
        assert_true(v == cases[i].v);
    }
}

static void has_string(void **state)
{
    (void)state;
    json_t *doc = parsed("{\"a\":[\"x\",1,null,[\"z\"],\"y\"],\"s\":\"x\",\"e\":[],\"n\":1}");
    assert_true(oidc_json_has_string(doc, "a", "x"));
    assert_true(oidc_json_has_string(doc, "a", "y"));
    assert_false(oidc_json_has_string(doc, "a", "z"));
    assert_false(oidc_json_has_string(doc, "a", "1"));
    assert_false(oidc_json_has_string(doc, "a", "X"));
    assert_true(oidc_json_has_string(doc, "s", "x"));
    assert_false(oidc_json_has_string(doc, "s", "xx"));
    assert_false(oidc_json_has_string(doc, "e", "x"));
    assert_false(oidc_json_has_string(doc, "n", "1"));
    assert_false(oidc_json_has_string(doc, "none", "x"));
}

static void builds(void **state)
{
    (void)state;
    static const char *const list[] = {"a", "b", NULL};
    json_t *doc = oidc_json_object(t.pool);
    oidc_json_put_string(doc, "s", "x\"<");
    oidc_json_put_string(doc, "none", NULL);
    oidc_json_put_string(doc, "broken", "\xff");
    oidc_json_put_int(doc, "i", APR_INT64_C(-9007199254740993));
    oidc_json_put_bool(doc, "t", 5);
    oidc_json_put_bool(doc, "f", 0);
    oidc_json_put_strings(doc, "l", list);
    oidc_json_put_strings(doc, "empty", NULL);
    oidc_json_put_copy(doc, "c", json_object_get(doc, "l"));
    oidc_json_put_copy(doc, "nocopy", NULL);
    json_array_clear(json_object_get(doc, "l"));
    assert_string_equal(oidc_json_print(t.pool, doc),
                        "{\"s\":\"x\\\"<\",\"i\":-9007199254740993,\"t\":true,\"f\":false,\"l\":[],"
                        "\"empty\":[],\"c\":[\"a\",\"b\"]}");
    assert_null(oidc_json_own(t.pool, NULL));
}

static const struct CMUnitTest tests[] = {
    CASE(parses_and_prints),
    CASE(test_n060_strict_grammar),
    CASE(the_detail_shows_nothing_of_the_text),
    CASE(test_n061_depth_limit),
    CASE(brackets_in_strings_do_not_count),
    CASE(test_n095_member_limit),
    CASE(string_limit),
    CASE(typed_strings_booleans_containers),
    CASE(test_n078_times),
    CASE(seconds),
    CASE(has_string),
    CASE(builds),
};

RUN(tests)
