/* SPDX-License-Identifier: Apache-2.0 */
/* The authorization endpoint. */
#include "fixture.h"

static void test_answers_with_code_state_and_iss(void **state)
{
    struct fixture *f = *state;
    const char *code = get_code(f);

    assert_int_equal(strncmp(f->reply.location, WEB_CB "?", strlen(WEB_CB "?")), 0);
    assert_int_equal(strlen(code), 43);
    assert_string_equal(redirected(f, "state"), "st&ate");
    assert_string_equal(redirected(f, "iss"), ISSUER);
    assert_string_equal(reply_header(f, "Cache-Control"), "no-store");
}

static void test_codes_differ(void **state)
{
    struct fixture *f = *state;
    const char *first = apr_pstrdup(f->pool, get_code(f));
    assert_string_not_equal(first, get_code(f));
}

static void test_keeps_the_query_of_the_redirect_uri(void **state)
{
    struct fixture *f = *state;
    ask(f, "GET", OP_AUTHORIZE,
        "response_type=code&client_id=web&scope=openid&redirect_uri=https%3A%2F%2Frp.test%2Fcb%"
        "3Fkeep%3D1");
    assert_int_equal(f->rc, OIDC_OK);
    assert_string_equal(redirected(f, "keep"), "1");
    assert_non_null(redirected(f, "code"));
}

/* N281, RFC 9700 4.11.2: nothing is redirected before client and redirect_uri are known to be
 * right. */
static void test_n281_wrong_client_or_redirect_uri_is_not_redirected(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *query;
        enum oidc_code code;
    } cases[] = {
        {"response_type=code&scope=openid&redirect_uri=https%3A%2F%2Frp.test%2Fcb",
         OIDC_E_OP_CLIENT},
        {"response_type=code&scope=openid&client_id=nobody&redirect_uri=https%3A%2F%2Frp.test%2Fcb",
         OIDC_E_OP_CLIENT},
        {"response_type=code&scope=openid&client_id=web", OIDC_E_OP_REDIRECT_URI},
        {"response_type=code&scope=openid&client_id=web&redirect_uri=https%3A%2F%2Frp.test%2Fcb%2F",
         OIDC_E_OP_REDIRECT_URI},
        {"response_type=code&scope=openid&client_id=web&redirect_uri=https%3A%2F%2Frp.test%2Fcb%"
         "3Fx",
         OIDC_E_OP_REDIRECT_URI},
        {"response_type=code&scope=openid&client_id=web&redirect_uri=https%3A%2F%2FRP.test%2Fcb",
         OIDC_E_OP_REDIRECT_URI},
        {"response_type=code&scope=openid&client_id=web&redirect_uri=https%3A%2F%2Frp.test%3A443%"
         "2Fcb",
         OIDC_E_OP_REDIRECT_URI},
        {"response_type=code&scope=openid&client_id=web&redirect_uri=https%3A%2F%2Frp.test%2Fcb%"
         "23f",
         OIDC_E_OP_REDIRECT_URI},
        {"response_type=code&scope=openid&client_id=web&redirect_uri=https%3A%2F%2Fevil.test%2Fcb",
         OIDC_E_OP_REDIRECT_URI},
        {"response_type=xx&scope=x&client_id=web&redirect_uri=https%3A%2F%2Fevil.test%2Fcb",
         OIDC_E_OP_REDIRECT_URI},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ask(f, "GET", OP_AUTHORIZE, cases[i].query);
        assert_int_equal(f->rc, OIDC_FAILED);
        assert_int_equal(f->ctx.err.code, cases[i].code);
        assert_null(f->reply.location);
    }
}

/* RFC 8252 7.3: any port of a loopback address, nothing else of it may change. */
static void test_loopback_port_may_differ(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *uri;
        int good;
    } cases[] = {
        {"http%3A%2F%2F127.0.0.1%2Fcb", 1},         {"http%3A%2F%2F127.0.0.1%3A49152%2Fcb", 1},
        {"http%3A%2F%2F127.0.0.2%3A80%2Fcb", 0},    {"http%3A%2F%2F127.0.0.1%3A80%2Fcb%2Fx", 0},
        {"https%3A%2F%2F127.0.0.1%2Fcb", 0},        {"http%3A%2F%2Flocalhost%2Fcb", 0},
        {"http%3A%2F%2F127.0.0.1%3A1%2Fcb%23x", 0}, {"http%3A%2F%2Fu%40127.0.0.1%2Fcb", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ask(f, "GET", OP_AUTHORIZE,
            apr_pstrcat(
                f->pool,
                "response_type=code&scope=openid&client_id=native&code_challenge_method=S256"
                "&code_challenge=",
                challenge_of(f, VERIFIER), "&redirect_uri=", cases[i].uri, NULL));
        assert_int_equal(f->rc == OIDC_OK && f->reply.status == 302, cases[i].good);
    }
}

/* N282: every error that may be redirected goes to the validated URI, with state and iss. */
static void test_n282_errors_carry_state_and_iss(void **state)
{
    struct fixture *f = *state;
    static const char prefix[] = "client_id=web&redirect_uri=https%3A%2F%2Frp.test%2Fcb&state=s1&";
    static const struct {
        const char *query, *error;
        enum oidc_code code;
    } cases[] = {
        {"scope=openid", "unsupported_response_type", OIDC_E_OP_RESPONSE_TYPE},
        {"scope=openid&response_type=token", "unsupported_response_type", OIDC_E_OP_RESPONSE_TYPE},
        {"scope=openid&response_type=code+id_token", "unsupported_response_type",
         OIDC_E_OP_RESPONSE_TYPE},
        {"response_type=code", "invalid_scope", OIDC_E_OP_SCOPE},
        {"response_type=code&scope=profile", "invalid_scope", OIDC_E_OP_SCOPE},
        {"response_type=code&scope=openid&response_mode=fragment", "invalid_request",
         OIDC_E_OP_REQUEST},
        {"response_type=code&scope=openid&request=e30", "request_not_supported",
         OIDC_E_OP_REQUEST_OBJECT},
        {"response_type=code&scope=openid&request_uri=https%3A%2F%2Fx", "request_not_supported",
         OIDC_E_OP_REQUEST_OBJECT},
        {"response_type=code&scope=openid&code_challenge=abc", "invalid_request", OIDC_E_OP_PKCE},
        {"response_type=code&scope=openid&code_challenge=abc&code_challenge_method=plain",
         "invalid_request", OIDC_E_OP_PKCE},
        {"response_type=code&scope=openid&code_challenge=abc&code_challenge_method=S256",
         "invalid_request", OIDC_E_OP_PKCE},
        {"response_type=code&scope=openid&code_challenge_method=S256", "invalid_request",
         OIDC_E_OP_PKCE},
        {"response_type=code&scope=openid&prompt=none+login", "invalid_request", OIDC_E_OP_REQUEST},
        {"response_type=code&scope=openid&prompt=login", "login_required",
         OIDC_E_OP_LOGIN_REQUIRED},
        {"response_type=code&scope=openid&max_age=1", "login_required", OIDC_E_OP_LOGIN_REQUIRED},
        {"response_type=code&scope=openid&max_age=-1", "invalid_request", OIDC_E_OP_REQUEST},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ask(f, "GET", OP_AUTHORIZE, apr_pstrcat(f->pool, prefix, cases[i].query, NULL));
        assert_int_equal(f->rc, OIDC_OK);
        assert_int_equal(f->ctx.err.code, cases[i].code);
        assert_int_equal(strncmp(f->reply.location, WEB_CB "?", strlen(WEB_CB "?")), 0);
        fixture_ctx(f);
        assert_string_equal(redirected(f, "error"), cases[i].error);
        assert_string_equal(redirected(f, "state"), "s1");
        assert_string_equal(redirected(f, "iss"), ISSUER);
        assert_null(redirected(f, "code"));
    }
}

static void test_public_client_needs_pkce(void **state)
{
    struct fixture *f = *state;
    ask(f, "GET", OP_AUTHORIZE,
        "response_type=code&scope=openid&client_id=native&redirect_uri=http%3A%2F%2F127.0.0.1%"
        "2Fcb");
    assert_int_equal(f->ctx.err.code, OIDC_E_OP_PKCE);
}

/* N289 */
static void test_n289_freshness_of_the_login_is_honoured(void **state)
{
    struct fixture *f = *state;
    f->auth_time = f->now - apr_time_from_sec(100);
    ask(f, "GET", OP_AUTHORIZE, web_query(f, "&max_age=100"));
    assert_non_null(redirected(f, "code"));
    ask(f, "GET", OP_AUTHORIZE, web_query(f, "&max_age=99"));
    assert_string_equal(redirected(f, "error"), "login_required");
    ask(f, "GET", OP_AUTHORIZE, web_query(f, "&prompt=none"));
    assert_non_null(redirected(f, "code"));
    ask(f, "GET", OP_AUTHORIZE, web_query(f, "&prompt=login"));
    assert_string_equal(redirected(f, "error"), "login_required");
    f->auth_time = f->now;
    ask(f, "GET", OP_AUTHORIZE, web_query(f, "&prompt=login"));
    assert_non_null(redirected(f, "code"));
}

/* N296 */
static void test_n296_duplicate_and_oversized_parameters_are_refused(void **state)
{
    struct fixture *f = *state;
    char *big = apr_palloc(f->pool, 4200);

    ask(f, "GET", OP_AUTHORIZE, web_query(f, "&state=again"));
    assert_int_equal(f->rc, OIDC_FAILED);
    assert_int_equal(f->ctx.err.code, OIDC_E_DUPLICATE_PARAMETER);
    memset(big, 'x', 4199);
    big[4199] = 0;
    ask(f, "GET", OP_AUTHORIZE, web_query(f, apr_pstrcat(f->pool, "&login_hint=", big, NULL)));
    assert_int_equal(f->ctx.err.code, OIDC_E_OP_REQUEST);
    ask(f, "GET", OP_AUTHORIZE, web_query(f, "&x=%00"));
    assert_int_equal(f->rc, OIDC_FAILED);
}

/* Without a login of the server's own there is no user, and so no code. */
static void test_unprotected_endpoint_is_a_configuration_error(void **state)
{
    struct fixture *f = *state;
    f->user = NULL;
    ask(f, "GET", OP_AUTHORIZE, web_query(f, ""));
    assert_int_equal(f->ctx.err.code, OIDC_E_CONFIG);
    f->user = "";
    ask(f, "GET", OP_AUTHORIZE, web_query(f, ""));
    assert_int_equal(f->ctx.err.code, OIDC_E_CONFIG);
    assert_null(f->reply.location);
}

/* N297 */
static void test_n297_form_post_page_escapes_its_values(void **state)
{
    struct fixture *f = *state;
    ask(f, "GET", OP_AUTHORIZE,
        "response_type=code&client_id=web&redirect_uri=https%3A%2F%2Frp.test%2Fcb&scope=openid"
        "&response_mode=form_post&state=%22%3E%3Cscript%3E");
    assert_int_equal(f->reply.status, 200);
    assert_non_null(strstr(f->reply.body.p, "action=\"https://rp.test/cb\""));
    assert_non_null(strstr(f->reply.body.p, "name=\"code\""));
    assert_null(strstr(f->reply.body.p, "\"><script>"));
    assert_non_null(strstr(f->reply.body.p, "&quot;&gt;&lt;script&gt;"));
    assert_non_null(reply_header(f, "Content-Security-Policy"));
}

static void test_other_methods_are_refused(void **state)
{
    struct fixture *f = *state;
    static const char *const methods[] = {"PUT", "get", "DELETE", "TRACE"};
    for (size_t i = 0; i < 4; i++) {
        ask(f, methods[i], OP_AUTHORIZE, web_query(f, ""));
        assert_int_equal(f->ctx.err.code, OIDC_E_METHOD);
    }
}

static void test_finds_its_endpoints_and_no_others(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(op_endpoint_find(f->site, "/op/authorize"), OP_AUTHORIZE);
    assert_int_equal(op_endpoint_find(f->site, "/op/.well-known/openid-configuration"),
                     OP_DISCOVERY);
    static const char *const none[] = {"/",
                                       "/op",
                                       "/op/",
                                       "/op/authorize/",
                                       "/op/authorizex",
                                       "/authorize",
                                       "/opx/authorize",
                                       "/op//token"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        assert_int_equal(op_endpoint_find(f->site, none[i]), OP_NONE);
    }
}

static void test_describes_itself(void **state)
{
    struct fixture *f = *state;
    ask(f, "GET", OP_DISCOVERY, NULL);
    assert_string_equal(reply_string(f, "issuer"), ISSUER);
    assert_string_equal(reply_string(f, "authorization_endpoint"), ISSUER "/authorize");
    assert_string_equal(reply_header(f, "Access-Control-Allow-Origin"), "*");
    assert_true(oidc_json_has_string(reply_json(f), "code_challenge_methods_supported", "S256"));
    assert_true(oidc_json_has_string(reply_json(f), "claims_supported", "groups"));
}

/* N291 */
static void test_n291_jwks_shows_public_parts_only(void **state)
{
    struct fixture *f = *state;
    ask(f, "GET", OP_JWKS, NULL);
    assert_non_null(strstr(f->reply.body.p, "\"kid\""));
    assert_null(strstr(f->reply.body.p, "\"d\""));
}

int main(void)
{
#define T(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        T(test_answers_with_code_state_and_iss),
        T(test_codes_differ),
        T(test_keeps_the_query_of_the_redirect_uri),
        T(test_n281_wrong_client_or_redirect_uri_is_not_redirected),
        T(test_loopback_port_may_differ),
        T(test_n282_errors_carry_state_and_iss),
        T(test_public_client_needs_pkce),
        T(test_n289_freshness_of_the_login_is_honoured),
        T(test_n296_duplicate_and_oversized_parameters_are_refused),
        T(test_unprotected_endpoint_is_a_configuration_error),
        T(test_n297_form_post_page_escapes_its_values),
        T(test_other_methods_are_refused),
        T(test_finds_its_endpoints_and_no_others),
        T(test_describes_itself),
        T(test_n291_jwks_shows_public_parts_only),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
