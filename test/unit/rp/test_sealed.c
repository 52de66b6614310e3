/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions in the cookie: forged, truncated, revoked, too large, two secrets. */
#include "rig.h"

static int setup(void **state)
{
    int rc = rig_setup(state);
    struct rig *r = *state;
    r->conf.session.type = RP_SESSION_COOKIE;
    return rc;
}

static void test_login(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    rig_login(r, "/app/page");
    int puts = r->store.puts;
    assert_true(rig_is_in(r));
    assert_string_equal(r->session.user, USER);
    assert_string_equal(r->session.access_token, "at-1");
    assert_int_equal(r->store.puts, puts);
    assert_true(r->session.cold.n > 0);
}

/* N119: every byte of the cookie, in turn. */
static void test_n119_flip(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    rig_login(r, "/app/page");
    const char *value = rig_cookie(r, SESSION_COOKIE);
    assert_non_null(value);
    for (size_t i = 0; value[i]; i++) {
        char *copy = apr_pstrdup(r->pool, value);
        copy[i] = copy[i] == 'A' ? 'B' : 'A';
        rig_set_cookie(r, SESSION_COOKIE, copy);
        rig_request(r, "GET", "/app/page");
        assert_int_equal(rig_gate(r), RP_LOGIN);
        assert_code(r, OIDC_E_NONE);
        apr_pool_destroy(r->ctx.pool);
    }
    rig_set_cookie(r, SESSION_COOKIE, value);
    assert_true(rig_is_in(r));
}

/* N122: truncated, doubled, padded. */
static void test_n122_shapes(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    rig_login(r, "/app/page");
    const char *value = rig_cookie(r, SESSION_COOKIE);
    const char *const bad[] = {apr_pstrndup(r->pool, value, strlen(value) - 1),
                               apr_pstrcat(r->pool, value, value, NULL),
                               apr_pstrcat(r->pool, value, "=", NULL),
                               apr_pstrcat(r->pool, value, "A", NULL), "deleted", ""};
    for (size_t i = 0; i < COUNT(bad); i++) {
        rig_set_cookie(r, SESSION_COOKIE, bad[i]);
        assert_false(rig_is_in(r));
        assert_null(rig_cookie(r, SESSION_COOKIE));
    }
}

/* N120: a state is no session. */
static void test_n120_purpose(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    assert_non_null(rig_visit(r, "/app/page"));
    const char *value = rig_cookie(r, rig_cookie_named(r, STATE_PREFIX, 0));
    rig_set_cookie(r, SESSION_COOKIE, value);
    assert_false(rig_is_in(r));
    rig_set_cookie(r, SESSION_COOKIE, strchr(value, '.') + 1);
    assert_false(rig_is_in(r));
}

static void big_claims(struct rig *r, int n)
{
    for (int i = 0; i < n; i++) {
        char *text = apr_palloc(r->pool, 101);
        memset(text, 'x', 100);
        text[100] = '\0';
        oidc_json_put_string(r->op.claims, apr_psprintf(r->pool, "claim_%03d", i), text);
    }
}

/* Chunks of two sessions don't mix, nor do they in another order (N123). */
static void test_n123_mixed_chunks(void **state)
{
    struct rig *r = *state;
    r->conf.session.chunk_size = 1000;
    big_claims(r, 20);
    rig_start(r);
    rig_login(r, "/app/page");
    assert_true(rig_is_in(r));
    const char *first = rig_cookie(r, SESSION_COOKIE "_0");
    const char *second = rig_cookie(r, SESSION_COOKIE "_1");
    rig_set_cookie(r, SESSION_COOKIE "_0", second);
    rig_set_cookie(r, SESSION_COOKIE "_1", first);
    assert_false(rig_is_in(r));
    assert_int_equal(rig_count_cookies(r, SESSION_COOKIE), 0);
    rig_login(r, "/app/page");
    assert_true(rig_is_in(r));
    rig_set_cookie(r, SESSION_COOKIE "_0", first);
    assert_false(rig_is_in(r));
}

/* N126: too large is said at login, with the culprit's name; no cookie is set. */
static void test_n126_too_large(void **state)
{
    struct rig *r = *state;
    char *text = apr_palloc(r->pool, 30001);
    memset(text, 'x', 30000);
    text[30000] = '\0';
    oidc_json_put_string(r->op.claims, "avatar", text);
    rig_start(r);
    const char *location = rig_visit(r, "/app/page");
    assert_int_equal(rig_endpoint(r, "GET", rig_authorize(r, location)), OIDC_FAILED);
    assert_code(r, OIDC_E_SESSION_TOO_LARGE);
    assert_non_null(strstr(r->ctx.err.detail, "\"avatar\" with 30000 bytes"));
    assert_int_equal(rig_count_cookies(r, SESSION_COOKIE), 0);
}

static void test_largest(void **state)
{
    struct rig *r = *state;
    big_claims(r, 80);
    rig_start(r);
    rig_login(r, "/app/page");
    assert_true(rig_is_in(r));
    assert_non_null(strstr(r->log, "LimitRequestFieldSize"));
    assert_true(rig_count_cookies(r, SESSION_COOKIE) > 4);
}

/* N134: after logout the old cookie is dead. */
static void test_n134_revoked(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    rig_login(r, "/app/page");
    const char *cookie = rig_cookie(r, SESSION_COOKIE);
    assert_int_equal(rig_endpoint(r, "GET", CALLBACK "?logout=%2Fbye"), OIDC_OK);
    assert_null(rig_cookie(r, SESSION_COOKIE));
    rig_set_cookie(r, SESSION_COOKIE, cookie);
    assert_false(rig_is_in(r));
    /* also as long as the session would have lasted */
    rig_tick(r, 299);
    rig_set_cookie(r, SESSION_COOKIE, cookie);
    assert_false(rig_is_in(r));
}

/* A list that can't be read is no empty list. */
static void test_revocation_fails_closed(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    rig_login(r, "/app/page");
    r->store.fail_get = "v";
    rig_request(r, "GET", "/app/page");
    assert_int_equal(rig_gate(r), RP_ERROR);
    assert_code(r, OIDC_E_STORE);
    r->store.fail_get = NULL;
    assert_true(rig_is_in(r));
}

/* Logout that could not be written down is no logout. */
static void test_logout_fails(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    rig_login(r, "/app/page");
    r->store.fail_put = "v";
    assert_int_equal(rig_endpoint(r, "GET", CALLBACK "?logout=%2Fbye"), OIDC_FAILED);
    assert_code(r, OIDC_E_STORE);
    assert_null(rig_cookie(r, SESSION_COOKIE));
}

/* N133: the previous secret opens, the present one seals. */
static void test_n133_rotation(void **state)
{
    static const unsigned char one[OIDC_SEALER_MASTER_LEN] = {1, 2, 3}, two[OIDC_SEALER_MASTER_LEN] = {9};
    struct rig *r = *state;
    rig_start(r);
    rig_login(r, "/app/page");
    const char *old = rig_cookie(r, SESSION_COOKIE);
    assert_int_equal(oidc_sealer_make_from(rig_ctx(r), r->pool, two, one, &r->sealer), OIDC_OK);
    rig_start(r);
    rig_tick(r, 100);
    assert_true(rig_is_in(r)); /* and is sealed anew */
    assert_string_not_equal(rig_cookie(r, SESSION_COOKIE), old);
    assert_int_equal(oidc_sealer_make_from(rig_ctx(r), r->pool, two, NULL, &r->sealer), OIDC_OK);
    rig_start(r);
    assert_true(rig_is_in(r));
    rig_set_cookie(r, SESSION_COOKIE, old);
    assert_false(rig_is_in(r));
    assert_code(r, OIDC_E_NONE);
}

/* The raw ID token is kept only where it is asked for. */
static void test_store_id_token(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    rig_login(r, "/app/page");
    const size_t small = strlen(rig_cookie(r, SESSION_COOKIE));
    assert_int_equal(rig_endpoint(r, "GET", CALLBACK "?logout=%2Fbye"), OIDC_OK);
    assert_null(strstr(r->reply.location, "id_token_hint"));
    r->conf.session.store_id_token = 1;
    rig_login(r, "/app/page");
    assert_true(strlen(rig_cookie(r, SESSION_COOKIE)) > small + 200);
    assert_int_equal(rig_endpoint(r, "GET", CALLBACK "?logout=%2Fbye"), OIDC_OK);
    assert_non_null(strstr(r->reply.location, "id_token_hint="));
}

/* The cookie is sealed anew when the idle time is due, and not before. */
static void test_sliding(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    rig_login(r, "/app/page");
    rig_tick(r, 30);
    assert_true(rig_is_in(r));
    assert_int_equal(r->reply.n_headers, 0);
    const char *old = rig_cookie(r, SESSION_COOKIE);
    rig_tick(r, 1);
    assert_true(rig_is_in(r));
    assert_int_equal(r->reply.n_headers, 1);
    assert_string_not_equal(rig_cookie(r, SESSION_COOKIE), old);
    rig_tick(r, 299);
    assert_true(rig_is_in(r));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_login, setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n119_flip, setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n122_shapes, setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n120_purpose, setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n123_mixed_chunks, setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n126_too_large, setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_largest, setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n134_revoked, setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_revocation_fails_closed, setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_logout_fails, setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n133_rotation, setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_store_id_token, setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_sliding, setup, rig_teardown),
    };
    return cmocka_run_group_tests_name("rp/sealed", tests, NULL, NULL);
}
