/* SPDX-License-Identifier: Apache-2.0 */
/* Logins from the first request to the session, and everything that must not become one. */
#include "rig.h"

static void test_login(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    rig_login(r, "/app/page?x=%0a&y=1");
    assert_true(rig_is_in(r));
    assert_string_equal(r->session.user, USER);
    assert_string_equal(r->session.issuer, ISSUER);
    assert_string_equal(r->session.sid, "sid-1");
    assert_string_equal(r->session.access_token, "at-1");
    assert_int_equal(r->session.access_token_expires, NOW + 600);
    assert_int_equal(rig_count_cookies(r, STATE_PREFIX), 0);
    assert_int_equal(r->op.n_token, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_login, rig_setup, rig_teardown),
    };
    return cmocka_run_group_tests_name("rp/callback", tests, NULL, NULL);
}
