/* SPDX-License-Identifier: Apache-2.0 */
/* The provider ends sessions: by logout tokens, and through the browser's frames. */
#include "rig.h"

#include "oidc/jwt.h"

#define BACKCHANNEL CALLBACK "?logout=backchannel"
#define EVENT "http://schemas.openid.net/event/backchannel-logout"

/* A good logout token for sub, sid or both; `more` (or NULL) is merged over it. */
static const char *token(struct rig *r, const char *sub, const char *sid, const char *more)
{
    static int count;
    json_t *claims = oidc_json_object(r->pool), *change, *value;
    struct oidc_ctx ctx;
    const char *name, *out = NULL;
    oidc_ctx_init(&ctx, r->pool, &r->env, r);
    oidc_json_put_string(claims, "iss", ISSUER);
    oidc_json_put_string(claims, "aud", CLIENT);
    oidc_json_put_string(claims, "sub", sub);
    oidc_json_put_string(claims, "sid", sid);
    oidc_json_put_string(claims, "jti", apr_psprintf(r->pool, "j%d", ++count));
    oidc_json_put_int(claims, "iat", apr_time_sec(r->now));
    json_object_set_new(claims, "events", json_pack("{s:{}}", EVENT));
    if (more) {
        assert_int_equal(
            oidc_json_parse(&ctx, r->pool, oidc_str_z(more), OIDC_E_INTERNAL, "x", &change),
            OIDC_OK);
        json_object_foreach(change, name, value)
        {
            oidc_json_put_copy(claims, name, value);
        }
    }
    assert_int_equal(oidc_jwt_sign(&ctx, r->op.key, r->op.alg, NULL, claims, &out), OIDC_OK);
    return out;
}

/* The provider's own connection: no cookies. */
static enum oidc_rc tell(struct rig *r, const char *compact)
{
    struct rig_browser mine = r->browser;
    memset(&r->browser, 0, sizeof r->browser);
    r->content_type = "application/x-www-form-urlencoded";
    r->body = apr_pstrcat(r->pool, "extra=1&logout_token=", compact, NULL);
    rig_endpoint(r, "POST", BACKCHANNEL);
    r->body = r->content_type = NULL;
    r->browser = mine;
    return r->rc;
}

static void sid_is(struct rig *r, const char *sid)
{
    json_object_set_new(r->op.claims, "sid", json_string(sid));
}

static struct rig *begun(void **state, int in_cookie)
{
    struct rig *r = *state;
    r->conf.session.type = in_cookie ? RP_SESSION_COOKIE : RP_SESSION_SERVER;
    r->conf.provider.id_token_alg = r->op.alg;
    if (!r->op.claims) {
        r->op.claims = oidc_json_object(r->pool);
    }
    sid_is(r, "sid-1");
    rig_start(r);
    rig_login(r, "/app/page");
    assert_true(rig_is_in(r));
    return r;
}

static void by_sid(void **state, int in_cookie)
{
    struct rig *r = begun(state, in_cookie);
    assert_int_equal(tell(r, token(r, NULL, "another", NULL)), OIDC_OK); /* nobody's: still 200 */
    assert_int_equal(r->reply.status, 200);
    assert_true(rig_is_in(r));
    assert_int_equal(tell(r, token(r, USER, "sid-1", NULL)), OIDC_OK);
    assert_int_equal(r->reply.status, 200);
    assert_false(rig_is_in(r));
    assert_int_equal(tell(r, token(r, USER, "sid-1", NULL)), OIDC_OK); /* already gone */
}

static void session_in_store_ends_by_sid(void **state)
{
    by_sid(state, 0);
}

static void session_in_cookie_ends_by_sid(void **state)
{
    by_sid(state, 1);
}

/* N159: a set, not one slot. */
static void all_by_sub(void **state, int in_cookie)
{
    struct rig *r = begun(state, in_cookie);
    struct rig_browser browsers[5];
    for (int i = 0; i < 5; i++) {
        memset(&r->browser, 0, sizeof r->browser);
        sid_is(r, apr_psprintf(r->pool, "sid-%d", i + 10));
        rig_login(r, "/app/page");
        browsers[i] = r->browser;
    }
    assert_int_equal(tell(r, token(r, "bob", NULL, NULL)), OIDC_OK);
    for (int i = 0; i < 5; i++) {
        r->browser = browsers[i];
        assert_true(rig_is_in(r));
    }
    assert_int_equal(tell(r, token(r, USER, NULL, NULL)), OIDC_OK);
    for (int i = 0; i < 5; i++) {
        r->browser = browsers[i];
        assert_false(rig_is_in(r));
    }
}

static void test_n159_every_session_in_the_store_ends_by_sub(void **state)
{
    all_by_sub(state, 0);
}

static void test_n159_every_session_in_cookies_ends_by_sub(void **state)
{
    all_by_sub(state, 1);
}

static void test_n196_token_works_once(void **state)
{
    struct rig *r = begun(state, 0);
    const char *once = token(r, USER, NULL, NULL);
    assert_int_equal(tell(r, once), OIDC_OK);
    memset(&r->browser, 0, sizeof r->browser);
    rig_login(r, "/app/page");
    assert_int_equal(tell(r, once), OIDC_FAILED);
    assert_code(r, OIDC_E_LOGOUT_TOKEN);
    assert_true(rig_is_in(r));
    r->now += apr_time_from_sec(700); /* forgotten by the store, but too old by then */
    assert_int_equal(tell(r, once), OIDC_FAILED);
}

static void test_n197_store_that_fails_accepts_nothing(void **state)
{
    struct rig *r = begun(state, 0);
    r->store.fail_add = "i";
    assert_int_equal(tell(r, token(r, USER, NULL, NULL)), OIDC_FAILED);
    assert_code(r, OIDC_E_STORE);
    r->store.fail_add = NULL;
    assert_true(rig_is_in(r));
    r->store.fail_index = "*";
    assert_int_equal(tell(r, token(r, USER, NULL, NULL)), OIDC_FAILED);
    assert_code(r, OIDC_E_STORE);
}

/* N160: what can't be found at logout does not begin. */
static void test_n160_login_fails_where_the_index_fails(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    r->store.fail_index = "*";
    rig_endpoint(r, "GET", rig_authorize(r, rig_visit(r, "/app/page")));
    assert_int_equal(r->rc, OIDC_FAILED);
    assert_code(r, OIDC_E_STORE);
    r->store.fail_index = NULL;
    assert_false(rig_is_in(r));
}

static void test_n192_to_n195_bad_tokens_end_nothing(void **state)
{
    static const char *const changes[] = {
        "{\"iss\":\"https://op.testINVALID\"}",
        "{\"aud\":\"client_1INVALID\"}",
        "{\"events\":{}}",
        "{\"nonce\":\"n\"}",
        "{\"iat\":1}",
        "{\"jti\":\"\"}",
        "{\"exp\":1}",
        "{\"sub\":7}",
    };
    struct rig *r = begun(state, 0);
    for (size_t i = 0; i < COUNT(changes); i++) {
        assert_int_equal(tell(r, token(r, USER, "sid-1", changes[i])), OIDC_FAILED);
        assert_code(r, OIDC_E_LOGOUT_TOKEN);
        assert_true(rig_is_in(r));
    }
    assert_int_equal(tell(r, ""), OIDC_FAILED);
    assert_int_equal(tell(r, "eyJhbGciOiJub25lIn0.e30."), OIDC_FAILED);
    assert_code(r, OIDC_E_LOGOUT_TOKEN);
    const char *good = token(r, USER, "sid-1", NULL);
    assert_int_equal(tell(r, apr_pstrcat(r->pool, good, "&logout_token=", good, NULL)),
                     OIDC_FAILED);
    assert_true(rig_is_in(r));
}

/* The key is in the set, the algorithm is not the one of ID tokens: RS256 where nothing else is
 * configured. */
static void test_n192_algorithm_is_pinned(void **state)
{
    struct rig *r = *state;
    assert_int_not_equal(r->op.alg, OIDC_ALG_RS256);
    r->op.claims = oidc_json_object(r->pool);
    sid_is(r, "sid-1");
    rig_start(r);
    rig_login(r, "/app/page");
    assert_int_equal(tell(r, token(r, USER, "sid-1", NULL)), OIDC_FAILED);
    assert_code(r, OIDC_E_LOGOUT_TOKEN);
    r->conf.provider.id_token_alg = OIDC_ALG_RS256;
    assert_int_equal(tell(r, token(r, USER, "sid-1", NULL)), OIDC_FAILED);
    assert_code(r, OIDC_E_LOGOUT_TOKEN);
    assert_true(rig_is_in(r));
}

static void test_n191_other_requests_are_refused(void **state)
{
    struct rig *r = begun(state, 0);
    rig_endpoint(
        r, "GET",
        apr_pstrcat(r->pool, BACKCHANNEL "&logout_token=", token(r, USER, NULL, NULL), NULL));
    assert_code(r, OIDC_E_LOGOUT_TOKEN);
    r->content_type = "application/json";
    r->body = "{}";
    rig_endpoint(r, "POST", BACKCHANNEL);
    assert_code(r, OIDC_E_LOGOUT_TOKEN);
    r->content_type = r->body = NULL;
    assert_true(rig_is_in(r));
}

/* ---- through the browser ---- */

#define FRONT CALLBACK "?logout=get"

static void frame_with_iss_and_sid_ends_the_session(void **state)
{
    struct rig *r = begun(state, 0);
    struct rig_browser mine = r->browser;
    memset(&r->browser, 0, sizeof r->browser); /* a frame on a foreign page: no cookies */
    assert_int_equal(rig_endpoint(r, "GET", FRONT "&iss=https%3A%2F%2Fop.test&sid=sid-1"), OIDC_OK);
    assert_int_equal(r->reply.status, 200);
    assert_int_equal(r->op.n_token, 1);
    for (int i = 0; i < r->reply.n_headers; i++) {
        assert_string_not_equal(r->reply.headers[i].name, "X-Frame-Options");
        assert_string_not_equal(r->reply.headers[i].name, "Content-Security-Policy");
    }
    r->browser = mine;
    assert_false(rig_is_in(r));
}

static void test_n200_frames_that_end_nothing(void **state)
{
    static const char *const urls[] = {
        FRONT,
        CALLBACK "?logout=img",
        FRONT "&sid=sid-1",
        FRONT "&iss=https%3A%2F%2Fop.test",
        FRONT "&sid=&iss=https%3A%2F%2Fop.test",
        FRONT "&iss=https%3A%2F%2Fop.test&sid=sid-2",
    };
    struct rig *r = begun(state, 0);
    for (size_t i = 0; i < COUNT(urls); i++) {
        assert_int_equal(rig_endpoint(r, "GET", urls[i]), OIDC_OK);
        assert_int_equal(r->reply.status, 200);
        assert_true(rig_is_in(r));
    }
    assert_int_equal(rig_endpoint(r, "GET", FRONT "&iss=https%3A%2F%2Fevil.test&sid=sid-1"),
                     OIDC_FAILED);
    assert_code(r, OIDC_E_LOGOUT_TOKEN);
    assert_true(rig_is_in(r));
}

static void picture_is_a_png(void **state)
{
    struct rig *r = begun(state, 0);
    assert_int_equal(
        rig_endpoint(r, "GET", CALLBACK "?logout=img&iss=https%3A%2F%2Fop.test&sid=sid-1"),
        OIDC_OK);
    assert_string_equal(r->reply.content_type, "image/png");
    assert_memory_equal(r->reply.body.p, "\x89PNG", 4);
    assert_false(rig_is_in(r));
}

static void frame_options_as_configured(void **state)
{
    struct rig *r = begun(state, 0);
    int found = 0;
    r->conf.logout_frame_options = "SAMEORIGIN";
    assert_int_equal(rig_endpoint(r, "GET", FRONT), OIDC_OK);
    for (int i = 0; i < r->reply.n_headers; i++) {
        found |= strcmp(r->reply.headers[i].name, "X-Frame-Options") == 0
                 && strcmp(r->reply.headers[i].value, "SAMEORIGIN") == 0;
    }
    assert_true(found);
}

int main(void)
{
#define T(fn) cmocka_unit_test_setup_teardown(fn, rig_setup, rig_teardown)
    const struct CMUnitTest tests[] = {
        T(session_in_store_ends_by_sid),
        T(session_in_cookie_ends_by_sid),
        T(test_n159_every_session_in_the_store_ends_by_sub),
        T(test_n159_every_session_in_cookies_ends_by_sub),
        T(test_n196_token_works_once),
        T(test_n197_store_that_fails_accepts_nothing),
        T(test_n160_login_fails_where_the_index_fails),
        T(test_n192_to_n195_bad_tokens_end_nothing),
        T(test_n192_algorithm_is_pinned),
        T(test_n191_other_requests_are_refused),
        T(frame_with_iss_and_sid_ends_the_session),
        T(test_n200_frames_that_end_nothing),
        T(picture_is_a_png),
        T(frame_options_as_configured),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
