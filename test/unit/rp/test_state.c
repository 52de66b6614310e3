/* SPDX-License-Identifier: Apache-2.0 */
/* States: bound to the browser, sealed, used once, bounded. */
#include "rig.h"
#include "rp/state.h"

static struct rp_call call_of(struct rig *r)
{
    return (struct rp_call){r->site, &r->dir, &r->req, &r->reply};
}

static void take(struct rig *r)
{
    for (int i = 0; i < r->reply.n_headers; i++) {
        const char *v = r->reply.headers[i].value, *eq = strchr(v, '=');
        const char *name = apr_pstrndup(r->pool, v, (size_t)(eq - v));
        int dead = strstr(v, "01 Jan 1970") != NULL;
        rig_set_cookie(r, name, dead ? NULL : apr_pstrndup(r->pool, eq + 1, strcspn(eq + 1, ";")));
    }
}

/* A state as login.c makes it; the browser has its cookie afterwards. */
static enum oidc_rc put(struct rig *r, struct rp_state *s, const char *url)
{
    rig_request(r, "GET", "/app/page");
    struct rp_call call = call_of(r);
    assert_int_equal(rp_state_make(&r->ctx, RP_PKCE_S256, s), OIDC_OK);
    s->url = url;
    s->method = "GET";
    s->issuer = ISSUER;
    s->path_scope = "";
    enum oidc_rc rc = rp_state_put(&r->ctx, &call, s);
    take(r);
    return rc;
}

static enum oidc_rc get(struct rig *r, const char *state, struct rp_state *out)
{
    rig_request(r, "GET", CALLBACK);
    struct rp_call call = call_of(r);
    return rp_state_get(&r->ctx, &call, state, out);
}

static enum oidc_rc use(struct rig *r, const struct rp_state *s)
{
    rig_request(r, "GET", CALLBACK);
    struct rp_call call = call_of(r);
    enum oidc_rc rc = rp_state_use(&r->ctx, &call, s);
    take(r);
    return rc;
}

static void test_round_trip(void **state)
{
    struct rig *r = *state;
    struct rp_state s, out;
    rig_start(r);
    rig_request(r, "GET", "/app/page");
    struct rp_call call = call_of(r);
    assert_int_equal(rp_state_make(&r->ctx, RP_PKCE_S256, &s), OIDC_OK);
    s.url = "https://rp.test/app/page?a=%0a#";
    s.method = "POST";
    s.issuer = ISSUER;
    s.path_scope = "more scopes";
    s.max_age = 3600;
    s.response_mode = RP_RESPONSE_MODE_FORM_POST;
    assert_int_equal(rp_state_put(&r->ctx, &call, &s), OIDC_OK);
    take(r);
    assert_int_equal(get(r, s.state, &out), OIDC_OK);
    assert_string_equal(out.state, s.state);
    assert_string_equal(out.nonce, s.nonce);
    assert_string_equal(out.verifier, s.verifier);
    assert_string_equal(out.url, s.url);
    assert_string_equal(out.method, "POST");
    assert_string_equal(out.issuer, ISSUER);
    assert_string_equal(out.path_scope, "more scopes");
    assert_int_equal(out.max_age, 3600);
    assert_int_equal(out.response_mode, RP_RESPONSE_MODE_FORM_POST);
    assert_int_equal(out.started, NOW);
    assert_int_equal(strlen(s.state), 43);
    assert_int_equal(strlen(s.nonce), 43);
    assert_int_equal(strlen(s.verifier), 43);
    assert_string_not_equal(s.state, s.nonce);
    assert_string_not_equal(s.nonce, s.verifier);
}

static void test_cookie(void **state)
{
    struct rig *r = *state;
    struct rp_state s;
    rig_start(r);
    assert_int_equal(put(r, &s, "https://rp.test/app/page"), OIDC_OK);
    const char *name = rig_cookie_named(r, STATE_PREFIX, 0);
    assert_non_null(name);
    assert_string_equal(name, apr_pstrcat(r->pool, STATE_PREFIX, apr_pstrndup(r->pool, s.state, 12), NULL));
    const char *line = rig_set_cookie_of(r, name);
    assert_non_null(strstr(line, "; Path=/; Secure; HttpOnly; SameSite=Lax"));
    assert_null(strstr(line, "Expires"));
    assert_int_equal(strncmp(line, "000000006553f100.", 17), 0);
    assert_true(strlen(line) < 700);
    assert_null(strstr(line, s.nonce));
}

/* __Host- where it is possible, the configured name where not. */
static void test_n029_prefix(void **state)
{
    struct rig *r = *state;
    struct rp_state s;
    rig_start(r);
    r->scheme = "http";
    assert_int_equal(put(r, &s, "http://rp.test/"), OIDC_OK);
    assert_non_null(rig_cookie_named(r, "mod_auth_openidc_state_", 0));
    r->scheme = "https";
    r->browser.n = 0;
    r->dir.cookie_path = "/app";
    assert_int_equal(put(r, &s, "https://rp.test/"), OIDC_OK);
    assert_non_null(rig_cookie_named(r, "mod_auth_openidc_state_", 0));
    assert_non_null(strstr(rig_set_cookie_of(r, rig_cookie_named(r, "mod_", 0)), "; Path=/app;"));
    r->browser.n = 0;
    r->dir.cookie_path = "/elsewhere"; /* the redirect URI is not below it */
    assert_int_equal(put(r, &s, "https://rp.test/"), OIDC_OK);
    assert_non_null(rig_cookie_named(r, STATE_PREFIX, 0));
    r->browser.n = 0;
    r->dir.cookie_path = "/";
    r->dir.state_cookie_prefix = "mine_";
    assert_int_equal(put(r, &s, "https://rp.test/"), OIDC_OK);
    assert_non_null(rig_cookie_named(r, "mine_", 0));
    r->browser.n = 0;
    r->dir.state_cookie_prefix = "mod_auth_openidc_state_";
    r->conf.cookie.domain = "rp.test";
    assert_int_equal(put(r, &s, "https://rp.test/"), OIDC_OK);
    assert_non_null(rig_cookie_named(r, "mod_auth_openidc_state_", 0));
}

static void test_same_site(void **state)
{
    struct rig *r = *state;
    struct rp_state s;
    rig_start(r);
    r->conf.cookie.state_same_site = OIDC_SAMESITE_STRICT;
    assert_int_equal(put(r, &s, "https://rp.test/"), OIDC_OK);
    assert_non_null(strstr(r->reply.headers[0].value, "SameSite=Lax"));
    r->conf.provider.response_mode = RP_RESPONSE_MODE_FORM_POST;
    assert_int_equal(put(r, &s, "https://rp.test/"), OIDC_OK);
    assert_non_null(strstr(r->reply.headers[0].value, "; Secure; HttpOnly; SameSite=None"));
    r->scheme = "http";
    assert_int_equal(put(r, &s, "http://rp.test/"), OIDC_OK);
    assert_null(strstr(r->reply.headers[0].value, "SameSite"));
    assert_non_null(strstr(r->log, "form_post over http"));
    r->log = ""; /* said once */
    assert_int_equal(put(r, &s, "http://rp.test/"), OIDC_OK);
    assert_null(strstr(r->log, "form_post over http"));
}

/* N021, N022. */
static void test_n022_no_state(void **state)
{
    static const char *const bad[] = {NULL, "", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                                      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==", "\xea\xb9\x80",
                                      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA;"};
    struct rig *r = *state;
    struct rp_state out;
    rig_start(r);
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_int_equal(get(r, bad[i], &out), OIDC_FAILED);
        assert_code(r, OIDC_E_STATE_MISSING);
    }
    char *huge = apr_palloc(r->pool, 4097);
    memset(huge, 'A', 4096);
    huge[4096] = '\0';
    assert_int_equal(get(r, huge, &out), OIDC_FAILED);
    assert_code(r, OIDC_E_STATE_MISSING);
    assert_int_equal(get(r, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", &out), OIDC_FAILED);
    assert_code(r, OIDC_E_STATE_COOKIE_MISSING);
}

/* N024: another browser has not this cookie. N022: the same beginning, another end. */
static void test_n024_other_browser(void **state)
{
    struct rig *r = *state;
    struct rp_state s, out;
    rig_start(r);
    assert_int_equal(put(r, &s, "https://rp.test/"), OIDC_OK);
    char *other = apr_pstrdup(r->pool, s.state);
    other[20] = other[20] == 'A' ? 'B' : 'A';
    assert_int_equal(get(r, other, &out), OIDC_FAILED);
    assert_code(r, OIDC_E_STATE_COOKIE_INVALID);
    r->browser.n = 0;
    assert_int_equal(get(r, s.state, &out), OIDC_FAILED);
    assert_code(r, OIDC_E_STATE_COOKIE_MISSING);
}

/* N027, N029: every byte of the cookie; another start in front; the cookie of another login. */
static void test_n027_tampered(void **state)
{
    struct rig *r = *state;
    struct rp_state s, second, out;
    rig_start(r);
    assert_int_equal(put(r, &s, "https://rp.test/1"), OIDC_OK);
    const char *name = rig_cookie_named(r, STATE_PREFIX, 0), *value = rig_cookie(r, name);
    for (size_t i = 0; value[i]; i++) {
        char *copy = apr_pstrdup(r->pool, value);
        copy[i] = copy[i] == '1' ? '2' : '1';
        rig_set_cookie(r, name, copy);
        assert_int_equal(get(r, s.state, &out), OIDC_FAILED);
        assert_code(r, OIDC_E_STATE_COOKIE_INVALID);
    }
    for (size_t n = 0; n < strlen(value); n += 7) {
        rig_set_cookie(r, name, apr_pstrndup(r->pool, value, n));
        assert_int_equal(get(r, s.state, &out), OIDC_FAILED);
        assert_code(r, OIDC_E_STATE_COOKIE_INVALID);
    }
    rig_set_cookie(r, name, value);
    assert_int_equal(put(r, &second, "https://rp.test/2"), OIDC_OK);
    const char *other = apr_pstrcat(r->pool, STATE_PREFIX, apr_pstrndup(r->pool, second.state, 12), NULL);
    const char *other_value = rig_cookie(r, other);
    rig_set_cookie(r, name, other_value);
    rig_set_cookie(r, other, value);
    assert_int_equal(get(r, s.state, &out), OIDC_FAILED);
    assert_code(r, OIDC_E_STATE_COOKIE_INVALID);
    assert_int_equal(get(r, second.state, &out), OIDC_FAILED);
}

/* N023: the last second, the first beyond, and a clock that went back. */
static void test_n023_time(void **state)
{
    struct rig *r = *state;
    struct rp_state s, out;
    rig_start(r);
    assert_int_equal(put(r, &s, "https://rp.test/"), OIDC_OK);
    rig_tick(r, 300);
    assert_int_equal(get(r, s.state, &out), OIDC_OK);
    rig_tick(r, 1);
    assert_int_equal(get(r, s.state, &out), OIDC_FAILED);
    assert_code(r, OIDC_E_STATE_EXPIRED);
    assert_int_equal(r->reply.n_headers, 1); /* and is deleted */
    rig_tick(r, -361);
    assert_int_equal(get(r, s.state, &out), OIDC_OK);
    rig_tick(r, -1);
    assert_int_equal(get(r, s.state, &out), OIDC_FAILED);
    assert_code(r, OIDC_E_STATE_EXPIRED);
}

/* N025. */
static void test_n025_once(void **state)
{
    struct rig *r = *state;
    struct rp_state s;
    rig_start(r);
    assert_int_equal(put(r, &s, "https://rp.test/"), OIDC_OK);
    assert_int_equal(use(r, &s), OIDC_OK);
    assert_int_equal(rig_count_cookies(r, STATE_PREFIX), 0);
    assert_int_equal(use(r, &s), OIDC_FAILED);
    assert_code(r, OIDC_E_STATE_USED);
    rig_tick(r, 300); /* as long as the cookie would be good */
    assert_int_equal(use(r, &s), OIDC_FAILED);
    r->store.fail_add = "t";
    assert_int_equal(use(r, &s), OIDC_FAILED);
    assert_code(r, OIDC_E_STORE);
}

/* N236: the oldest goes, expired ones go, foreign ones stay. */
static void test_n236_room(void **state)
{
    struct rig *r = *state;
    struct rp_state s[10], out;
    rig_start(r);
    rig_set_cookie(r, "theme", "dark");
    for (int i = 0; i < 10; i++) {
        assert_int_equal(put(r, &s[i], "https://rp.test/"), OIDC_OK);
        rig_tick(r, 1);
    }
    assert_int_equal(rig_count_cookies(r, STATE_PREFIX), 7);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(get(r, s[i].state, &out), i < 3 ? OIDC_FAILED : OIDC_OK);
    }
    assert_string_equal(rig_cookie(r, "theme"), "dark");
    rig_tick(r, 296); /* of ten, begun in ten seconds, some are expired now */
    assert_int_equal(put(r, &s[0], "https://rp.test/"), OIDC_OK);
    assert_int_equal(rig_count_cookies(r, STATE_PREFIX), 5);
    rig_tick(r, 301);
    assert_int_equal(put(r, &s[0], "https://rp.test/"), OIDC_OK);
    assert_int_equal(rig_count_cookies(r, STATE_PREFIX), 1);
}

static void test_room_refused(void **state)
{
    struct rig *r = *state;
    struct rp_state s;
    r->conf.state.max_cookies = 2;
    r->conf.state.delete_oldest = 0;
    rig_start(r);
    assert_int_equal(put(r, &s, "https://rp.test/"), OIDC_OK);
    assert_int_equal(put(r, &s, "https://rp.test/"), OIDC_OK);
    assert_int_equal(put(r, &s, "https://rp.test/"), OIDC_FAILED);
    assert_code(r, OIDC_E_TOO_MANY_LOGINS);
    rig_tick(r, 301);
    assert_int_equal(put(r, &s, "https://rp.test/"), OIDC_OK);
}

/* Long URLs: bytes are bounded, not only the number. */
static void test_bytes(void **state)
{
    struct rig *r = *state;
    struct rp_state s, out;
    char *url = apr_palloc(r->pool, 2049);
    memset(url, 'x', 2048);
    url[2048] = '\0';
    memcpy(url, "https://rp.test/", 16);
    r->conf.state.max_cookies = 0; /* no cap on their number */
    rig_start(r);
    for (int i = 0; i < 40; i++) {
        assert_int_equal(put(r, &s, url), OIDC_OK);
        rig_tick(r, 1);
        size_t bytes = 0;
        for (int c = 0; rig_cookie_named(r, STATE_PREFIX, c); c++) {
            bytes += strlen(rig_cookie_named(r, STATE_PREFIX, c)) + strlen(rig_cookie(r, rig_cookie_named(r, STATE_PREFIX, c)));
        }
        assert_true(bytes <= 6000);
        assert_int_equal(get(r, s.state, &out), OIDC_OK);
        assert_string_equal(out.url, url);
    }
    for (int i = 0; i < 40; i++) {
        assert_int_equal(put(r, &s, "https://rp.test/"), OIDC_OK);
        rig_tick(r, 1);
    }
    assert_true(rig_count_cookies(r, STATE_PREFIX) <= 20);
}

/* Somebody else's heap of cookies under our prefix is swept, a bit at a time. */
static void test_flood(void **state)
{
    struct rig *r = *state;
    struct rp_state s, out;
    const char *cookies = "";
    rig_start(r);
    for (int i = 0; i < 300; i++) {
        cookies = apr_psprintf(r->pool, "%s" STATE_PREFIX "%d=000000006553f%03x.x; ", cookies, i, i);
    }
    rig_request(r, "GET", "/app/page");
    r->req.cookie = oidc_str_z(cookies);
    struct rp_call call = call_of(r);
    assert_int_equal(rp_state_make(&r->ctx, RP_PKCE_S256, &s), OIDC_OK);
    s.url = "https://rp.test/", s.method = "GET", s.issuer = ISSUER, s.path_scope = "";
    assert_int_equal(rp_state_put(&r->ctx, &call, &s), OIDC_OK);
    assert_true(r->reply.n_headers < 50);
    take(r);
    assert_int_equal(get(r, s.state, &out), OIDC_OK);
}

/* N132, N131: names and values that are no state cookies. */
static void test_n132_odd_cookies(void **state)
{
    static const char *const headers[] = {STATE_PREFIX, STATE_PREFIX "=", STATE_PREFIX "abc", STATE_PREFIX "abc=",
                                          STATE_PREFIX "abc=zz", STATE_PREFIX "abc=000000006553f100",
                                          STATE_PREFIX "abc=000000006553f100.", STATE_PREFIX "abc=ffffffffffffffff.x",
                                          STATE_PREFIX "a b=x", (";;=; =" STATE_PREFIX)};
    struct rig *r = *state;
    struct rp_state s;
    rig_start(r);
    for (size_t i = 0; i < COUNT(headers); i++) {
        rig_request(r, "GET", "/app/page");
        r->req.cookie = oidc_str_z(headers[i]);
        struct rp_call call = call_of(r);
        assert_int_equal(rp_state_make(&r->ctx, RP_PKCE_NONE, &s), OIDC_OK);
        assert_string_equal(s.verifier, "");
        s.url = "https://rp.test/", s.method = "GET", s.issuer = ISSUER, s.path_scope = "";
        assert_int_equal(rp_state_put(&r->ctx, &call, &s), OIDC_OK);
    }
}

/* N129: no random numbers, no login. */
static void test_n129_no_random(void **state)
{
    struct rig *r = *state;
    struct rp_state s;
    rig_start(r);
    r->random_fails = 1;
    assert_int_equal(rp_state_make(rig_ctx(r), RP_PKCE_S256, &s), OIDC_FAILED);
    assert_code(r, OIDC_E_RANDOM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_round_trip, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_cookie, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n029_prefix, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_same_site, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n022_no_state, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n024_other_browser, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n027_tampered, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n023_time, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n025_once, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n236_room, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_room_refused, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_bytes, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_flood, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n132_odd_cookies, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n129_no_random, rig_setup, rig_teardown),
    };
    return cmocka_run_group_tests_name("rp/state", tests, NULL, NULL);
}
