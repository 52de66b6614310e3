/* SPDX-License-Identifier: Apache-2.0 */
/* Names that only we may set, in tables of headers and variables. */
#include "fixture.h"

#include "httpd/scrub.h"

static const char *const exact[] = {"X-Remote-User", NULL};

static struct httpd_names *ours(void)
{
    return httpd_scrub_names(pool, "MY_", exact);
}

static void test_n103_n106_every_spelling_goes(void **state)
{
    (void)state;
    static const char *const evil[] = {
        "OIDC_CLAIM_sub", "OIDC-CLAIM-sub", "oidc.claim.sub", "Oidc_X", "OIDC_", "OIDC!CLAIM",
        "OIDC--x", "MY_sub", "my-sub", "My.anything", "X-Remote-User", "x_remote_user",
        "X.REMOTE-USER"};
    static const char *const kept[] = {"Host", "OIDC", "XOIDC_", "MYX", "X-Remote-Users",
"X-Remote",
                                       "Cookie", "o"};
    apr_table_t *t = apr_table_make(pool, 8);
    for (size_t i = 0; i < sizeof evil / sizeof *evil; i++) {
        assert_true(httpd_scrub_is_ours(ours(), evil[i]));
        apr_table_addn(t, evil[i], "evil");
        apr_table_addn(t, evil[i], "again");
    }
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        assert_false(httpd_scrub_is_ours(ours(), kept[i]));
        apr_table_addn(t, kept[i], "kept");
    }
    assert_true(httpd_scrub_headers(ours(), t, pool));
    assert_int_equal(apr_table_elts(t)->nelts, sizeof kept / sizeof *kept);
    assert_false(httpd_scrub_headers(ours(), t, pool));
}

static void test_n107_connection_tokens(void **state)
{
    (void)state;
    apr_table_t *t = apr_table_make(pool, 8);
    apr_table_setn(t, "Connection", "OIDC_CLAIM_sub, close");
    apr_table_setn(t, "TE", "trailers");
    apr_table_setn(t, "Keep-Alive", "x-remote-user");
    httpd_scrub_hop_lists(ours(), t, pool);
    assert_string_equal(apr_table_get(t, "Connection"), "close");
    assert_string_equal(apr_table_get(t, "TE"), "trailers");
    assert_null(apr_table_get(t, "Keep-Alive"));
}

static void variables_of_operators_stay(void **state)
{
    (void)state;
    apr_table_t *t = apr_table_make(pool, 8);
    apr_table_setn(t, "OIDC_CACHE_PREFIX", "x");
    apr_table_setn(t, "OIDC_access_token", "x");
    apr_table_setn(t, "OIDC_userinfo_json", "x");
    apr_table_setn(t, "MY_sub", "x");
    apr_table_setn(t, "PATH", "x");
    httpd_scrub_variables(ours(), t, pool);
    assert_non_null(apr_table_get(t, "OIDC_CACHE_PREFIX"));
    assert_non_null(apr_table_get(t, "PATH"));
    assert_int_equal(apr_table_elts(t)->nelts, 2);
}

static void without_a_prefix_only_names_count(void **state)
{
    (void)state;
    struct httpd_names *names = httpd_scrub_names(pool, "", exact);
    assert_true(httpd_scrub_is_ours(names, "OIDC_x"));
    assert_true(httpd_scrub_is_ours(names, "x-remote-user"));
    assert_false(httpd_scrub_is_ours(names, "sub"));
    assert_false(httpd_scrub_is_ours(names, ""));
    assert_false(httpd_scrub_is_ours(httpd_scrub_names(pool, NULL, NULL), "sub"));
}

static const struct CMUnitTest tests[] = {
    CASE(test_n103_n106_every_spelling_goes), CASE(test_n107_connection_tokens),
    CASE(variables_of_operators_stay), CASE(without_a_prefix_only_names_count),
};

RUN(tests)
