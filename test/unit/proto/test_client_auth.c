/* SPDX-License-Identifier: Apache-2.0 */
/* Client authentication: what we send, and what our provider accepts. */
#include "fixture.h"

#include "oidc/b64.h"
#include "oidc/client_auth.h"

static const struct oidc_secret *secret_of(const char *text)
{
    return oidc_secret_make(t.pool, oidc_str_z(text));
}

static const char *basic_of(const char *pair)
{
    return apr_pstrcat(t.pool, "Basic ", oidc_b64_print(t.pool, oidc_str_z(pair)), NULL);
}

static void names(void **state)
{
    (void)state;
    for (int m = OIDC_CLIENT_AUTH_UNSET + 1; m < OIDC_CLIENT_AUTH_COUNT; m++) {
        const char *name = oidc_client_auth_name((enum oidc_client_auth_method)m);
        assert_non_null(name);
        assert_int_equal(oidc_client_auth_parse_name(name), m);
    }
    static const char *const unknown[] = {"", "Client_Secret_Basic", "client_secret_basic ", "x"};
    for (size_t i = 0; i < COUNT(unknown); i++) {
        assert_int_equal(oidc_client_auth_parse_name(unknown[i]), OIDC_CLIENT_AUTH_UNSET);
    }
    assert_int_equal(oidc_client_auth_parse_name(NULL), OIDC_CLIENT_AUTH_UNSET);
    assert_null(oidc_client_auth_name(OIDC_CLIENT_AUTH_UNSET));
    assert_null(oidc_client_auth_name(OIDC_CLIENT_AUTH_COUNT));
}

static void as_rfc6749_prints_it(void **state)
{
    (void)state;
    struct oidc_form *body = oidc_form_make(t.pool);
    const char *header;
    struct oidc_client_auth auth = {OIDC_CLIENT_AUTH_BASIC, "s6BhdRkqt3",
                                    secret_of("7Fjfp0ZBr1KtDRbnfVdmIw")};
    assert_ok(oidc_client_auth_print(&t.ctx, &auth, body, &header));
    assert_string_equal(header, "Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3");
    assert_int_equal(body->n, 0);
}

static void test_n222_basic_credentials_are_form_encoded_first(void **state)
{
    (void)state;
    struct oidc_form *body = oidc_form_make(t.pool);
    const char *header;
    struct oidc_client_auth auth = {OIDC_CLIENT_AUTH_BASIC, "client_ab1 :%&+",
                                    secret_of(": % + sp ace \xc3\xa9 &=")};
    assert_ok(oidc_client_auth_print(&t.ctx, &auth, body, &header));
    struct oidc_str pair;
    assert_ok(oidc_b64_parse(t.pool, oidc_str_z(header + 6), &pair));
    assert_str(pair, "client_ab1+%3A%25%26%2B:%3A+%25+%2B+sp+ace+%C3%A9+%26%3D");
}

static void round_trips(void **state)
{
    (void)state;
    static const enum oidc_client_auth_method methods[] = {
        OIDC_CLIENT_AUTH_BASIC, OIDC_CLIENT_AUTH_POST, OIDC_CLIENT_AUTH_NONE};
    static const char id[] = "client_ab1 :%&+\xec\x9d\xb4", word[] = "p:%& +=\xc3\xa9\"";
    for (size_t i = 0; i < COUNT(methods); i++) {
        struct oidc_form *body = oidc_form_make(t.pool);
        const char *header;
        struct oidc_client_credentials back;
        int is_none = methods[i] == OIDC_CLIENT_AUTH_NONE;
        struct oidc_client_auth auth = {methods[i], id, is_none ? NULL : secret_of(word)};
        assert_ok(oidc_client_auth_print(&t.ctx, &auth, body, &header));
        assert_true((methods[i] == OIDC_CLIENT_AUTH_BASIC) == (header != NULL));
        body = fixture_form(oidc_form_print(t.pool, body));
        assert_ok(oidc_client_auth_parse(&t.ctx, header, body, &back));
        assert_int_equal(back.method, methods[i]);
        assert_string_equal(back.client_id, id);
        assert_str(back.secret, is_none ? "" : word);
    }
}

static void test_n044_ours_replaces_what_extra_parameters_put_there(void **state)
{
    (void)state;
    struct oidc_form *body = fixture_form("client_id=evil&client_id=evil2&client_secret=x&a=b");
    const char *header;
    struct oidc_client_auth auth = {OIDC_CLIENT_AUTH_POST, "me", secret_of("pw")};
    assert_ok(oidc_client_auth_print(&t.ctx, &auth, body, &header));
    assert_string_equal(oidc_form_print(t.pool, body), "client_id=me&client_secret=pw&a=b");
}

static void what_is_not_configured_fails(void **state)
{
    (void)state;
    struct oidc_form *body = oidc_form_make(t.pool);
    const char *header;
    const struct oidc_secret *with_nul = oidc_secret_make(t.pool, oidc_str("a\0b", 3));
    const struct oidc_client_auth bad[] = {
        {OIDC_CLIENT_AUTH_UNSET, "c", secret_of("s")},
        {OIDC_CLIENT_AUTH_SECRET_JWT, "c", secret_of("s")},
        {OIDC_CLIENT_AUTH_PRIVATE_KEY_JWT, "c", secret_of("s")},
        {OIDC_CLIENT_AUTH_TLS, "c", secret_of("s")},
        {OIDC_CLIENT_AUTH_SELF_SIGNED_TLS, "c", secret_of("s")},
        {OIDC_CLIENT_AUTH_BEARER, "c", secret_of("s")},
        {OIDC_CLIENT_AUTH_COUNT, "c", secret_of("s")},
        {OIDC_CLIENT_AUTH_BASIC, NULL, secret_of("s")},
        {OIDC_CLIENT_AUTH_BASIC, "", secret_of("s")},
        {OIDC_CLIENT_AUTH_NONE, NULL, NULL},
        {OIDC_CLIENT_AUTH_BASIC, "c", NULL},
        {OIDC_CLIENT_AUTH_BASIC, "c", secret_of("")},
        {OIDC_CLIENT_AUTH_BASIC, "c", with_nul},
        {OIDC_CLIENT_AUTH_POST, "c", NULL},
        {OIDC_CLIENT_AUTH_POST, "c", secret_of("")},
        {OIDC_CLIENT_AUTH_POST, "c", with_nul},
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_fails(oidc_client_auth_print(&t.ctx, &bad[i], body, &header), OIDC_E_CONFIG);
        assert_null(header);
        assert_int_equal(body->n, 0);
    }
}

static void parsed(const char *header, const char *body, struct oidc_client_credentials *out)
{
    assert_ok(oidc_client_auth_parse(&t.ctx, header, body ? fixture_form(body) : NULL, out));
}

static void refused(const char *header, const char *body, enum oidc_code code)
{
    struct oidc_client_credentials out;
    const struct oidc_form *form = body ? fixture_form(body) : NULL;
    assert_fails(oidc_client_auth_parse(&t.ctx, header, form, &out), code);
}

static void credentials_are_read(void **state)
{
    (void)state;
    struct oidc_client_credentials c;
    parsed(basic_of("c:s"), NULL, &c);
    assert_int_equal(c.method, OIDC_CLIENT_AUTH_BASIC);
    parsed("bAsIc Yzpz", "client_id=c", &c);
    assert_string_equal(c.client_id, "c");
    assert_str(c.secret, "s");
    parsed(basic_of("c:s:t"), "", &c); /* a client that does not encode its secret */
    assert_str(c.secret, "s:t");
    parsed(NULL, "client_id=c&client_secret=s", &c);
    assert_int_equal(c.method, OIDC_CLIENT_AUTH_POST);
    parsed(NULL, "client_id=c", &c);
    assert_int_equal(c.method, OIDC_CLIENT_AUTH_NONE);
    parsed(NULL, "client_id=c&client_secret=", &c); /* RFC 6749 2.3.1: the same as none */
    assert_int_equal(c.method, OIDC_CLIENT_AUTH_NONE);
    assert_int_equal(c.secret.n, 0);
}

static void malformed_headers_are_refused(void **state)
{
    (void)state;
    const char *bad[] = {
        "",
        "Basic",
        "Basic ",
        "Basic  Yzpz",
        "Basic\tYzpz",
        "BasicYzpz",
        "Bearer x",
        "Digest Yzpz",
        "Basic Yzpz ",
        "Basic Yzpz=",
        "Basic Y",
        "Basic !!!!",
        "Basic _w==",
        "Basic Yzp6,",
        basic_of("c"),
        basic_of(""),
        basic_of(":s"),
        basic_of("c:"),
        basic_of("c:%"),
        basic_of("%zz:s"),
        basic_of("c:%00"),
        basic_of("c:\xff"),
        basic_of("%00:s"),
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        refused(bad[i], "client_id=c", OIDC_E_OP_CLIENT_AUTH);
    }
}

static void the_header_has_a_limit(void **state)
{
    (void)state;
    struct oidc_client_credentials c;
    for (size_t n = 6144 - 3; n <= 6144 + 3; n += 3) { /* 3 bytes make 4: 8192 at the limit */
        char *pair = apr_palloc(t.pool, n + 1);
        memset(pair, 'a', n);
        pair[1] = ':';
        pair[n] = '\0';
        if (n <= 6144) {
            parsed(basic_of(pair), NULL, &c);
            assert_int_equal(c.secret.n, n - 2);
        } else {
            refused(basic_of(pair), NULL, OIDC_E_OP_CLIENT_AUTH);
        }
    }
}

static void one_method_at_a_time(void **state)
{
    (void)state;
    refused(basic_of("c:s"), "client_id=c&client_secret=s", OIDC_E_OP_CLIENT_AUTH);
    refused(basic_of("c:s"), "client_secret=s", OIDC_E_OP_CLIENT_AUTH);
    refused(basic_of("c:s"), "client_assertion=a.b.c", OIDC_E_OP_CLIENT_AUTH);
    refused(NULL, "client_id=c&client_assertion=a.b.c", OIDC_E_OP_CLIENT_AUTH);
    refused("Bearer x", "client_id=c&client_secret=s", OIDC_E_OP_CLIENT_AUTH);
}

static void header_and_body_name_the_same_client(void **state)
{
    (void)state;
    refused(basic_of("c:s"), "client_id=d", OIDC_E_OP_CLIENT_AUTH);
    refused(basic_of("c:s"), "client_id=C", OIDC_E_OP_CLIENT_AUTH);
}

static void no_client_is_refused(void **state)
{
    (void)state;
    refused(NULL, NULL, OIDC_E_OP_CLIENT_AUTH);
    refused(NULL, "", OIDC_E_OP_CLIENT_AUTH);
    refused(NULL, "client_id=", OIDC_E_OP_CLIENT_AUTH);
    refused(NULL, "client_secret=s", OIDC_E_OP_CLIENT_AUTH);
}

static void test_n030_duplicates_fail(void **state)
{
    (void)state;
    refused(NULL, "client_id=c&client_id=c", OIDC_E_DUPLICATE_PARAMETER);
    refused(NULL, "client_id=c&client_secret=s&client_secret=s", OIDC_E_DUPLICATE_PARAMETER);
    refused(basic_of("c:s"), "client_assertion=s&client_assertion=s", OIDC_E_DUPLICATE_PARAMETER);
}

static void test_n223_no_detail_holds_a_secret(void **state)
{
    (void)state;
    struct oidc_client_credentials c;
    static const char canary[] = "canary";
    const char *headers[] = {basic_of("c:canary%"), basic_of("canary:"), basic_of("canary")};
    for (size_t i = 0; i < COUNT(headers); i++) {
        assert_int_equal(oidc_client_auth_parse(&t.ctx, headers[i], NULL, &c), OIDC_FAILED);
        assert_null(strstr(t.ctx.err.detail, canary));
        assert_null(strstr(t.ctx.err.detail, headers[i] + 6));
        oidc_ctx_clear(&t.ctx);
    }
    const struct oidc_form *body = fixture_form("client_secret=canary");
    assert_int_equal(oidc_client_auth_parse(&t.ctx, NULL, body, &c), OIDC_FAILED);
    assert_null(strstr(t.ctx.err.detail, canary));
}

static const struct CMUnitTest tests[] = {
    CASE(names),
    CASE(as_rfc6749_prints_it),
    CASE(test_n222_basic_credentials_are_form_encoded_first),
    CASE(round_trips),
    CASE(test_n044_ours_replaces_what_extra_parameters_put_there),
    CASE(what_is_not_configured_fails),
    CASE(credentials_are_read),
    CASE(malformed_headers_are_refused),
    CASE(the_header_has_a_limit),
    CASE(one_method_at_a_time),
    CASE(header_and_body_name_the_same_client),
    CASE(no_client_is_refused),
    CASE(test_n030_duplicates_fail),
    CASE(test_n223_no_detail_holds_a_secret),
};
RUN(tests)
