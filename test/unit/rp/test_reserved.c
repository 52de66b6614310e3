/* SPDX-License-Identifier: Apache-2.0 */
/* Names that no claim may take (N117). */
#include "rig.h"
#include "rp/reserved.h"

static void test_n117_names(void **state)
{
    static const char *const bad[] = {
        "REMOTE_USER", "remote-user", "Authorization", "AUTHORIZATION", "HTTP_PROXY", "http-proxy",
        "Proxy", "Proxy-Authorization", "Host", "Cookie", "Content-Length", "content_type",
        "Transfer-Encoding", "Connection", "TE", "Upgrade", "X-Forwarded-For", "x_forwarded_proto",
        "OIDC_access_token", "oidc-access-token", "OIDC_id_token", "OIDC_scope", "SCRIPT_FILENAME",
        "PATH", "LD_PRELOAD", "PHP_VALUE", "SSL_CLIENT_S_DN", "HTTPS", "REQUEST_METHOD"};
    static const char *const good[] = {"sub", "name", "email", "hostname", "cookie_consent", "OIDC_CLAIM_sub",
                                       "X-Name", "OIDC_CLAIM_REMOTE_USER", "pathology", "tea", "scope"};
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        if (!rp_reserved_is(bad[i])) {
            fail_msg("%s is not reserved", bad[i]);
        }
    }
    for (size_t i = 0; i < COUNT(good); i++) {
        if (rp_reserved_is(good[i])) {
            fail_msg("%s is reserved", good[i]);
        }
    }
    assert_int_equal(rp_reserved_is(""), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_n117_names),
    };
    return cmocka_run_group_tests_name("rp/reserved", tests, NULL, NULL);
}
