/* SPDX-License-Identifier: Apache-2.0 */
/* REMOTE_USER. */
#include "rig.h"
#include "oidc/claims_make.h"
#include "rp/user.h"

static const char *apply_local_part(apr_pool_t *pool, void *regex, const char *substitution, const char *subject)
{
    const char *at = strchr(subject, '@');
    (void)regex;
    return at ? apr_pstrcat(pool, substitution ? substitution : "",
                            apr_pstrndup(pool, subject, (size_t)(at - subject)), NULL) : NULL;
}

struct rule {
    const char *claim;
    int append_issuer, regex;
    const char *substitution;
};

static const char *user(struct rig *r, struct rule rule, const char *id_token, const char *userinfo)
{
    const struct rp_remote_user conf = {rule.claim, rule.append_issuer, rule.regex ? r : NULL, rule.substitution,
                                        apply_local_part};
    const struct rp_user_input in = {oidc_claims_make(r->pool, rig_json(r, id_token)),
                                     userinfo ? oidc_claims_make(r->pool, rig_json(r, userinfo)) : NULL,
                                     "https://op.test/realm/"};
    const char *out = NULL;
    r->rc = rp_user_make(rig_ctx(r), &conf, &in, &out);
    return r->rc == OIDC_OK ? out : NULL;
}

static void test_claim(void **state)
{
    struct rig *r = *state;
    assert_string_equal(user(r, (struct rule){.claim = "sub"}, "{\"sub\":\"a\"}", "{\"sub\":\"b\"}"), "a");
    assert_string_equal(user(r, (struct rule){.claim = "email"}, "{\"sub\":\"a\"}", "{\"email\":\"b\"}"), "b");
    assert_string_equal(user(r, (struct rule){.claim = "uid"}, "{\"uid\":1001}", NULL), "1001");
    assert_string_equal(user(r, (struct rule){.claim = "name"}, "{\"name\":\"\xea\xb9\x80\"}", NULL), "\xea\xb9\x80");
}

static void test_issuer(void **state)
{
    struct rig *r = *state;
    assert_string_equal(user(r, (struct rule){.claim = "sub", .append_issuer = 1}, "{\"sub\":\"a\"}", NULL),
                        "a@op.test/realm/");
}

static void test_expression(void **state)
{
    struct rig *r = *state;
    const struct rule rule = {.claim = "email", .regex = 1}, both = {"email", 1, 1, "x-"};
    assert_string_equal(user(r, rule, "{\"email\":\"a@b\"}", NULL), "a");
    assert_string_equal(user(r, both, "{\"email\":\"a@b\"}", NULL), "x-a@op.test/realm/");
    assert_null(user(r, rule, "{\"email\":\"nobody\"}", NULL));
    assert_code(r, OIDC_E_REMOTE_USER);
    assert_null(user(r, rule, "{\"email\":\"@b\"}", NULL)); /* matches, gives nothing */
    assert_code(r, OIDC_E_REMOTE_USER);
}

static void test_unfit(void **state)
{
    static const char *const bad[] = {"{}", "{\"u\":\"\"}", "{\"u\":null}", "{\"u\":true}", "{\"u\":[\"a\"]}",
                                      "{\"u\":{\"a\":1}}", "{\"u\":1.5}", "{\"u\":\"a\\nb\"}", "{\"u\":\"a\\u007f\"}",
                                      "{\"u\":\"\\u0001\"}"};
    struct rig *r = *state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_null(user(r, (struct rule){.claim = "u"}, bad[i], NULL));
        assert_code(r, OIDC_E_REMOTE_USER);
    }
    char *text = apr_palloc(r->pool, 1026);
    memset(text, 'x', 1025);
    text[1025] = '\0';
    assert_null(user(r, (struct rule){.claim = "u"}, apr_psprintf(r->pool, "{\"u\":\"%s\"}", text), NULL));
    assert_non_null(user(r, (struct rule){.claim = "u"}, apr_psprintf(r->pool, "{\"u\":\"%s\"}", text + 1), NULL));
}

/* The whole way: a login whose user can't be named makes no session. */
static void test_login_fails(void **state)
{
    struct rig *r = *state;
    r->conf.remote_user.claim = "email";
    rig_start(r);
    assert_int_equal(rig_endpoint(r, "GET", rig_authorize(r, rig_visit(r, "/app/page"))), OIDC_FAILED);
    assert_code(r, OIDC_E_REMOTE_USER);
    assert_false(rig_is_in(r));
    r->conf.remote_user.claim = "name";
    rig_login(r, "/app/page");
    assert_true(rig_is_in(r));
    assert_string_equal(r->session.user, "\xea\xb9\x80\xec\xb2\xa0\xec\x88\x98");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_claim, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_issuer, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_expression, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_unfit, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_login_fails, rig_setup, rig_teardown),
    };
    return cmocka_run_group_tests_name("rp/user", tests, NULL, NULL);
}
