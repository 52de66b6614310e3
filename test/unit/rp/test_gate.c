/* SPDX-License-Identifier: Apache-2.0 */
/* From cookie to verdict: expiry, sliding, binding, outages, races. Both session types where both have a say. */
#include "rig.h"
#include "rp/session.h"

static void test_nothing(void **state)
{
    static const char *const headers[] = {"", ";", "; ;", "=", " ", "a", "mod_auth_openidc_session",
                                          "x=y; mod_auth_openidc_sessio=1"};
    struct rig *r = *state;
    rig_start(r);
    for (size_t i = 0; i < COUNT(headers); i++) {
        rig_request(r, "GET", "/app/page");
        r->req.cookie = oidc_str_z(headers[i]);
        assert_int_equal(rig_gate(r), RP_LOGIN);
        assert_int_equal(r->reply.n_headers, 0);
        assert_int_equal(r->store.gets, 0);
    }
}

/* N122, N129: what is no session of ours is anonymous, and cleared once. */
static void test_n122_garbage(void **state)
{
    static const char *const values[] = {"deleted", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                                         "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
                                         "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "", "../../etc/passwd"};
    struct rig *r = *state;
    rig_start(r);
    for (size_t i = 0; i < COUNT(values); i++) {
        rig_set_cookie(r, SESSION_COOKIE, values[i]);
        rig_request(r, "GET", "/app/page");
        assert_int_equal(rig_gate(r), RP_LOGIN);
        assert_int_equal(r->reply.n_headers, 1);
        assert_null(rig_cookie(r, SESSION_COOKIE));
    }
}

/* N148: an outage is no login. */
static void test_n148_store_fails(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    rig_login(r, "/app/page");
    r->store.fail_get = "s";
    rig_request(r, "GET", "/app/page");
    assert_int_equal(rig_gate(r), RP_ERROR);
    assert_code(r, OIDC_E_STORE);
    assert_int_equal(r->reply.n_headers, 0);
    r->store.fail_get = NULL;
    assert_true(rig_is_in(r));
}

/* N140: a damaged entry is no session, and no crash. */
static void damage(struct rig *r, const char *bytes, size_t n)
{
    struct oidc_str key;
    rig_request(r, "GET", "/app/page");
    assert_int_equal(rig_gate(r), RP_PASS);
    assert_int_equal(rp_session_key(&r->ctx, r->site, OIDC_STORE_SESSION, r->session.id, &key), OIDC_OK);
    assert_int_equal(r->store.real->ops->put(&r->ctx, r->store.real, key, oidc_str(bytes, n),
                                             r->now + apr_time_from_sec(60), 0, NULL),
                     OIDC_OK);
}

static void test_n140_damaged(void **state)
{
    static const char zeros[64] = {0};
    struct rig *r = *state;
    rig_start(r);
    rig_login(r, "/app/page");
    damage(r, zeros, sizeof zeros);
    assert_false(rig_is_in(r));
    assert_null(rig_cookie(r, SESSION_COOKIE));
    assert_code(r, OIDC_E_NONE);
    rig_login(r, "/app/page");
    damage(r, "x", 1);
    assert_false(rig_is_in(r));
}

/* N155: another session's entry under this key is not this session. */
static void test_n155_swapped(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    rig_login(r, "/app/page");
    assert_true(rig_is_in(r));
    const struct rp_session first = r->session;
    const char *cookie = rig_cookie(r, SESSION_COOKIE);
    rig_set_cookie(r, SESSION_COOKIE, NULL);
    oidc_json_put_string(r->op.claims, "sub", "bob");
    r->op.userinfo = "{\"sub\":\"bob\"}";
    rig_login(r, "/app/page");
    assert_true(rig_is_in(r));
    assert_string_equal(r->session.user, "bob");
    struct oidc_str key;
    assert_int_equal(rp_session_key(&r->ctx, r->site, OIDC_STORE_SESSION, first.id, &key), OIDC_OK);
    assert_int_equal(r->store.real->ops->put(&r->ctx, r->store.real, key, r->session.record,
                                             r->now + apr_time_from_sec(60), 0, NULL),
                     OIDC_OK);
    rig_set_cookie(r, SESSION_COOKIE, cookie);
    assert_false(rig_is_in(r));
}

/* N135: the last microsecond of either limit, and the first one beyond. */
static void check_limits(struct rig *r)
{
    rig_start(r);
    rig_login(r, "/app/page");
    assert_true(rig_is_in(r));
    const apr_time_t idle = r->session.idle_expires;
    r->now = idle - 1;
    rig_request(r, "GET", CALLBACK "?info=json&extend_session=false"); /* a look that does not extend */
    assert_int_equal(rig_gate(r), RP_PASS);
    r->now = idle;
    assert_false(rig_is_in(r));
    assert_int_equal(rig_count_cookies(r, SESSION_COOKIE), 0);
}

static void test_n135_idle(void **state)
{
    check_limits(*state);
}

static void test_idle_sealed(void **state)
{
    struct rig *r = *state;
    r->conf.session.type = RP_SESSION_COOKIE;
    check_limits(r);
}

static void stay_until(struct rig *r, apr_time_t end)
{
    while (r->now + apr_time_from_sec(200) < end) {
        rig_tick(r, 200);
        assert_true(rig_is_in(r));
        assert_true(r->session.idle_expires <= r->session.hard_expires);
    }
}

static void check_hard_limit(struct rig *r)
{
    rig_start(r);
    rig_login(r, "/app/page");
    assert_true(rig_is_in(r));
    const apr_time_t hard = r->session.hard_expires;
    assert_true(hard == apr_time_from_sec(NOW) + apr_time_from_sec(28800));
    stay_until(r, hard);
    r->now = hard - 1;
    assert_true(rig_is_in(r));
    r->now = hard;
    assert_false(rig_is_in(r));
}

static void test_n135_hard(void **state)
{
    check_hard_limit(*state);
}

static void test_hard_sealed(void **state)
{
    struct rig *r = *state;
    r->conf.session.type = RP_SESSION_COOKIE;
    check_hard_limit(r);
}

/* OIDCSessionMaxDuration 0: as long as the ID token. */
static void test_hard_is_exp(void **state)
{
    struct rig *r = *state;
    r->conf.session.max_duration = 0;
    rig_start(r);
    rig_login(r, "/app/page");
    assert_true(rig_is_in(r));
    assert_true(r->session.hard_expires == apr_time_from_sec(NOW + 300));
    r->now = apr_time_from_sec(NOW + 300);
    assert_false(rig_is_in(r));
}

/* Beyond 2038 and 2106 nothing wraps (N135, N157). */
static void test_n157_far_future(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    r->now = apr_time_from_sec(APR_INT64_C(4294967000));
    rig_login(r, "/app/page");
    rig_tick(r, 299);
    assert_true(rig_is_in(r));
    rig_tick(r, 301);
    assert_false(rig_is_in(r));
}

/* N157: a clock that is set back by an hour logs nobody out. */
static void test_n157_clock_back(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    rig_login(r, "/app/page");
    rig_tick(r, -3600);
    assert_true(rig_is_in(r));
    rig_tick(r, 3600 + 299);
    assert_true(rig_is_in(r));
}

/* The idle time is written when more than a tenth of it, at most a minute, has gone by. */
static void test_sliding(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    rig_login(r, "/app/page");
    int puts = r->store.puts;
    rig_tick(r, 30);
    assert_true(rig_is_in(r));
    assert_int_equal(r->store.puts, puts);
    assert_true(r->session.idle_expires == apr_time_from_sec(NOW + 300));
    rig_tick(r, 1);
    assert_true(rig_is_in(r));
    assert_int_equal(r->store.puts, puts + 1);
    assert_true(r->session.idle_expires == apr_time_from_sec(NOW + 331));
    assert_true(rig_is_in(r));
    assert_int_equal(r->store.puts, puts + 1);
    assert_int_equal(r->reply.n_headers, 0); /* the cookie stays as it is */
    rig_tick(r, 299);
    assert_true(rig_is_in(r));
}

static void test_sliding_step(void **state)
{
    struct rig *r = *state;
    r->conf.session.inactivity_timeout = 3600;
    rig_start(r);
    rig_login(r, "/app/page");
    int puts = r->store.puts;
    rig_tick(r, 60);
    assert_true(rig_is_in(r));
    assert_int_equal(r->store.puts, puts);
    rig_tick(r, 1);
    assert_true(rig_is_in(r));
    assert_int_equal(r->store.puts, puts + 1);
}

/* The cold record lives as long as the hot one, however long that slides. */
static void test_cold_lives(void **state)
{
    struct rig *r = *state;
    struct rp_cold cold;
    rig_start(r);
    rig_login(r, "/app/page");
    for (int i = 0; i < 40; i++) {
        rig_tick(r, 250);
        assert_true(rig_is_in(r));
        assert_int_equal(rp_session_get_cold(&r->ctx, r->site, &r->session, &cold), OIDC_OK);
        assert_string_equal(cold.refresh_token, "rt-1");
    }
    assert_true(r->store.puts < 40 + 40 + 10);
}

/* A store that can't write lets the session be what it was. */
static void test_touch_fails(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    rig_login(r, "/app/page");
    r->store.fail_put = "s";
    rig_tick(r, 100);
    assert_true(rig_is_in(r));
    assert_code(r, OIDC_E_NONE);
    assert_true(r->session.idle_expires == apr_time_from_sec(NOW + 300));
    assert_non_null(strstr(r->log, "a session was not extended"));
}

/* N268: a logout between reading and writing wins. */
static void log_out_first(struct rig *r, struct oidc_str key)
{
    r->store.before_put = NULL;
    if (memmem(key.p, key.n, ":s:", 3)) {
        assert_int_equal(rp_session_drop(&r->ctx, r->site, &r->session), OIDC_OK);
    }
}

static void test_n268_logout_wins(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    rig_login(r, "/app/page");
    const char *cookie = rig_cookie(r, SESSION_COOKIE);
    rig_tick(r, 100);
    r->store.before_put = log_out_first;
    assert_true(rig_is_in(r)); /* this request was let in before */
    rig_set_cookie(r, SESSION_COOKIE, cookie);
    assert_false(rig_is_in(r));
}

/* Another request that was faster: nothing is lost, nothing fails. */
static void extend_first(struct rig *r, struct oidc_str key)
{
    struct oidc_store_value v;
    r->store.before_put = NULL;
    assert_int_equal(r->store.real->ops->get(&r->ctx, r->store.real, key, &v), OIDC_OK);
    assert_int_equal(r->store.real->ops->put(&r->ctx, r->store.real, key, v.bytes, v.expires, 0, NULL),
                     OIDC_OK);
}

static void test_two_at_once(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    rig_login(r, "/app/page");
    rig_tick(r, 100);
    r->store.before_put = extend_first;
    assert_true(rig_is_in(r));
    assert_true(r->session.idle_expires == apr_time_from_sec(NOW + 300));
    assert_true(rig_is_in(r));
    assert_true(r->session.idle_expires == apr_time_from_sec(NOW + 400));
}

/* N130: same store, same keys, another host, provider or client. */
static int in_elsewhere(struct rig *r)
{
    rig_start(r);
    int in = rig_is_in(r);
    return in;
}

static void check_tenants(struct rig *r)
{
    rig_start(r);
    rig_login(r, "/app/page");
    const struct rig_browser browser = r->browser;
    const char *name = r->name;
    r->name = "other.test:443";
    assert_false(in_elsewhere(r));
    r->name = name;
    r->browser = browser;
    r->conf.client.id = "client_2";
    assert_false(in_elsewhere(r));
    r->conf.client.id = CLIENT;
    r->browser = browser;
    r->conf.provider.metadata_url = "https://op2.test/.well-known/openid-configuration";
    assert_false(in_elsewhere(r));
    r->conf.provider.metadata_url = METADATA_URL;
    r->browser = browser;
    r->dir.cookie = "other_name";
    rig_start(r);
    for (int i = 0; i < r->browser.n; i++) { /* the same value under another name */
        rig_set_cookie(r, "other_name", r->browser.cookies[i].value);
    }
    assert_int_equal(rig_is_in(r), r->conf.session.type == RP_SESSION_SERVER);
    r->dir.cookie = SESSION_COOKIE;
    r->browser = browser;
    r->host = "alias.test"; /* the same virtual host under another name */
    assert_false(in_elsewhere(r));
    r->host = HOST;
    r->browser = browser;
    assert_true(in_elsewhere(r));
}

static void test_n130_tenants(void **state)
{
    check_tenants(*state);
}

static void test_n130_tenants_sealed(void **state)
{
    struct rig *r = *state;
    r->conf.session.type = RP_SESSION_COOKIE;
    check_tenants(r);
}

/* OIDCCookieDomain makes the session common to the hosts that have the same one. */
static void test_domain(void **state)
{
    struct rig *r = *state;
    r->conf.cookie.domain = "test";
    rig_start(r);
    rig_visit(r, "/app/page");
    rig_endpoint(r, "GET", rig_authorize(r, r->reply.location));
    assert_int_equal(r->rc, OIDC_OK);
    r->name = "second.test:443";
    r->host = "second.test";
    assert_true(in_elsewhere(r));
}

static void test_persistent(void **state)
{
    struct rig *r = *state;
    r->conf.session.persistent = 1;
    rig_start(r);
    rig_login(r, "/app/page");
    /* 2023-11-14 22:13:20 + 8 hours */
    assert_non_null(strstr(rig_set_cookie_of(r, SESSION_COOKIE), "; Expires=Wed, 15 Nov 2023 06:13:20 GMT"));
}

/* Strict would not be sent on the way back from the provider: Lax first, then Strict. */
static void check_strict(struct rig *r)
{
    r->conf.cookie.same_site = OIDC_SAMESITE_STRICT;
    rig_start(r);
    rig_login(r, "/app/page");
    assert_non_null(strstr(rig_set_cookie_of(r, SESSION_COOKIE), "SameSite=Lax"));
    assert_true(rig_is_in(r));
    assert_non_null(strstr(rig_set_cookie_of(r, SESSION_COOKIE), "SameSite=Strict"));
    assert_true(rig_is_in(r));
    assert_int_equal(r->reply.n_headers, 0);
}

static void test_strict(void **state)
{
    check_strict(*state);
}

static void test_strict_sealed(void **state)
{
    struct rig *r = *state;
    r->conf.session.type = RP_SESSION_COOKIE;
    check_strict(r);
}

/* A browser's session of before is over when it signs in anew. */
static void test_old_one_ends(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    rig_login(r, "/app/page");
    const char *old = rig_cookie(r, SESSION_COOKIE);
    const char *location = NULL;
    /* a login under way while the old session is still good */
    rig_set_cookie(r, SESSION_COOKIE, NULL);
    location = rig_visit(r, "/app/page");
    rig_set_cookie(r, SESSION_COOKIE, old);
    assert_int_equal(rig_endpoint(r, "GET", rig_authorize(r, location)), OIDC_OK);
    assert_string_not_equal(rig_cookie(r, SESSION_COOKIE), old);
    assert_true(rig_is_in(r));
    rig_set_cookie(r, SESSION_COOKIE, old);
    assert_false(rig_is_in(r));
}

/* The store never holds the cookie's value. */
static void look_for_cookie(struct rig *r, struct oidc_str key)
{
    const char *cookie = rig_cookie(r, SESSION_COOKIE);
    if (cookie) {
        assert_null(memmem(key.p, key.n, cookie, strlen(cookie)));
    }
}

static void test_key_is_hash(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    rig_login(r, "/app/page");
    r->store.before_get = r->store.before_put = look_for_cookie;
    rig_tick(r, 100);
    assert_true(rig_is_in(r));
    assert_int_equal(strlen(rig_cookie(r, SESSION_COOKIE)), 43);
    assert_int_equal(strlen(r->session.id), 32);
    assert_null(memmem(r->session.record.p, r->session.record.n, rig_cookie(r, SESSION_COOKIE), 43));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_nothing, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n122_garbage, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n148_store_fails, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n140_damaged, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n155_swapped, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n135_idle, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_idle_sealed, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n135_hard, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_hard_sealed, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_hard_is_exp, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n157_far_future, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n157_clock_back, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_sliding, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_sliding_step, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_cold_lives, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_touch_fails, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n268_logout_wins, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_two_at_once, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n130_tenants, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n130_tenants_sealed, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_domain, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_persistent, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_strict, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_strict_sealed, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_old_one_ends, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_key_is_hash, rig_setup, rig_teardown),
    };
    return cmocka_run_group_tests_name("rp/gate", tests, NULL, NULL);
}
