/* SPDX-License-Identifier: Apache-2.0 */
/* The code flow, relying party and provider together. */
#include "flow.h"

static void check_in(struct flow *f)
{
    struct rig *r = f->rig;
    assert_true(rig_is_in(r));
    assert_string_equal(r->session.user, USER);
    assert_string_equal(flow_sees(f, "OIDC_CLAIM_iss"), ISSUER);
    assert_string_equal(flow_sees(f, "OIDC_CLAIM_name"), "\xea\xb9\x80\xec\xb2\xa0\xec\x88\x98");
    assert_string_equal(flow_sees(f, "OIDC_CLAIM_email"), "alice@" HOST);
    assert_string_equal(flow_sees(f, "OIDC_CLAIM_groups"), "admin,a\\,b");
    assert_string_equal(flow_sees(f, "OIDC_access_token_type"), "Bearer");
    assert_non_null(flow_sees(f, "OIDC_access_token"));
}

static void test_login(void **state)
{
    struct flow *f = *state;
    flow_start(f);
    flow_login(f, "/app/page?x=1");
    check_in(f);
    /* metadata, token, keys, userinfo: each once; then nothing more */
    assert_int_equal(f->calls, 4);
    assert_true(rig_is_in(f->rig));
    assert_int_equal(f->calls, 4);
    f->rig->browser.n = 0;
    flow_login(f, "/app/other");
    assert_int_equal(f->calls, 6);
}

static void test_client_cookie(void **state)
{
    struct flow *f = *state;
    f->rig->conf.session.type = RP_SESSION_COOKIE;
    flow_start(f);
    flow_login(f, "/app/page");
    check_in(f);
}

static void test_public_client(void **state)
{
    struct flow *f = *state;
    f->client.secret = NULL;
    f->client.auth = OIDC_CLIENT_AUTH_NONE;
    f->rig->conf.client.secret = NULL;
    flow_start(f);
    flow_login(f, "/app/page");
    check_in(f);
}

static void test_secret_post(void **state)
{
    struct flow *f = *state;
    f->client.auth = OIDC_CLIENT_AUTH_POST;
    f->rig->conf.provider.token_auth = OIDC_CLIENT_AUTH_POST;
    flow_start(f);
    flow_login(f, "/app/page");
    check_in(f);
}

static void test_userinfo_post(void **state)
{
    struct flow *f = *state;
    f->rig->conf.provider.userinfo_method = RP_USERINFO_POST;
    flow_start(f);
    flow_login(f, "/app/page");
    check_in(f);
}

/* The provider's page posts the answer. */
static const char *field(struct flow *f, const char *name)
{
    const char *page = oidc_str_dup(f->rig->pool, f->reply.body);
    const char *p = strstr(page, apr_pstrcat(f->rig->pool, "name=\"", name, "\"", NULL));
    assert_non_null(p);
    p = strstr(p, "value=\"");
    assert_non_null(p);
    return apr_pstrndup(f->rig->pool, p + 7, strcspn(p + 7, "\""));
}

static void test_form_post(void **state)
{
    struct flow *f = *state;
    struct rig *r = f->rig;
    r->conf.provider.response_mode = RP_RESPONSE_MODE_FORM_POST;
    flow_start(f);
    flow_browse(f, rig_visit(r, "/app/page"));
    assert_int_equal(f->reply.status, 200);
    struct oidc_form *form = oidc_form_make(r->pool);
    oidc_form_add(form, "code", field(f, "code"));
    oidc_form_add(form, "state", field(f, "state"));
    oidc_form_add(form, "iss", ISSUER);
    r->body = oidc_form_print(r->pool, form);
    r->content_type = "application/x-www-form-urlencoded";
    assert_int_equal(rig_endpoint(r, "POST", CALLBACK), OIDC_OK);
    assert_int_equal(r->reply.status, 303);
    check_in(f);
}

/* The code is used up, and so is the state: neither works twice (N025, N283). */
static void test_replay(void **state)
{
    struct flow *f = *state;
    struct rig *r = f->rig;
    flow_start(f);
    const char *location = rig_visit(r, "/app/page");
    flow_browse(f, location);
    const char *answer = apr_pstrdup(r->pool, f->reply.location + strlen("https://" HOST));
    const struct rig_browser before = r->browser;
    assert_int_equal(rig_endpoint(r, "GET", answer), OIDC_OK);
    int calls = f->calls;
    r->browser = before;
    rig_endpoint(r, "GET", answer);
    assert_code(r, OIDC_E_STATE_USED);
    assert_int_equal(f->calls, calls);
    assert_false(rig_is_in(r));
}

/* N039: a code that was stolen and put into the attacker's own login fails at the provider (PKCE). */
static void test_injected_code(void **state)
{
    struct flow *f = *state;
    struct rig *r = f->rig;
    flow_start(f);
    flow_browse(f, rig_visit(r, "/app/page"));
    const char *stolen = strstr(f->reply.location, "code=") + 5;
    stolen = apr_pstrndup(r->pool, stolen, strcspn(stolen, "&"));
    r->browser.n = 0; /* the attacker's browser */
    flow_browse(f, rig_visit(r, "/app/page"));
    const char *own = strstr(f->reply.location, "code=");
    const char *rest = strchr(own, '&');
    rig_endpoint(r, "GET", apr_pstrcat(r->pool, CALLBACK "?code=", stolen, rest, NULL));
    assert_int_equal(r->rc, OIDC_FAILED);
    assert_code(r, OIDC_E_TOKEN_ENDPOINT);
    assert_false(rig_is_in(r));
}

/* A code that is too old. */
static void test_late_code(void **state)
{
    struct flow *f = *state;
    struct rig *r = f->rig;
    flow_start(f);
    flow_browse(f, rig_visit(r, "/app/page"));
    rig_tick(r, 61);
    rig_endpoint(r, "GET", f->reply.location + strlen("https://" HOST));
    assert_code(r, OIDC_E_TOKEN_ENDPOINT);
    assert_false(rig_is_in(r));
}

static void test_wrong_secret(void **state)
{
    struct flow *f = *state;
    struct rig *r = f->rig;
    flow_start(f);
    r->conf.client.secret = oidc_secret_make(r->pool, oidc_str_z("another secret of thirty-two bytes and more"));
    rig_start(r);
    flow_browse(f, rig_visit(r, "/app/page"));
    rig_endpoint(r, "GET", f->reply.location + strlen("https://" HOST));
    assert_code(r, OIDC_E_TOKEN_CLIENT_AUTH);
    assert_false(rig_is_in(r));
}

static void test_provider_breaks(void **state)
{
    struct flow *f = *state;
    struct rig *r = f->rig;
    flow_start(f);
    flow_browse(f, rig_visit(r, "/app/page"));
    const char *answer = apr_pstrdup(r->pool, f->reply.location + strlen("https://" HOST));
    f->token_fails = 503;
    rig_endpoint(r, "GET", answer);
    assert_code(r, OIDC_E_TOKEN_ENDPOINT);
    assert_false(rig_is_in(r));
    f->token_fails = 0;
    flow_login(f, "/app/page");
    r->op.down = 1; /* nobody who is signed in notices */
    assert_true(rig_is_in(r));
    rig_tick(r, 200);
    assert_true(rig_is_in(r));
}

/* The provider's refusal comes back as an error, and uses up the state (N041). */
static void test_refused(void **state)
{
    struct flow *f = *state;
    struct rig *r = f->rig;
    r->conf.provider.scope = "profile"; /* without openid our provider refuses */
    flow_start(f);
    flow_browse(f, rig_visit(r, "/app/page"));
    assert_non_null(strstr(f->reply.location, "error=invalid_scope"));
    rig_endpoint(r, "GET", f->reply.location + strlen("https://" HOST));
    assert_code(r, OIDC_E_PROVIDER_REFUSED);
    assert_int_equal(rig_count_cookies(r, STATE_PREFIX), 0);
    assert_false(rig_is_in(r));
}

/* N028 with a provider that gives each tab its own code. */
static void test_two_tabs(void **state)
{
    struct flow *f = *state;
    struct rig *r = f->rig;
    flow_start(f);
    const char *one = rig_visit(r, "/app/one"), *two = rig_visit(r, "/app/two");
    flow_browse(f, two);
    const char *answer_two = apr_pstrdup(r->pool, f->reply.location + strlen("https://" HOST));
    flow_browse(f, one);
    const char *answer_one = apr_pstrdup(r->pool, f->reply.location + strlen("https://" HOST));
    assert_int_equal(rig_endpoint(r, "GET", answer_two), OIDC_OK);
    assert_string_equal(r->reply.location, "https://" HOST "/app/two");
    assert_int_equal(rig_endpoint(r, "GET", answer_one), OIDC_OK);
    assert_string_equal(r->reply.location, "https://" HOST "/app/one");
    check_in(f);
}

/* The provider changes its key: the next login works at once (N100). */
static void test_key_rotation(void **state)
{
    struct flow *f = *state;
    struct rig *r = f->rig;
    flow_start(f);
    flow_login(f, "/app/page");
    struct oidc_jwks *keys = oidc_jwks_make(r->pool);
    rig_new_key(r, OIDC_ALG_ES256);
    oidc_jwks_add(keys, r->op.key);
    f->conf.keys = keys;
    assert_int_equal(op_site_make(rig_ctx(r), r->pool, &f->conf, r->sealer, &f->site), OIDC_OK);
    r->browser.n = 0;
    flow_login(f, "/app/page");
    check_in(f);
}

/* Here, then at the provider, and back. */
static void test_logout(void **state)
{
    struct flow *f = *state;
    struct rig *r = f->rig;
    flow_start(f);
    flow_login(f, "/app/page");
    const char *cookie = rig_cookie(r, SESSION_COOKIE);
    assert_int_equal(rig_endpoint(r, "GET", CALLBACK "?logout=%2Fbye"), OIDC_OK);
    flow_browse(f, r->reply.location);
    assert_int_equal(f->end_login, 1);
    assert_string_equal(f->reply.location, "https://" HOST "/bye");
    rig_set_cookie(r, SESSION_COOKIE, cookie);
    assert_false(rig_is_in(r));
}

/* A provider without a session of ours: the same user again, another session. */
static void test_idle_and_back(void **state)
{
    struct flow *f = *state;
    struct rig *r = f->rig;
    flow_start(f);
    flow_login(f, "/app/page");
    assert_true(rig_is_in(r));
    const char *id = apr_pstrdup(r->pool, r->session.id);
    rig_tick(r, 300);
    assert_false(rig_is_in(r));
    flow_login(f, "/app/page");
    check_in(f);
    assert_string_not_equal(r->session.id, id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_login, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_client_cookie, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_public_client, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_secret_post, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_userinfo_post, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_form_post, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_replay, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_injected_code, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_late_code, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_wrong_secret, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_provider_breaks, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_refused, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_two_tabs, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_key_rotation, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_logout, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_idle_and_back, flow_setup, flow_teardown),
    };
    return cmocka_run_group_tests_name("flow/code", tests, NULL, NULL);
}
