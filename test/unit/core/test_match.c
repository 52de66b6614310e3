/* SPDX-License-Identifier: Apache-2.0 */
/* `Require claim`: every form, every type, and what must not match. */
#include "fixture.h"

#include <regex.h>
#include "oidc/buf.h"
#include "oidc/match.h"

static apr_status_t regex_end(void *re)
{
    regfree(re);
    return APR_SUCCESS;
}

static void *regex_compile(apr_pool_t *pool, const char *pattern, const char **error)
{
    regex_t *re = apr_palloc(pool, sizeof *re);
    if (regcomp(re, pattern, REG_EXTENDED | REG_NOSUB) != 0) {
        *error = "bad expression";
        return NULL;
    }
    apr_pool_cleanup_register(pool, re, regex_end, apr_pool_cleanup_null);
    return re;
}

static int regex_calls;

static int regex_exec(void *re, const char *subject)
{
    regex_calls++;
    return regexec(re, subject, 0, NULL, 0) == 0;
}

static const struct oidc_match_regex regex = {regex_compile, regex_exec};
static const struct oidc_packed_style style = {"", ","};

static json_t *doc(const char *text)
{
    json_t *d = NULL;
    if (oidc_json_parse(&t.ctx, t.pool, oidc_str_z(text), OIDC_E_URL, "x", &d) != OIDC_OK) {
        fail_msg("%s", text);
    }
    return d;
}

static struct oidc_str packed(const char *text)
{
    struct oidc_str out;
    struct oidc_packed_input in = {doc(text), OIDC_FROM_USERINFO};
    assert_ok(oidc_packed_print(&t.ctx, &style, &in, 1, &out));
    return out;
}

static struct oidc_match *compiled(const char *spec)
{
    struct oidc_match *m = NULL;
    if (oidc_match_compile(&t.ctx, &regex, spec, &m) != OIDC_OK) {
        fail_msg("%s: %s", spec, t.ctx.err.detail);
    }
    return m;
}

static int matches(const char *spec, struct oidc_str claims)
{
    return oidc_match_exec(compiled(spec), claims, t.pool);
}

static const char claims[] =
    "{\"sub\":\"u1\",\"empty\":\"\",\"n\":5,\"neg\":-7,\"r\":1.5,\"whole\":2.0,\"t\":true,\"f\":false,"
    "\"null\":null,\"groups\":[\"admin\",\"dev ops\",7,1.5,true,null,[\"deep\"],{\"k\":\"v\"}],"
    "\"o\":{\"a\":{\"b\":\"c\",\"l\":[\"x\",\"y\"]},\"n\":9,\"e\":{}},"
    "\"list\":[{\"role\":\"one\"},\"z\",{\"role\":\"two\",\"in\":{\"x\":1}}],"
    "\"https://e.test/groups\":[\"g1\"],\"a:b\":\"c\",\"a\":\"b:d\",\"x.y\":\"flat\",\"x\":{\"y\":\"nested\"},"
    "\"tilde\":\"~x\",\"scope\":\"openid read:all\",\"w\":\"5\",\"word\":\"true\",\"big\":9007199254740993,"
    "\"t~k\":\"v\",\"o2\":{\"p.q\":\"dot\",\"r:s\":\"colon\"}}";

static void what_matches(void **state)
{
    (void)state;
    static const char *const specs[] = {
        "sub:u1", "empty:", "n:5", "neg:-7", "r:1.5", "r:15e-1", "whole:2", "whole:2.0", "n:5.0",
        "t:true",
        "f:false", "null:null", "groups:admin", "groups:dev ops", "groups:7", "groups:1.5",
        "groups:true", "groups:null",
        "o.a.b:c", "o.a.l:x", "o.a.l:y", "o.n:9", "o.a.b~^c$", "list.role:one", "list.role:two",
        "list.in.x:1",
        "list:z", "https://e.test/groups:g1", "https://e.test/groups~^g[0-9]$", "a:b:c", "a:b:d",
        "x.y:flat", "x.y:nested",
        "sub~u", "sub~^u1$", "sub~1", "groups~^adm", "scope~(^| )read:all( |$)", "scope~\\bread",
        "sub:~^u[0-9]$", "tilde:~x", "tilde~^~x$",
        "tilde:~^.x$", "w:5", "word:true", "big:9007199254740993", "t~k:v", "t~k~^v$", "o2.p.q:dot",
        "o2.r:s:colon", "sub~",
    };
    struct oidc_str p = packed(claims);
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        if (!matches(specs[i], p)) {
            fail_msg("%s does not match", specs[i]);
        }
    }
}

static void test_n245_n246_what_does_not(void **state)
{
    (void)state;
    static const char *const specs[] = {
        "sub:u", "sub:u11", "sub:U1", "Sub:u1", "sub:u1 ", "sub: u1", "empty:x", "none:x",
        "none~.*", "n:5abc", "n:05", "n:+5",
        "n: 5", "n:5 ", "n:", "n:0x5", "n:five", "n:6", "n:\"5\"", "neg:7", "r:1.50001", "r:1,5",
        "r:1", "whole:3", "t:1", "t:True", "t:false",
        "f:0", "null:", "null:0", "null:none", "n~5", "t~true", "r~1", "groups:adm", "groups:ADMIN",
        "groups:deep", "groups:v", "groups:admin,dev ops",
        "groups~deep", "groups~^7$", "groups~^true$", "groups.k:w", "groups:", "o:c", "o.a:c",
        "o.a.b.c:x", "o.b:c", "o.a:b:c", "o.e:", "o.e.x:1",
        "o.a.b:", "oa.b:c", "list.role:three", "list.role:", "list.x:1", "list.in.x:2", "list.z:1",
        "sub.x:1", "n.x:1", "https://e.test/groups:g",
        "https:x", "https:anything", "w:5.0", "big:9007199254740992", "a:c", "x:nested", "x.z:flat",
        "tilde:x", "o2.p:dot", "o2.q:dot",
        "sub~^U1$", "sub~^$", "groups~^$", "s:u1", "subs:u1", "word:1",
    };
    struct oidc_str p = packed(claims);
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        if (matches(specs[i], p)) {
            fail_msg("%s matches", specs[i]);
        }
    }
}

static void strings_are_not_numbers(void **state)
{
    (void)state;
    struct oidc_str p = packed("{\"s\":\"1\",\"n\":1,\"b\":true,\"a\":[\"2\"],\"m\":[3]}");
    assert_true(matches("s:1", p));
    assert_false(matches("s:1.0", p));
    assert_true(matches("n:1.0", p));
    assert_false(matches("b:1", p));
    assert_false(matches("a:2.0", p));
    assert_true(matches("m:3.0", p));
}

static void test_n245_bad_specifications(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "sub", "o.a.b", ":x", "~x", "sub~(", "sub:~(",
        "https://e.test/x",
                                      "sub~[", "o.a~*"};
    struct oidc_match *m;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (oidc_match_compile(&t.ctx, &regex, bad[i], &m) != OIDC_FAILED) {
            fail_msg("%s was accepted", bad[i]);
        }
        assert_int_equal(t.ctx.err.code, OIDC_E_REQUIRE);
        oidc_ctx_clear(&t.ctx);
    }
    assert_int_equal(oidc_match_compile(&t.ctx, &regex, "sub~(", &m), OIDC_FAILED);
    assert_string_equal(t.ctx.err.detail,
                        "Require claim \"sub~(\": \"(\" is no regular expression: bad expression");
    oidc_ctx_clear(&t.ctx);
    assert_int_equal(oidc_match_compile(&t.ctx, &regex, "sub", &m), OIDC_FAILED);
    assert_non_null(strstr(t.ctx.err.detail, "expected name:value or name~regex"));
}

static void odd_specifications_that_are_fine(void **state)
{
    (void)state;
    struct oidc_str p = packed("{\"a\":\"x~(\",\"b\":\"1~2\",\"https://e.test/~u\":\"v\"}");
    assert_true(matches("a:x~(", p));
    assert_true(matches("b~(1~2)", p));
    assert_true(matches("https://e.test/~u:v", p));
    assert_string_equal(oidc_match_spec(compiled("b~(1~2)")), "b~(1~2)");
}

static void limits_of_specifications(void **state)
{
    (void)state;
    struct oidc_match *m;
    char *spec = apr_palloc(t.pool, 4100);
    memset(spec, 'v', 4100);
    spec[1] = ':';
    for (size_t n = 4095; n <= 4097; n++) {
        spec[n] = '\0';
        assert_int_equal(oidc_match_compile(&t.ctx, &regex, spec, &m),
                         n <= 4096 ? OIDC_OK : OIDC_FAILED);
        oidc_ctx_clear(&t.ctx);
        spec[n] = 'v';
    }
    for (size_t n = 63; n <= 65; n++) {
        memset(spec, ':', n + 1);
        spec[0] = 'a';
        spec[n + 1] = '\0';
        assert_int_equal(oidc_match_compile(&t.ctx, &regex, spec, &m),
                         n <= 64 ? OIDC_OK : OIDC_FAILED);
        oidc_ctx_clear(&t.ctx);
    }
}

static void the_id_token_wins(void **state)
{
    (void)state;
    struct oidc_packed_input in[] = {
        {doc("{\"r\":\"token\",\"scope\":\"s\"}"), OIDC_FROM_TOKEN_RESPONSE},
        {doc("{\"r\":\"info\",\"only\":\"info\",\"g\":[\"admin\"]}"), OIDC_FROM_USERINFO},
        {doc("{\"r\":\"id\",\"g\":null}"), OIDC_FROM_ID_TOKEN},
    };
    struct oidc_str p;
    assert_ok(oidc_packed_print(&t.ctx, &style, in, 3, &p));
    assert_true(matches("r:id", p));
    assert_false(matches("r:info", p));
    assert_false(matches("r:token", p));
    assert_true(matches("only:info", p));
    assert_true(matches("scope:s", p));
    assert_false(matches("g:admin", p));
    assert_ok(oidc_packed_print(&t.ctx, &style, in, 2, &p));
    assert_true(matches("r:info", p));
    assert_false(matches("r:token", p));
}

static void test_n237_long_subjects_are_refused(void **state)
{
    (void)state;
    char *text = apr_palloc(t.pool, OIDC_MATCH_MAX_SUBJECT + 2);
    memset(text, 'x', OIDC_MATCH_MAX_SUBJECT + 2);
    for (size_t n = OIDC_MATCH_MAX_SUBJECT - 1; n <= OIDC_MATCH_MAX_SUBJECT + 1; n++) {
        text[n] = '\0';
        struct oidc_str p = packed(apr_pstrcat(t.pool, "{\"s\":\"", text, "\",\"a\":[\"", text,
            "\"]}", NULL));
        regex_calls = 0;
        assert_int_equal(matches("s~^x+$", p), n <= OIDC_MATCH_MAX_SUBJECT);
        assert_int_equal(matches("a~^x+$", p), n <= OIDC_MATCH_MAX_SUBJECT);
        assert_int_equal(regex_calls, n <= OIDC_MATCH_MAX_SUBJECT ? 2 : 0);
        assert_true(matches(apr_pstrcat(t.pool, "s:", "x", NULL), packed("{\"s\":\"x\"}")));
        text[n] = 'x';
    }
}

static void damage_denies(void **state)
{
    (void)state;
    struct oidc_match *m = compiled("groups:admin"), *deep = compiled("o.a.b:c");
    struct oidc_str p = packed("{\"x\":\"y\",\"groups\":[\"admin\"],\"o\":{\"a\":{\"b\":\"c\"}}}");
    assert_true(oidc_match_exec(m, p, t.pool));
    assert_true(oidc_match_exec(deep, p, t.pool));
    for (size_t n = 0; n < p.n; n++) {
        char *cut = malloc(n ? n : 1);
        memcpy(cut, p.p, n);
        assert_false(oidc_match_exec(deep, oidc_str(cut, n), t.pool));
        oidc_match_exec(m, oidc_str(cut, n), t.pool);
        oidc_match_explain(m, oidc_str(cut, n), t.pool);
        free(cut);
    }
    char *bytes = malloc(p.n);
    memcpy(bytes, p.p, p.n);
    for (size_t i = 0; i < p.n; i++) {
        for (int v = 0; v < 256; v += 3) {
            bytes[i] = (char)v;
            oidc_match_exec(deep, oidc_str(bytes, p.n), t.pool);
            oidc_match_exec(m, oidc_str(bytes, p.n), t.pool);
        }
        bytes[i] = p.p[i];
    }
    free(bytes);
    assert_false(oidc_match_exec(m, oidc_str(NULL, 0), t.pool));
}

/* Objects within each other, and the specification that leads to the innermost. */
static void depth_is_bounded(void **state)
{
    (void)state;
    for (int n = 30; n <= 31; n++) {
        char *json = apr_pstrdup(t.pool, "1"), *spec = apr_pstrdup(t.pool, "a");
        for (int i = 0; i < n; i++) {
            json = apr_pstrcat(t.pool, "{\"b\":", json, "}", NULL);
            spec = apr_pstrcat(t.pool, spec, ".b", NULL);
        }
        struct oidc_str p = packed(apr_pstrcat(t.pool, "{\"a\":", json, "}", NULL));
        assert_true(matches(apr_pstrcat(t.pool, spec, ":1", NULL), p));
    }
    /* damaged bytes of objects without end: 40 members of no name within each other */
    char bytes[600], *w = bytes + sizeof bytes;
    *--w = 2; /* true */
    for (int i = 0; i < 40; i++) {
        size_t body = (size_t)(bytes + sizeof bytes - w) + 2;
        w -= 7;
        unsigned char head[7] = {7, 0x80, 0, (unsigned char)(body >> 8), (unsigned char)body, 0, 0};
        memcpy(w, head, 7);
    }
    struct oidc_str tree = oidc_str(w, (size_t)(bytes + sizeof bytes - w)), p;
    struct oidc_packed_node n;
    p = tree;
    assert_true(oidc_packed_node_read(&p, &n));
    struct oidc_buf b;
    oidc_buf_init(&b, t.pool, 2000);
    oidc_buf_add(&b, "\x01\0\0\0\0", 5);
    oidc_buf_add(&b, "\x01\x87\0\1\0\1\0\0\0\0", 10);
    oidc_buf_add_u32(&b, (apr_uint32_t)tree.n);
    oidc_buf_add(&b, "aa\0\0", 4);
    oidc_buf_add_str(&b, tree);
    char spec[64] = "a";
    memset(spec + 1, '.', 40);
    memcpy(spec + 41, ":true", 6);
    assert_false(matches(spec, oidc_str(b.p, b.n)));
    memcpy(spec + 33, ":true", 6);
    assert_false(matches(spec, oidc_str(b.p, b.n)));
}

static const char *explained(const char *spec, const char *json)
{
    return oidc_match_explain(compiled(spec), packed(json), t.pool);
}

static void explains(void **state)
{
    (void)state;
    assert_string_equal(explained("groups:x", "{\"groups\":[\"s3cret\",\"b\",\"c\"]}"),
                        "claim groups is an array of 3 strings");
    assert_string_equal(explained("groups:x", "{\"groups\":[\"s3cret\",1]}"),
                        "claim groups is an array of 2 members, 1 of them strings");
    assert_string_equal(explained("groups:x", "{\"groups\":[\"s\"]}"),
        "claim groups is an array of 1 string");
    assert_string_equal(explained("groups:x", "{\"a\":1,\"b\":2,\"c d\\n\":3}"),
                        "claim groups is absent; claims present: a b \"c d\\x0a\"");
    assert_string_equal(explained("groups:x", "{}"), "claim groups is absent; there are no claims");
    assert_string_equal(explained("s~x", "{\"s\":\"s3cret\"}"), "claim s is a string of 6 bytes");
    assert_string_equal(explained("s:x", "{\"s\":12345}"), "claim s is a number");
    assert_string_equal(explained("s:x", "{\"s\":null}"), "claim s is null");
    assert_string_equal(explained("s:x", "{\"s\":true}"), "claim s is a boolean");
    assert_string_equal(explained("o.a.b:x", "{\"o\":{\"a\":1,\"z\":\"s3cret\"}}"),
                        "claim o is an object with the members a z");
    assert_string_equal(explained("o.a:x", "{\"o\":{}}"), "claim o is an empty object");
    assert_string_equal(explained("a:b:x", "{\"a\":1,\"a:b\":[]}"),
                        "claim a is a number; claim a:b is an array of 0 strings");
    assert_string_equal(explained("https://e.test/g:x", "{\"a\":1}"),
                        "claim https://e.test/g is absent; claims present: a");
}

static void explanations_are_bounded(void **state)
{
    (void)state;
    json_t *d = oidc_json_object(t.pool);
    struct oidc_packed_input in = {d, OIDC_FROM_USERINFO};
    struct oidc_str p;
    for (int i = 0; i < 1500; i++) {
        oidc_json_put_int(d, apr_psprintf(t.pool, "claim%d", i), 1);
    }
    assert_ok(oidc_packed_print(&t.ctx, &style, &in, 1, &p));
    const char *text = oidc_match_explain(compiled("none:x"), p, t.pool);
    assert_true(strlen(text) < 700);
    assert_string_equal(text + strlen(text) - 4, " ...");
}

static const struct CMUnitTest tests[] = {
    CASE(what_matches),
    CASE(test_n245_n246_what_does_not),
    CASE(strings_are_not_numbers),
    CASE(test_n245_bad_specifications),
    CASE(odd_specifications_that_are_fine),
    CASE(limits_of_specifications),
    CASE(the_id_token_wins),
    CASE(test_n237_long_subjects_are_refused),
    CASE(damage_denies),
    CASE(depth_is_bounded),
    CASE(explains),
    CASE(explanations_are_bounded),
};

RUN(tests)
