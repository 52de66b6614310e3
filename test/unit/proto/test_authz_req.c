/* SPDX-License-Identifier: Apache-2.0 */
/* The authorization request: order, ownership of parameters, the way back. */
#include "fixture.h"

#include "oidc/authz_req.h"

static const struct oidc_authz_req full = {
    .response_type = "code",
    .client_id = "cl:ient %&+",
    .redirect_uri = "https://rp.test/cb?a=b",
    .scope = "openid profile",
    .state = "st",
    .response_mode = "form_post",
    .nonce = "no",
    .code_challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    .code_challenge_method = "S256",
    .prompt = "login consent",
    .max_age = "0",
    .login_hint = "alic\xc3\xa9@example.org",
    .id_token_hint = "a.b.c",
    .acr_values = "urn:x 2",
    .display = "page",
    .ui_locales = "ko en",
    .claims = "{\"id_token\":{\"sub\":null}}",
    .request = "e.e.e",
    .request_uri = "urn:x:1",
};

static void same(const struct oidc_authz_req *a, const struct oidc_authz_req *b)
{
    assert_same(a, b, response_type);
    assert_same(a, b, client_id);
    assert_same(a, b, redirect_uri);
    assert_same(a, b, scope);
    assert_same(a, b, state);
    assert_same(a, b, response_mode);
    assert_same(a, b, nonce);
    assert_same(a, b, code_challenge);
    assert_same(a, b, code_challenge_method);
    assert_same(a, b, prompt);
    assert_same(a, b, max_age);
    assert_same(a, b, login_hint);
    assert_same(a, b, id_token_hint);
    assert_same(a, b, acr_values);
    assert_same(a, b, display);
    assert_same(a, b, ui_locales);
    assert_same(a, b, claims);
    assert_same(a, b, request);
    assert_same(a, b, request_uri);
}

static const char *printed(const struct oidc_authz_req *req, const char *extra)
{
    struct oidc_form *form = extra ? fixture_form(extra) : NULL;
    return oidc_form_print(t.pool, oidc_authz_req_print(t.pool, req, form));
}

static void round_trip(void **state)
{
    (void)state;
    struct oidc_authz_req back;
    assert_ok(oidc_authz_req_parse(&t.ctx, fixture_form(printed(&full, NULL)), &back));
    same(&full, &back);
}

static void round_trip_of_little(void **state)
{
    (void)state;
    struct oidc_authz_req little = {.response_type = "code", .client_id = "c"}, back;
    assert_string_equal(printed(&little, NULL), "response_type=code&client_id=c");
    assert_ok(oidc_authz_req_parse(&t.ctx, fixture_form("response_type=code&client_id=c&foreign=1"),
                                   &back));
    same(&little, &back);
}

static void order_is_fixed(void **state)
{
    (void)state;
    struct oidc_authz_req req = full;
    req.request = req.request_uri = NULL;
    assert_string_equal(
        printed(&req, NULL),
        "response_type=code&client_id=cl%3Aient+%25%26%2B&"
        "redirect_uri=https%3A%2F%2Frp.test%2Fcb%3Fa%3Db&scope=openid+profile&state=st&"
        "response_mode=form_post&nonce=no&"
        "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256&"
        "prompt=login+consent&max_age=0&login_hint=alic%C3%A9%40example.org&id_token_hint=a.b.c&"
        "acr_values=urn%3Ax+2&display=page&ui_locales=ko+en&"
        "claims=%7B%22id_token%22%3A%7B%22sub%22%3Anull%7D%7D");
}

static void test_n044_ours_is_sent_once_and_alone(void **state)
{
    (void)state;
    static const char *const ours[] = {
        "response_type", "client_id",      "redirect_uri",          "state",   "response_mode",
        "nonce",         "code_challenge", "code_challenge_method", "request", "request_uri"};
    for (size_t i = 0; i < COUNT(ours); i++) {
        const char *extra = apr_pstrcat(t.pool, ours[i], "=evil&", ours[i], "=evil2", NULL);
        struct oidc_authz_req back;
        assert_ok(oidc_authz_req_parse(&t.ctx, fixture_form(printed(&full, extra)), &back));
        same(&full, &back);
    }
}

static void test_n044_ours_that_we_do_not_send_is_not_taken_either(void **state)
{
    (void)state;
    struct oidc_authz_req req = {.response_type = "code"};
    assert_string_equal(printed(&req, "response_mode=fragment&request=x&nonce=n"),
                        "response_type=code");
}

static void extra_replaces_what_is_open(void **state)
{
    (void)state;
    struct oidc_authz_req req = {.response_type = "code", .scope = "openid", .prompt = "none"};
    assert_string_equal(printed(&req, "scope=openid+email&prompt=login&max_age=5&prompt=consent"),
                        "response_type=code&scope=openid+email&prompt=consent&max_age=5");
}

static void foreign_names_stay_repeated(void **state)
{
    (void)state;
    struct oidc_authz_req req = {.response_type = "code"};
    assert_string_equal(printed(&req, "resource=a&audience=x&resource=b"),
                        "response_type=code&resource=a&audience=x&resource=b");
}

static void test_n030_duplicates_fail(void **state)
{
    (void)state;
    struct oidc_authz_req req;
    const struct oidc_form *form = oidc_authz_req_print(t.pool, &full, NULL);
    for (int i = 0; i < form->n; i++) {
        const char *name = form->fields[i].name;
        const char *text = apr_pstrcat(t.pool, name, "=1&x=2&", name, "=1", NULL);
        assert_fails(oidc_authz_req_parse(&t.ctx, fixture_form(text), &req),
                     OIDC_E_DUPLICATE_PARAMETER);
    }
    assert_int_equal(form->n, 19);
    assert_ok(oidc_authz_req_parse(&t.ctx, fixture_form("resource=1&resource=2"), &req));
}

static void an_empty_value_is_none(void **state)
{
    (void)state;
    struct oidc_authz_req req;
    assert_ok(oidc_authz_req_parse(&t.ctx, fixture_form("state=&client_id&nonce=n"), &req));
    assert_null(req.state);
    assert_null(req.client_id);
    assert_string_equal(req.nonce, "n");
}

static const struct CMUnitTest tests[] = {
    CASE(round_trip),
    CASE(round_trip_of_little),
    CASE(order_is_fixed),
    CASE(test_n044_ours_is_sent_once_and_alone),
    CASE(test_n044_ours_that_we_do_not_send_is_not_taken_either),
    CASE(extra_replaces_what_is_open),
    CASE(foreign_names_stay_repeated),
    CASE(test_n030_duplicates_fail),
    CASE(an_empty_value_is_none),
};
RUN(tests)
