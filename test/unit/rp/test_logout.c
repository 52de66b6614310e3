/* SPDX-License-Identifier: Apache-2.0 */
/* ?logout=: targets, the end here, the way to the provider. */
#include "rig.h"

static const char *hint(struct rig *r, const char *name)
{
    struct oidc_form *f;
    const char *value = NULL;
    const char *question = r->reply.location ? strchr(r->reply.location, '?') : NULL;
    struct oidc_ctx ctx;
    oidc_ctx_init(&ctx, r->pool, &r->env, r);
    if (!question || oidc_form_parse(&ctx, oidc_str_z(question + 1), &f) != OIDC_OK) {
        return NULL;
    }
    return oidc_form_get(&ctx, f, name, &value) == OIDC_OK ? value : NULL;
}

static void no_end_session(struct rig *r)
{
    r->op.metadata = "{\"issuer\":\"" ISSUER "\",\"authorization_endpoint\":\"" ISSUER "/authorize\","
                     "\"token_endpoint\":\"" ISSUER "/token\",\"jwks_uri\":\"" ISSUER "/jwks\","
                     "\"id_token_signing_alg_values_supported\":[\"ES256\"]}";
}

static void test_at_provider(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    rig_login(r, "/app/page");
    const char *cookie = rig_cookie(r, SESSION_COOKIE);
    assert_int_equal(rig_endpoint(r, "GET", CALLBACK "?logout=https%3A%2F%2Frp.test%2Fbye%3Fa%3D1"), OIDC_OK);
    assert_int_equal(r->reply.status, 302);
    assert_int_equal(strncmp(r->reply.location, ISSUER "/end?", strlen(ISSUER) + 5), 0);
    assert_string_equal(hint(r, "post_logout_redirect_uri"), "https://rp.test/bye?a=1");
    assert_string_equal(hint(r, "client_id"), CLIENT);
    assert_int_equal(strncmp(hint(r, "id_token_hint"), "ey", 2), 0);
    assert_null(rig_cookie(r, SESSION_COOKIE));
    assert_false(rig_is_in(r));
    rig_set_cookie(r, SESSION_COOKIE, cookie); /* N134 */
    assert_false(rig_is_in(r));
}

static void test_here(void **state)
{
    struct rig *r = *state;
    no_end_session(r);
    rig_start(r);
    rig_login(r, "/app/page");
    assert_int_equal(rig_endpoint(r, "GET", CALLBACK "?logout=%2Fbye"), OIDC_OK);
    assert_string_equal(r->reply.location, "https://rp.test/bye");
    assert_false(rig_is_in(r));
}

/* "": the configured place, or a page of our own. */
static void test_empty(void **state)
{
    struct rig *r = *state;
    no_end_session(r);
    rig_start(r);
    rig_login(r, "/app/page");
    assert_int_equal(rig_endpoint(r, "GET", CALLBACK "?logout="), OIDC_OK);
    assert_int_equal(r->reply.status, 200);
    assert_non_null(memmem(r->reply.body.p, r->reply.body.n, "Signed out", 10));
    assert_string_equal(r->reply.content_type, "text/html; charset=utf-8");
    assert_false(rig_is_in(r));
    r->conf.default_logged_out_url = "/goodbye";
    rig_login(r, "/app/page");
    assert_int_equal(rig_endpoint(r, "GET", CALLBACK "?logout="), OIDC_OK);
    assert_string_equal(r->reply.location, "https://rp.test/goodbye");
    r->conf.default_logged_out_url = "https://portal.test/";
    assert_int_equal(rig_endpoint(r, "GET", CALLBACK "?logout="), OIDC_OK);
    assert_string_equal(r->reply.location, "https://portal.test/");
}

static void test_empty_at_provider(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    rig_login(r, "/app/page");
    assert_int_equal(rig_endpoint(r, "GET", CALLBACK "?logout="), OIDC_OK);
    assert_null(hint(r, "post_logout_redirect_uri"));
    assert_non_null(hint(r, "id_token_hint"));
}

/* N001-N015: refused, and the session stays. */
static void test_n001_targets(void **state)
{
    static const char *const bad[] = {"https%3A%2F%2Fevil.test%2F", "%2F%2Fevil.test", "%2F%2F%2Fevil.test%2Fx",
                                      "%2F%5Cevil.test", "%5C%5Cevil.test", "https%3A%5C%5Cevil.test",
                                      "%2F%09%2Fevil.test", "javascript%3Aalert(1)", "http%3Aevil.test",
                                      "https%3A%2F%2Frp.test%40evil.test%2F", "https%3A%2F%2Frp.test%3A8443%2F",
                                      "http%3A%2F%2Frp.test%2F", "https%3A%2F%2Frp.test.evil.test%2F",
                                      "%0d%0aLocation:x", "bye"};
    struct rig *r = *state;
    rig_start(r);
    rig_login(r, "/app/page");
    for (size_t i = 0; i < COUNT(bad); i++) {
        rig_endpoint(r, "GET", apr_pstrcat(r->pool, CALLBACK "?logout=", bad[i], NULL));
        if (r->rc != OIDC_FAILED) {
            fail_msg("%s was accepted: %s", bad[i], r->reply.location);
        }
        assert_code(r, OIDC_E_REDIRECT);
        assert_null(r->reply.location);
        assert_true(rig_is_in(r));
    }
    rig_endpoint(r, "GET", CALLBACK "?logout=%2Fa&logout=%2Fb");
    assert_code(r, OIDC_E_DUPLICATE_PARAMETER);
    assert_true(rig_is_in(r));
    char *huge = apr_palloc(r->pool, 2050);
    memset(huge, 'x', 2049);
    huge[0] = '/';
    huge[2049] = '\0';
    rig_endpoint(r, "GET", apr_pstrcat(r->pool, CALLBACK "?logout=", huge, NULL));
    assert_code(r, OIDC_E_REDIRECT);
    assert_true(rig_is_in(r));
}

static int only_portal(void *baton, const char *url)
{
    return strncmp(url, baton, strlen(baton)) == 0;
}

static void test_allowed(void **state)
{
    struct rig *r = *state;
    no_end_session(r);
    r->conf.redirect_allowed = only_portal;
    r->conf.redirect_allowed_baton = apr_pstrdup(r->pool, "https://portal.test/");
    rig_start(r);
    rig_login(r, "/app/page");
    assert_int_equal(rig_endpoint(r, "GET", CALLBACK "?logout=https%3A%2F%2Fevil.test%2F"), OIDC_FAILED);
    assert_true(rig_is_in(r));
    assert_int_equal(rig_endpoint(r, "GET", CALLBACK "?logout=https%3A%2F%2Fportal.test%2Fx"), OIDC_OK);
    assert_string_equal(r->reply.location, "https://portal.test/x");
    assert_false(rig_is_in(r));
}

/* Parameters that providers with rules of their own need. */
static void test_params(void **state)
{
    struct rig *r = *state;
    struct oidc_form *params;
    assert_int_equal(oidc_form_parse(rig_ctx(r), oidc_str_z("logout_uri=x&client_id=other"), &params), OIDC_OK);
    r->conf.provider.logout_request_params = params;
    rig_start(r);
    rig_login(r, "/app/page");
    assert_int_equal(rig_endpoint(r, "GET", CALLBACK "?logout=%2Fbye"), OIDC_OK);
    assert_string_equal(hint(r, "logout_uri"), "x");
    assert_string_equal(hint(r, "client_id"), "other");
}

/* N203: the provider is down, and nothing of it is known. */
static void test_n203_provider_down(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    rig_login(r, "/app/page");
    r->op.down = 1;
    r->store.fail_get = "p";
    rig_restart(r);
    assert_int_equal(rig_endpoint(r, "GET", CALLBACK "?logout=%2Fbye"), OIDC_OK);
    assert_string_equal(r->reply.location, "https://rp.test/bye");
    assert_code(r, OIDC_E_NONE);
    assert_false(rig_is_in(r));
}

/* The store is down: not said to be done, but this browser forgets. */
static void test_store_down(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    rig_login(r, "/app/page");
    r->store.fail_drop = "s";
    assert_int_equal(rig_endpoint(r, "GET", CALLBACK "?logout=%2Fbye"), OIDC_FAILED);
    assert_code(r, OIDC_E_STORE);
    assert_null(rig_cookie(r, SESSION_COOKIE));
}

/* The cold record is gone or can't be read: no hint, logout all the same. */
static void test_no_hint(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    rig_login(r, "/app/page");
    r->store.fail_get = "c";
    assert_int_equal(rig_endpoint(r, "GET", CALLBACK "?logout=%2Fbye"), OIDC_OK);
    assert_null(hint(r, "id_token_hint"));
    assert_string_equal(hint(r, "client_id"), CLIENT);
    assert_false(rig_is_in(r));
}

static void test_without_session(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    assert_int_equal(rig_endpoint(r, "GET", CALLBACK "?logout=%2Fbye"), OIDC_OK);
    assert_int_equal(strncmp(r->reply.location, ISSUER "/end?", strlen(ISSUER) + 5), 0);
    assert_null(hint(r, "id_token_hint"));
    assert_int_equal(r->store.drops, 0);
}

/* N211: HEAD ends nothing; POST does, as GET. */
static void test_methods(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    rig_login(r, "/app/page");
    assert_int_equal(rig_endpoint(r, "HEAD", CALLBACK "?logout=%2Fbye"), OIDC_FAILED);
    assert_code(r, OIDC_E_METHOD);
    assert_true(rig_is_in(r));
    assert_int_equal(rig_endpoint(r, "POST", CALLBACK "?logout=%2Fbye"), OIDC_OK);
    assert_false(rig_is_in(r));
}

/* All chunks go. */
static void test_chunks(void **state)
{
    struct rig *r = *state;
    r->conf.session.type = RP_SESSION_COOKIE;
    r->conf.session.chunk_size = 500;
    rig_start(r);
    rig_login(r, "/app/page");
    assert_true(rig_count_cookies(r, SESSION_COOKIE) > 2);
    assert_int_equal(rig_endpoint(r, "GET", CALLBACK "?logout=%2Fbye"), OIDC_OK);
    assert_int_equal(rig_count_cookies(r, SESSION_COOKIE), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_at_provider, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_here, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_empty, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_empty_at_provider, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n001_targets, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_allowed, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_params, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n203_provider_down, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_store_down, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_no_hint, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_without_session, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_methods, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_chunks, rig_setup, rig_teardown),
    };
    return cmocka_run_group_tests_name("rp/logout", tests, NULL, NULL);
}
