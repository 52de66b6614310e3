/* SPDX-License-Identifier: Apache-2.0 */
/* Provider metadata: reading and printing. */
#include "fixture.h"

#include "oidc/discovery.h"

static struct oidc_provider_meta *parsed(const char *text)
{
    struct oidc_provider_meta *meta = NULL;
    assert_ok(oidc_discovery_parse(&t.ctx, t.pool, oidc_str_z(text), &meta));
    return meta;
}

static void refused(const char *text)
{
    struct oidc_provider_meta *meta = NULL;
    assert_fails(oidc_discovery_parse(&t.ctx, t.pool, oidc_str_z(text), &meta), OIDC_E_METADATA);
    assert_null(meta);
}

static void same(const struct oidc_provider_meta *a, const struct oidc_provider_meta *b)
{
    assert_same(a, b, issuer);
    assert_same(a, b, authorization_endpoint);
    assert_same(a, b, token_endpoint);
    assert_same(a, b, userinfo_endpoint);
    assert_same(a, b, jwks_uri);
    assert_same(a, b, end_session_endpoint);
    assert_same(a, b, revocation_endpoint);
    assert_same(a, b, check_session_iframe);
    assert_same(a, b, pushed_authorization_request_endpoint);
    assert_same(a, b, introspection_endpoint);
    assert_same(a, b, registration_endpoint);
    assert_int_equal(a->token_auth_methods, b->token_auth_methods);
    assert_int_equal(a->id_token_algs, b->id_token_algs);
    assert_int_equal(a->iss_parameter_supported, b->iss_parameter_supported);
    assert_int_equal(a->s256_supported, b->s256_supported);
    assert_int_equal(a->backchannel_logout_supported, b->backchannel_logout_supported);
}

static const struct oidc_provider_meta full = {
    .issuer = "https://op.test/x/",
    .authorization_endpoint = "https://op.test/x/authorize",
    .token_endpoint = "https://op.test/x/token",
    .userinfo_endpoint = "https://op.test/x/userinfo",
    .jwks_uri = "https://op.test/x/jwks",
    .end_session_endpoint = "https://op.test/x/end",
    .revocation_endpoint = "https://op.test/x/revoke",
    .check_session_iframe = "https://op.test/x/iframe",
    .pushed_authorization_request_endpoint = "https://op.test/x/par",
    .introspection_endpoint = "https://op.test/x/introspect",
    .registration_endpoint = "https://op.test/x/register",
    .token_auth_methods = OIDC_CLIENT_AUTH_BIT(OIDC_CLIENT_AUTH_BASIC)
                          | OIDC_CLIENT_AUTH_BIT(OIDC_CLIENT_AUTH_NONE)
                          | OIDC_CLIENT_AUTH_BIT(OIDC_CLIENT_AUTH_SELF_SIGNED_TLS),
    .id_token_algs =
        OIDC_ALG_BIT(OIDC_ALG_RS256) | OIDC_ALG_BIT(OIDC_ALG_EDDSA) | OIDC_ALG_BIT(OIDC_ALG_HS512),
    .iss_parameter_supported = 1,
    .s256_supported = 1,
    .backchannel_logout_supported = 1,
};

static void round_trip(void **state)
{
    (void)state;
    struct oidc_provider_meta none = {.s256_supported = -1}, odd = {.s256_supported = 0,
                                                                    .id_token_algs = 1,
                                                                    .token_auth_methods = 1};
    same(&full, parsed(oidc_discovery_print(t.pool, &full)));
    same(&none, parsed(oidc_discovery_print(t.pool, &none)));
    same(&odd, parsed(oidc_discovery_print(t.pool, &odd)));
}

static void printed_members(void **state)
{
    (void)state;
    struct oidc_provider_meta meta = {
        .issuer = "https://op.test",
        .authorization_endpoint = "https://op.test/a",
        .id_token_algs = OIDC_ALG_BIT(OIDC_ALG_ES256),
        .token_auth_methods = OIDC_CLIENT_AUTH_BIT(OIDC_CLIENT_AUTH_POST),
        .s256_supported = 1,
    };
    assert_string_equal(
        oidc_discovery_print(t.pool, &meta),
        "{\"issuer\":\"https://op.test\",\"authorization_endpoint\":\"https://op.test/a\","
        "\"token_endpoint_auth_methods_supported\":[\"client_secret_post\"],"
        "\"id_token_signing_alg_values_supported\":[\"ES256\"],"
        "\"code_challenge_methods_supported\":[\"S256\"],"
        "\"response_types_supported\":[\"code\"],\"subject_types_supported\":[\"public\"]}");
    meta.raw = parsed("{\"issuer\":\"https://"
                      "evil.test\",\"response_types_supported\":[\"code\",\"id_token\"],"
                      "\"scopes_supported\":[\"openid\"]}")
                   ->raw;
    assert_string_equal(
        oidc_discovery_print(t.pool, &meta),
        "{\"issuer\":\"https://op.test\",\"authorization_endpoint\":\"https://op.test/a\","
        "\"token_endpoint_auth_methods_supported\":[\"client_secret_post\"],"
        "\"id_token_signing_alg_values_supported\":[\"ES256\"],"
        "\"code_challenge_methods_supported\":[\"S256\"],"
        "\"response_types_supported\":[\"code\",\"id_token\"],\"scopes_supported\":[\"openid\"],"
        "\"subject_types_supported\":[\"public\"]}");
    meta.raw = parsed("{\"subject_types_supported\":[\"pairwise\"]}")->raw;
    assert_non_null(strstr(oidc_discovery_print(t.pool, &meta), "supported\":[\"pairwise\"]"));
}

static void an_empty_document_has_nothing(void **state)
{
    (void)state;
    struct oidc_provider_meta none = {.s256_supported = -1};
    same(&none, parsed("{}"));
    same(&none,
         parsed("{\"issuer\":null,\"jwks_uri\":null,\"code_challenge_methods_supported\":null}"));
    assert_true(json_is_object(parsed("{}")->raw));
}

static void as_the_conformance_provider_announces(void **state)
{
    (void)state;
    struct oidc_provider_meta *meta =
        parsed("{\"issuer\":\"https://op.test/test/a/x/\","
               "\"id_token_signing_alg_values_supported\":[\"none\",\"RS256\",\"ES256\",\"ES256K\","
               "\"EdDSA\",\"XX1\"],"
               "\"response_types_supported\":[\"id_token code\",\"token code id_token\",\"code\"],"
               "\"token_endpoint_auth_methods_supported\":[\"client_secret_basic\"],"
               "\"claims_parameter_supported\":true}");
    assert_int_equal(meta->id_token_algs, OIDC_ALG_BIT(OIDC_ALG_RS256)
                                              | OIDC_ALG_BIT(OIDC_ALG_ES256)
                                              | OIDC_ALG_BIT(OIDC_ALG_EDDSA));
    assert_int_equal(meta->token_auth_methods, OIDC_CLIENT_AUTH_BIT(OIDC_CLIENT_AUTH_BASIC));
    assert_int_equal(meta->s256_supported, -1);
    assert_int_equal(meta->iss_parameter_supported, 0);
}

static void announced_but_unknown_is_not_the_same_as_not_announced(void **state)
{
    (void)state;
    struct oidc_provider_meta *meta =
        parsed("{\"token_endpoint_auth_methods_supported\":[\"magic\"],"
               "\"id_token_signing_alg_values_supported\":[\"none\"],"
               "\"code_challenge_methods_supported\":[\"plain\"]}");
    assert_int_equal(meta->token_auth_methods, 1);
    assert_int_equal(meta->id_token_algs, 1);
    assert_int_equal(meta->s256_supported, 0);
    assert_int_equal(parsed("{\"id_token_signing_alg_values_supported\":[]}")->id_token_algs, 1);
}

static void test_n102_members_of_wrong_types_are_refused(void **state)
{
    (void)state;
    static const char *const endpoints[] = {"issuer",
                                            "authorization_endpoint",
                                            "token_endpoint",
                                            "userinfo_endpoint",
                                            "jwks_uri",
                                            "end_session_endpoint",
                                            "revocation_endpoint",
                                            "check_session_iframe",
                                            "pushed_authorization_request_endpoint",
                                            "introspection_endpoint",
                                            "registration_endpoint"};
    static const char *const wrong[] = {"[\"https://op.test/\"]", "{}", "1", "true"};
    for (size_t e = 0; e < COUNT(endpoints); e++) {
        for (size_t w = 0; w < COUNT(wrong); w++) {
            refused(apr_pstrcat(t.pool, "{\"", endpoints[e], "\":", wrong[w], "}", NULL));
        }
    }
    static const char *const sets[] = {"token_endpoint_auth_methods_supported",
                                       "id_token_signing_alg_values_supported",
                                       "code_challenge_methods_supported"};
    static const char *const no_set[] = {"\"RS256\"",       "{}",           "[1]",
                                         "[\"S256\",null]", "[[\"S256\"]]", "true"};
    for (size_t s = 0; s < COUNT(sets); s++) {
        for (size_t w = 0; w < COUNT(no_set); w++) {
            refused(apr_pstrcat(t.pool, "{\"", sets[s], "\":", no_set[w], "}", NULL));
        }
    }
    static const char *const flags[] = {"authorization_response_iss_parameter_supported",
                                        "backchannel_logout_supported"};
    static const char *const no_flag[] = {"\"true\"", "1", "[]", "{}"};
    for (size_t f = 0; f < COUNT(flags); f++) {
        for (size_t w = 0; w < COUNT(no_flag); w++) {
            refused(apr_pstrcat(t.pool, "{\"", flags[f], "\":", no_flag[w], "}", NULL));
        }
    }
}

static void what_is_no_object_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "[]",
                                        "\"x\"",
                                        "null",
                                        "{",
                                        "{}x",
                                        "<html>",
                                        "{\"issuer\":\"a\",\"issuer\":\"b\"}",
                                        "{\"issuer\":\"a\\u0000b\"}",
                                        "{\"issuer\":\"\xff\"}"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        refused(texts[i]);
    }
}

static void a_page_is_quoted(void **state)
{
    (void)state;
    struct oidc_provider_meta *meta;
    assert_int_equal(oidc_discovery_parse(&t.ctx, t.pool, oidc_str_z("<html>404</html>"), &meta),
                     OIDC_FAILED);
    assert_non_null(strstr(t.ctx.err.detail, "\"<html>404</html>\""));
}

static void test_n095_the_size_has_a_limit(void **state)
{
    (void)state;
    for (int over = -1; over <= 1; over++) {
        size_t n = (size_t)(OIDC_DISCOVERY_MAX + over);
        char *text = apr_palloc(t.pool, n + 1);
        memset(text, ' ', n);
        memcpy(text, "{}", 2);
        text[n] = '\0';
        if (over <= 0) {
            parsed(text);
        } else {
            refused(text);
        }
    }
}

static void the_document_lives_in_its_own_pool(void **state)
{
    (void)state;
    apr_pool_t *other, *request = t.pool;
    struct oidc_provider_meta *meta;
    apr_pool_create(&other, NULL);
    apr_pool_create(&t.ctx.pool, request);
    assert_ok(oidc_discovery_parse(&t.ctx, other,
                                   oidc_str_z(oidc_discovery_print(t.ctx.pool, &full)), &meta));
    apr_pool_destroy(t.ctx.pool);
    t.ctx.pool = request;
    same(&full, meta);
    apr_pool_destroy(other);
}

static const struct CMUnitTest tests[] = {
    CASE(round_trip),
    CASE(printed_members),
    CASE(an_empty_document_has_nothing),
    CASE(as_the_conformance_provider_announces),
    CASE(announced_but_unknown_is_not_the_same_as_not_announced),
    CASE(test_n102_members_of_wrong_types_are_refused),
    CASE(what_is_no_object_is_refused),
    CASE(a_page_is_quoted),
    CASE(test_n095_the_size_has_a_limit),
    CASE(the_document_lives_in_its_own_pool),
};
RUN(tests)
