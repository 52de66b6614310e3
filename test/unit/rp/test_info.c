/* SPDX-License-Identifier: Apache-2.0 */
/* ?info=json: each thing only where it is asked for. */
#include "rig.h"

static json_t *info(struct rig *r)
{
    if (rig_endpoint(r, "GET", CALLBACK "?info=json") != OIDC_OK) {
        fail_msg("refused: %s", r->ctx.err.detail);
    }
    assert_int_equal(r->reply.status, 200);
    assert_string_equal(r->reply.content_type, "application/json");
    return rig_json(r, oidc_str_dup(r->pool, r->reply.body));
}

static const char *text(json_t *doc, const char *name)
{
    const char *value = json_string_value(json_object_get(doc, name));
    return value ? value : "";
}

static void test_all(void **state)
{
    struct rig *r = *state;
    r->conf.info = 0x7ff;
    rig_start(r);
    rig_login(r, "/app/page");
    rig_tick(r, 10);
    json_t *doc = info(r);
    assert_int_equal(json_integer_value(json_object_get(doc, "iat")), NOW + 10);
    assert_string_equal(text(doc, "access_token"), "at-1");
    assert_string_equal(text(doc, "access_token_type"), "Bearer");
    assert_string_equal(text(doc, "access_token_expires"), "1700000600");
    assert_string_equal(text(doc, "refresh_token"), "rt-1");
    assert_int_equal(strncmp(text(doc, "id_token_hint"), "ey", 2), 0);
    assert_string_equal(text(json_object_get(doc, "id_token"), "sub"), USER);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(doc, "id_token"), "exp")), NOW + 300);
    assert_string_equal(oidc_json_print(r->pool, json_object_get(doc, "userinfo")), r->op.userinfo);
    assert_int_equal(json_integer_value(json_object_get(doc, "exp")), NOW + 28800);
    assert_int_equal(json_integer_value(json_object_get(doc, "timeout")), NOW + 300);
    assert_string_equal(text(doc, "remote_user"), USER);
    assert_string_equal(text(json_object_get(doc, "session"), "uuid"), r->session.id);
    /* the cookie's value is nowhere in it (N208) */
    assert_null(memmem(r->reply.body.p, r->reply.body.n, rig_cookie(r, SESSION_COOKIE), 43));
}

/* N206. */
static void test_n206_each(void **state)
{
    static const struct {
        unsigned bit;
        const char *keys[3];
    } cases[] = {
        {RP_INFO_IAT, {"iat"}},
        {RP_INFO_ACCESS_TOKEN, {"access_token", "access_token_type"}},
        {RP_INFO_ACCESS_TOKEN_EXPIRES, {"access_token_expires"}},
        {RP_INFO_ID_TOKEN, {"id_token"}},
        {RP_INFO_ID_TOKEN_HINT, {"id_token_hint"}},
        {RP_INFO_USERINFO, {"userinfo"}},
        {RP_INFO_REFRESH_TOKEN, {"refresh_token"}},
        {RP_INFO_EXP, {"exp"}},
        {RP_INFO_TIMEOUT, {"timeout"}},
        {RP_INFO_REMOTE_USER, {"remote_user"}},
        {RP_INFO_SESSION, {"session"}},
    };
    struct rig *r = *state;
    rig_start(r);
    rig_login(r, "/app/page");
    for (size_t i = 0; i < COUNT(cases); i++) {
        r->conf.info = cases[i].bit;
        json_t *doc = info(r);
        size_t n = 0;
        for (; n < 3 && cases[i].keys[n]; n++) {
            assert_non_null(json_object_get(doc, cases[i].keys[n]));
        }
        assert_int_equal(json_object_size(doc), n);
    }
}

static void test_refused(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    rig_login(r, "/app/page");
    rig_endpoint(r, "GET", CALLBACK "?info=json");
    assert_code(r, OIDC_E_NOT_ENABLED);
    r->conf.info = RP_INFO_IAT;
    rig_endpoint(r, "GET", CALLBACK "?info=html");
    assert_code(r, OIDC_E_CONTENT_TYPE);
    rig_endpoint(r, "GET", CALLBACK "?info=");
    assert_code(r, OIDC_E_CONTENT_TYPE);
    rig_endpoint(r, "GET", CALLBACK "?info=json&info=json");
    assert_code(r, OIDC_E_DUPLICATE_PARAMETER);
    rig_endpoint(r, "HEAD", CALLBACK "?info=json");
    assert_code(r, OIDC_E_METHOD);
    rig_set_cookie(r, SESSION_COOKIE, NULL);
    rig_endpoint(r, "GET", CALLBACK "?info=json");
    assert_int_equal(r->rc, OIDC_FAILED);
    assert_code(r, OIDC_E_LOGIN_REQUIRED);
}

static void test_extend(void **state)
{
    struct rig *r = *state;
    r->conf.info = RP_INFO_TIMEOUT;
    rig_start(r);
    rig_login(r, "/app/page");
    rig_tick(r, 200);
    assert_int_equal(rig_endpoint(r, "GET", CALLBACK "?info=json&extend_session=false"), OIDC_OK);
    assert_non_null(memmem(r->reply.body.p, r->reply.body.n, "1700000300", 10));
    assert_int_equal(rig_endpoint(r, "GET", CALLBACK "?info=json"), OIDC_OK);
    assert_non_null(memmem(r->reply.body.p, r->reply.body.n, "1700000500", 10));
    rig_tick(r, 100); /* on another path the parameter means nothing (N205) */
    rig_request(r, "GET", "/app/page?extend_session=false");
    assert_int_equal(rig_gate(r), RP_PASS);
    assert_true(r->session.idle_expires == apr_time_from_sec(NOW + 600));
}

static void test_cold(void **state)
{
    struct rig *r = *state;
    r->conf.info = RP_INFO_REFRESH_TOKEN | RP_INFO_REMOTE_USER;
    rig_start(r);
    rig_login(r, "/app/page");
    r->store.fail_get = "c";
    rig_endpoint(r, "GET", CALLBACK "?info=json");
    assert_int_equal(r->rc, OIDC_FAILED);
    assert_code(r, OIDC_E_STORE);
    r->conf.info = RP_INFO_REMOTE_USER; /* not needed, not looked at */
    assert_string_equal(text(info(r), "remote_user"), USER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_all, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n206_each, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_refused, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_extend, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_cold, rig_setup, rig_teardown),
    };
    return cmocka_run_group_tests_name("rp/info", tests, NULL, NULL);
}
