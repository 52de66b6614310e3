/* SPDX-License-Identifier: Apache-2.0 */
/* Whether provider metadata may be used. */
#include "fixture.h"

#include "oidc/discovery.h"

#define URL "https://op.test/.well-known/openid-configuration"
#define HEAD "{\"issuer\":\"https://op.test\",\"authorization_endpoint\":\"https://op.test/a\","
#define GOOD HEAD "\"jwks_uri\":\"https://op.test/jwks\"}"

static const struct oidc_discovery_rules by_url = {.url = URL, .check_issuer = 1};

static enum oidc_rc checked(const char *text, const struct oidc_discovery_rules *rules)
{
    struct oidc_provider_meta *meta = NULL;
    assert_ok(oidc_discovery_parse(&t.ctx, t.pool, oidc_str_z(text), &meta));
    return oidc_discovery_check(&t.ctx, meta, rules);
}

static enum oidc_rc issuer_at(const char *issuer, const char *url)
{
    struct oidc_provider_meta meta = {.issuer = issuer,
                                      .authorization_endpoint = "https://op.test/a",
                                      .jwks_uri = "https://op.test/j"};
    struct oidc_discovery_rules rules = {.url = url, .check_issuer = 1};
    return oidc_discovery_check(&t.ctx, &meta, &rules);
}

static void a_good_document_passes(void **state)
{
    (void)state;
    struct oidc_discovery_rules rules = {
        .issuer = "https://op.test", .url = "https://elsewhere.test/x", .check_issuer = 1};
    assert_ok(checked(GOOD, &by_url));
    assert_ok(checked(GOOD, &rules));
}

static void issuers_that_belong_to_their_url(void **state)
{
    (void)state;
    static const struct {
        const char *issuer, *url;
    } cases[] = {
        {"https://op.test", "https://op.test/.well-known/openid-configuration"},
        {"https://op.test/", "https://op.test/.well-known/openid-configuration"},
        {"https://op.test/test/a/x/", "https://op.test/test/a/x/.well-known/openid-configuration"},
        {"https://op.test:8443/r", "https://op.test:8443/r/.well-known/openid-configuration?p=1"},
        {"https://op.test/r", "https://op.test/.well-known/oauth-authorization-server/r"},
        {"https://op.test/.well-known/x",
         "https://op.test/.well-known/x/.well-known/openid-configuration"},
        {"http://localhost:8080/op", "http://localhost:8080/op/.well-known/openid-configuration"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_ok(issuer_at(cases[i].issuer, cases[i].url));
    }
}

static void test_n035_issuers_that_do_not_belong_to_their_url(void **state)
{
    (void)state;
    static const struct {
        const char *issuer, *url;
    } cases[] = {
        {NULL, URL},
        {"", URL},
        {"https://op.testINVALID", URL}, /* conformance: discovery-issuer-mismatch */
        {"https://OP.test", URL},
        {"HTTPS://op.test", URL},
        {"http://op.test", URL},
        {"https://op.test//", URL},
        {"https://op.test/x", URL},
        {"https://op.tes", URL},
        {"https://op.test/.well-known", URL},
        {"https://evil.test", URL},
        {"https://op.test", "https://op.test/x/.well-known/openid-configuration"},
        {"https://op.test/", "https://op.test/x/.well-known/openid-configuration"},
        {"https://op.test", "https://op.test/.well-known/openid-configuration/x"},
        {"https://op.test/", "https://op.test/.well-known/openid-configuration/x"},
        {"https://op.test/x/", "https://op.test/.well-known/openid-configuration/x"},
        {"https://op.test", "https://op.test/metadata.json"},
        {"https://op.test", "https://op.test/.well-known"},
        {"https://op.test", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_fails(issuer_at(cases[i].issuer, cases[i].url), OIDC_E_METADATA_ISSUER);
    }
}

static void test_n035_a_configured_issuer_is_exact(void **state)
{
    (void)state;
    static const char *const others[] = {"https://op.test/", "https://OP.test", "https://op.tes",
                                         "https://op.testINVALID", ""};
    for (size_t i = 0; i < COUNT(others); i++) {
        struct oidc_discovery_rules rules = {.issuer = others[i], .url = URL, .check_issuer = 1};
        assert_fails(checked(GOOD, &rules), OIDC_E_METADATA_ISSUER);
    }
}

static void without_validation_any_issuer_but_none_passes(void **state)
{
    (void)state;
    struct oidc_discovery_rules rules = {.issuer = "https://other.test", .url = URL};
    assert_ok(checked(GOOD, &rules));
    assert_fails(
        checked(
            "{\"authorization_endpoint\":\"https://op.test/a\",\"jwks_uri\":\"https://op.test/j\"}",
            &rules),
        OIDC_E_METADATA_ISSUER);
    assert_fails(checked("{\"issuer\":\"\",\"authorization_endpoint\":\"https://op.test/a\","
                         "\"jwks_uri\":\"https://op.test/j\"}",
                         &rules),
                 OIDC_E_METADATA_ISSUER);
}

static const char *const endpoints[] = {
    "authorization_endpoint", "token_endpoint",
    "userinfo_endpoint",      "jwks_uri",
    "end_session_endpoint",   "revocation_endpoint",
    "check_session_iframe",   "pushed_authorization_request_endpoint",
    "introspection_endpoint", "registration_endpoint"};

/* GOOD with one member set. */
static const char *with(const char *name, const char *url)
{
    struct oidc_provider_meta *meta;
    json_t *doc = oidc_json_object(t.pool);
    assert_ok(oidc_discovery_parse(&t.ctx, t.pool, oidc_str_z(GOOD), &meta));
    json_object_update(doc, (json_t *)(uintptr_t)meta->raw);
    oidc_json_put_string(doc, name, url);
    return oidc_json_print(t.pool, doc);
}

static void test_n102_one_bad_endpoint_refuses_the_document(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "token",
        "/token",
        "//op.test/token",
        "http://op.test/token",
        "ftp://op.test/token",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://user@op.test/token",
        "https://user:pw@op.test/token",
        "https://op.test/token#frag",
        "https://op.test/token#",
        "https://op.test/to ken",
        "https://op.test/\\token",
        "https://op.test:0/token",
        "https://op.test:99999/token",
        "https://",
        "https:///token",
        "https://op.test/t\xc3\xa9",
        "https://op.test/t\r\nx",
    };
    for (size_t e = 0; e < COUNT(endpoints); e++) {
        for (size_t b = 0; b < COUNT(bad); b++) {
            assert_fails(checked(with(endpoints[e], bad[b]), &by_url), OIDC_E_METADATA);
        }
        assert_ok(checked(with(endpoints[e], "https://other.test:8443/x?y=z"), &by_url));
    }
}

static void test_n102_http_only_where_it_is_allowed(void **state)
{
    (void)state;
    struct oidc_discovery_rules rules = by_url;
    rules.allow_http = 1;
    for (size_t e = 0; e < COUNT(endpoints); e++) {
        const char *text = with(endpoints[e], "http://op.test/x");
        assert_fails(checked(text, &by_url), OIDC_E_METADATA);
        assert_ok(checked(text, &rules));
        assert_fails(checked(with(endpoints[e], "http://u@op.test/x"), &rules), OIDC_E_METADATA);
        assert_fails(checked(with(endpoints[e], "http://op.test/x#f"), &rules), OIDC_E_METADATA);
    }
}

static void test_n102_a_malformed_mtls_alias_refuses_the_document(void **state)
{
    (void)state;
    static const char *const bad[] = {"[]",
                                      "\"https://op.test/\"",
                                      "true",
                                      "{\"token_endpoint\":5}",
                                      "{\"token_endpoint\":\"http://op.test/\"}",
                                      "{\"token_endpoint\":\"\"}",
                                      "{\"userinfo_endpoint\":\"https://u@op.test/\"}",
                                      "{\"registration_endpoint\":[]}"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        const char *text = apr_pstrcat(
            t.pool, HEAD "\"jwks_uri\":\"https://op.test/jwks\",\"mtls_endpoint_aliases\":", bad[i],
            "}", NULL);
        assert_fails(checked(text, &by_url), OIDC_E_METADATA);
    }
    assert_ok(checked(HEAD "\"jwks_uri\":\"https://op.test/j\",\"mtls_endpoint_aliases\":"
                           "{\"token_endpoint\":\"https://m.op.test/t\",\"x\":1}}",
                      &by_url));
    assert_ok(checked(HEAD "\"jwks_uri\":\"https://op.test/j\",\"mtls_endpoint_aliases\":null}",
                      &by_url));
}

static void test_n102_what_is_needed_must_be_there(void **state)
{
    (void)state;
    struct oidc_discovery_rules rules = by_url;
    assert_fails(checked(HEAD "\"token_endpoint\":\"https://op.test/t\"}", &by_url),
                 OIDC_E_METADATA);
    assert_fails(
        checked("{\"issuer\":\"https://op.test\",\"jwks_uri\":\"https://op.test/j\"}", &by_url),
        OIDC_E_METADATA);
    rules.keys_elsewhere = 1;
    assert_ok(checked(HEAD "\"token_endpoint\":\"https://op.test/t\"}", &rules));
    assert_fails(
        checked("{\"issuer\":\"https://op.test\",\"jwks_uri\":\"https://op.test/j\"}", &rules),
        OIDC_E_METADATA);
}

static const struct CMUnitTest tests[] = {
    CASE(a_good_document_passes),
    CASE(issuers_that_belong_to_their_url),
    CASE(test_n035_issuers_that_do_not_belong_to_their_url),
    CASE(test_n035_a_configured_issuer_is_exact),
    CASE(without_validation_any_issuer_but_none_passes),
    CASE(test_n102_one_bad_endpoint_refuses_the_document),
    CASE(test_n102_http_only_where_it_is_allowed),
    CASE(test_n102_a_malformed_mtls_alias_refuses_the_document),
    CASE(test_n102_what_is_needed_must_be_there),
};
RUN(tests)
