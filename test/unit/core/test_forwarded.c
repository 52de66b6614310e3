/* SPDX-License-Identifier: Apache-2.0 */
/* What proxies say: read, or refused. */
#include "fixture.h"

#include "oidc/forwarded.h"

#define ALL (OIDC_FORWARDED_HOST | OIDC_FORWARDED_PORT | OIDC_FORWARDED_PROTO | OIDC_FORWARDED)

struct said {
    const char *host, *port, *proto, *standard;
};

static const char *header(void *baton, const char *name)
{
    const struct said *s = baton;
    return strcmp(name, "X-Forwarded-Host") == 0    ? s->host
           : strcmp(name, "X-Forwarded-Port") == 0  ? s->port
           : strcmp(name, "X-Forwarded-Proto") == 0 ? s->proto
           : strcmp(name, "Forwarded") == 0         ? s->standard
                                                    : NULL;
}

static enum oidc_rc parse(struct said s, unsigned allowed, struct oidc_forwarded *out)
{
    const struct oidc_request req = {.baton = &s, .header = header};
    oidc_ctx_clear(&t.ctx);
    return oidc_forwarded_parse(&t.ctx, &req, allowed, out);
}

/* "scheme://host:port" of a site that is http://own.test:8080 itself. */
static const char *origin(struct said s, unsigned allowed, int own_port_was_sent)
{
    struct oidc_forwarded f;
    const struct oidc_origin own = {"http", "own.test", 8080};
    assert_ok(parse(s, allowed, &f));
    struct oidc_origin o = oidc_forwarded_apply(&f, own, own_port_was_sent);
    return apr_psprintf(t.pool, "%s://%s:%d", o.scheme, o.host, o.port);
}

static void each_header_counts_when_it_is_allowed(void **state)
{
    (void)state;
    const struct said all = {"A.test", "444", "HTTPS", "host=b.test;proto=https"};
    assert_string_equal(origin(all, 0, 0), "http://own.test:8080");
    assert_string_equal(origin(all, OIDC_FORWARDED_HOST, 0), "http://a.test:80");
    assert_string_equal(origin(all, OIDC_FORWARDED_PORT, 0), "http://own.test:444");
    assert_string_equal(origin(all, OIDC_FORWARDED_PROTO, 0), "https://own.test:443");
    assert_string_equal(origin(all, OIDC_FORWARDED_PROTO, 1), "https://own.test:8080");
    assert_string_equal(origin(all, OIDC_FORWARDED_HOST | OIDC_FORWARDED_PROTO, 1), "https://a.test:443");
    assert_string_equal(origin(all, ALL & ~(unsigned)OIDC_FORWARDED, 0), "https://a.test:444");
    assert_string_equal(origin(all, ALL, 0), "https://b.test:443");
}

static void the_leftmost_member_counts(void **state)
{
    (void)state;
    const struct said lists = {"a.test:8443 , b.test", "1,2", " https ,http", NULL};
    assert_string_equal(origin(lists, OIDC_FORWARDED_HOST | OIDC_FORWARDED_PROTO, 0), "https://a.test:8443");
    assert_string_equal(origin(lists, OIDC_FORWARDED_PORT, 0), "http://own.test:1");
    const struct said six = {"[2001:DB8::1]", NULL, "wss", NULL};
    assert_string_equal(origin(six, ALL, 0), "https://[2001:db8::1]:443");
    const struct said standard = {
        NULL, NULL, NULL,
        "for=192.0.2.1 ; Proto=https;by=\"_x\\\"y\" ;HOST=\"[2001:db8::1]:8443\", host=evil.test"};
    assert_string_equal(origin(standard, ALL, 0), "https://[2001:db8::1]:8443");
    const struct said half = {"a.test", NULL, "http", "for=1.2.3.4;proto=https"};
    assert_string_equal(origin(half, ALL, 0), "https://a.test:443");
}

static void test_n109_malformed(void **state)
{
    (void)state;
    static const struct said bad[] = {
        {.host = ""}, {.host = " "}, {.host = ","}, {.host = ", a.test"}, {.host = "a b"},
        {.host = "a.test/x"}, {.host = "a@b"}, {.host = "a.test?x"}, {.host = "a.test#x"},
        {.host = "a.test:0"}, {.host = "a.test:x"}, {.host = "a.test:"}, {.host = "http://a.test"},
        {.host = "a\\b"}, {.host = "\xc3\xa4.test"}, {.host = "[::1"}, {.host = "a\nb"},
        {.port = ""}, {.port = "0"}, {.port = "65536"}, {.port = "-1"}, {.port = "80x"},
        {.port = ",80"}, {.port = "443 443"}, {.proto = ""}, {.proto = "ftp"},
        {.proto = "javascript"}, {.proto = ",https"}, {.proto = "https http"},
        {.standard = ""}, {.standard = ","}, {.standard = ", host=a.test"}, {.standard = "host"},
        {.standard = "host="}, {.standard = "host=a.test;"}, {.standard = ";host=a.test"},
        {.standard = "host=\"a.test"}, {.standard = "host=\"\""}, {.standard = "host=a.test:80"},
        {.standard = "host=a.test;host=b.test"}, {.standard = "proto=https;proto=http"},
        {.standard = "proto=gopher"}, {.standard = "host=a.test b"}, {.standard = "=x"},
        {.standard = "host =a.test"}, {.standard = "host=\"a.test\"b"},
        {.standard = "a=1;a=1;a=1;a=1;a=1;a=1;a=1;a=1;a=1;a=1;a=1;a=1;a=1;a=1;a=1;a=1;a=1"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct oidc_forwarded f;
        if (parse(bad[i], ALL, &f) == OIDC_OK) {
            fail_msg("case %zu was accepted", i);
        }
        assert_int_equal(t.ctx.err.code, OIDC_E_FORWARDED);
    }
}

static void test_n109_long(void **state)
{
    (void)state;
    struct oidc_forwarded f;
    char *text = apr_pcalloc(t.pool, 8193);
    memset(text, 'a', 8192);
    assert_fails(parse((struct said){.host = text}, ALL, &f), OIDC_E_FORWARDED);
    assert_fails(parse((struct said){.port = text}, ALL, &f), OIDC_E_FORWARDED);
    assert_fails(parse((struct said){.standard = apr_pstrcat(t.pool, "host=\"", text, "\"", NULL)}, ALL, &f),
                 OIDC_E_FORWARDED);
    assert_fails(parse((struct said){.standard = apr_pstrcat(t.pool, "host=", text, NULL)}, ALL, &f),
                 OIDC_E_FORWARDED);
    assert_ok(parse((struct said){.host = text}, OIDC_FORWARDED, &f));
}

static const struct CMUnitTest tests[] = {
    CASE(each_header_counts_when_it_is_allowed), CASE(the_leftmost_member_counts),
    CASE(test_n109_malformed), CASE(test_n109_long),
};

RUN(tests)
