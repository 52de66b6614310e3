/* SPDX-License-Identifier: Apache-2.0 */
/* The token and userinfo endpoints. */
#include "fixture.h"

#include "oidc/id_token.h"

static void bearer(struct fixture *f, const char *token)
{
    f->authorization = apr_pstrcat(f->pool, "Bearer ", token, NULL);
    f->body = NULL;
    ask(f, "GET", OP_USERINFO, NULL);
}

static const char *tokens(struct fixture *f)
{
    redeem(f, get_code(f), VERIFIER);
    assert_int_equal(f->reply.status, 200);
    return reply_string(f, "access_token");
}

static void expect_error(struct fixture *f, int status, const char *error)
{
    assert_int_equal(f->rc, OIDC_OK);
    assert_int_equal(f->reply.status, status);
    assert_string_equal(reply_string(f, "error"), error);
    assert_null(reply_string(f, "access_token"));
    assert_string_equal(reply_header(f, "Cache-Control"), "no-store");
}

/* N292 */
static void test_n292_id_token_passes_the_relying_partys_judge(void **state)
{
    struct fixture *f = *state;
    struct oidc_id_token_rules rules = {.issuer = ISSUER,
                                        .client_id = "web",
                                        .nonce = "n0nce",
                                        .keys = f->conf.keys,
                                        .algs = OIDC_ALG_BIT(OIDC_ALG_ES256),
                                        .iat_slack = 10,
                                        .at_hash_required = 1,
                                        .check_issuer = 1,
                                        .max_age = -1};
    const struct oidc_claims *claims;
    const char *text;

    rules.access_token = tokens(f);
    assert_int_equal(oidc_id_token_check(&f->ctx, reply_string(f, "id_token"), &rules, &claims),
                     OIDC_OK);
    assert_int_equal(oidc_claims_get_string(claims, "sub", &text), OIDC_OK);
    assert_string_equal(text, "alice");
    assert_string_equal(reply_string(f, "token_type"), "Bearer");
    assert_string_equal(reply_string(f, "scope"), "openid profile email");
}

/* N283 */
static void test_n283_code_works_once_and_a_replay_revokes(void **state)
{
    struct fixture *f = *state;
    const char *code = apr_pstrdup(f->pool, get_code(f)), *token;

    redeem(f, code, VERIFIER);
    token = reply_string(f, "access_token");
    bearer(f, token);
    assert_int_equal(f->reply.status, 200);
    redeem(f, code, VERIFIER);
    expect_error(f, 400, "invalid_grant");
    bearer(f, token);
    expect_error(f, 401, "invalid_token");
}

static void test_n283_code_is_bound_to_client_and_redirect_uri(void **state)
{
    struct fixture *f = *state;
    const char *code = apr_pstrdup(f->pool, get_code(f));

    f->authorization = NULL;
    f->body = apr_pstrcat(f->pool,
                          "grant_type=authorization_code&redirect_uri=https%3A%2F%2Frp.test%2Fcb&"
                          "client_id=post&client_secret=",
                          oidc_form_escape(f->pool, SECRET),
                          "&code_verifier=" VERIFIER "&code=", code, NULL);
    ask(f, "POST", OP_TOKEN, NULL);
    expect_error(f, 400, "invalid_grant");
    f->authorization = basic(f, "web", SECRET);
    f->body = apr_pstrcat(f->pool,
                          "grant_type=authorization_code&redirect_uri=https%3A%2F%2Frp.test%2Fcb2&"
                          "code_verifier=" VERIFIER "&code=",
                          code, NULL);
    ask(f, "POST", OP_TOKEN, NULL);
    expect_error(f, 400, "invalid_grant");
    f->body = apr_pstrcat(
        f->pool, "grant_type=authorization_code&code_verifier=" VERIFIER "&code=", code, NULL);
    ask(f, "POST", OP_TOKEN, NULL);
    expect_error(f, 400, "invalid_grant");
    redeem(f, code, VERIFIER); /* none of them used it up */
    assert_int_equal(f->reply.status, 200);
}

static void test_n283_code_expires(void **state)
{
    struct fixture *f = *state;
    const char *code = get_code(f);
    f->now += apr_time_from_sec(61);
    redeem(f, code, VERIFIER);
    expect_error(f, 400, "invalid_grant");
}

/* N284 */
static void test_n284_pkce_can_neither_be_left_out_nor_added(void **state)
{
    struct fixture *f = *state;
    static const char *const wrong[] = {NULL, "", "short",
                                        "aBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"};

    for (size_t i = 0; i < 4; i++) {
        redeem(f, get_code(f), wrong[i]);
        expect_error(f, 400, "invalid_grant");
    }
    f->body = NULL;
    ask(f, "GET", OP_AUTHORIZE,
        "response_type=code&client_id=web&redirect_uri=https%3A%2F%2Frp.test%2Fcb&scope=openid");
    redeem(f, redirected(f, "code"), VERIFIER);
    expect_error(f, 400, "invalid_grant");
}

static void test_client_must_authenticate_by_its_own_method(void **state)
{
    struct fixture *f = *state;
    const char *code = apr_pstrdup(f->pool, get_code(f)),
               *form = apr_pstrcat(f->pool,
                                   "grant_type=authorization_code&redirect_uri=https%3A%2F%2Frp."
                                   "test%2Fcb&code_verifier=" VERIFIER "&code=",
                                   code, NULL);
    const char *const bodies[] = {
        form,
        apr_pstrcat(f->pool, form, "&client_id=web", NULL),
        apr_pstrcat(f->pool, form,
                    "&client_id=web&client_secret=", oidc_form_escape(f->pool, SECRET), NULL),
        apr_pstrcat(f->pool, form, "&client_id=post&client_secret=wrong", NULL),
    };
    f->authorization = NULL;
    for (size_t i = 0; i < 4; i++) {
        f->body = bodies[i];
        ask(f, "POST", OP_TOKEN, NULL);
        expect_error(f, 401, "invalid_client");
        assert_non_null(reply_header(f, "WWW-Authenticate"));
    }
    const char *const headers[] = {basic(f, "web", "wrong"), basic(f, "nobody", SECRET),
                                   basic(f, "web", ""), "Basic !!!", "Basic"};
    for (size_t i = 0; i < 5; i++) {
        f->body = form;
        f->authorization = headers[i];
        ask(f, "POST", OP_TOKEN, NULL);
        expect_error(f, 401, "invalid_client");
    }
    redeem(f, code, VERIFIER);
    assert_int_equal(f->reply.status, 200);
}

static void test_public_client_gets_tokens_by_its_verifier_alone(void **state)
{
    struct fixture *f = *state;
    ask(f, "GET", OP_AUTHORIZE,
        apr_pstrcat(f->pool,
                    "response_type=code&scope=openid&client_id=native&code_challenge_method=S256"
                    "&code_challenge=",
                    challenge_of(f, VERIFIER), "&redirect_uri=http%3A%2F%2F127.0.0.1%3A5000%2Fcb",
                    NULL));
    f->body = apr_pstrcat(f->pool,
                          "grant_type=authorization_code&client_id=native&redirect_uri=http%3A%2F%"
                          "2F127.0.0.1%3A5000%2Fcb"
                          "&code_verifier=" VERIFIER "&code=",
                          redirected(f, "code"), NULL);
    ask(f, "POST", OP_TOKEN, NULL);
    assert_int_equal(f->reply.status, 200);
}

static void test_grant_types_and_forms_that_are_refused(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *body, *error;
        int status;
    } cases[] = {
        {"code=x", "invalid_request", 400},
        {"grant_type=password&username=a&password=b", "unsupported_grant_type", 400},
        {"grant_type=authorization_code", "invalid_grant", 400},
        {"grant_type=authorization_code&code=a&code=b", "invalid_request", 400},
        {"grant_type=authorization_code&code=nothing-of-ours", "invalid_grant", 400},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        f->authorization = basic(f, "web", SECRET);
        f->body = cases[i].body;
        ask(f, "POST", OP_TOKEN, NULL);
        expect_error(f, cases[i].status, cases[i].error);
    }
    f->content_type = "application/json";
    f->body = "{}";
    ask(f, "POST", OP_TOKEN, NULL);
    expect_error(f, 415, "invalid_request");
    f->content_type = NULL;
    ask(f, "GET", OP_TOKEN, "grant_type=authorization_code");
    assert_int_equal(f->ctx.err.code, OIDC_E_METHOD);
}

static void test_userinfo_gives_the_claims_of_the_scope(void **state)
{
    struct fixture *f = *state;
    bearer(f, tokens(f));
    assert_int_equal(f->reply.status, 200);
    assert_string_equal(reply_string(f, "sub"), "alice");
    assert_string_equal(reply_string(f, "name"), "\xea\xb9\x80 Alice");
    assert_string_equal(reply_string(f, "email"), "alice@example.test");
    assert_string_equal(reply_string(f, "preferred_username"), "alice");
    assert_true(oidc_json_has_string(reply_json(f), "groups", "admin"));
    assert_null(reply_string(f, "iss")); /* the protocol's own claims come from nowhere else */
    f->body = NULL;
    ask(f, "GET", OP_AUTHORIZE,
        "response_type=code&client_id=web&redirect_uri=https%3A%2F%2Frp.test%2Fcb&scope=openid");
    redeem(f, redirected(f, "code"), NULL);
    bearer(f, reply_string(f, "access_token"));
    assert_string_equal(reply_string(f, "sub"), "alice");
    assert_null(reply_string(f, "email"));
    assert_null(reply_string(f, "name"));
}

static void test_userinfo_takes_the_token_from_a_form(void **state)
{
    struct fixture *f = *state;
    const char *token = tokens(f);
    f->authorization = NULL;
    f->body = apr_pstrcat(f->pool, "access_token=", token, NULL);
    ask(f, "POST", OP_USERINFO, NULL);
    assert_int_equal(f->reply.status, 200);
    f->authorization = apr_pstrcat(f->pool, "Bearer ", token, NULL);
    ask(f, "POST", OP_USERINFO, NULL);
    expect_error(f, 400, "invalid_request");
    f->body = NULL;
    f->authorization = NULL;
    ask(f, "GET", OP_USERINFO, apr_pstrcat(f->pool, "access_token=", token, NULL));
    assert_int_equal(f->reply.status, 401);
}

/* N293 */
static void test_n293_userinfo_refuses_everything_else(void **state)
{
    struct fixture *f = *state;
    const char *token = apr_pstrdup(f->pool, tokens(f)), *id_token = reply_string(f, "id_token");
    const char *const bad[] = {"",       "x",         "a.b.c",
                               id_token, get_code(f), apr_pstrcat(f->pool, token, "x", NULL)};

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        bearer(f, bad[i]);
        assert_int_equal(f->reply.status, 401);
        assert_non_null(reply_header(f, "WWW-Authenticate"));
    }
    f->authorization = NULL;
    ask(f, "GET", OP_USERINFO, NULL);
    assert_int_equal(f->reply.status, 401);
    assert_null(strstr(reply_header(f, "WWW-Authenticate"), "error="));
    f->now += apr_time_from_sec(601);
    bearer(f, token);
    expect_error(f, 401, "invalid_token");
}

int main(void)
{
#define T(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        T(test_n292_id_token_passes_the_relying_partys_judge),
        T(test_n283_code_works_once_and_a_replay_revokes),
        T(test_n283_code_is_bound_to_client_and_redirect_uri),
        T(test_n283_code_expires),
        T(test_n284_pkce_can_neither_be_left_out_nor_added),
        T(test_client_must_authenticate_by_its_own_method),
        T(test_public_client_gets_tokens_by_its_verifier_alone),
        T(test_grant_types_and_forms_that_are_refused),
        T(test_userinfo_gives_the_claims_of_the_scope),
        T(test_userinfo_takes_the_token_from_a_form),
        T(test_n293_userinfo_refuses_everything_else),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
