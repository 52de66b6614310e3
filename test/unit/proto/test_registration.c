/* SPDX-License-Identifier: Apache-2.0 */
/* Registration, WebFinger, pushed requests: what is sent, and what of an answer is taken. */
#include "fixture.h"

#include "oidc/par.h"
#include "oidc/registration.h"
#include "oidc/webfinger.h"

static void registration_request_names_what_the_flow_needs(void **state)
{
    (void)state;
    struct oidc_registration_req req = {.client_name = "x",
                                        .redirect_uri = "https://rp.test/cb",
                                        .response_type = "code id_token",
                                        .overrides = json_pack("{s:s}", "client_name", "y")};
    json_t *doc = NULL;
    oidc_json_own(t.pool, (json_t *)(uintptr_t)req.overrides);
    assert_ok(oidc_json_parse(&t.ctx, t.pool, oidc_str_z(oidc_registration_print(t.pool, &req)),
                              OIDC_E_INTERNAL, "x", &doc));
    const char *name;
    assert_ok(oidc_json_get_string(doc, "client_name", &name));
    assert_string_equal(name, "y");
    assert_true(oidc_json_has_string(doc, "grant_types", "authorization_code"));
    assert_true(oidc_json_has_string(doc, "grant_types", "implicit"));
    assert_true(oidc_json_has_string(doc, "redirect_uris", "https://rp.test/cb"));
    assert_null(json_object_get(doc, "contacts"));
}

static void registration_answers(void **state)
{
    (void)state;
    struct oidc_registration out;
    struct oidc_http_answer a = fixture_answer(
        201, "application/json",
        "{\"client_id\":\"c: 1\",\"client_secret\":\"s\",\"client_secret_expires_at\":0}");
    assert_ok(oidc_registration_check(&t.ctx, &a, &out));
    assert_string_equal(out.client_id, "c: 1");
    assert_string_equal(out.client_secret, "s");
    assert_int_equal(out.secret_expires_at, 0);
    static const char *const bad[] = {
        "{}",
        "{\"client_id\":\"\"}",
        "{\"client_id\":1}",
        "[]",
        "<html>",
        "{\"client_id\":\"x\",\"client_secret\":1}",
        "{\"client_id\":\"x\",\"client_secret_expires_at\":\"soon\"}"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        a = fixture_answer(201, "application/json", bad[i]);
        assert_fails(oidc_registration_check(&t.ctx, &a, &out), OIDC_E_REGISTRATION);
    }
    a = fixture_answer(400, "application/json", "{\"error\":\"invalid_redirect_uri\"}");
    assert_fails(oidc_registration_check(&t.ctx, &a, &out), OIDC_E_REGISTRATION);
}

static void webfinger_asks_the_right_host(void **state)
{
    (void)state;
    static const struct {
        const char *input, *url;
    } rows[] = {
        {"alice@op.test", "https://op.test/.well-known/"
                          "webfinger?resource=acct%3Aalice%40op.test&rel=http%3A%2F%2Fopenid.net%"
                          "2Fspecs%2Fconnect%2F1.0%2Fissuer"},
        {"acct:alice@op.test", "https://op.test/.well-known/"
                               "webfinger?resource=acct%3Aalice%40op.test&rel=http%3A%2F%2Fopenid."
                               "net%2Fspecs%2Fconnect%2F1.0%2Fissuer"},
        {"https://op.test/alias/x", "https://op.test/.well-known/"
                                    "webfinger?resource=https%3A%2F%2Fop.test%2Falias%2Fx&rel=http%"
                                    "3A%2F%2Fopenid.net%2Fspecs%2Fconnect%2F1.0%2Fissuer"},
        {"op.test:8443", "https://op.test:8443/.well-known/"
                         "webfinger?resource=https%3A%2F%2Fop.test%3A8443&rel=http%3A%2F%2Fopenid."
                         "net%2Fspecs%2Fconnect%2F1.0%2Fissuer"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *url = NULL;
        assert_ok(oidc_webfinger_print(&t.ctx, rows[i].input, &url));
        assert_string_equal(url, rows[i].url);
    }
    static const char *const bad[] = {"",    "@",    "a@", "a b", "https://u@h/", "file:///etc",
                                      "//h", "a@h/x"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        const char *url = NULL;
        assert_fails(oidc_webfinger_print(&t.ctx, bad[i], &url), OIDC_E_WEBFINGER);
    }
}

static void webfinger_issuer_is_plain_https(void **state)
{
    (void)state;
    const char *issuer = NULL;
#define LINK(href)                                                                                 \
    "{\"links\":[{\"rel\":\"x\",\"href\":\"https://x\"},{\"rel\":\"http://openid.net/specs/"       \
    "connect/1.0/issuer\",\"href\":\"" href "\"}]}"
    struct oidc_http_answer a =
        fixture_answer(200, "application/jrd+json", LINK("https://op.test/a"));
    assert_ok(oidc_webfinger_check(&t.ctx, &a, &issuer));
    assert_string_equal(issuer, "https://op.test/a");
    static const char *const bad[] = {LINK("http://op.test"),     LINK("https://op.test/?x"),
                                      LINK("https://op.test/#x"), "{}",
                                      "{\"links\":[1]}",          "{\"links\":{}}"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        a = fixture_answer(200, "application/jrd+json", bad[i]);
        assert_fails(oidc_webfinger_check(&t.ctx, &a, &issuer), OIDC_E_WEBFINGER);
    }
    a = fixture_answer(200, "application/jrd+json", LINK("https://u:p@op.test"));
    assert_fails(oidc_webfinger_check(&t.ctx, &a, &issuer), OIDC_E_URL);
    a = fixture_answer(404, "text/html", "no");
    assert_fails(oidc_webfinger_check(&t.ctx, &a, &issuer), OIDC_E_WEBFINGER);
}

static void test_n045_pushed_request_answers(void **state)
{
    (void)state;
    const char *uri = NULL;
    struct oidc_http_answer a =
        fixture_answer(201, "application/json", "{\"request_uri\":\"urn:x:1\",\"expires_in\":60}");
    assert_ok(oidc_par_check(&t.ctx, &a, &uri));
    assert_string_equal(uri, "urn:x:1");
    static const char *const bad[] = {"{}",
                                      "{\"request_uri\":\"\"}",
                                      "{\"request_uri\":7}",
                                      "{\"request_uri\":\"a\\u000ab\"}",
                                      "<html>",
                                      ""};
    for (size_t i = 0; i < COUNT(bad); i++) {
        a = fixture_answer(201, "application/json", bad[i]);
        assert_fails(oidc_par_check(&t.ctx, &a, &uri), OIDC_E_PAR);
    }
    a = fixture_answer(400, "application/json", "{\"error\":\"invalid_request\"}");
    assert_fails(oidc_par_check(&t.ctx, &a, &uri), OIDC_E_PAR);
    a = fixture_answer(401, "application/json", "{\"error\":\"invalid_client\"}");
    assert_fails(oidc_par_check(&t.ctx, &a, &uri), OIDC_E_TOKEN_CLIENT_AUTH);
}

static const struct CMUnitTest tests[] = {
    CASE(registration_request_names_what_the_flow_needs),
    CASE(registration_answers),
    CASE(webfinger_asks_the_right_host),
    CASE(webfinger_issuer_is_plain_https),
    CASE(test_n045_pushed_request_answers),
};
RUN(tests)
