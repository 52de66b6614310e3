/* SPDX-License-Identifier: Apache-2.0 */
/* URLs, and the corpus of redirect targets in test/vectors/redirect. */
#include "fixture.h"

#include <jansson.h>
#include "oidc/url.h"

static const struct oidc_redirect_rule rule = {{"https", "rp.test", 443}, NULL, NULL};

static int accepts(const char *target, const char **out)
{
    enum oidc_rc rc = oidc_url_check_redirect(&t.ctx, &rule, target, out);
    assert_int_equal(t.ctx.err.code, rc == OIDC_OK ? OIDC_E_NONE : OIDC_E_REDIRECT);
    oidc_ctx_clear(&t.ctx);
    return rc == OIDC_OK;
}

static void parses(void **state)
{
    (void)state;
    struct oidc_url u;
    assert_ok(oidc_url_parse(&t.ctx, "HTTP://Www.Example_1.Com:8080/a/%2F?x=1?#y#z", "x", &u));
    assert_string_equal(u.scheme, "http");
    assert_string_equal(u.host, "www.example_1.com");
    assert_int_equal(u.port, 8080);
    assert_string_equal(u.path, "/a/%2F");
    assert_string_equal(u.query, "x=1?");
    assert_string_equal(u.fragment, "y#z");
    assert_string_equal(oidc_url_print(t.pool, &u), "http://www.example_1.com:8080/a/%2F?x=1?#y#z");
    assert_ok(oidc_url_parse(&t.ctx, "https://op.test", "x", &u));
    assert_int_equal(u.port, 443);
    assert_string_equal(u.path, "/");
    assert_null(u.query);
    assert_null(u.fragment);
    assert_ok(oidc_url_parse(&t.ctx, "http://op.test:80/?", "x", &u));
    assert_string_equal(u.query, "");
    assert_string_equal(oidc_url_print(t.pool, &u), "http://op.test/?");
    assert_ok(oidc_url_parse(&t.ctx, "http://op.test:443", "x", &u));
    assert_string_equal(oidc_url_print(t.pool, &u), "http://op.test:443/");
}

static void refuses(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", " ", "/", "op.test", "//op.test", "ftp://op.test", "httpss://op.test", "http", "http:",
        "http:/", "http://", "https:///a", "https://?", "https://#", "https://:80", "https://a:",
        "https://a:0", "https://a:65536", "https://a:080", "https://a:8 0", "https://a:-1",
        "https://a:x", "https://a:1:2", "https://a@b", "https://@b", "https://a:b@c", "https://a b",
        " https://a", "https://a ", "https://a/\x01", "https://a/\x7f", "https://a/\x80",
        "https://a/\xc3\xa9", "https://a\\b", "https://a/\\", "https://a?\\", "https://a#\\",
        "https://a..b", "https://.a", "https://a.", "https://a%62", "https://a,b", "https://*.a",
        "https://1", "https://0x1", "https://0x", "https://1.2.3", "https://1.2.3.4.5", "https://a.1.2.3.4",
        "https://1.2.3.04", "https://1.2.3.256", "https://a.1", "https://1.2.3.0x4",
        "https://a.0x1f",
        "https://[", "https://[]", "https://[:]", "https://[1]", "https://[::", "https://[::1",
        "https://[::1]a", "https://[::1%25en0]", "https://[::1.2.3.4]", "https://[1::2::3]",
        "https://[:::]", "https://[1:2:3:4:5:6:7]", "https://[1:2:3:4:5:6:7:8:9]",
        "https://[1:2:3:4:5:6:7:8::]", "https://[::1:2:3:4:5:6:7:8]", "https://[12345::]",
        "https://[g::]", "https://[1:]", "https://[:1::]", "https://[1:2:3:4:5:6:7:]",
    };
    struct oidc_url u;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (oidc_url_parse(&t.ctx, bad[i], "the address", &u) != OIDC_FAILED) {
            fail_msg("%s was accepted", bad[i]);
        }
        assert_int_equal(t.ctx.err.code, OIDC_E_URL);
        oidc_ctx_clear(&t.ctx);
    }
    assert_fails(oidc_url_parse(&t.ctx, NULL, "the address", &u), OIDC_E_URL);
    assert_int_equal(oidc_url_parse(&t.ctx, "https://a@b", "the address", &u), OIDC_FAILED);
    assert_string_equal(t.ctx.err.detail, "the address \"https://a@b\" has user information");
}

static void hosts_have_one_spelling(void **state)
{
    (void)state;
    static const struct {
        const char *url, *host;
    } cases[] = {
        {"https://1.2.3.4", "1.2.3.4"}, {"https://0.0.0.0", "0.0.0.0"},
        {"https://1.2.3.4a", "1.2.3.4a"}, {"https://255.255.255.255", "255.255.255.255"},
        {"https://1.a", "1.a"}, {"https://xn--bcher-kva.test", "xn--bcher-kva.test"},
        {"https://[::]", "[::]"}, {"https://[::1]", "[::1]"},
        {"https://[0:0:0:0:0:0:0:1]", "[::1]"},
        {"https://[2001:DB8::A]", "[2001:db8::a]"},
        {"https://[2001:db8:0:0:1:0:0:1]", "[2001:db8::1:0:0:1]"},
        {"https://[1:0:0:2:0:0:0:3]", "[1:0:0:2::3]"}, {"https://[1::]", "[1::]"},
        {"https://[1:2:3:4:5:6:7::]", "[1:2:3:4:5:6:7:0]"},
        {"https://[::2:3:4:5:6:7:8]", "[0:2:3:4:5:6:7:8]"},
        {"https://[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7:8]"}, {"https://[0001:0::]", "[1::]"},
        {"https://[::ffff:d83a:cec6]", "[::ffff:d83a:cec6]"},
        {"https://[fe80::1:0]", "[fe80::1:0]"},
        {"https://[1:2::7:8]", "[1:2::7:8]"}, {"https://[1::3:4:5:6:7:8]", "[1:0:3:4:5:6:7:8]"},
    };
    struct oidc_url u;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_ok(oidc_url_parse(&t.ctx, cases[i].url, "x", &u));
        assert_string_equal(u.host, cases[i].host);
    }
}

static void lengths_of_hosts(void **state)
{
    (void)state;
    char text[300] = "https://";
    struct oidc_url u;
    for (size_t n = 62; n <= 64; n++) {
        memset(text + 8, 'a', n);
        text[8 + n] = '\0';
        assert_int_equal(oidc_url_parse(&t.ctx, text, "x", &u), n <= 63 ? OIDC_OK : OIDC_FAILED);
        oidc_ctx_clear(&t.ctx);
    }
    for (size_t n = 252; n <= 254; n++) {
        for (size_t i = 0; i < n; i++) {
            text[8 + i] = i % 50 == 49 && i + 1 < n ? '.' : 'a';
        }
        text[8 + n] = '\0';
        assert_int_equal(oidc_url_parse(&t.ctx, text, "x", &u), n <= 253 ? OIDC_OK : OIDC_FAILED);
        oidc_ctx_clear(&t.ctx);
    }
}

static void every_byte(void **state)
{
    (void)state;
    struct oidc_url u;
    for (int c = 1; c < 256; c++) {
        int fits = c > 0x20 && c < 0x7f && c != '\\';
        char path[] = "https://rp.test/a_b", query[] = "https://rp.test/?a_b";
        path[17] = query[18] = (char)c;
        assert_int_equal(oidc_url_parse(&t.ctx, path, "x", &u), fits ? OIDC_OK : OIDC_FAILED);
        oidc_ctx_clear(&t.ctx);
        assert_int_equal(oidc_url_parse(&t.ctx, query, "x", &u), fits ? OIDC_OK : OIDC_FAILED);
        oidc_ctx_clear(&t.ctx);
        char host[] = "https://rp_test";
        host[10] = (char)c;
        int in_host = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-'
                      || c == '_' || c == '.';
        int ends_host = c == '/' || c == '?' || c == '#';
        assert_int_equal(oidc_url_parse(&t.ctx, host, "x", &u),
                         in_host || ends_host ? OIDC_OK : OIDC_FAILED);
        oidc_ctx_clear(&t.ctx);
    }
}

static void origins(void **state)
{
    (void)state;
    struct oidc_origin a = {"https", "rp.test", 443}, b = a;
    assert_true(oidc_url_same_origin(a, b));
    b.host = "RP.test";
    assert_true(oidc_url_same_origin(a, b));
    b.host = "rp.test.evil.test";
    assert_false(oidc_url_same_origin(a, b));
    b = a;
    b.port = 8443;
    assert_false(oidc_url_same_origin(a, b));
    assert_string_equal(oidc_url_print_origin(t.pool, &b), "https://rp.test:8443");
    b = a;
    b.scheme = "http";
    assert_false(oidc_url_same_origin(a, b));
    assert_string_equal(oidc_url_print_origin(t.pool, &b), "http://rp.test:443");
    assert_string_equal(oidc_url_print_origin(t.pool, &a), "https://rp.test");
    struct oidc_origin none = {NULL, NULL, 443};
    assert_false(oidc_url_same_origin(none, none));
    assert_false(oidc_url_same_origin(a, none));
    b = a;
    b.host = NULL;
    assert_false(oidc_url_same_origin(a, b));
    assert_false(oidc_url_same_origin(b, a));
}

static void loopback(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        int yes;
    } cases[] = {
        {"http://localhost", 1}, {"http://LOCALHOST:8080/", 1}, {"http://127.0.0.1", 1},
        {"http://127.255.1.9", 1}, {"http://[::1]", 1}, {"http://[0:0::1]", 1},
        {"http://localhost.evil.test", 0}, {"http://127.0.0.1.evil.test", 0},
        {"http://128.0.0.1", 0},
        {"http://12.7.0.0", 0}, {"http://[::2]", 0}, {"http://xlocalhost", 0}, {"http://a1", 0}, {"http://127.a", 0},
    };
    struct oidc_url u;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_ok(oidc_url_parse(&t.ctx, cases[i].url, "x", &u));
        assert_int_equal(oidc_url_is_loopback(&u), cases[i].yes);
    }
}

/* Accepted is only what a WHATWG parser, too, resolves to the own origin. */
static void test_n011_hostile_corpus(void **state)
{
    (void)state;
    struct oidc_str text = fixture_read("test/vectors/redirect/hostile.json");
    json_t *rows = json_loadb(text.p, text.n, 0, NULL);
    int accepted = 0, foreign = 0;
    assert_true(json_array_size(rows) > 3000);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const char *target = json_string_value(json_array_get(json_array_get(rows, i), 0));
        const char *origin = json_string_value(json_array_get(json_array_get(rows, i), 1));
        const char *out = NULL;
        int is_own = strcmp(origin, "https://rp.test") == 0;
        foreign += !is_own;
        if (!accepts(target, &out)) {
            continue;
        }
        accepted++;
        if (!is_own || strncmp(out, "https://rp.test/", 16) != 0) {
            fail_msg("%s was accepted as %s; it leads to %s", target, out, origin);
        }
    }
    assert_true(foreign > 500);
    assert_true(accepted > 100);
    json_decref(rows);
}

static void test_n018_good_targets(void **state)
{
    (void)state;
    struct oidc_str text = fixture_read("test/vectors/redirect/good.json");
    json_t *rows = json_loadb(text.p, text.n, 0, NULL);
    assert_true(json_array_size(rows) > 20);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const char *target = json_string_value(json_array_get(json_array_get(rows, i), 0));
        const char *out = "";
        if (!accepts(target, &out)) {
            fail_msg("%s was refused", target);
        }
        assert_string_equal(out, json_string_value(json_array_get(json_array_get(rows, i), 1)));
    }
    json_decref(rows);
}

static void refuse_all(const char *const *targets)
{
    const char *out;
    for (; *targets; targets++) {
        if (accepts(*targets, &out)) {
            fail_msg("%s was accepted", *targets);
        }
    }
}

static void test_n001_to_n010_must_fail(void **state)
{
    (void)state;
    static const char *const targets[] = {
        /* N001, N002 */
        "https://evil.test/", "//evil.test", "///evil.test/x", "////evil.test", "/////evil.test",
        /* N003 */
        "/\\evil.test", "\\\\evil.test", "/%5cevil.test", "/%5Cevil.test", "https:\\\\evil.test",
        "https:\\evil.test", "//evil.test\\@rp.test", "/a%5cb", "/%2fevil.test", "/%2Fevil.test",
        /* N004 */
        "/\t/evil.test", "/%09/evil.test", "/%0d%0aX: y", "/%00", "/%7f", "/%1f", " /a", "/a ",
        "\t/a",
        "/a\x7f", "/a\x01", "/%", "/%4", "/%zz", "https://rp.test/%00", "https://rp.test/%0a",
        /* N005 */
        "javascript:alert(1)", "data:text/html,x", "JaVa%0ascript:x", "vbscript:x",
        "x:1/:///%01javascript:x",
        /* N006 */
        "http:evil.test", "https:/evil.test", "https:evil.test", "http:3627734734",
        "https:/rp.test",
        /* N007 */
        "https://rp.test@evil.test/", "https://rp.test:443@evil.test",
        "http://localhost:80@evil.test",
        "https://evil.test@rp.test/", "https://@rp.test/",
        /* N008 */
        "https://evil-rp.test", "https://rp.test.evil.test", "https://xrp.test", "https://rp.testx",
        "https://a.rp.test",
        /* N009 */
        "https://rp.test:8443/", "http://rp.test/", "http://rp.test:443/",
        /* N010 */
        "https://rp\xe3\x80\x82test/", "https://rp.test\xef\xbc\x8f", "https://rp%E3%80%82test",
        "https://rp.test./", "https://[::ffff:1.2.3.4]/", "https://3627734734/",
        "https://0330.1.1.1/",
        "https://0x7f.0.0.1/", "", "a", "?a", "#a", "./a", "../a", NULL};
    refuse_all(targets);
    const char *out;
    assert_int_equal(oidc_url_check_redirect(&t.ctx, &rule, NULL, &out), OIDC_FAILED);
}

static void test_n015_length_limit(void **state)
{
    (void)state;
    char target[OIDC_URL_MAX + 2];
    const char *out;
    memset(target, 'a', sizeof target);
    for (size_t n = OIDC_URL_MAX - 1; n <= OIDC_URL_MAX + 1; n++) {
        target[0] = '/';
        target[n] = '\0';
        assert_int_equal(accepts(target, &out), n <= OIDC_URL_MAX);
        memcpy(target, "https://rp.test/", 16);
        assert_int_equal(accepts(target, &out), n <= OIDC_URL_MAX);
        target[n] = 'a';
    }
    struct oidc_url u;
    char *big = apr_palloc(t.pool, 8194);
    memset(big, 'a', 8193);
    memcpy(big, "https://rp.test/", 16);
    for (size_t n = 8191; n <= 8193; n++) {
        big[n] = '\0';
        assert_int_equal(oidc_url_parse(&t.ctx, big, "x", &u), n <= 8192 ? OIDC_OK : OIDC_FAILED);
        oidc_ctx_clear(&t.ctx);
        big[n] = 'a';
    }
}

static int list_has(void *baton, const char *url)
{
    return strncmp(url, baton, strlen(baton)) == 0;
}

static void the_operators_list(void **state)
{
    (void)state;
    char prefix[] = "https://app.test/";
    struct oidc_redirect_rule listed = rule;
    const char *out;
    listed.allowed = list_has;
    listed.baton = prefix;
    assert_ok(oidc_url_check_redirect(&t.ctx, &listed, "HTTPS://App.Test:443/x?y", &out));
    assert_string_equal(out, "https://app.test/x?y");
    assert_ok(oidc_url_check_redirect(&t.ctx, &listed, "https://rp.test/x", &out));
    assert_ok(oidc_url_check_redirect(&t.ctx, &listed, "/x", &out));
    assert_string_equal(out, "https://rp.test/x");
    assert_fails(oidc_url_check_redirect(&t.ctx, &listed, "https://evil.test/", &out),
                 OIDC_E_REDIRECT);
    assert_fails(oidc_url_check_redirect(&t.ctx, &listed, "https://app.test@evil.test/", &out),
                 OIDC_E_REDIRECT);
    assert_fails(oidc_url_check_redirect(&t.ctx, &listed, "https://app.test/%0a", &out),
                 OIDC_E_REDIRECT);
    assert_fails(oidc_url_check_redirect(&t.ctx, &listed, "//app.test/", &out), OIDC_E_REDIRECT);
}

static void a_site_on_another_port(void **state)
{
    (void)state;
    struct oidc_redirect_rule other = {{"http", "localhost", 8080}, NULL, NULL};
    const char *out;
    assert_ok(oidc_url_check_redirect(&t.ctx, &other, "/a", &out));
    assert_string_equal(out, "http://localhost:8080/a");
    assert_ok(oidc_url_check_redirect(&t.ctx, &other, "http://localhost:8080", &out));
    assert_string_equal(out, "http://localhost:8080/");
    assert_fails(oidc_url_check_redirect(&t.ctx, &other, "http://localhost/", &out),
                 OIDC_E_REDIRECT);
}

static const struct CMUnitTest tests[] = {
    CASE(parses), CASE(refuses), CASE(hosts_have_one_spelling), CASE(lengths_of_hosts),
    CASE(every_byte), CASE(origins), CASE(loopback), CASE(test_n011_hostile_corpus),
    CASE(test_n018_good_targets), CASE(test_n001_to_n010_must_fail), CASE(test_n015_length_limit),
    CASE(the_operators_list), CASE(a_site_on_another_port),
};

RUN(tests)
