/* SPDX-License-Identifier: Apache-2.0 */
/* The authorization response: reading it, and judging it against the login that was begun. */
#include "fixture.h"

#include "oidc/authz_resp.h"

#define ISSUER "https://op.test/test/a/x/"

static const struct oidc_authz_resp_rules usual = {.issuer = ISSUER, .code_expected = 1};
static const struct oidc_authz_resp_rules strict = {
    .issuer = ISSUER, .iss_required = 1, .code_expected = 1};

static void same(const struct oidc_authz_resp *a, const struct oidc_authz_resp *b)
{
    assert_same(a, b, code);
    assert_same(a, b, state);
    assert_same(a, b, iss);
    assert_same(a, b, error);
    assert_same(a, b, error_description);
    assert_same(a, b, error_uri);
    assert_same(a, b, session_state);
    assert_same(a, b, id_token);
    assert_same(a, b, access_token);
    assert_same(a, b, token_type);
    assert_same(a, b, expires_in);
}

static void round_trip(void **state)
{
    (void)state;
    struct oidc_authz_resp back;
    static const struct oidc_authz_resp messages[] = {
        {.code = "c/+=&", .state = "s", .iss = ISSUER, .session_state = "ss.1"},
        {.error = "access_denied", .error_description = "no \xc3\xa9 <b>", .state = "s"},
        {.error = "x", .error_uri = "https://op.test/why", .iss = ISSUER},
        {.id_token = "a.b.c", .access_token = "t", .token_type = "Bearer", .expires_in = "5"},
    };
    for (size_t i = 0; i < COUNT(messages); i++) {
        const char *text = oidc_form_print(t.pool, oidc_authz_resp_print(t.pool, &messages[i]));
        assert_ok(oidc_authz_resp_parse(&t.ctx, fixture_form(text), &back));
        same(&messages[i], &back);
    }
}

static void test_what_the_flow_asked_for_must_be_there(void **state)
{
    (void)state;
    static const struct oidc_authz_resp_rules all = {
        .issuer = ISSUER, .code_expected = 1, .id_token_expected = 1, .access_token_expected = 1};
    static const struct {
        struct oidc_authz_resp resp;
        enum oidc_code code;
    } rows[] = {
        {{.code = "c", .id_token = "i", .access_token = "a", .token_type = "bEARER"}, OIDC_E_NONE},
        {{.id_token = "i", .access_token = "a", .token_type = "Bearer"}, OIDC_E_MISSING_PARAMETER},
        {{.code = "c", .access_token = "a", .token_type = "Bearer"}, OIDC_E_MISSING_PARAMETER},
        {{.code = "c", .id_token = "i", .token_type = "Bearer"}, OIDC_E_MISSING_PARAMETER},
        {{.code = "c", .id_token = "i", .access_token = "a"}, OIDC_E_TOKEN_RESPONSE},
        {{.code = "c", .id_token = "i", .access_token = "a", .token_type = "mac"}, OIDC_E_TOKEN_RESPONSE},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (rows[i].code == OIDC_E_NONE) {
            assert_ok(oidc_authz_resp_check(&t.ctx, &rows[i].resp, &all));
        } else {
            assert_fails(oidc_authz_resp_check(&t.ctx, &rows[i].resp, &all), rows[i].code);
        }
    }
}

static void test_n021_a_response_with_nothing_fails(void **state)
{
    (void)state;
    struct oidc_authz_resp resp;
    static const char *const texts[] = {
        "", "&&", "state=s", "code=", "code=&error=", "foreign=1", "error_description=x&iss=y"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        assert_fails(oidc_authz_resp_parse(&t.ctx, fixture_form(texts[i]), &resp),
                     OIDC_E_MISSING_PARAMETER);
    }
}

static void test_n021_a_code_without_state_is_read_without_one(void **state)
{
    (void)state;
    struct oidc_authz_resp resp;
    assert_ok(oidc_authz_resp_parse(&t.ctx, fixture_form("code=c&state="), &resp));
    assert_null(resp.state);
    assert_ok(oidc_authz_resp_parse(&t.ctx, fixture_form("error=e"), &resp));
    assert_null(resp.state);
}

static void one_of_four_makes_a_response(void **state)
{
    (void)state;
    struct oidc_authz_resp resp;
    static const char *const texts[] = {"code=c", "id_token=a.b.c", "access_token=t", "error=e"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        assert_ok(oidc_authz_resp_parse(&t.ctx, fixture_form(texts[i]), &resp));
    }
}

static void test_n022_an_odd_state_is_read_as_it_is(void **state)
{
    (void)state;
    struct oidc_authz_resp resp;
    char *long_state = apr_palloc(t.pool, 4097);
    memset(long_state, 's', 4096);
    long_state[4096] = '\0';
    const char *text = apr_pstrcat(t.pool, "code=c&state=", long_state, NULL);
    assert_ok(oidc_authz_resp_parse(&t.ctx, fixture_form(text), &resp));
    assert_string_equal(resp.state, long_state);
    assert_ok(oidc_authz_resp_parse(&t.ctx, fixture_form("code=c&state=%C3%A9%0D%0A"), &resp));
    assert_string_equal(resp.state, "\xc3\xa9\r\n");
}

static void test_n030_duplicates_fail(void **state)
{
    (void)state;
    struct oidc_authz_resp resp;
    static const char *const names[] = {"code",       "state",        "iss",
                                        "error",      "id_token",     "access_token",
                                        "token_type", "expires_in",   "error_description",
                                        "error_uri",  "session_state"};
    for (size_t i = 0; i < COUNT(names); i++) {
        const char *text =
            apr_pstrcat(t.pool, "code=c&error=e&", names[i], "=1&", names[i], "=1", NULL);
        assert_fails(oidc_authz_resp_parse(&t.ctx, fixture_form(text), &resp),
                     OIDC_E_DUPLICATE_PARAMETER);
    }
}

static void a_code_passes(void **state)
{
    (void)state;
    struct oidc_authz_resp resp = {.code = "c"};
    assert_ok(oidc_authz_resp_check(&t.ctx, &resp, &usual));
    resp.iss = ISSUER;
    assert_ok(oidc_authz_resp_check(&t.ctx, &resp, &usual));
    assert_ok(oidc_authz_resp_check(&t.ctx, &resp, &strict));
}

static void what_was_not_asked_for_is_not_looked_at(void **state)
{
    (void)state;
    struct oidc_authz_resp resp = {.code = "c", .id_token = "junk", .access_token = "junk"};
    assert_ok(oidc_authz_resp_check(&t.ctx, &resp, &usual));
    struct oidc_authz_resp_rules no_code = {.issuer = ISSUER};
    resp.code = NULL;
    assert_ok(oidc_authz_resp_check(&t.ctx, &resp, &no_code));
}

static void test_n032_another_iss_is_refused(void **state)
{
    (void)state;
    static const char *const others[] = {"https://evil.test/", ISSUER "1",
                                         "https://op.test/test/a/x", "https://OP.test/test/a/x/",
                                         "https://op.test/test/a/x//"};
    for (size_t i = 0; i < COUNT(others); i++) {
        struct oidc_authz_resp resp = {.code = "c", .iss = others[i]};
        assert_fails(oidc_authz_resp_check(&t.ctx, &resp, &usual), OIDC_E_RESPONSE_ISS);
        assert_fails(oidc_authz_resp_check(&t.ctx, &resp, &strict), OIDC_E_RESPONSE_ISS);
    }
}

static void test_n032_an_iss_that_nothing_is_known_of_is_refused(void **state)
{
    (void)state;
    struct oidc_authz_resp resp = {.code = "c", .iss = ISSUER};
    struct oidc_authz_resp_rules none = {.code_expected = 1};
    assert_fails(oidc_authz_resp_check(&t.ctx, &resp, &none), OIDC_E_RESPONSE_ISS);
}

static void test_n034_an_announced_iss_must_be_there(void **state)
{
    (void)state;
    struct oidc_authz_resp resp = {.code = "c"}, error = {.error = "access_denied"};
    assert_fails(oidc_authz_resp_check(&t.ctx, &resp, &strict), OIDC_E_RESPONSE_ISS);
    assert_fails(oidc_authz_resp_check(&t.ctx, &error, &strict), OIDC_E_RESPONSE_ISS);
}

static void test_n036_the_expected_code_must_be_there(void **state)
{
    (void)state;
    struct oidc_authz_resp resp = {.id_token = "a.b.c", .access_token = "t"};
    assert_fails(oidc_authz_resp_check(&t.ctx, &resp, &usual), OIDC_E_MISSING_PARAMETER);
}

static void test_n041_an_error_is_the_end(void **state)
{
    (void)state;
    struct oidc_authz_resp resp = {.error = "access_denied", .error_description = "a\"b\r\nc"};
    assert_int_equal(oidc_authz_resp_check(&t.ctx, &resp, &usual), OIDC_FAILED);
    assert_int_equal(t.ctx.err.code, OIDC_E_PROVIDER_REFUSED);
    assert_string_equal(t.ctx.err.detail,
                        "error \"access_denied\", description \"a\\x22b\\x0d\\x0ac\"");
    oidc_ctx_clear(&t.ctx);
    resp.code = "c"; /* both: no code is redeemed */
    assert_fails(oidc_authz_resp_check(&t.ctx, &resp, &usual), OIDC_E_PROVIDER_REFUSED);
}

static void test_n042_login_required_is_a_refusal(void **state)
{
    (void)state;
    struct oidc_authz_resp resp = {.error = "login_required", .state = "s"};
    assert_fails(oidc_authz_resp_check(&t.ctx, &resp, &usual), OIDC_E_PROVIDER_REFUSED);
}

static void test_n032_another_iss_is_worse_than_the_error_it_sends(void **state)
{
    (void)state;
    struct oidc_authz_resp resp = {.error = "access_denied", .iss = "https://evil.test"};
    assert_fails(oidc_authz_resp_check(&t.ctx, &resp, &usual), OIDC_E_RESPONSE_ISS);
}

static const struct CMUnitTest tests[] = {
    CASE(round_trip),
    CASE(test_what_the_flow_asked_for_must_be_there),
    CASE(test_n021_a_response_with_nothing_fails),
    CASE(test_n021_a_code_without_state_is_read_without_one),
    CASE(one_of_four_makes_a_response),
    CASE(test_n022_an_odd_state_is_read_as_it_is),
    CASE(test_n030_duplicates_fail),
    CASE(a_code_passes),
    CASE(what_was_not_asked_for_is_not_looked_at),
    CASE(test_n032_another_iss_is_refused),
    CASE(test_n032_an_iss_that_nothing_is_known_of_is_refused),
    CASE(test_n034_an_announced_iss_must_be_there),
    CASE(test_n036_the_expected_code_must_be_there),
    CASE(test_n041_an_error_is_the_end),
    CASE(test_n042_login_required_is_a_refusal),
    CASE(test_n032_another_iss_is_worse_than_the_error_it_sends),
};
RUN(tests)
