/* SPDX-License-Identifier: Apache-2.0 */
/* Logins from the first request to the session, and everything that must not become one. */
#include "rig.h"

/* Begins a login; returns the uri of a good answer. */
static const char *begin(struct rig *r, const char *uri)
{
    const char *location = rig_visit(r, uri);
    if (!location) {
        fail_msg("no redirect: %s", r->ctx.err.detail ? r->ctx.err.detail : "");
    }
    return rig_authorize(r, location);
}

/* DENY: that reason, no session, nothing asked for or with it. */
static void assert_denied(struct rig *r, enum oidc_code code)
{
    assert_int_equal(r->rc, OIDC_FAILED);
    assert_code(r, code);
    assert_non_null(r->ctx.err.detail);
    assert_null(strstr(r->ctx.err.detail, "at-1"));
    assert_null(strstr(r->ctx.err.detail, "c0de"));
    assert_null(strstr(r->ctx.err.detail, SECRET));
    assert_null(rig_cookie(r, SESSION_COOKIE));
    assert_null(r->reply.location);
    assert_false(rig_is_in(r));
}

static void test_login(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    rig_login(r, "/app/page?x=%0a&y=1");
    assert_true(rig_is_in(r));
    assert_string_equal(r->session.user, USER);
    assert_string_equal(r->session.issuer, ISSUER);
    assert_string_equal(r->session.sid, "sid-1");
    assert_string_equal(r->session.access_token, "at-1");
    assert_int_equal(r->session.access_token_expires, NOW + 600);
    assert_int_equal(rig_count_cookies(r, STATE_PREFIX), 0);
    assert_int_equal(r->op.n_token, 1);
}

static void test_session_cookie(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    rig_login(r, "/app/page");
    const char *line = rig_set_cookie_of(r, SESSION_COOKIE);
    assert_non_null(strstr(line, "; Path=/; Secure; HttpOnly; SameSite=Lax"));
    assert_null(strstr(line, "Expires"));
    assert_int_equal(strcspn(line, ";"), 43);
}

static void test_form_post(void **state)
{
    struct rig *r = *state;
    r->conf.provider.response_mode = RP_RESPONSE_MODE_FORM_POST;
    rig_start(r);
    r->body = strchr(begin(r, "/app/page"), '?') + 1;
    r->content_type = "application/x-www-form-urlencoded; charset=utf-8";
    assert_int_equal(rig_endpoint(r, "POST", CALLBACK), OIDC_OK);
    assert_int_equal(r->reply.status, 303);
    assert_string_equal(r->reply.location, "https://" HOST "/app/page");
    assert_true(rig_is_in(r));
}

/* N021: without a state, whatever else is there. */
static void test_n021_no_state(void **state)
{
    static const struct {
        const char *query;
        enum oidc_code code;
    } cases[] = {
        {"?code=c0de", OIDC_E_STATE_MISSING},
        {"?error=access_denied", OIDC_E_STATE_MISSING},
        {"?state=", OIDC_E_MISSING_PARAMETER},
        {"?state=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", OIDC_E_MISSING_PARAMETER},
        {"?code=c0de&state=", OIDC_E_STATE_MISSING},
        {"?code=c0de&state=x", OIDC_E_STATE_MISSING},
        {"?code=c0de&state=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", OIDC_E_STATE_COOKIE_MISSING},
        {"", OIDC_E_NO_SUCH_ENDPOINT},
        {"?", OIDC_E_NO_SUCH_ENDPOINT},
        {"?&", OIDC_E_NO_SUCH_ENDPOINT},
        {"?%zz", OIDC_E_FORM},
    };
    struct rig *r = *state;
    rig_start(r);
    (void)begin(r, "/app/page");
    for (size_t i = 0; i < COUNT(cases); i++) {
        rig_endpoint(r, "GET", apr_pstrcat(r->pool, CALLBACK, cases[i].query, NULL));
        assert_denied(r, cases[i].code);
    }
    assert_int_equal(r->op.n_token, 0);
}

/* N024, N026: another browser. */
static void test_n026_other_browser(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    const char *answer = begin(r, "/app/page");
    r->browser.n = 0;
    rig_endpoint(r, "GET", answer);
    assert_denied(r, OIDC_E_STATE_COOKIE_MISSING);
    assert_int_equal(r->op.n_token, 0);
}

/* N023. */
static void test_n023_expired(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    const char *answer = begin(r, "/app/page");
    rig_tick(r, 301);
    rig_endpoint(r, "GET", answer);
    assert_denied(r, OIDC_E_STATE_EXPIRED);
    assert_int_equal(r->op.n_token, 0);
    assert_int_equal(rig_count_cookies(r, STATE_PREFIX), 0);
}

/* N025: the second time, with the cookie put back. */
static void test_n025_replay(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    const char *answer = begin(r, "/app/page");
    const struct rig_browser before = r->browser;
    assert_int_equal(rig_endpoint(r, "GET", answer), OIDC_OK);
    const struct rig_browser after = r->browser;
    r->browser = before;
    rig_endpoint(r, "GET", answer);
    assert_denied(r, OIDC_E_STATE_USED);
    assert_int_equal(r->op.n_token, 1);
    /* the browser that is signed in goes where it wanted to */
    r->browser = after;
    const char *session = rig_cookie(r, SESSION_COOKIE);
    assert_int_equal(rig_endpoint(r, "GET", answer), OIDC_OK);
    assert_int_equal(r->reply.status, 302);
    assert_string_equal(r->reply.location, "https://" HOST "/app/page");
    assert_string_equal(rig_cookie(r, SESSION_COOKIE), session);
    r->browser = before; /* and also when the state's cookie is still there */
    rig_set_cookie(r, SESSION_COOKIE, session);
    assert_int_equal(rig_endpoint(r, "GET", answer), OIDC_OK);
    assert_string_equal(r->reply.location, "https://" HOST "/app/page");
    assert_int_equal(r->op.n_token, 1);
}

/* The answer of another login does not send a signed-in browser anywhere. */
static void test_replay_of_another(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    const char *first = begin(r, "/app/first");
    r->browser.n = 0;
    rig_login(r, "/app/second");
    rig_endpoint(r, "GET", first);
    assert_int_equal(r->rc, OIDC_FAILED);
    assert_code(r, OIDC_E_STATE_COOKIE_MISSING);
    assert_null(r->reply.location);
    assert_true(rig_is_in(r));
}

/* A state that can't be noted as used is not used. */
static void test_use_fails(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    const char *answer = begin(r, "/app/page");
    r->store.fail_add = "t";
    rig_endpoint(r, "GET", answer);
    assert_denied(r, OIDC_E_STORE);
    assert_int_equal(r->op.n_token, 0);
}

static void test_default_url(void **state)
{
    struct rig *r = *state;
    r->conf.default_url = "/start";
    rig_start(r);
    assert_int_equal(rig_endpoint(r, "GET", CALLBACK "?code=c0de&state=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
                     OIDC_OK);
    assert_int_equal(r->reply.status, 302);
    assert_string_equal(r->reply.location, "https://" HOST "/start");
    assert_code(r, OIDC_E_NONE);
    assert_non_null(strstr(r->log, "OIDC-STATE_COOKIE_MISSING"));
    const char *answer = begin(r, "/app/page");
    rig_tick(r, 301);
    assert_int_equal(rig_endpoint(r, "GET", answer), OIDC_OK);
    assert_string_equal(r->reply.location, "https://" HOST "/start");
    /* a missing parameter is no lost login */
    rig_endpoint(r, "GET", CALLBACK "?code=c0de");
    assert_denied(r, OIDC_E_STATE_MISSING);
    r->conf.default_url = "https://portal.test/";
    r->conf.provider.response_mode = RP_RESPONSE_MODE_FORM_POST;
    r->content_type = "application/x-www-form-urlencoded";
    r->body = "code=c0de&state=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    assert_int_equal(rig_endpoint(r, "POST", CALLBACK), OIDC_OK);
    assert_int_equal(r->reply.status, 303);
    assert_string_equal(r->reply.location, "https://portal.test/");
    assert_false(rig_is_in(r));
}

/* N028: two tabs, in either order. */
static void test_n028_two_tabs(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    for (int swapped = 0; swapped < 2; swapped++) {
        r->browser.n = 0;
        const char *one = begin(r, "/app/one");
        const char *nonce_one = r->op.nonce;
        const char *two = begin(r, "/app/two");
        const char *nonce_two = r->op.nonce;
        r->op.nonce = swapped ? nonce_two : nonce_one;
        assert_int_equal(rig_endpoint(r, "GET", swapped ? two : one), OIDC_OK);
        assert_string_equal(r->reply.location, swapped ? "https://" HOST "/app/two" : "https://" HOST "/app/one");
        assert_true(rig_is_in(r));
        r->op.nonce = swapped ? nonce_one : nonce_two;
        assert_int_equal(rig_endpoint(r, "GET", swapped ? one : two), OIDC_OK);
        assert_string_equal(r->reply.location, swapped ? "https://" HOST "/app/one" : "https://" HOST "/app/two");
        assert_true(rig_is_in(r));
        assert_int_equal(rig_count_cookies(r, STATE_PREFIX), 0);
    }
}

/* N082: the nonce of the other tab is another one. */
static void test_n082_nonce_of_other_tab(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    const char *one = begin(r, "/app/one");
    (void)begin(r, "/app/two");
    rig_endpoint(r, "GET", one);
    assert_denied(r, OIDC_E_TOKEN_NONCE);
}

/* N030. */
static void test_n030_duplicates(void **state)
{
    static const char *const more[] = {"&code=x", "&state=x", "&iss=x", "&error=x&error=y", "&id_token=a&id_token=b",
                                       "&access_token=a&access_token=b"};
    struct rig *r = *state;
    rig_start(r);
    for (size_t i = 0; i < COUNT(more); i++) {
        const char *answer = begin(r, "/app/page");
        rig_endpoint(r, "GET", apr_pstrcat(r->pool, answer, more[i], NULL));
        assert_denied(r, OIDC_E_DUPLICATE_PARAMETER);
    }
    assert_int_equal(r->op.n_token, 0);
}

/* N031, N036. */
static void test_n031_query_and_body(void **state)
{
    struct rig *r = *state;
    r->conf.provider.response_mode = RP_RESPONSE_MODE_FORM_POST;
    rig_start(r);
    r->content_type = "application/x-www-form-urlencoded";
    const char *answer = begin(r, "/app/page");
    r->body = strchr(answer, '?') + 1;
    rig_endpoint(r, "POST", CALLBACK "?state=x");
    assert_denied(r, OIDC_E_FORM);
    rig_endpoint(r, "POST", CALLBACK "?iss=x");
    assert_denied(r, OIDC_E_FORM);
    rig_endpoint(r, "GET", answer); /* a query where a POST was asked for */
    assert_denied(r, OIDC_E_RESPONSE_MODE);
    r->conf.provider.response_mode = RP_RESPONSE_MODE_UNSET;
    answer = begin(r, "/app/page");
    r->body = strchr(answer, '?') + 1;
    rig_endpoint(r, "POST", CALLBACK);
    assert_denied(r, OIDC_E_RESPONSE_MODE);
    assert_int_equal(r->op.n_token, 0);
}

/* N229, N232. */
static void test_n229_bodies(void **state)
{
    struct rig *r = *state;
    r->conf.provider.response_mode = RP_RESPONSE_MODE_FORM_POST;
    rig_start(r);
    r->body = strchr(begin(r, "/app/page"), '?') + 1;
    static const char *const types[] = {NULL, "", "text/plain", "multipart/form-data", "application/json",
                                        "application/x-www-form-urlencodedx"};
    for (size_t i = 0; i < COUNT(types); i++) {
        r->content_type = types[i];
        rig_endpoint(r, "POST", CALLBACK);
        assert_denied(r, OIDC_E_CONTENT_TYPE);
    }
    r->content_type = "Application/X-WWW-Form-URLEncoded";
    r->body = "";
    rig_endpoint(r, "POST", CALLBACK);
    assert_denied(r, OIDC_E_MISSING_PARAMETER);
    r->body = "code=%00";
    rig_endpoint(r, "POST", CALLBACK);
    assert_denied(r, OIDC_E_FORM);
    char *huge = apr_palloc(r->pool, 1024 * 1024 + 2);
    memset(huge, 'x', 1024 * 1024 + 1);
    huge[1024 * 1024 + 1] = '\0';
    r->body = huge;
    rig_endpoint(r, "POST", CALLBACK);
    assert_denied(r, OIDC_E_BODY_TOO_LARGE);
}

/* N211: neither HEAD nor OPTIONS uses anything up. */
static void test_n211_methods(void **state)
{
    static const char *const methods[] = {"HEAD", "OPTIONS", "PUT", "DELETE", "TRACE", "get", "gEt", "FOO"};
    struct rig *r = *state;
    rig_start(r);
    const char *answer = begin(r, "/app/page");
    for (size_t i = 0; i < COUNT(methods); i++) {
        rig_endpoint(r, methods[i], answer);
        assert_denied(r, OIDC_E_METHOD);
        assert_int_equal(rig_count_cookies(r, STATE_PREFIX), 1);
    }
    assert_int_equal(rig_endpoint(r, "GET", answer), OIDC_OK);
    assert_true(rig_is_in(r));
}

/* N032, N034: RFC 9207. */
static void test_n032_iss(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    const char *answer = begin(r, "/app/page");
    const char *without = apr_pstrndup(r->pool, answer, (size_t)(strstr(answer, "&iss=") - answer));
    rig_endpoint(r, "GET", without); /* announced, so required */
    assert_denied(r, OIDC_E_RESPONSE_ISS);
    static const char *const bad[] = {"&iss=", "&iss=https%3A%2F%2Fevil.test", "&iss=https%3A%2F%2Fop.test%2F",
                                      "&iss=HTTPS%3A%2F%2Fop.test"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        answer = begin(r, "/app/page");
        without = apr_pstrndup(r->pool, answer, (size_t)(strstr(answer, "&iss=") - answer));
        rig_endpoint(r, "GET", apr_pstrcat(r->pool, without, bad[i], NULL));
        assert_denied(r, OIDC_E_RESPONSE_ISS);
    }
    assert_int_equal(r->op.n_token, 0);
}

/* The provider that is known changed while the login was under way. */
static void test_issuer_changed(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    const char *answer = begin(r, "/app/page");
    r->conf.provider.issuer = "https://other.test";
    r->conf.provider.validate_issuer = 0;
    rig_start(r);
    rig_endpoint(r, "GET", answer);
    assert_denied(r, OIDC_E_RESPONSE_ISS);
    assert_int_equal(r->op.n_token, 0);
}

/* N041: an error uses the state up, and is quoted in the log, not on the page. */
static void test_n041_error(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    (void)begin(r, "/app/page");
    const char *answer = apr_pstrcat(r->pool, CALLBACK "?error=access_denied&error_description=%3Cscript%3E%0d%0a&state=",
                                     r->op.state, "&iss=https%3A%2F%2Fop.test", NULL);
    const struct rig_browser before = r->browser;
    rig_endpoint(r, "GET", answer);
    assert_non_null(strstr(r->ctx.err.detail, "access_denied"));
    oidc_reply_error(&r->ctx, &r->req, "id-1", &r->reply);
    assert_null(memmem(r->reply.body.p, r->reply.body.n, "<script>", 8));
    assert_int_equal(r->reply.status, 400);
    assert_int_equal(rig_count_cookies(r, STATE_PREFIX), 0);
    assert_false(rig_is_in(r));
    r->browser = before;
    rig_endpoint(r, "GET", answer);
    assert_denied(r, OIDC_E_STATE_USED);
    assert_int_equal(r->op.n_token, 0);
}

/* A response of another flow is not looked at. */
static void test_no_code(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    (void)begin(r, "/app/page");
    rig_endpoint(r, "GET", apr_pstrcat(r->pool, CALLBACK "?id_token=a.b.c&state=", r->op.state,
                                            "&iss=https%3A%2F%2Fop.test", NULL));
    assert_denied(r, OIDC_E_MISSING_PARAMETER);
}

static void test_large_session(void **state)
{
    struct rig *r = *state;
    char *text = apr_palloc(r->pool, 250001);
    memset(text, 'x', 250000);
    text[250000] = '\0';
    r->op.userinfo = apr_pstrcat(r->pool, "{\"sub\":\"" USER "\",\"a\":\"", text, "\",\"b\":\"", text, "\"}", NULL);
    rig_start(r);
    const char *answer = begin(r, "/app/page");
    assert_int_equal(rig_endpoint(r, "GET", answer), OIDC_OK); /* 500 KB fit into the store */
    assert_true(rig_is_in(r));
}

/* N160: a store that fails while writing makes no session, whichever record it is. */
static void test_n160_write_fails(void **state)
{
    static const char *const sections[] = {"s", "c"};
    struct rig *r = *state;
    rig_start(r);
    for (size_t i = 0; i < COUNT(sections); i++) {
        const char *answer = begin(r, "/app/page");
        r->store.fail_put = sections[i];
        rig_endpoint(r, "GET", answer);
        assert_denied(r, OIDC_E_STORE);
        r->store.fail_put = NULL;
    }
}

/* The old session can't be ended: no new one either. */
static void test_drop_fails(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    rig_login(r, "/app/page");
    const char *session = rig_cookie(r, SESSION_COOKIE);
    rig_set_cookie(r, SESSION_COOKIE, NULL);
    const char *answer = begin(r, "/app/page");
    rig_set_cookie(r, SESSION_COOKIE, session);
    r->store.fail_drop = "s";
    rig_endpoint(r, "GET", answer);
    assert_int_equal(r->rc, OIDC_FAILED);
    assert_code(r, OIDC_E_STORE);
    assert_string_equal(rig_cookie(r, SESSION_COOKIE), session);
}

/* N128: a planted cookie is dead after login, in both session types. */
static void test_n128_fixation(void **state)
{
    struct rig *r = *state;
    static const char planted[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for (int type = RP_SESSION_SERVER; type <= RP_SESSION_COOKIE; type++) {
        r->conf.session.type = (enum rp_session_type)type;
        rig_start(r);
        const char *answer = begin(r, "/app/page");
        rig_set_cookie(r, SESSION_COOKIE, planted);
        assert_int_equal(rig_endpoint(r, "GET", answer), OIDC_OK);
        assert_string_not_equal(rig_cookie(r, SESSION_COOKIE), planted);
        assert_true(rig_is_in(r));
        r->browser.n = 0;
        rig_set_cookie(r, SESSION_COOKIE, planted);
        assert_false(rig_is_in(r));
        r->browser.n = 0;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_login, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_session_cookie, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_form_post, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n021_no_state, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n026_other_browser, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n023_expired, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n025_replay, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_replay_of_another, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_use_fails, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_default_url, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n028_two_tabs, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n082_nonce_of_other_tab, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n030_duplicates, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n031_query_and_body, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n229_bodies, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n211_methods, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n032_iss, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_issuer_changed, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n041_error, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_no_code, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_large_session, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n160_write_fails, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_drop_fails, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n128_fixation, rig_setup, rig_teardown),
    };
    return cmocka_run_group_tests_name("rp/callback", tests, NULL, NULL);
}
