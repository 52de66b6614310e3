/* SPDX-License-Identifier: Apache-2.0 */
/* Requests without a session, and the authorization request. */
#include "oidc/pkce.h"
#include "rig.h"

static const char *asked(struct rig *r, const char *name)
{
    const char *value = NULL;
    struct oidc_ctx ctx;
    oidc_ctx_init(&ctx, r->pool, &r->env, r);
    return oidc_form_get(&ctx, r->op.asked, name, &value) == OIDC_OK ? value : NULL;
}

static void ask(struct rig *r, const char *uri)
{
    const char *location = rig_visit(r, uri);
    if (!location) {
        fail_msg("no redirect: %s", r->ctx.err.detail ? r->ctx.err.detail : "");
    }
    rig_authorize(r, location);
}

static void test_request(void **state)
{
    struct rig *r = *state;
    const char *challenge;
    rig_start(r);
    ask(r, "/app/page");
    assert_int_equal(r->reply.status, 302);
    assert_int_equal(strncmp(r->reply.location, ISSUER "/authorize?", strlen(ISSUER) + 11), 0);
    assert_string_equal(asked(r, "response_type"), "code");
    assert_string_equal(asked(r, "client_id"), CLIENT);
    assert_string_equal(asked(r, "redirect_uri"), "https://" HOST CALLBACK);
    assert_string_equal(asked(r, "scope"), "openid");
    assert_string_equal(asked(r, "code_challenge_method"), "S256");
    assert_int_equal(strlen(asked(r, "nonce")), 43);
    assert_int_equal(strlen(asked(r, "state")), 43);
    assert_int_equal(strlen(asked(r, "code_challenge")), 43);
    assert_null(asked(r, "response_mode"));
    assert_null(asked(r, "prompt"));
    int no_store = 0;
    for (int i = 0; i < r->reply.n_headers; i++) {
        no_store |= strcmp(r->reply.headers[i].name, "Cache-Control") == 0
                    && strcmp(r->reply.headers[i].value, "no-store") == 0;
    }
    assert_true(no_store);
    /* the verifier that is sent at the end hashes to the challenge */
    assert_int_equal(rig_endpoint(r, "GET", rig_authorize(r, r->reply.location)), OIDC_OK);
    const char *verifier = strstr(r->op.token_body, "code_verifier=");
    assert_non_null(verifier);
    verifier = apr_pstrndup(r->pool, verifier + 14, 43);
    assert_int_equal(oidc_pkce_challenge(rig_ctx(r), verifier, &challenge), OIDC_OK);
    assert_string_equal(challenge, r->op.code_challenge);
}

static void test_pkce(void **state)
{
    struct rig *r = *state;
    r->conf.provider.pkce = RP_PKCE_PLAIN;
    rig_start(r);
    ask(r, "/app/page");
    assert_string_equal(asked(r, "code_challenge_method"), "plain");
    assert_int_equal(rig_endpoint(r, "GET", rig_authorize(r, r->reply.location)), OIDC_OK);
    assert_non_null(strstr(r->op.token_body, apr_pstrcat(r->pool, "code_verifier=", r->op.code_challenge, NULL)));
    rig_set_cookie(r, SESSION_COOKIE, NULL);
    r->conf.provider.pkce = RP_PKCE_NONE;
    rig_start(r);
    ask(r, "/app/page");
    assert_null(asked(r, "code_challenge"));
    assert_null(asked(r, "code_challenge_method"));
    assert_int_equal(rig_endpoint(r, "GET", rig_authorize(r, r->reply.location)), OIDC_OK);
    assert_null(strstr(r->op.token_body, "code_verifier"));
}

static struct oidc_form *form(struct rig *r, const char *text)
{
    struct oidc_form *f;
    struct oidc_ctx ctx;
    oidc_ctx_init(&ctx, r->pool, &r->env, r);
    assert_int_equal(oidc_form_parse(&ctx, oidc_str_z(text), &f), OIDC_OK);
    return f;
}

/* N044: ours once, theirs beside; '#' copies. */
static void test_n044_parameters(void **state)
{
    struct rig *r = *state;
    r->conf.provider.auth_request_params =
        form(r, "prompt=login&resource=a&resource=b&redirect_uri=evil&state=x&hd=%23&login_hint=%23&ui_locales=en");
    r->dir.path_params = form(r, "ui_locales=ko&acr_values=high");
    r->dir.path_scope = "email groups";
    rig_start(r);
    ask(r, "/app/page?login_hint=al%20ice&login_hint=second&state=mine");
    assert_string_equal(asked(r, "scope"), "openid email groups");
    assert_string_equal(asked(r, "redirect_uri"), "https://" HOST CALLBACK);
    assert_int_equal(strlen(asked(r, "state")), 43);
    assert_string_equal(asked(r, "prompt"), "login");
    assert_string_equal(asked(r, "login_hint"), "al ice");
    assert_string_equal(asked(r, "ui_locales"), "ko");
    assert_string_equal(asked(r, "acr_values"), "high");
    assert_null(asked(r, "hd"));
    int resources = 0;
    for (int i = 0; i < r->op.asked->n; i++) {
        resources += strcmp(r->op.asked->fields[i].name, "resource") == 0;
    }
    assert_int_equal(resources, 2);
    ask(r, "/app/page?login_hint=%zz"); /* a broken query copies nothing */
    assert_null(asked(r, "login_hint"));
}

static void test_response_mode(void **state)
{
    struct rig *r = *state;
    r->conf.provider.response_mode = RP_RESPONSE_MODE_FORM_POST;
    rig_start(r);
    ask(r, "/app/page");
    assert_string_equal(asked(r, "response_mode"), "form_post");
    r->conf.provider.response_mode = RP_RESPONSE_MODE_QUERY;
    ask(r, "/app/page");
    assert_string_equal(asked(r, "response_mode"), "query");
}

/* max_age that was asked for is held against the answer. */
static void test_max_age(void **state)
{
    struct rig *r = *state;
    r->conf.provider.auth_request_params = form(r, "max_age=3600");
    rig_start(r);
    ask(r, "/app/page");
    assert_int_equal(rig_endpoint(r, "GET", rig_authorize(r, r->reply.location)), OIDC_FAILED);
    assert_code(r, OIDC_E_TOKEN_AUTH_TIME);
    oidc_json_put_int(r->op.claims, "auth_time", NOW - 100);
    rig_login(r, "/app/page");
    r->conf.provider.auth_request_params = form(r, "max_age=%23");
    rig_set_cookie(r, SESSION_COOKIE, NULL);
    assert_null(rig_visit(r, "/app/page?max_age=1e9"));
    assert_code(r, OIDC_E_FORM);
}

static void test_relative_redirect_uri(void **state)
{
    struct rig *r = *state;
    r->conf.redirect_uri = CALLBACK;
    rig_start(r);
    ask(r, "/app/page");
    assert_string_equal(asked(r, "redirect_uri"), "https://" HOST CALLBACK);
    r->port = 8443;
    r->host = "other.test";
    ask(r, "/app/page");
    assert_string_equal(asked(r, "redirect_uri"), "https://other.test:8443" CALLBACK);
    r->scheme = "http";
    r->port = 80;
    ask(r, "/app/page");
    assert_string_equal(asked(r, "redirect_uri"), "http://other.test" CALLBACK);
}

/* N015, N018: back to exactly where it was, or to the root; never to a part of it. */
static void test_n015_return_url(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    rig_login(r, "/app/p%2e%2e%2fq;x=1?a=%0a&b=%2F%2Fevil.test");
    char *uri = apr_palloc(r->pool, 2049 - 15);
    memset(uri, 'x', 2048 - 15);
    uri[2048 - 15] = '\0';
    uri[0] = '/';
    rig_set_cookie(r, SESSION_COOKIE, NULL);
    rig_login(r, uri); /* https://rp.test is 15 bytes: 2048 in all */
    uri = apr_pstrcat(r->pool, uri, "x", NULL);
    rig_set_cookie(r, SESSION_COOKIE, NULL);
    const char *location = rig_visit(r, uri);
    assert_int_equal(rig_endpoint(r, "GET", rig_authorize(r, location)), OIDC_OK);
    assert_string_equal(r->reply.location, "https://" HOST "/");
    assert_non_null(strstr(r->log, "is no URL to return to"));
}

static void test_odd_uri(void **state)
{
    static const char *const odd[] = {"*", "http://evil.test/", "/a b", "/a\\b", "/\xc3\xa4", ""};
    struct rig *r = *state;
    rig_start(r);
    for (size_t i = 0; i < COUNT(odd); i++) {
        rig_request(r, "GET", odd[i]);
        r->req.path = "/app/page";
        assert_int_equal(rp_unauth(&r->ctx, r->site, &r->dir, &r->req, &r->reply), RP_UNAUTH_REFUSED);
        assert_code(r, OIDC_E_NONE);
        assert_int_equal(r->reply.status, 302);
    }
    rig_request(r, "GET", "//evil.test/x"); /* stays on this host, as httpd has it */
    assert_int_equal(rp_unauth(&r->ctx, r->site, &r->dir, &r->req, &r->reply), RP_UNAUTH_REFUSED);
    assert_int_equal(r->reply.status, 302);
}

/* N236: what can't follow a redirect gets 401 and no state. */
static void test_n236_fetch(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    r->accept = "application/json";
    rig_request(r, "GET", "/app/page");
    assert_int_equal(rig_gate(r), RP_LOGIN);
    assert_int_equal(rp_unauth(&r->ctx, r->site, &r->dir, &r->req, &r->reply), RP_UNAUTH_REFUSED);
    assert_code(r, OIDC_E_LOGIN_REQUIRED);
    assert_int_equal(r->reply.n_headers, 0);
    assert_int_equal(r->op.n_metadata, 0);
    oidc_reply_error(&r->ctx, &r->req, "1", &r->reply);
    assert_int_equal(r->reply.status, 401);
    assert_string_equal(r->reply.content_type, "application/problem+json");
    r->dir.unauth_detect = 0; /* an expression was given: no detection */
    rig_request(r, "GET", "/app/page");
    assert_int_equal(rp_unauth(&r->ctx, r->site, &r->dir, &r->req, &r->reply), RP_UNAUTH_REFUSED);
    assert_int_equal(r->reply.status, 302);
}

static void test_actions(void **state)
{
    static const struct {
        enum rp_unauth_action action;
        enum oidc_code code;
        int status;
    } cases[] = {{RP_UNAUTH_401, OIDC_E_LOGIN_REQUIRED, 401},
                 {RP_UNAUTH_407, OIDC_E_LOGIN_REQUIRED_PROXY, 407},
                 {RP_UNAUTH_410, OIDC_E_LOGIN_GONE, 410}};
    struct rig *r = *state;
    rig_start(r);
    for (size_t i = 0; i < COUNT(cases); i++) {
        r->dir.unauth_action = cases[i].action;
        rig_request(r, "GET", "/app/page");
        assert_int_equal(rp_unauth(&r->ctx, r->site, &r->dir, &r->req, &r->reply), RP_UNAUTH_REFUSED);
        assert_code(r, cases[i].code);
        assert_int_equal(oidc_error_row(r->ctx.err.code)->status, cases[i].status);
        assert_int_equal(r->reply.n_headers, 0);
    }
    r->dir.unauth_action = RP_UNAUTH_PASS;
    rig_request(r, "GET", "/app/page");
    assert_int_equal(rp_unauth(&r->ctx, r->site, &r->dir, &r->req, &r->reply), RP_UNAUTH_ANONYMOUS);
    assert_code(r, OIDC_E_NONE);
    r->dir.unauth_action = (enum rp_unauth_action)77;
    assert_int_equal(rp_unauth(&r->ctx, r->site, &r->dir, &r->req, &r->reply), RP_UNAUTH_REFUSED);
    assert_code(r, OIDC_E_INTERNAL);
}

/* A POST comes back as GET of the same URL. */
static void test_post(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    rig_request(r, "POST", "/app/form");
    assert_int_equal(rp_unauth(&r->ctx, r->site, &r->dir, &r->req, &r->reply), RP_UNAUTH_REFUSED);
    assert_int_equal(r->reply.status, 302);
}

/* Failures set no cookie and begin nothing. */
static void test_failures(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    r->op.down = 1;
    assert_null(rig_visit(r, "/app/page"));
    assert_code(r, OIDC_E_HTTP_CONNECT);
    assert_int_equal(r->reply.n_headers, 0);
    r->op.down = 0;
    rig_tick(r, 60);
    ask(r, "/app/page");
    r->random_fails = 1;
    assert_null(rig_visit(r, "/app/page"));
    assert_code(r, OIDC_E_RANDOM);
    assert_int_equal(r->reply.n_headers, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_request, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_pkce, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n044_parameters, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_response_mode, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_max_age, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_relative_redirect_uri, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n015_return_url, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_odd_uri, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n236_fetch, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_actions, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_post, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_failures, rig_setup, rig_teardown),
    };
    return cmocka_run_group_tests_name("rp/login", tests, NULL, NULL);
}
