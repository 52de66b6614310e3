/* SPDX-License-Identifier: Apache-2.0 */
/* Packed claims: rendering, trees, and reading of damaged bytes. */
#include "fixture.h"

#include "oidc/packed.h"

static const struct oidc_packed_style style = {"OIDC_CLAIM_", ","};

static json_t *doc(const char *text)
{
    json_t *d = NULL;
    assert_ok(oidc_json_parse(&t.ctx, t.pool, oidc_str_z(text), OIDC_E_URL, "x", &d));
    return d;
}

static struct oidc_str packed(const char *text, const struct oidc_packed_style *s)
{
    struct oidc_str out;
    struct oidc_packed_input in = {doc(text), OIDC_FROM_ID_TOKEN};
    assert_ok(oidc_packed_print(&t.ctx, s, &in, 1, &out));
    return out;
}

/* The only claim, rendered. */
static const char *rendered(const char *json, const char *delimiter, int *passed)
{
    struct oidc_packed_style s = {"P_", delimiter};
    struct oidc_packed_claim c;
    size_t pos = 0;
    struct oidc_str p = packed(apr_pstrcat(t.pool, "{\"c\":", json, "}", NULL), &s);
    assert_true(oidc_packed_next(p, &pos, &c));
    *passed = c.passed;
    assert_int_equal(strlen(c.text.p), c.text.n);
    const char *text = oidc_str_dup(t.pool, c.text);
    assert_false(oidc_packed_next(p, &pos, &c));
    assert_int_equal(pos, p.n);
    return text;
}

static void renders(void **state)
{
    (void)state;
    static const struct {
        const char *json, *delimiter, *text;
    } cases[] = {
        {"\"x y\"", ",", "x y"}, {"\"\"", ",", ""}, {"\"a,b\\\\\"", ",", "a,b\\"},
        {"true", ",", "1"}, {"false", ",", "0"}, {"42", ",", "42"},
        {"-9223372036854775808", ",", "-9223372036854775808"},
        {"1.5", ",", "1.5"}, {"1e10", ",", "1e+10"}, {"0.1", ",", "0.1"},
        {"3.14159265358979", ",", "3.1415927"},
        {"-0.0", ",", "-0"}, {"1.0", ",", "1"},
        {"{\"b\":[1,{\"a\":null}]}", ",", "{\"b\":[1,{\"a\":null}]}"}, {"{}", ",", "{}"},
        {"[]", ",", ""}, {"[\"a\",\"b\"]", ",", "a,b"}, {"[\"a,b\"]", ",", "a\\,b"},
        {"[\"a\\\\\",\"b\"]", ",", "a\\\\,b"}, {"[\"a\\\\,b\"]", ",", "a\\\\\\,b"},
        {"[true,false,\"x\"]", ",", "1,0,x"},
        {"[1,2.5,\"x\",null,[\"y\"],{\"z\":1},true]", ",", "1,2.5,x,1"},
        {"[null,\"a\",null]", ",", "a"},
        {"[\"a\",\"b\"]", "; ", "a; b"}, {"[\"a; b\",\"c;d\"]", "; ", "a\\; b; c;d"},
        {"[\"a\",\"b\"]", "", "ab"},
        {"[\"a\\\\\",\"b\"]", "", "a\\\\b"}, {"[\"\",\"\"]", ",", ","}, {"[\"||\"]", "|", "\\|\\|"},
        {"[\"\\n\"]", ",", "\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int passed = 0;
        assert_string_equal(rendered(cases[i].json, cases[i].delimiter, &passed), cases[i].text);
        assert_int_equal(passed, 1);
    }
    int passed = 1;
    assert_string_equal(rendered("null", ",", &passed), "");
    assert_int_equal(passed, 0);
}

static void test_n116_delimiters_are_distinct(void **state)
{
    (void)state;
    int p;
    assert_string_not_equal(rendered("[\"a,b\"]", ",", &p), rendered("[\"a\",\"b\"]", ",", &p));
    assert_string_not_equal(rendered("[\"a\\\\\",\"b\"]", ",", &p), rendered("[\"a\\\\,b\"]", ",",
        &p));
}

static void walks_sources_in_order(void **state)
{
    (void)state;
    struct oidc_packed_input in[] = {
        {doc("{\"sub\":\"u\",\"x:y z\":1}"), OIDC_FROM_ID_TOKEN},
        {doc("{}"), OIDC_FROM_TOKEN_RESPONSE},
        {doc("{\"sub\":\"v\",\"g\":[\"a\"]}"), OIDC_FROM_USERINFO},
    };
    struct oidc_str p;
    struct oidc_packed_claim c;
    size_t pos = 0;
    assert_ok(oidc_packed_print(&t.ctx, &style, in, 3, &p));
    assert_true(oidc_packed_next(p, &pos, &c));
    assert_int_equal(c.source, OIDC_FROM_ID_TOKEN);
    assert_int_equal(c.type, OIDC_PACKED_STRING);
    assert_str(c.name, "sub");
    assert_string_equal(c.header.p, "OIDC_CLAIM_sub");
    assert_string_equal(c.text.p, "u");
    assert_int_equal(c.tree.n, 0);
    assert_true(oidc_packed_next(p, &pos, &c));
    assert_str(c.name, "x:y z");
    assert_string_equal(c.header.p, "OIDC_CLAIM_x-y-z");
    assert_int_equal(c.type, OIDC_PACKED_INT);
    assert_true(oidc_packed_next(p, &pos, &c));
    assert_int_equal(c.source, OIDC_FROM_USERINFO);
    assert_string_equal(c.text.p, "v");
    assert_true(oidc_packed_next(p, &pos, &c));
    assert_int_equal(c.type, OIDC_PACKED_ARRAY);
    assert_false(oidc_packed_next(p, &pos, &c));
    assert_false(oidc_packed_next(p, &pos, &c));
}

static void styles(void **state)
{
    (void)state;
    struct oidc_packed_style other = style;
    struct oidc_str p = packed("{}", &style);
    struct oidc_packed_claim c;
    size_t pos = 0;
    assert_false(oidc_packed_next(p, &pos, &c));
    assert_true(oidc_packed_has_style(p, &style));
    other.prefix = "OIDC_CLAIM";
    assert_false(oidc_packed_has_style(p, &other));
    other.prefix = style.prefix;
    other.delimiter = ";";
    assert_false(oidc_packed_has_style(p, &other));
    assert_false(oidc_packed_has_style(oidc_str(NULL, 0), &style));
    struct oidc_packed_style none = {NULL, NULL};
    assert_true(oidc_packed_has_style(packed("{}", &none), &none));
    /* another version */
    char *bytes = apr_pmemdup(t.pool, p.p, p.n);
    bytes[0]++;
    pos = 0;
    assert_false(oidc_packed_has_style(oidc_str(bytes, p.n), &style));
    assert_false(oidc_packed_next(oidc_str(bytes, p.n), &pos, &c));
}

static void a_header_without_a_name_is_not_passed(void **state)
{
    (void)state;
    struct oidc_packed_style bare = {"", ","};
    struct oidc_packed_claim c;
    size_t pos = 0;
    struct oidc_str p = packed("{\"\":\"x\",\"a\":\"y\"}", &bare);
    assert_true(oidc_packed_next(p, &pos, &c));
    assert_int_equal(c.passed, 0);
    assert_true(oidc_packed_next(p, &pos, &c));
    assert_int_equal(c.passed, 1);
    assert_string_equal(c.header.p, "a");
}

static struct oidc_packed_claim only(struct oidc_str p)
{
    struct oidc_packed_claim c;
    size_t pos = 0;
    assert_true(oidc_packed_next(p, &pos, &c));
    return c;
}

static void trees(void **state)
{
    (void)state;
    char *long_string = apr_psprintf(t.pool, "%0300d", 7);
    const char *text = apr_pstrcat(
        t.pool,
            "{\"c\":{\"n\":null,\"t\":true,\"f\":false,\"i\":-5,\"r\":2.25,\"s\":\"x\",\"l\":\"",
        long_string, "\",\"a\":[1,[],{}],\"\":\"e\"}}", NULL);
    struct oidc_str rest = only(packed(text, &style)).tree, name, members, items;
    struct oidc_packed_node n, m;
    assert_true(oidc_packed_node_read(&rest, &n));
    assert_int_equal(n.type, OIDC_PACKED_OBJECT);
    assert_int_equal(rest.n, 0);
    members = n.body;
    static const struct {
        const char *name;
        enum oidc_packed_type type;
    } want[] = {{"n", OIDC_PACKED_NULL}, {"t", OIDC_PACKED_TRUE}, {"f", OIDC_PACKED_FALSE},
                {"i", OIDC_PACKED_INT}, {"r", OIDC_PACKED_REAL}, {"s", OIDC_PACKED_STRING},
                {"l", OIDC_PACKED_STRING}, {"a", OIDC_PACKED_ARRAY}, {"", OIDC_PACKED_STRING}};
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        assert_true(oidc_packed_member_read(&members, &name, &m));
        assert_str(name, want[i].name);
        assert_int_equal(m.type, want[i].type);
        if (m.type == OIDC_PACKED_INT) {
            assert_int_equal(oidc_packed_int(&m), -5);
        } else if (m.type == OIDC_PACKED_REAL) {
            assert_true(oidc_packed_real(&m) == 2.25);
        } else if (*want[i].name == 'l') {
            assert_str(m.body, long_string);
        } else if (m.type == OIDC_PACKED_ARRAY) {
            items = m.body;
        }
    }
    assert_false(oidc_packed_member_read(&members, &name, &m));
    assert_true(oidc_packed_node_read(&items, &m));
    assert_int_equal(oidc_packed_int(&m), 1);
    assert_true(oidc_packed_node_read(&items, &m));
    assert_int_equal(m.type, OIDC_PACKED_ARRAY);
    assert_int_equal(m.body.n, 0);
    assert_true(oidc_packed_node_read(&items, &m));
    assert_int_equal(m.type, OIDC_PACKED_OBJECT);
    assert_false(oidc_packed_node_read(&items, &m));
}

static void string_lengths_around_the_short_form(void **state)
{
    (void)state;
    for (int n = 126; n <= 130; n++) {
        char *s = apr_psprintf(t.pool, "%0*d", n, 3);
        struct oidc_str rest =
            only(packed(apr_pstrcat(t.pool, "{\"c\":[\"", s, "\"]}", NULL), &style)).tree;
        struct oidc_packed_node a, m;
        assert_true(oidc_packed_node_read(&rest, &a));
        rest = a.body;
        assert_true(oidc_packed_node_read(&rest, &m));
        assert_str(m.body, s);
        assert_int_equal(rest.n, 0);
    }
}

static void numbers_of_other_nodes_are_zero(void **state)
{
    (void)state;
    struct oidc_packed_node n = {OIDC_PACKED_STRING, oidc_str("x", 1)};
    assert_int_equal(oidc_packed_int(&n), 0);
    assert_true(oidc_packed_real(&n) == 0);
}

static void a_set_that_is_too_large_is_refused(void **state)
{
    (void)state;
    json_t *d = oidc_json_object(t.pool);
    struct oidc_packed_input in = {d, OIDC_FROM_USERINFO};
    struct oidc_str p;
    char *s = apr_palloc(t.pool, OIDC_PACKED_MAX + 1);
    memset(s, 'x', OIDC_PACKED_MAX);
    s[OIDC_PACKED_MAX] = '\0';
    oidc_json_put_string(d, "c", s);
    assert_fails(oidc_packed_print(&t.ctx, &style, &in, 1, &p), OIDC_E_TOO_LARGE);
    s[OIDC_PACKED_MAX - 100] = '\0';
    oidc_json_put_string(d, "c", s);
    assert_ok(oidc_packed_print(&t.ctx, &style, &in, 1, &p));
    assert_int_equal(only(p).text.n, OIDC_PACKED_MAX - 100);
    json_object_clear(d);
    s[0x10000] = '\0';
    oidc_json_put_int(d, s, 1);
    assert_fails(oidc_packed_print(&t.ctx, &style, &in, 1, &p), OIDC_E_TOO_LARGE);
    json_object_clear(d);
    json_t *deep = json_array();
    for (int i = 0; i < 200; i++) {
        json_t *outer = json_array();
        json_array_append_new(outer, deep);
        deep = outer;
    }
    json_object_set_new(d, "c", deep);
    assert_fails(oidc_packed_print(&t.ctx, &style, &in, 1, &p), OIDC_E_TOO_LARGE);
}

static void two_thousand_groups_fit(void **state)
{
    (void)state;
    json_t *d = oidc_json_object(t.pool), *a = json_array();
    struct oidc_packed_input in = {d, OIDC_FROM_USERINFO};
    struct oidc_str p;
    for (int i = 0; i < 2000; i++) {
        json_array_append_new(a, json_string(apr_psprintf(t.pool, "department-%d/team", i)));
    }
    json_object_set_new(d, "groups", a);
    assert_ok(oidc_packed_print(&t.ctx, &style, &in, 1, &p));
    struct oidc_packed_node n, m;
    struct oidc_str rest = only(p).tree;
    assert_true(oidc_packed_node_read(&rest, &n));
    int count = 0;
    for (rest = n.body; oidc_packed_node_read(&rest, &m);) {
        count++;
    }
    assert_int_equal(count, 2000);
}

/* Reads everything there is: the sanitizers watch the bounds. Returns the number of claims. */
static int read_all(struct oidc_str p, int depth);

static void read_node(struct oidc_packed_node n, int depth)
{
    struct oidc_packed_node m;
    struct oidc_str name;
    volatile unsigned sum = 0;
    for (size_t i = 0; i < n.body.n; i++) {
        sum = sum + (unsigned char)n.body.p[i];
    }
    (void)sum;
    if (depth > 40 || (n.type != OIDC_PACKED_ARRAY && n.type != OIDC_PACKED_OBJECT)) {
        return;
    }
    for (struct oidc_str rest = n.body; n.type == OIDC_PACKED_ARRAY
                                            ? oidc_packed_node_read(&rest, &m)
                                            : oidc_packed_member_read(&rest, &name, &m);) {
        read_node(m, depth + 1);
    }
}

static int read_all(struct oidc_str p, int depth)
{
    struct oidc_packed_claim c;
    struct oidc_packed_node n;
    int count = 0;
    for (size_t pos = 0; oidc_packed_next(p, &pos, &c); count++) {
        assert_true(strlen(c.header.p) <= c.header.n);
        assert_true(strlen(c.text.p) <= c.text.n);
        struct oidc_str tree = c.tree;
        if (oidc_packed_node_read(&tree, &n)) {
            read_node(n, depth);
        }
    }
    return count;
}

static void test_n140_damage(void **state)
{
    (void)state;
    struct oidc_str p = packed("{\"s\":\"x\",\"a\":[\"y\",{\"z\":[1,2.5]}],"
                               "\"o\":{\"k\":{\"l\":true}}}", &style);
    assert_int_equal(read_all(p, 0), 3);
    /* each prefix, in memory of exactly that size */
    for (size_t n = 0; n < p.n; n++) {
        char *cut = malloc(n ? n : 1);
        memcpy(cut, p.p, n);
        assert_true(read_all(oidc_str(cut, n), 0) < 3);
        free(cut);
    }
    /* each byte set to each value */
    char *bytes = malloc(p.n);
    memcpy(bytes, p.p, p.n);
    for (size_t i = 0; i < p.n; i++) {
        for (int v = 0; v < 256; v++) {
            bytes[i] = (char)v;
            read_all(oidc_str(bytes, p.n), 0);
        }
        bytes[i] = p.p[i];
    }
    struct oidc_packed_claim c;
    size_t pos = p.n + 5;
    assert_false(oidc_packed_next(p, &pos, &c));
    pos = SIZE_MAX;
    assert_false(oidc_packed_next(p, &pos, &c));
    free(bytes);
}

/* The record of one claim with another byte in the place of its source or its type. */
static int reads_with(size_t at, unsigned char byte)
{
    struct oidc_packed_claim c;
    struct oidc_str p = packed("{\"s\":\"x\"}", &(struct oidc_packed_style){"", ""});
    size_t pos = 0;
    char *bytes = apr_pmemdup(t.pool, p.p, p.n);
    bytes[5 + at] = (char)byte;
    return oidc_packed_next(oidc_str(bytes, p.n), &pos, &c);
}

static void test_n140_unknown_sources_and_types(void **state)
{
    (void)state;
    for (int byte = 0; byte < 256; byte++) {
        assert_int_equal(reads_with(0, (unsigned char)byte), byte == 1 || byte == 2 || byte == 4);
        assert_int_equal(reads_with(1, (unsigned char)byte), (byte & 0x7f) <= OIDC_PACKED_OBJECT);
    }
}

static void damaged_nodes(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t n;
    } bad[] = {{"", 0}, {"\x08", 1}, {"\xff", 1}, {"\x08\x01" "a", 3}, {"\x05", 1}, {"\x05\x01", 2},
        {"\x05\x80\x00\x00", 4},
               {"\x05\x80\x00\x00\x01", 5}, {"\x05\xff\xff\xff\xff", 5}, {"\x03" "1234567", 8},
               {"\x04", 1},
               {"\x06\x02" "a", 3}, {"\x07\x7f", 2}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct oidc_packed_node n;
        struct oidc_str name, rest = oidc_str(bad[i].bytes, bad[i].n), whole = rest;
        assert_false(oidc_packed_node_read(&rest, &n));
        assert_false(oidc_packed_member_read(&whole, &name, &n));
    }
}

static const struct CMUnitTest tests[] = {
    CASE(renders),
    CASE(test_n116_delimiters_are_distinct),
    CASE(walks_sources_in_order),
    CASE(styles),
    CASE(a_header_without_a_name_is_not_passed),
    CASE(trees),
    CASE(string_lengths_around_the_short_form),
    CASE(numbers_of_other_nodes_are_zero),
    CASE(a_set_that_is_too_large_is_refused),
    CASE(two_thousand_groups_fit),
    CASE(test_n140_damage),
    CASE(test_n140_unknown_sources_and_types),
    CASE(damaged_nodes),
};

RUN(tests)
