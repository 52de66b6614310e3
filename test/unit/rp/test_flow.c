/* SPDX-License-Identifier: Apache-2.0 */
/* Response types as sets of words, response modes, and what a site refuses of them. */
#include "rig.h"

#include "rp/flow.h"

static void test_words_in_any_order(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned flow;
    } rows[] = {
        {"code", RP_FLOW_CODE},
        {"id_token", RP_FLOW_ID_TOKEN},
        {"token id_token", RP_FLOW_ID_TOKEN | RP_FLOW_TOKEN},
        {"id_token code", RP_FLOW_CODE | RP_FLOW_ID_TOKEN},
        {"token code", RP_FLOW_CODE | RP_FLOW_TOKEN},
        {"token code id_token", RP_FLOW_CODE | RP_FLOW_ID_TOKEN | RP_FLOW_TOKEN},
        {"token", 0},
        {"none", 0},
        {"", 0},
        {"code code2", 0},
        {"Code", 0},
        {NULL, 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(rp_flow_parse(rows[i].text), rows[i].flow);
        if (rows[i].flow) {
            assert_int_equal(rp_flow_parse(rp_flow_print(rows[i].flow)), rows[i].flow);
        }
    }
    assert_null(rp_flow_print(0));
    assert_null(rp_flow_print(RP_FLOW_TOKEN));
    assert_null(rp_flow_print(8));
}

static void test_mode_that_goes_without_saying(void **state)
{
    (void)state;
    struct rp_provider_conf conf = {0};
    assert_int_equal(rp_flow_mode(&conf), RP_RESPONSE_MODE_QUERY);
    conf.response_type = "code";
    assert_int_equal(rp_flow_mode(&conf), RP_RESPONSE_MODE_QUERY);
    conf.response_type = "code token";
    assert_int_equal(rp_flow_mode(&conf), RP_RESPONSE_MODE_FRAGMENT);
    conf.response_mode = RP_RESPONSE_MODE_FORM_POST;
    assert_int_equal(rp_flow_mode(&conf), RP_RESPONSE_MODE_FORM_POST);
    assert_null(rp_flow_mode_name(RP_RESPONSE_MODE_UNSET));
}

static void test_tokens_in_the_query_are_refused(void **state)
{
    struct rig *r = *state;
    const struct rp_site_setup setup = {&r->conf, r->sealer, r->name};
    r->conf.provider.response_type = "id_token token";
    r->conf.provider.response_mode = RP_RESPONSE_MODE_QUERY;
    assert_int_equal(rp_site_make(rig_ctx(r), r->pool, &setup, &r->site), OIDC_FAILED);
    assert_code(r, OIDC_E_CONFIG);
    r->conf.provider.response_mode = RP_RESPONSE_MODE_FRAGMENT;
    assert_int_equal(rp_site_make(rig_ctx(r), r->pool, &setup, &r->site), OIDC_OK);
    r->conf.provider.response_type = "token";
    assert_int_equal(rp_site_make(rig_ctx(r), r->pool, &setup, &r->site), OIDC_FAILED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_in_any_order),
        cmocka_unit_test(test_mode_that_goes_without_saying),
        cmocka_unit_test_setup_teardown(test_tokens_in_the_query_are_refused, rig_setup, rig_teardown),
    };
    return cmocka_run_group_tests_name("rp/flow", tests, NULL, NULL);
}
