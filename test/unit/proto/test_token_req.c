/* SPDX-License-Identifier: Apache-2.0 */
/* The token request. */
#include "fixture.h"

#include "oidc/token_req.h"

static const struct oidc_token_req by_code = {
    .grant_type = "authorization_code",
    .code = "SplxlOBeZQQYbYS6WxSbIA",
    .redirect_uri = "https://client.example.com/cb",
    .code_verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
};
static const struct oidc_token_req by_refresh = {
    .grant_type = "refresh_token", .refresh_token = "tGzv3JOkF0XG5Qx2TlKWIA", .scope = "openid a"};

static void same(const struct oidc_token_req *a, const struct oidc_token_req *b)
{
    assert_same(a, b, grant_type);
    assert_same(a, b, code);
    assert_same(a, b, redirect_uri);
    assert_same(a, b, code_verifier);
    assert_same(a, b, refresh_token);
    assert_same(a, b, scope);
}

static const char *printed(const struct oidc_token_req *req, const char *extra)
{
    struct oidc_form *form = extra ? fixture_form(extra) : NULL;
    return oidc_form_print(t.pool, oidc_token_req_print(t.pool, req, form));
}

static void round_trip(void **state)
{
    (void)state;
    struct oidc_token_req back;
    assert_ok(oidc_token_req_parse(&t.ctx, fixture_form(printed(&by_code, NULL)), &back));
    same(&by_code, &back);
    assert_ok(oidc_token_req_parse(&t.ctx, fixture_form(printed(&by_refresh, NULL)), &back));
    same(&by_refresh, &back);
}

static void as_rfc6749_prints_it(void **state)
{
    (void)state;
    struct oidc_token_req req = by_code;
    req.code_verifier = NULL;
    assert_string_equal(printed(&req, NULL),
                        "grant_type=authorization_code&code=SplxlOBeZQQYbYS6WxSbIA"
                        "&redirect_uri=https%3A%2F%2Fclient.example.com%2Fcb");
    assert_string_equal(printed(&by_refresh, NULL),
                        "grant_type=refresh_token&refresh_token=tGzv3JOkF0XG5Qx2TlKWIA"
                        "&scope=openid+a");
}

static void test_n044_extra_never_replaces_ours(void **state)
{
    (void)state;
    struct oidc_token_req back;
    const char *extra = "grant_type=password&code=x&redirect_uri=x&code_verifier=x&refresh_token=x"
                        "&resource=a&resource=b&scope=more";
    const struct oidc_form *form = fixture_form(printed(&by_refresh, extra));
    assert_ok(oidc_token_req_parse(&t.ctx, form, &back));
    assert_string_equal(back.grant_type, "refresh_token");
    assert_string_equal(back.refresh_token, "tGzv3JOkF0XG5Qx2TlKWIA");
    assert_null(back.code);
    assert_null(back.redirect_uri);
    assert_null(back.code_verifier);
    assert_string_equal(back.scope, "more");
    assert_int_equal(form->n, 5); /* with both resources */
}

static void test_n030_duplicates_fail(void **state)
{
    (void)state;
    struct oidc_token_req req;
    static const char *const names[] = {"grant_type",    "code",          "redirect_uri",
                                        "code_verifier", "refresh_token", "scope"};
    for (size_t i = 0; i < COUNT(names); i++) {
        const char *text = apr_pstrcat(t.pool, names[i], "=1&", names[i], "=2", NULL);
        assert_fails(oidc_token_req_parse(&t.ctx, fixture_form(text), &req),
                     OIDC_E_DUPLICATE_PARAMETER);
    }
}

static const struct CMUnitTest tests[] = {
    CASE(round_trip),
    CASE(as_rfc6749_prints_it),
    CASE(test_n044_extra_never_replaces_ours),
    CASE(test_n030_duplicates_fail),
};
RUN(tests)
