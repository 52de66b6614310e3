/* SPDX-License-Identifier: Apache-2.0 */
/* Client authentication: what we send, and what our provider accepts. */
#include "fixture.h"

#include "oidc/b64.h"
#include "oidc/client_auth.h"
#include "oidc/jwt.h"

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
    struct oidc_client_auth auth = {.method = OIDC_CLIENT_AUTH_BASIC, .client_id = "s6BhdRkqt3",
                                    .secret = secret_of("7Fjfp0ZBr1KtDRbnfVdmIw")};
    assert_ok(oidc_client_auth_print(&t.ctx, &auth, body, &header));
    assert_string_equal(header, "Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3");
    assert_int_equal(body->n, 0);
}

static void test_n222_basic_credentials_are_form_encoded_first(void **state)
{
    (void)state;
    struct oidc_form *body = oidc_form_make(t.pool);
    const char *header;
    struct oidc_client_auth auth = {.method = OIDC_CLIENT_AUTH_BASIC, .client_id = "client_ab1 :%&+",
                                    .secret = secret_of(": % + sp ace \xc3\xa9 &=")};
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
        struct oidc_client_auth auth = {.method = methods[i], .client_id = id,
                                        .secret = is_none ? NULL : secret_of(word)};
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
    struct oidc_client_auth auth = {.method = OIDC_CLIENT_AUTH_POST, .client_id = "me",
                                    .secret = secret_of("pw")};
    assert_ok(oidc_client_auth_print(&t.ctx, &auth, body, &header));
    assert_string_equal(oidc_form_print(t.pool, body), "client_id=me&client_secret=pw&a=b");
}

/* The claims of the assertion in the body, verified; everything around them is looked at here. */
static const json_t *verified(const struct oidc_form *body, const struct oidc_jwk *key, enum oidc_alg alg)
{
    struct oidc_jwks *keys = oidc_jwks_make(t.pool);
    const char *value;
    struct oidc_jwt *jwt;
    const json_t *claims = NULL;
    oidc_jwks_add(keys, key);
    assert_ok(oidc_form_get(&t.ctx, body, "client_id", &value));
    assert_string_equal(value, "me");
    assert_ok(oidc_form_get(&t.ctx, body, "client_assertion_type", &value));
    assert_string_equal(value, "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    assert_ok(oidc_form_get(&t.ctx, body, "client_assertion", &value));
    assert_ok(oidc_jwt_parse(&t.ctx, oidc_str_z(value), OIDC_JWT_MAX, &jwt));
    assert_int_equal(oidc_jwt_alg(jwt), alg);
    assert_ok(oidc_jwt_verify(&t.ctx, jwt, keys, OIDC_ALG_BIT(alg), &claims));
    assert_string_equal(json_string_value(json_object_get(claims, "iss")), "me");
    assert_string_equal(json_string_value(json_object_get(claims, "sub")), "me");
    assert_string_equal(json_string_value(json_object_get(claims, "aud")), "https://op.test");
    assert_int_equal(json_integer_value(json_object_get(claims, "iat")), NOW);
    assert_int_equal(json_integer_value(json_object_get(claims, "exp")), NOW + 60);
    assert_true(json_string_length(json_object_get(claims, "jti")) >= 20);
    return claims;
}

static void private_keys_sign_with_each_algorithm(void **state)
{
    (void)state;
    for (int alg = OIDC_ALG_RS256; alg <= OIDC_ALG_EDDSA; alg++) {
        struct oidc_form *first = fixture_form("client_assertion=evil&client_id=evil"), *second = fixture_form("");
        struct oidc_jwk *key;
        const char *header = "x";
        assert_ok(oidc_jwk_generate(&t.ctx, t.pool, (enum oidc_alg)alg, &key));
        const struct oidc_client_auth auth = {.method = OIDC_CLIENT_AUTH_PRIVATE_KEY_JWT, .client_id = "me",
                                              .audience = "https://op.test", .key = key, .alg = (enum oidc_alg)alg};
        assert_ok(oidc_client_auth_print(&t.ctx, &auth, first, &header));
        assert_null(header);
        assert_ok(oidc_client_auth_print(&t.ctx, &auth, second, &header));
        assert_int_equal(first->n, 3);
        /* N041: a jti of its own each time, or the second is a replay */
        const json_t *a = verified(first, key, (enum oidc_alg)alg), *b = verified(second, key, (enum oidc_alg)alg);
        assert_string_not_equal(json_string_value(json_object_get(a, "jti")),
                                json_string_value(json_object_get(b, "jti")));
    }
}

static void the_secret_signs_and_stays_here(void **state)
{
    (void)state;
    static const char secret[] = "exactly thirty-two bytes long ..";
    struct oidc_form *body = fixture_form("");
    struct oidc_jwk *key;
    const char *header;
    struct oidc_client_auth auth = {.method = OIDC_CLIENT_AUTH_SECRET_JWT, .client_id = "me",
                                    .audience = "https://op.test", .secret = secret_of(secret)};
    assert_ok(oidc_jwk_make_oct(&t.ctx, t.pool, oidc_str_z(secret), NULL, &key));
    assert_ok(oidc_client_auth_print(&t.ctx, &auth, body, &header));
    assert_null(header);
    verified(body, key, OIDC_ALG_HS256);
    assert_null(strstr(oidc_form_print(t.pool, body), "thirty-two"));
    /* CHECK secret_jwt_length: one byte less */
    body = fixture_form("");
    auth.secret = secret_of(secret + 1);
    assert_fails(oidc_client_auth_print(&t.ctx, &auth, body, &header), OIDC_E_CONFIG);
    assert_int_equal(body->n, 0);
}

/* CHECK assertion_aud; and what else an assertion can't do without. */
static void incomplete_assertions_fail(void **state)
{
    (void)state;
    struct oidc_form *body = fixture_form("");
    struct oidc_jwk *key;
    const char *header;
    const struct oidc_secret *secret = secret_of("a secret of at least thirty-two bytes");
    assert_ok(oidc_jwk_generate(&t.ctx, t.pool, OIDC_ALG_ES256, &key));
    const struct oidc_client_auth bad[] = {
        {.method = OIDC_CLIENT_AUTH_PRIVATE_KEY_JWT, .client_id = "me", .key = key, .alg = OIDC_ALG_ES256},
        {.method = OIDC_CLIENT_AUTH_PRIVATE_KEY_JWT, .client_id = "me", .audience = "", .key = key, .alg = OIDC_ALG_ES256},
        {.method = OIDC_CLIENT_AUTH_PRIVATE_KEY_JWT, .client_id = "me", .audience = "a", .secret = secret},
        {.method = OIDC_CLIENT_AUTH_SECRET_JWT, .client_id = "me", .secret = secret},
        {.method = OIDC_CLIENT_AUTH_SECRET_JWT, .client_id = "me", .audience = "a", .key = key, .alg = OIDC_ALG_ES256},
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_fails(oidc_client_auth_print(&t.ctx, &bad[i], body, &header), OIDC_E_CONFIG);
        assert_int_equal(body->n, 0);
    }
    const struct oidc_client_auth other_alg = {.method = OIDC_CLIENT_AUTH_PRIVATE_KEY_JWT, .client_id = "me",
                                               .audience = "a", .key = key, .alg = OIDC_ALG_RS256};
    assert_fails(oidc_client_auth_print(&t.ctx, &other_alg, body, &header), OIDC_E_JWT_KEY);
    assert_int_equal(body->n, 0);
}

static void what_is_not_configured_fails(void **state)
{
    (void)state;
    struct oidc_form *body = oidc_form_make(t.pool);
    const char *header;
    const struct oidc_secret *with_nul = oidc_secret_make(t.pool, oidc_str("a\0b", 3));
    const struct oidc_client_auth bad[] = {
        {.method = OIDC_CLIENT_AUTH_UNSET, .client_id = "c", .secret = secret_of("s")},
        {.method = OIDC_CLIENT_AUTH_SECRET_JWT, .client_id = "c", .secret = secret_of("s")},
        {.method = OIDC_CLIENT_AUTH_PRIVATE_KEY_JWT, .client_id = "c", .secret = secret_of("s")},
        {.method = OIDC_CLIENT_AUTH_TLS, .client_id = "c", .secret = secret_of("s")},
        {.method = OIDC_CLIENT_AUTH_SELF_SIGNED_TLS, .client_id = "c", .secret = secret_of("s")},
        {.method = OIDC_CLIENT_AUTH_BEARER, .client_id = "c", .secret = secret_of("s")},
        {.method = OIDC_CLIENT_AUTH_COUNT, .client_id = "c", .secret = secret_of("s")},
        {.method = OIDC_CLIENT_AUTH_BASIC, .client_id = NULL, .secret = secret_of("s")},
        {.method = OIDC_CLIENT_AUTH_BASIC, .client_id = "", .secret = secret_of("s")},
        {.method = OIDC_CLIENT_AUTH_NONE, .client_id = NULL, .secret = NULL},
        {.method = OIDC_CLIENT_AUTH_BASIC, .client_id = "c", .secret = NULL},
        {.method = OIDC_CLIENT_AUTH_BASIC, .client_id = "c", .secret = secret_of("")},
        {.method = OIDC_CLIENT_AUTH_BASIC, .client_id = "c", .secret = with_nul},
        {.method = OIDC_CLIENT_AUTH_POST, .client_id = "c", .secret = NULL},
        {.method = OIDC_CLIENT_AUTH_POST, .client_id = "c", .secret = secret_of("")},
        {.method = OIDC_CLIENT_AUTH_POST, .client_id = "c", .secret = with_nul},
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
    CASE(private_keys_sign_with_each_algorithm),
    CASE(the_secret_signs_and_stays_here),
    CASE(incomplete_assertions_fail),
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
