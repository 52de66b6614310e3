/* SPDX-License-Identifier: Apache-2.0 */
/* Which of our own functions a request to the redirect URI means. */
#include "rig.h"

static void test_own(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    assert_int_equal(rp_endpoint_is_own(r->site, CALLBACK), 1);
    static const char *const others[] = {"/app/cb/", "/app/cbx", "/app", "/", "/app/CB", "/x/app/cb", ""};
    for (size_t i = 0; i < COUNT(others); i++) { /* N205 */
        assert_int_equal(rp_endpoint_is_own(r->site, others[i]), 0);
    }
}

static void test_needs_session(void **state)
{
    static const struct {
        const char *query;
        int needs;
    } cases[] = {{NULL, 0}, {"", 0}, {"info=json", 1}, {"a=1&info=json", 1}, {"xinfo=json", 0}, {"a=info=", 0},
                 {"info", 0}, {"&info=", 1}, {"code=x&state=y", 0}, {"&&info=x", 1}, {"&", 0}};
    struct rig *r = *state;
    rig_start(r);
    for (size_t i = 0; i < COUNT(cases); i++) {
        rig_request(r, "GET", CALLBACK);
        r->req.query = cases[i].query;
        if (rp_endpoint_needs_session(&r->req) != cases[i].needs) {
            fail_msg("%s", cases[i].query);
        }
    }
}

/* The order of the table decides where parameters come together. */
static void test_order(void **state)
{
    static const struct {
        const char *method, *query;
        enum oidc_code code;
    } cases[] = {
        {"GET", "?code=x&logout=%2Fbye", OIDC_E_STATE_MISSING},
        {"GET", "?info=json&error=x", OIDC_E_NOT_ENABLED},
        {"POST", "?info=json", OIDC_E_CONTENT_TYPE},
        {"GET", "?refresh=x", OIDC_E_NO_SUCH_ENDPOINT},
        {"POST", "?jwks=rsa", OIDC_E_CONTENT_TYPE},
        {"PUT", "?jwks=rsa", OIDC_E_METHOD},
        {"GET", "?code=x&jwks=rsa", OIDC_E_STATE_MISSING},
        {"GET", "?remove_at_cache=x", OIDC_E_NO_SUCH_ENDPOINT},
        {"GET", "?revoke_session=x", OIDC_E_NO_SUCH_ENDPOINT},
        {"POST", "?code=x", OIDC_E_METHOD},
        {"OPTIONS", "", OIDC_E_NO_SUCH_ENDPOINT},
        {"OPTIONS", "?code=x", OIDC_E_METHOD},
    };
    struct rig *r = *state;
    rig_start(r);
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(rig_endpoint(r, cases[i].method, apr_pstrcat(r->pool, CALLBACK, cases[i].query, NULL)),
                         OIDC_FAILED);
        if (r->ctx.err.code != cases[i].code) {
            fail_msg("%s %s: %s", cases[i].method, cases[i].query, r->ctx.err.detail);
        }
    }
}

static void test_allow(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    rig_endpoint(r, "PUT", CALLBACK "?info=json");
    assert_string_equal(r->reply.headers[0].name, "Allow");
    assert_string_equal(r->reply.headers[0].value, "GET");
    rig_endpoint(r, "PUT", CALLBACK "?logout=");
    assert_string_equal(r->reply.headers[0].value, "GET, POST");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_own, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_needs_session, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_order, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_allow, rig_setup, rig_teardown),
    };
    return cmocka_run_group_tests_name("rp/endpoints", tests, NULL, NULL);
}
