/* SPDX-License-Identifier: Apache-2.0 */
/* The end_session endpoint. */
#include "fixture.h"

static const char *id_token(struct fixture *f)
{
    redeem(f, get_code(f), VERIFIER);
    f->authorization = f->body = NULL;
    return reply_string(f, "id_token");
}

static const char *ticket_of(struct fixture *f)
{
    static const char mark[] = "name=\"ticket\" value=\"";
    const char *p = strstr(f->reply.body.p, mark);
    assert_non_null(p);
    p += strlen(mark);
    return apr_pstrmemdup(f->pool, p, strcspn(p, "\""));
}

/* The cookie that came with the page, as a browser would send it back. */
static const char *cookie_of(struct fixture *f)
{
    const char *set = reply_header(f, "Set-Cookie");
    assert_non_null(set);
    assert_non_null(strstr(set, "HttpOnly"));
    assert_non_null(strstr(set, "SameSite=Strict"));
    return apr_pstrmemdup(f->pool, set, strcspn(set, ";"));
}

static void test_hint_ends_login_and_tokens_at_once(void **state)
{
    struct fixture *f = *state;
    const char *hint = id_token(f), *token = reply_string(f, "access_token");

    ask(f, "GET", OP_END_SESSION,
        apr_pstrcat(
            f->pool,
            "state=s%26t&post_logout_redirect_uri=https%3A%2F%2Frp.test%2Fbye&id_token_hint=", hint,
            NULL));
    assert_int_equal(f->rc, OIDC_OK);
    assert_int_equal(f->end_login, 1);
    assert_string_equal(f->reply.location, "https://rp.test/bye?state=s%26t");
    f->authorization = apr_pstrcat(f->pool, "Bearer ", token, NULL);
    ask(f, "GET", OP_USERINFO, NULL);
    assert_int_equal(f->reply.status, 401);
}

static void test_expired_hint_is_good(void **state)
{
    struct fixture *f = *state;
    const char *hint = id_token(f);
    f->now += apr_time_from_sec(86400);
    ask(f, "GET", OP_END_SESSION, apr_pstrcat(f->pool, "id_token_hint=", hint, NULL));
    assert_int_equal(f->end_login, 1);
    assert_int_equal(f->reply.status, 200);
}

static void test_targets_that_are_not_registered_are_refused(void **state)
{
    struct fixture *f = *state;
    const char *hint = id_token(f);
    static const char *const bad[] = {"https%3A%2F%2Fevil.test%2F",
                                      "https%3A%2F%2Frp.test%2Fbye%2F",
                                      "https%3A%2F%2Frp.test%2Fcb", "%2Fbye"};
    for (size_t i = 0; i < 4; i++) {
        ask(f, "GET", OP_END_SESSION,
            apr_pstrcat(f->pool, "id_token_hint=", hint, "&post_logout_redirect_uri=", bad[i],
                        NULL));
        assert_int_equal(f->rc, OIDC_FAILED);
        assert_int_equal(f->ctx.err.code, OIDC_E_OP_LOGOUT);
        assert_int_equal(f->end_login, 0);
        assert_null(f->reply.location);
    }
}

static void test_foreign_hints_are_refused(void **state)
{
    struct fixture *f = *state;
    const char *hint = id_token(f);
    const char *const bad[] = {"x", apr_pstrcat(f->pool, hint, "A", NULL),
                               reply_string(f, "access_token"), "e30.e30."};
    for (size_t i = 0; i < 4; i++) {
        ask(f, "GET", OP_END_SESSION, apr_pstrcat(f->pool, "id_token_hint=", bad[i], NULL));
        assert_int_equal(f->rc, OIDC_FAILED);
        assert_int_equal(f->ctx.err.code, OIDC_E_OP_LOGOUT);
        assert_int_equal(f->end_login, 0);
    }
    ask(f, "GET", OP_END_SESSION,
        apr_pstrcat(f->pool, "client_id=native&id_token_hint=", hint, NULL));
    assert_int_equal(f->end_login, 0);
}

/* N287: without a hint the person decides, in the browser that was asked. */
static void test_n287_without_hint_the_person_is_asked(void **state)
{
    struct fixture *f = *state;
    const char *ticket;

    ask(f, "GET", OP_END_SESSION,
        "client_id=web&post_logout_redirect_uri=https%3A%2F%2Frp.test%2Fbye");
    assert_int_equal(f->reply.status, 200);
    assert_int_equal(f->end_login, 0);
    ticket = ticket_of(f);
    f->cookie = cookie_of(f);
    f->body = apr_pstrcat(f->pool, "ticket=", ticket, NULL);
    ask(f, "POST", OP_END_SESSION, NULL);
    assert_int_equal(f->end_login, 1);
    assert_string_equal(f->reply.location, "https://rp.test/bye");
}

static void test_n287_ticket_needs_its_browser_and_its_time(void **state)
{
    struct fixture *f = *state;
    const char *cookie, *body;

    ask(f, "GET", OP_END_SESSION, NULL);
    body = apr_pstrcat(f->pool, "ticket=", ticket_of(f), NULL);
    cookie = cookie_of(f);
    f->body = body;
    ask(f, "POST", OP_END_SESSION, NULL); /* no cookie */
    assert_int_equal(f->end_login, 0);
    f->cookie = "oidc_op_end_session=AAAA";
    ask(f, "POST", OP_END_SESSION, NULL);
    assert_int_equal(f->end_login, 0);
    f->cookie = cookie;
    f->body = "ticket=AAAA";
    ask(f, "POST", OP_END_SESSION, NULL);
    assert_int_equal(f->end_login, 0);
    f->body = NULL;
    ask(f, "GET", OP_END_SESSION, body); /* by a link */
    assert_int_equal(f->end_login, 0);
    f->body = body;
    f->now += apr_time_from_sec(601);
    ask(f, "POST", OP_END_SESSION, NULL);
    assert_int_equal(f->end_login, 0);
}

int main(void)
{
#define T(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        T(test_hint_ends_login_and_tokens_at_once),
        T(test_expired_hint_is_good),
        T(test_targets_that_are_not_registered_are_refused),
        T(test_foreign_hints_are_refused),
        T(test_n287_without_hint_the_person_is_asked),
        T(test_n287_ticket_needs_its_browser_and_its_time),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
