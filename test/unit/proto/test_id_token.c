/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The claims of an ID token, one test per row. Rules that the caller sets: test_id_token_rules.c;
 * keys and headers: test_id_token_keys.c.
 */
#include "tokens.h"

/* ---- one or two claims changed, the usual rules ---- */

struct claim_row {
    const char *name;
    struct claim_change change, second;
    enum oidc_code code; /* NONE: passes */
};

#define S64 "ssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss"
#define A10(a) a "," a "," a "," a "," a "," a "," a "," a "," a "," a

static const struct claim_row claim_rows[] = {
    {"the_usual_token_passes", {"sub", "\"alice\""}, {NULL, NULL}, OIDC_E_NONE},
    {"foreign_claims_pass", {"x", "[{\"y\":null}]"}, {"amr", "[\"pwd\"]"}, OIDC_E_NONE},

    {"test_n075_iss_missing", {"iss", NULL}, {NULL, NULL}, OIDC_E_TOKEN_ISS},
    {"test_n075_iss_null", {"iss", "null"}, {NULL, NULL}, OIDC_E_TOKEN_ISS},
    {"test_n075_iss_empty", {"iss", "\"\""}, {NULL, NULL}, OIDC_E_TOKEN_ISS},
    {"test_n075_iss_with_a_1_behind_it",
     {"iss", "\"" ISSUER "1\""},
     {NULL, NULL},
     OIDC_E_TOKEN_ISS},
    {"test_n075_iss_without_its_slash",
     {"iss", "\"https://op.test/test/a/x\""},
     {NULL, NULL},
     OIDC_E_TOKEN_ISS},
    {"test_n075_iss_with_another_slash",
     {"iss", "\"" ISSUER "/\""},
     {NULL, NULL},
     OIDC_E_TOKEN_ISS},
    {"test_n075_iss_in_another_case",
     {"iss", "\"https://OP.test/test/a/x/\""},
     {NULL, NULL},
     OIDC_E_TOKEN_ISS},
    {"test_n075_iss_array", {"iss", "[\"" ISSUER "\"]"}, {NULL, NULL}, OIDC_E_TOKEN_ISS},
    {"test_n075_iss_number", {"iss", "1"}, {NULL, NULL}, OIDC_E_TOKEN_ISS},
    {"test_n075_iss_object", {"iss", "{}"}, {NULL, NULL}, OIDC_E_TOKEN_ISS},
    {"test_n075_iss_true", {"iss", "true"}, {NULL, NULL}, OIDC_E_TOKEN_ISS},

    {"aud_as_an_array_of_us", {"aud", "[\"" CLIENT "\"]"}, {NULL, NULL}, OIDC_E_NONE},
    {"aud_of_us_and_another_with_azp",
     {"aud", "[\"x\",\"" CLIENT "\"]"},
     {"azp", "\"" CLIENT "\""},
     OIDC_E_NONE},
    {"aud_of_101_with_azp",
     {"aud", "[" A10(A10("\"x\"")) ",\"" CLIENT "\"]"},
     {"azp", "\"" CLIENT "\""},
     OIDC_E_NONE},
    {"test_n076_aud_missing", {"aud", NULL}, {NULL, NULL}, OIDC_E_TOKEN_AUD},
    {"test_n076_aud_null", {"aud", "null"}, {NULL, NULL}, OIDC_E_TOKEN_AUD},
    {"test_n076_aud_empty", {"aud", "\"\""}, {NULL, NULL}, OIDC_E_TOKEN_AUD},
    {"test_n076_aud_with_a_1_behind_it",
     {"aud", "\"" CLIENT "1\""},
     {NULL, NULL},
     OIDC_E_TOKEN_AUD},
    {"test_n076_aud_in_another_case", {"aud", "\"Client_1\""}, {NULL, NULL}, OIDC_E_TOKEN_AUD},
    {"test_n076_aud_a_list_in_a_string",
     {"aud", "\"x " CLIENT "\""},
     {NULL, NULL},
     OIDC_E_TOKEN_AUD},
    {"test_n076_aud_empty_array", {"aud", "[]"}, {NULL, NULL}, OIDC_E_TOKEN_AUD},
    {"test_n076_aud_array_without_us",
     {"aud", "[\"x\",\"y\"]"},
     {"azp", "\"" CLIENT "\""},
     OIDC_E_TOKEN_AUD},
    {"test_n076_aud_array_of_100_without_us",
     {"aud", "[" A10(A10("\"x\"")) "]"},
     {"azp", "\"" CLIENT "\""},
     OIDC_E_TOKEN_AUD},
    {"test_n076_aud_us_and_another_without_azp",
     {"aud", "[\"" CLIENT "\",\"x\"]"},
     {NULL, NULL},
     OIDC_E_TOKEN_AZP},
    {"test_n076_aud_us_and_another_with_null_azp",
     {"aud", "[\"" CLIENT "\",\"x\"]"},
     {"azp", "null"},
     OIDC_E_TOKEN_AZP},
    {"test_n076_aud_nested_array", {"aud", "[[\"" CLIENT "\"]]"}, {NULL, NULL}, OIDC_E_TOKEN_AUD},
    {"test_n076_aud_us_and_a_nested_array",
     {"aud", "[\"" CLIENT "\",[\"x\"]]"},
     {"azp", "\"" CLIENT "\""},
     OIDC_E_TOKEN_AUD},
    {"test_n076_aud_us_and_a_number",
     {"aud", "[\"" CLIENT "\",1]"},
     {"azp", "\"" CLIENT "\""},
     OIDC_E_TOKEN_AUD},
    {"test_n076_aud_number", {"aud", "1"}, {NULL, NULL}, OIDC_E_TOKEN_AUD},
    {"test_n076_aud_true", {"aud", "true"}, {NULL, NULL}, OIDC_E_TOKEN_AUD},
    {"test_n076_aud_object", {"aud", "{\"" CLIENT "\":1}"}, {NULL, NULL}, OIDC_E_TOKEN_AUD},

    {"azp_of_us", {"azp", "\"" CLIENT "\""}, {NULL, NULL}, OIDC_E_NONE},
    {"azp_null", {"azp", "null"}, {NULL, NULL}, OIDC_E_NONE},
    {"test_n077_azp_of_another", {"azp", "\"x\""}, {NULL, NULL}, OIDC_E_TOKEN_AZP},
    {"test_n077_azp_of_another_in_aud",
     {"aud", "[\"" CLIENT "\",\"x\"]"},
     {"azp", "\"x\""},
     OIDC_E_TOKEN_AZP},
    {"test_n077_azp_empty", {"azp", "\"\""}, {NULL, NULL}, OIDC_E_TOKEN_AZP},
    {"test_n077_azp_array", {"azp", "[\"" CLIENT "\"]"}, {NULL, NULL}, OIDC_E_TOKEN_AZP},
    {"test_n077_azp_number", {"azp", "1"}, {NULL, NULL}, OIDC_E_TOKEN_AZP},
    {"test_n077_azp_object", {"azp", "{}"}, {NULL, NULL}, OIDC_E_TOKEN_AZP},

    {"exp_in_a_second", {"exp", "1700000001"}, {NULL, NULL}, OIDC_E_NONE},
    {"exp_as_a_float_in_the_future", {"exp", "1700000300.75"}, {NULL, NULL}, OIDC_E_NONE},
    {"exp_with_an_exponent", {"exp", "1.8e9"}, {NULL, NULL}, OIDC_E_NONE},
    {"exp_beyond_2038", {"exp", "2147483648"}, {NULL, NULL}, OIDC_E_NONE},
    {"exp_beyond_2106", {"exp", "4294967297"}, {NULL, NULL}, OIDC_E_NONE},
    {"exp_at_the_end_of_9999", {"exp", "253402300799"}, {NULL, NULL}, OIDC_E_NONE},
    {"test_n078_exp_missing", {"exp", NULL}, {NULL, NULL}, OIDC_E_TOKEN_EXP},
    {"test_n078_exp_null", {"exp", "null"}, {NULL, NULL}, OIDC_E_TOKEN_EXP},
    {"test_n078_exp_now", {"exp", "1700000000"}, {NULL, NULL}, OIDC_E_TOKEN_EXP},
    {"test_n078_exp_a_second_ago", {"exp", "1699999999"}, {NULL, NULL}, OIDC_E_TOKEN_EXP},
    {"test_n078_exp_within_this_second", {"exp", "1700000000.9"}, {NULL, NULL}, OIDC_E_TOKEN_EXP},
    {"test_n078_exp_0", {"exp", "0"}, {NULL, NULL}, OIDC_E_TOKEN_EXP},
    {"test_n078_exp_string", {"exp", "\"1700000300\""}, {NULL, NULL}, OIDC_E_TOKEN_EXP},
    {"test_n078_exp_1e300", {"exp", "1e300"}, {NULL, NULL}, OIDC_E_TOKEN_EXP},
    {"test_n078_exp_1e400", {"exp", "1e400"}, {NULL, NULL}, OIDC_E_JWT_FORMAT},
    {"test_n078_exp_nan", {"exp", "NaN"}, {NULL, NULL}, OIDC_E_JWT_FORMAT},
    {"test_n078_exp_infinity", {"exp", "Infinity"}, {NULL, NULL}, OIDC_E_JWT_FORMAT},
    {"test_n078_exp_negative", {"exp", "-1"}, {NULL, NULL}, OIDC_E_TOKEN_EXP},
    {"test_n078_exp_very_negative",
     {"exp", "-9223372036854775808"},
     {NULL, NULL},
     OIDC_E_TOKEN_EXP},
    {"test_n078_exp_2_to_63_less_1",
     {"exp", "9223372036854775807"},
     {NULL, NULL},
     OIDC_E_TOKEN_EXP},
    {"test_n078_exp_2_to_63", {"exp", "9223372036854775808"}, {NULL, NULL}, OIDC_E_JWT_FORMAT},
    {"test_n078_exp_in_the_year_10000", {"exp", "253402300800"}, {NULL, NULL}, OIDC_E_TOKEN_EXP},
    {"test_n078_exp_in_milliseconds", {"exp", "1700000300000"}, {NULL, NULL}, OIDC_E_TOKEN_EXP},
    {"test_n078_exp_true", {"exp", "true"}, {NULL, NULL}, OIDC_E_TOKEN_EXP},
    {"test_n078_exp_array", {"exp", "[1700000300]"}, {NULL, NULL}, OIDC_E_TOKEN_EXP},
    {"test_n078_exp_object", {"exp", "{}"}, {NULL, NULL}, OIDC_E_TOKEN_EXP},

    {"iat_at_the_slack_ago", {"iat", "1699999400"}, {NULL, NULL}, OIDC_E_NONE},
    {"iat_at_the_slack_ahead", {"iat", "1700000600"}, {NULL, NULL}, OIDC_E_NONE},
    {"iat_as_a_float", {"iat", "1699999999.5"}, {NULL, NULL}, OIDC_E_NONE},
    {"iat_missing_although_exp_is_fine", {"iat", NULL}, {NULL, NULL}, OIDC_E_TOKEN_IAT},
    {"iat_null", {"iat", "null"}, {NULL, NULL}, OIDC_E_TOKEN_IAT},
    {"iat_beyond_the_slack_ago", {"iat", "1699999399"}, {NULL, NULL}, OIDC_E_TOKEN_IAT},
    {"iat_beyond_the_slack_ahead", {"iat", "1700000601"}, {NULL, NULL}, OIDC_E_TOKEN_IAT},
    {"iat_string", {"iat", "\"1700000000\""}, {NULL, NULL}, OIDC_E_TOKEN_IAT},
    {"iat_0", {"iat", "0"}, {NULL, NULL}, OIDC_E_TOKEN_IAT},
    {"iat_1e300", {"iat", "1e300"}, {NULL, NULL}, OIDC_E_TOKEN_IAT},
    {"iat_negative", {"iat", "-1700000000"}, {NULL, NULL}, OIDC_E_TOKEN_IAT},
    {"iat_2_to_63_less_1", {"iat", "9223372036854775807"}, {NULL, NULL}, OIDC_E_TOKEN_IAT},
    {"iat_true", {"iat", "true"}, {NULL, NULL}, OIDC_E_TOKEN_IAT},
    {"iat_array", {"iat", "[1700000000]"}, {NULL, NULL}, OIDC_E_TOKEN_IAT},

    {"nbf_now", {"nbf", "1700000000"}, {NULL, NULL}, OIDC_E_NONE},
    {"nbf_60_seconds_ahead", {"nbf", "1700000060"}, {NULL, NULL}, OIDC_E_NONE},
    {"nbf_null", {"nbf", "null"}, {NULL, NULL}, OIDC_E_NONE},
    {"test_n080_nbf_61_seconds_ahead", {"nbf", "1700000061"}, {NULL, NULL}, OIDC_E_TOKEN_NBF},
    {"test_n080_nbf_string", {"nbf", "\"1700000000\""}, {NULL, NULL}, OIDC_E_TOKEN_NBF},
    {"test_n080_nbf_1e300", {"nbf", "1e300"}, {NULL, NULL}, OIDC_E_TOKEN_NBF},
    {"test_n080_nbf_negative", {"nbf", "-1"}, {NULL, NULL}, OIDC_E_TOKEN_NBF},
    {"test_n080_nbf_true", {"nbf", "true"}, {NULL, NULL}, OIDC_E_TOKEN_NBF},
    {"test_n080_nbf_array", {"nbf", "[1]"}, {NULL, NULL}, OIDC_E_TOKEN_NBF},

    {"sub_of_255",
     {"sub", "\"" S64 S64 S64 "sssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss\""},
     {NULL, NULL},
     OIDC_E_NONE},
    {"sub_in_korean", {"sub", "\"\xec\x9d\xb4 \xc2\xa0\""}, {NULL, NULL}, OIDC_E_NONE},
    {"test_n081_sub_missing", {"sub", NULL}, {NULL, NULL}, OIDC_E_TOKEN_SUB},
    {"test_n081_sub_null", {"sub", "null"}, {NULL, NULL}, OIDC_E_TOKEN_SUB},
    {"test_n081_sub_empty", {"sub", "\"\""}, {NULL, NULL}, OIDC_E_TOKEN_SUB},
    {"test_n081_sub_number", {"sub", "1"}, {NULL, NULL}, OIDC_E_TOKEN_SUB},
    {"test_n081_sub_array", {"sub", "[\"alice\"]"}, {NULL, NULL}, OIDC_E_TOKEN_SUB},
    {"test_n081_sub_object", {"sub", "{}"}, {NULL, NULL}, OIDC_E_TOKEN_SUB},
    {"test_n081_sub_true", {"sub", "true"}, {NULL, NULL}, OIDC_E_TOKEN_SUB},
    {"test_n081_sub_of_256", {"sub", "\"" S64 S64 S64 S64 "\""}, {NULL, NULL}, OIDC_E_TOKEN_SUB},
    {"test_n081_sub_with_a_line_break", {"sub", "\"a\\r\\nb\""}, {NULL, NULL}, OIDC_E_TOKEN_SUB},
    {"test_n081_sub_with_u0001", {"sub", "\"a\\u0001\""}, {NULL, NULL}, OIDC_E_TOKEN_SUB},
    {"test_n081_sub_with_u007f", {"sub", "\"a\\u007f\""}, {NULL, NULL}, OIDC_E_TOKEN_SUB},
    {"test_n081_sub_with_u0080", {"sub", "\"a\\u0080\""}, {NULL, NULL}, OIDC_E_TOKEN_SUB},
    {"test_n081_sub_with_u009f", {"sub", "\"a\\u009f\""}, {NULL, NULL}, OIDC_E_TOKEN_SUB},
    {"test_n060_sub_with_nul", {"sub", "\"alice\\u0000\""}, {NULL, NULL}, OIDC_E_JWT_FORMAT},
    {"test_n060_sub_in_invalid_utf8", {"sub", "\"a\xff\""}, {NULL, NULL}, OIDC_E_JWT_FORMAT},
    {"test_n060_sub_as_half_a_surrogate", {"sub", "\"\\ud800\""}, {NULL, NULL}, OIDC_E_JWT_FORMAT},
    {"duplicate_sub", {"sub", "\"alice\",\"sub\":\"bob\""}, {NULL, NULL}, OIDC_E_JWT_FORMAT},
    {"text_behind_the_object", {"x", "1}{\"y\":1"}, {NULL, NULL}, OIDC_E_JWT_FORMAT},

    {"test_n082_nonce_missing", {"nonce", NULL}, {NULL, NULL}, OIDC_E_TOKEN_NONCE},
    {"test_n082_nonce_null", {"nonce", "null"}, {NULL, NULL}, OIDC_E_TOKEN_NONCE},
    {"test_n082_nonce_empty", {"nonce", "\"\""}, {NULL, NULL}, OIDC_E_TOKEN_NONCE},
    {"test_n082_nonce_with_a_1_behind_it",
     {"nonce", "\"" NONCE "1\""},
     {NULL, NULL},
     OIDC_E_TOKEN_NONCE},
    {"test_n082_nonce_cut", {"nonce", "\"n-0S6_WzA2M\""}, {NULL, NULL}, OIDC_E_TOKEN_NONCE},
    {"test_n082_nonce_of_another_tab",
     {"nonce", "\"N-0S6_WzA2Mj\""},
     {NULL, NULL},
     OIDC_E_TOKEN_NONCE},
    {"test_n082_nonce_array", {"nonce", "[\"" NONCE "\"]"}, {NULL, NULL}, OIDC_E_TOKEN_NONCE},
    {"test_n082_nonce_number", {"nonce", "1"}, {NULL, NULL}, OIDC_E_TOKEN_NONCE},
    {"test_n082_nonce_true", {"nonce", "true"}, {NULL, NULL}, OIDC_E_TOKEN_NONCE},

    /* what the caller did not ask about is not looked at */
    {"auth_time_without_max_age", {"auth_time", "\"x\""}, {NULL, NULL}, OIDC_E_NONE},
    {"hashes_without_their_values", {"at_hash", "5"}, {"c_hash", "\"x\""}, OIDC_E_NONE},
};

static void judge_claims(void **state)
{
    const struct claim_row *row = *state;
    struct oidc_id_token_rules rules = usual_rules();
    judge(payload_of(row->change, row->second), &rules, row->code);
}

static void the_claims_are_those_of_the_payload(void **state)
{
    (void)state;
    const struct oidc_claims *claims = NULL;
    struct oidc_id_token_rules rules = usual_rules();
    const char *payload = payload_of((struct claim_change){"groups", "[\"a\",\"b\"]"},
                                     (struct claim_change){"address", "{\"country\":\"KR\"}"});
    assert_ok(oidc_id_token_check(&t.ctx, token_of(keys.ed, header_of(keys.ed, ""), payload),
                                  &rules, &claims));
    assert_string_equal(oidc_json_print(t.pool, oidc_claims_json(claims)), payload);
}

static void detail_is(struct claim_change change, const char *detail)
{
    const struct oidc_claims *claims;
    struct oidc_id_token_rules rules = usual_rules();
    const char *payload = payload_of(change, (struct claim_change){NULL, NULL});
    const char *token = token_of(keys.ed, header_of(keys.ed, ""), payload);
    oidc_ctx_clear(&t.ctx);
    assert_int_equal(oidc_id_token_check(&t.ctx, token, &rules, &claims), OIDC_FAILED);
    assert_string_equal(t.ctx.err.detail, detail);
}

static void test_n223_details_quote_claims_but_no_nonce(void **state)
{
    (void)state;
    detail_is((struct claim_change){"nonce", "\"canary\""}, "the nonce is another one");
    detail_is((struct claim_change){"nonce", NULL}, "the nonce is missing");
    detail_is((struct claim_change){"nonce", "[\"canary\"]"}, "the nonce is no string");
    detail_is((struct claim_change){"iss", "\"a\\nb\""}, "iss is \"a\\x0ab\", not \"" ISSUER "\"");
    detail_is((struct claim_change){"iss", NULL}, "iss is (none)");
    detail_is((struct claim_change){"iss", "{\"a\":1}"}, "iss is \"{\\x22a\\x22:1}\"");
    detail_is((struct claim_change){"sub", "\"a\\u0001\""}, "sub is \"a\\x01\"");
    detail_is((struct claim_change){"aud", "[1,[2]]"},
              "aud is \"[1,[2]]\", which is not for \"" CLIENT "\"");
    detail_is((struct claim_change){"exp", "\"5\""}, "exp is \"5\", now is 1700000000");
    detail_is((struct claim_change){"iat", "5"}, "iat is \"5\", now is 1700000000");
    detail_is((struct claim_change){"azp", "\"x\""}, "azp is \"x\", not \"" CLIENT "\"");
}

static void a_huge_claim_is_not_quoted(void **state)
{
    (void)state;
    struct oidc_id_token_rules rules = usual_rules();
    char *aud = apr_palloc(t.pool, 20002);
    memset(aud, ',', 20000);
    for (int i = 1; i < 20000; i += 2) {
        aud[i] = '1';
    }
    aud[0] = '[';
    memcpy(aud + 19999, "1]", 3);
    aud[19999] = '1';
    aud[20000] = ']';
    aud[20001] = '\0';
    const struct oidc_claims *claims = NULL;
    const char *payload =
        payload_of((struct claim_change){"aud", aud}, (struct claim_change){NULL, NULL});
    const char *token = token_of(keys.ed, header_of(keys.ed, ""), payload);
    assert_int_equal(oidc_id_token_check(&t.ctx, token, &rules, &claims), OIDC_FAILED);
    assert_int_equal(t.ctx.err.code, OIDC_E_TOKEN_AUD);
    assert_true(strlen(t.ctx.err.detail) < 300);
}

static const struct CMUnitTest tests[] = {
    CASE(the_claims_are_those_of_the_payload),
    CASE(test_n223_details_quote_claims_but_no_nonce),
    CASE(a_huge_claim_is_not_quoted),
};
static const struct fixture_table tables[] = {
    TABLE(claim_rows, judge_claims),
};
RUN_TABLES(tests, tables, keys_start)
