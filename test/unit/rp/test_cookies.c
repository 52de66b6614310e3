/* SPDX-License-Identifier: Apache-2.0 */
/* Set-Cookie attributes, and long values in chunks: N123-N126, N131. */
#include "rig.h"
#include "rp/cookies.h"

static struct rp_call call_of(struct rig *r)
{
    return (struct rp_call){r->site, &r->dir, &r->req, &r->reply};
}

/* Sets a value, lets the browser take it, prepares the next request. */
static enum oidc_rc put(struct rig *r, const char *value, int chunk)
{
    const struct rp_cookies_attributes a = {"/", 0, OIDC_SAMESITE_LAX};
    struct rp_call call = call_of(r);
    enum oidc_rc rc = rp_cookies_put_session(&r->ctx, &call, value, chunk, &a);
    for (int i = 0; i < r->reply.n_headers; i++) {
        const char *v = r->reply.headers[i].value, *eq = strchr(v, '=');
        const char *name = apr_pstrndup(r->pool, v, (size_t)(eq - v));
        int dead = strstr(v, "01 Jan 1970") != NULL;
        rig_set_cookie(r, name, dead ? NULL : apr_pstrndup(r->pool, eq + 1, strcspn(eq + 1, ";")));
    }
    rig_request(r, "GET", "/app/page");
    return rc;
}

static enum oidc_rc get(struct rig *r, struct oidc_str *out)
{
    struct rp_call call = call_of(r);
    return rp_cookies_get_session(&r->ctx, &call, out);
}

static char *text_of(struct rig *r, size_t n)
{
    char *text = apr_palloc(r->pool, n + 1);
    for (size_t i = 0; i < n; i++) {
        text[i] = "abcdefghijklmnopqrstuvwxyz0123456789-_"[i % 38];
    }
    text[n] = '\0';
    return text;
}

/* read(write(x)) = x, or write fails: at every boundary. */
static void test_n124_boundaries(void **state)
{
    struct rig *r = *state;
    static const size_t sizes[] = {1,    255,  256,  257,  511,  512,  513,  767,
                                   2304, 2305, 2559, 2560, 2561, 2562, 5000};
    struct oidc_str out;
    rig_start(r);
    rig_request(r, "GET", "/app/page");
    for (size_t i = 0; i < COUNT(sizes); i++) {
        const char *text = text_of(r, sizes[i]);
        enum oidc_rc rc = put(r, text, 256);
        assert_int_equal(rc, sizes[i] <= 2560 ? OIDC_OK : OIDC_FAILED);
        if (rc == OIDC_OK) {
            assert_int_equal(get(r, &out), OIDC_OK);
            assert_true(oidc_str_eq(out, oidc_str_z(text)));
        }
    }
    assert_int_equal(rp_cookies_session_max(256), 2560);
    assert_int_equal(rp_cookies_session_max(4000), 32768);
    assert_int_equal(rp_cookies_session_max(0), 32768);
}

static void test_whole_limit(void **state)
{
    struct rig *r = *state;
    struct oidc_str out;
    rig_start(r);
    rig_request(r, "GET", "/app/page");
    assert_int_equal(put(r, text_of(r, 32768), 4000), OIDC_OK);
    assert_int_equal(get(r, &out), OIDC_OK);
    assert_int_equal(out.n, 32768);
    assert_int_equal(put(r, text_of(r, 32769), 4000), OIDC_FAILED);
    assert_code(r, OIDC_E_NONE); /* of the fresh request; nothing was set */
    assert_int_equal(get(r, &out), OIDC_OK);
    assert_int_equal(out.n, 32768);
    /* never split */
    assert_int_equal(put(r, text_of(r, 9000), 0), OIDC_OK);
    assert_int_equal(rig_count_cookies(r, SESSION_COOKIE), 1);
}

static void test_too_large(void **state)
{
    struct rig *r = *state;
    const struct rp_cookies_attributes a = {"/", 0, OIDC_SAMESITE_LAX};
    rig_start(r);
    rig_request(r, "GET", "/");
    struct rp_call call = call_of(r);
    assert_int_equal(rp_cookies_put_session(&r->ctx, &call, text_of(r, 32769), 0, &a), OIDC_FAILED);
    assert_code(r, OIDC_E_SESSION_TOO_LARGE);
    assert_int_equal(r->reply.n_headers, 0);
}

/* What an earlier, longer value left behind is deleted. */
static void test_stale_chunks(void **state)
{
    struct rig *r = *state;
    struct oidc_str out;
    rig_start(r);
    rig_request(r, "GET", "/app/page");
    assert_int_equal(put(r, text_of(r, 1000), 256), OIDC_OK);
    assert_int_equal(rig_count_cookies(r, SESSION_COOKIE), 5);
    assert_string_equal(rig_cookie(r, SESSION_COOKIE "_chunks"), "4");
    assert_int_equal(put(r, text_of(r, 500), 256), OIDC_OK);
    assert_int_equal(rig_count_cookies(r, SESSION_COOKIE), 3);
    assert_int_equal(get(r, &out), OIDC_OK);
    assert_int_equal(put(r, "short", 256), OIDC_OK);
    assert_int_equal(rig_count_cookies(r, SESSION_COOKIE), 1);
    assert_int_equal(put(r, text_of(r, 500), 256), OIDC_OK);
    assert_null(rig_cookie(r, SESSION_COOKIE));
    assert_int_equal(get(r, &out), OIDC_OK);
    struct rp_call call = call_of(r);
    rp_cookies_drop_session(&r->ctx, &call);
    assert_int_equal(r->reply.n_headers, 3);
}

/* N125: a count is one plain number from 1 to 10. */
static void test_n125_count(void **state)
{
    static const char *const bad[] = {"0",   "-1",  "99999999", "1e9", "002", " 2",  "2 ",
                                      "+2",  "0x2", "11",       "",    "3",   "1",   "two",
                                      "18446744073709551618"};
    struct rig *r = *state;
    struct oidc_str out;
    rig_start(r);
    rig_request(r, "GET", "/app/page");
    assert_int_equal(put(r, text_of(r, 500), 256), OIDC_OK);
    for (size_t i = 0; i < COUNT(bad); i++) {
        rig_set_cookie(r, SESSION_COOKIE "_chunks", bad[i]);
        /* the header as it would come, without the spaces being part of the syntax */
        rig_request(r, "GET", "/app/page");
        enum oidc_rc rc = get(r, &out);
        assert_int_equal(rc, strcmp(bad[i], " 2") == 0 || strcmp(bad[i], "2 ") == 0 ? OIDC_OK
                                                                                     : OIDC_FAILED);
        assert_code(r, OIDC_E_NONE);
    }
    rig_set_cookie(r, SESSION_COOKIE "_chunks", NULL);
    rig_request(r, "GET", "/app/page");
    assert_int_equal(get(r, &out), OIDC_FAILED);
}

/* N123: missing, additional, plain beside chunks. */
static void test_n123_set_of_chunks(void **state)
{
    struct rig *r = *state;
    struct oidc_str out;
    rig_start(r);
    rig_request(r, "GET", "/app/page");
    assert_int_equal(put(r, text_of(r, 700), 256), OIDC_OK);
    const char *middle = rig_cookie(r, SESSION_COOKIE "_1");
    rig_set_cookie(r, SESSION_COOKIE "_1", NULL);
    rig_request(r, "GET", "/app/page");
    assert_int_equal(get(r, &out), OIDC_FAILED);
    rig_set_cookie(r, SESSION_COOKIE "_1", middle);
    rig_set_cookie(r, SESSION_COOKIE "_3", "more");
    rig_request(r, "GET", "/app/page");
    assert_int_equal(get(r, &out), OIDC_FAILED);
    rig_set_cookie(r, SESSION_COOKIE "_3", NULL);
    rig_set_cookie(r, SESSION_COOKIE, "plain");
    rig_request(r, "GET", "/app/page");
    assert_int_equal(get(r, &out), OIDC_FAILED);
    rig_set_cookie(r, SESSION_COOKIE, NULL);
    rig_set_cookie(r, SESSION_COOKIE "_12", "of somebody else");
    rig_set_cookie(r, SESSION_COOKIE "_01", "of somebody else");
    rig_request(r, "GET", "/app/page");
    assert_int_equal(get(r, &out), OIDC_OK);
}

static void test_n131_none(void **state)
{
    struct rig *r = *state;
    struct oidc_str out;
    rig_start(r);
    static const char *const headers[] = {"", ";", "; ;", "=", "   ", SESSION_COOKIE, "x" SESSION_COOKIE "=1",
                                          SESSION_COOKIE "x=1", SESSION_COOKIE "_=1"};
    for (size_t i = 0; i < COUNT(headers); i++) {
        rig_request(r, "GET", "/app/page");
        r->req.cookie = oidc_str_z(headers[i]);
        assert_int_equal(get(r, &out), OIDC_ABSENT);
    }
    r->req.cookie = oidc_str_z(SESSION_COOKIE "=");
    assert_int_equal(get(r, &out), OIDC_FAILED);
}

static void test_attributes(void **state)
{
    struct rig *r = *state;
    r->conf.cookie.domain = "rp.test";
    rig_start(r);
    rig_request(r, "GET", "/app/page");
    const struct rp_cookies_attributes a = {"/x", apr_time_from_sec(NOW), OIDC_SAMESITE_STRICT};
    struct rp_call call = call_of(r);
    rp_cookies_put(&r->ctx, &call, "n", "v", &a);
    assert_string_equal(r->reply.headers[0].value,
                        "n=v; Path=/x; Expires=Tue, 14 Nov 2023 22:13:20 GMT; Domain=rp.test; Secure; "
                        "HttpOnly; SameSite=Strict");
    r->scheme = "http";
    r->conf.cookie.domain = NULL;
    r->conf.cookie.http_only = 0;
    rig_request(r, "GET", "/app/page");
    const struct rp_cookies_attributes b = {"/", 0, OIDC_SAMESITE_NONE};
    rp_cookies_put(&r->ctx, &call, "n", "v", &b);
    assert_string_equal(r->reply.headers[0].value, "n=v; Path=/");
}

static void test_path(void **state)
{
    static const struct {
        const char *conf, *request, *used;
        int warned;
    } cases[] = {
        {"/", "/app/page", "/", 0},       {"/app", "/app/page", "/app", 0},
        {"/app/", "/app/page", "/app/", 0}, {"/app", "/app", "/app", 0},
        {"/app", "/apple/page", "/apple", 1}, {"/other", "/page", "/", 1},
        {"/other", "/a/b/c", "/a/b", 1},
    };
    struct rig *r = *state;
    rig_start(r);
    for (size_t i = 0; i < COUNT(cases); i++) {
        r->dir.cookie_path = cases[i].conf;
        r->log = "";
        rig_request(r, "GET", cases[i].request);
        struct rp_call call = call_of(r);
        assert_string_equal(rp_cookies_session_path(&r->ctx, &call), cases[i].used);
        assert_int_equal(strstr(r->log, "OIDCCookiePath") != NULL, cases[i].warned);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_n124_boundaries, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_whole_limit, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_too_large, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_stale_chunks, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n125_count, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n123_set_of_chunks, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n131_none, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_attributes, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_path, rig_setup, rig_teardown),
    };
    return cmocka_run_group_tests_name("rp/cookies", tests, NULL, NULL);
}
