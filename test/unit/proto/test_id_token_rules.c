/* SPDX-License-Identifier: Apache-2.0 */
/* The rules for ID tokens that the caller sets: audiences, max_age, hashes, nonce, issuer. */
#include "tokens.h"

#include "oidc/hash.h"

/* ---- OIDCIDTokenAudValues ---- */

struct list_row {
    const char *name, *aud; /* JSON text, or NULL for none */
    const char *list[4];    /* NULL-terminated */
    const char *azp;
    enum oidc_code code;
};

static const struct list_row list_rows[] = {
    {"list_string_equal", "\"api\"", {"api"}, NULL, OIDC_E_NONE},
    {"list_string_equal_to_the_second", "\"api\"", {CLIENT, "api"}, NULL, OIDC_E_NONE},
    {"list_array_equal", "[\"api\",\"" CLIENT "\"]", {CLIENT, "api"}, NULL, OIDC_E_NONE},
    {"list_array_of_one", "[\"api\"]", {"api"}, NULL, OIDC_E_NONE},
    {"list_array_with_azp",
     "[\"api\",\"" CLIENT "\"]",
     {CLIENT, "api"},
     "\"" CLIENT "\"",
     OIDC_E_NONE},
    {"test_n076_list_string_of_another", "\"" CLIENT "\"", {"api"}, NULL, OIDC_E_TOKEN_AUD},
    {"test_n076_list_string_longer", "\"apis\"", {"api"}, NULL, OIDC_E_TOKEN_AUD},
    {"test_n076_list_empty_string", "\"\"", {"api"}, NULL, OIDC_E_TOKEN_AUD},
    {"test_n076_list_array_lacks_one", "[\"api\"]", {CLIENT, "api"}, NULL, OIDC_E_TOKEN_AUD},
    {"test_n076_list_array_has_one_more",
     "[\"api\",\"" CLIENT "\",\"x\"]",
     {CLIENT, "api"},
     NULL,
     OIDC_E_TOKEN_AUD},
    {"test_n076_list_array_has_another",
     "[\"api\",\"x\"]",
     {CLIENT, "api"},
     NULL,
     OIDC_E_TOKEN_AUD},
    {"test_n076_list_array_has_another_where_the_list_repeats",
     "[\"api\",\"x\"]",
     {"api", "api"},
     NULL,
     OIDC_E_TOKEN_AUD},
    {"test_n076_list_array_repeats", "[\"api\",\"api\"]", {CLIENT, "api"}, NULL, OIDC_E_TOKEN_AUD},
    {"test_n076_list_array_repeats_what_is_all",
     "[\"api\",\"api\"]",
     {"api"},
     NULL,
     OIDC_E_TOKEN_AUD},
    {"test_n076_list_array_with_a_number", "[\"api\",1]", {CLIENT, "api"}, NULL, OIDC_E_TOKEN_AUD},
    {"test_n076_list_nested_array", "[[\"api\"]]", {"api"}, NULL, OIDC_E_TOKEN_AUD},
    {"test_n076_list_empty_array", "[]", {"api"}, NULL, OIDC_E_TOKEN_AUD},
    {"test_n076_list_missing", NULL, {"api"}, NULL, OIDC_E_TOKEN_AUD},
    {"test_n076_list_number", "1", {"api"}, NULL, OIDC_E_TOKEN_AUD},
    {"test_n076_list_object", "{\"api\":1}", {"api"}, NULL, OIDC_E_TOKEN_AUD},
    {"test_n076_empty_list_string", "\"api\"", {NULL}, NULL, OIDC_E_TOKEN_AUD},
    {"test_n076_empty_list_empty_array", "[]", {NULL}, NULL, OIDC_E_TOKEN_AUD},
    {"test_n077_list_azp_of_another", "[\"api\"]", {"api"}, "\"api\"", OIDC_E_TOKEN_AZP},
};

static void judge_lists(void **state)
{
    const struct list_row *row = *state;
    struct oidc_id_token_rules rules = usual_rules();
    rules.audiences = row->list;
    judge(
        payload_of((struct claim_change){"aud", row->aud}, (struct claim_change){"azp", row->azp}),
        &rules, row->code);
}

/* ---- max_age ---- */

struct age_row {
    const char *name, *auth_time; /* JSON text, or NULL for none */
    apr_int64_t max_age;
    enum oidc_code code;
};

static const struct age_row age_rows[] = {
    {"auth_time_now", "1700000000", 0, OIDC_E_NONE},
    {"auth_time_within_max_age_and_skew", "1699999640", 300, OIDC_E_NONE},
    {"auth_time_60_seconds_ahead", "1700000060", 300, OIDC_E_NONE},
    {"auth_time_too_old", "1699999639", 300, OIDC_E_TOKEN_AUTH_TIME},
    {"auth_time_too_old_for_max_age_0", "1699999939", 0, OIDC_E_TOKEN_AUTH_TIME},
    {"auth_time_ahead", "1700000061", 300, OIDC_E_TOKEN_AUTH_TIME},
    {"auth_time_missing", NULL, 300, OIDC_E_TOKEN_AUTH_TIME},
    {"auth_time_null", "null", 300, OIDC_E_TOKEN_AUTH_TIME},
    {"auth_time_string", "\"1700000000\"", 300, OIDC_E_TOKEN_AUTH_TIME},
    {"auth_time_1e300", "1e300", 300, OIDC_E_TOKEN_AUTH_TIME},
    {"auth_time_negative", "-1", 300, OIDC_E_TOKEN_AUTH_TIME},
    {"auth_time_true", "true", 300, OIDC_E_TOKEN_AUTH_TIME},
};

static void judge_ages(void **state)
{
    const struct age_row *row = *state;
    struct oidc_id_token_rules rules = usual_rules();
    rules.max_age = row->max_age;
    judge(payload_of((struct claim_change){"auth_time", row->auth_time},
                     (struct claim_change){NULL, NULL}),
          &rules, row->code);
}

/* ---- at_hash and c_hash ---- */

/* The right hash, changed, as JSON text. */
enum hash_change {
    HASH_RIGHT,
    HASH_LONGER,
    HASH_CUT,
    HASH_OTHER,
    HASH_CASE,
    HASH_EMPTY,
    HASH_NUMBER,
    HASH_ARRAY,
    HASH_WHOLE,
    HASH_NONE
};

static const char *hash_text(enum oidc_alg alg, const char *of, enum hash_change change)
{
    const char *right, *whole;
    assert_ok(oidc_hash_left_half(&t.ctx, alg, oidc_str_z(of), &right));
    assert_ok(oidc_hash_sha256_b64url(&t.ctx, oidc_str_z(of), &whole));
    char *cut = apr_pstrmemdup(t.pool, right, strlen(right) - 1);
    char *other = apr_pstrdup(t.pool, right);
    other[0] = other[0] == 'A' ? 'B' : 'A';
    char *lower = apr_pstrdup(t.pool, right);
    for (char *p = lower; *p; p++) {
        *p = (char)(*p >= 'A' && *p <= 'Z' ? *p + 32 : *p);
    }
    const char *texts[] = {
        right, apr_pstrcat(t.pool, right, "1", NULL), cut, other, lower, "", NULL, NULL, whole,
        NULL};
    if (change == HASH_NUMBER) {
        return "5";
    }
    if (change == HASH_ARRAY) {
        return apr_pstrcat(t.pool, "[\"", right, "\"]", NULL);
    }
    return texts[change] ? apr_pstrcat(t.pool, "\"", texts[change], "\"", NULL) : NULL;
}

struct hash_row {
    const char *name;
    enum hash_change change;
    int required;
    enum oidc_code code;
};

static const struct hash_row hash_rows[] = {
    {"hash_right", HASH_RIGHT, 0, OIDC_E_NONE},
    {"hash_right_and_required", HASH_RIGHT, 1, OIDC_E_NONE},
    {"hash_missing_and_not_required", HASH_NONE, 0, OIDC_E_NONE},
    {"test_n084_hash_missing_and_required", HASH_NONE, 1, OIDC_E_TOKEN_HASH},
    {"test_n084_hash_with_a_character_more", HASH_LONGER, 0, OIDC_E_TOKEN_HASH},
    {"test_n084_hash_with_a_character_more_and_required", HASH_LONGER, 1, OIDC_E_TOKEN_HASH},
    {"test_n084_hash_cut", HASH_CUT, 0, OIDC_E_TOKEN_HASH},
    {"test_n084_hash_of_something_else", HASH_OTHER, 0, OIDC_E_TOKEN_HASH},
    {"test_n084_hash_in_lower_case", HASH_CASE, 0, OIDC_E_TOKEN_HASH},
    {"test_n084_hash_empty", HASH_EMPTY, 0, OIDC_E_TOKEN_HASH},
    {"test_n084_hash_number", HASH_NUMBER, 0, OIDC_E_TOKEN_HASH},
    {"test_n084_hash_number_and_required", HASH_NUMBER, 1, OIDC_E_TOKEN_HASH},
    {"test_n084_hash_array", HASH_ARRAY, 0, OIDC_E_TOKEN_HASH},
    {"test_n084_hash_not_halved", HASH_WHOLE, 0, OIDC_E_TOKEN_HASH},
};

static void judge_hashes(void **state)
{
    const struct hash_row *row = *state;
    struct oidc_id_token_rules rules = usual_rules();
    rules.access_token = TOKEN;
    rules.at_hash_required = row->required;
    struct claim_change none = {NULL, NULL};
    struct claim_change at = {"at_hash", hash_text(OIDC_ALG_EDDSA, TOKEN, row->change)};
    judge(payload_of(at, none), &rules, row->code);
    struct claim_change c = {"c_hash", hash_text(OIDC_ALG_EDDSA, CODE, row->change)};
    struct oidc_id_token_rules of_code = usual_rules();
    of_code.code = CODE;
    of_code.c_hash_required = row->required;
    judge(payload_of(c, none), &of_code, row->code);
}

/* ---- rules that change ---- */

static void test_n084_a_required_hash_of_nothing_is_refused(void **state)
{
    (void)state;
    struct oidc_id_token_rules rules = usual_rules();
    struct claim_change at = {"at_hash", hash_text(OIDC_ALG_EDDSA, TOKEN, HASH_RIGHT)};
    struct claim_change c = {"c_hash", hash_text(OIDC_ALG_EDDSA, CODE, HASH_RIGHT)};
    rules.at_hash_required = 1;
    refused(payload_of(at, c), &rules, OIDC_E_TOKEN_HASH);
    rules.at_hash_required = 0;
    rules.c_hash_required = 1;
    refused(payload_of(at, c), &rules, OIDC_E_TOKEN_HASH);
}

static void test_n084_the_hash_belongs_to_the_algorithm(void **state)
{
    (void)state;
    /* Core 3.1.3.6 with the tokens of Core A.3: RS256 */
    struct oidc_id_token_rules rules = usual_rules();
    const struct oidc_claims *claims = NULL;
    rules.access_token = TOKEN;
    rules.code = CODE;
    const char *payload = payload_of((struct claim_change){"at_hash", "\"77QmUPtjPfzWtF2AnpK9RQ\""},
                                     (struct claim_change){"c_hash", "\"LDktKdoQak3Pk0cnXxCltA\""});
    const char *token = token_of(keys.rsa, header_of(keys.rsa, ""), payload);
    assert_ok(oidc_id_token_check(&t.ctx, token, &rules, &claims));
    refused(payload, &rules, OIDC_E_TOKEN_HASH); /* the same under EdDSA */
}

static void test_n082_an_unsolicited_nonce_is_refused(void **state)
{
    (void)state;
    static const char *const given[] = {"\"null1\"", "\"\"", "1", "[]", "true", "\"" NONCE "\""};
    struct claim_change none = {NULL, NULL};
    struct oidc_id_token_rules rules = usual_rules();
    rules.nonce = NULL;
    for (size_t i = 0; i < COUNT(given); i++) {
        refused(payload_of((struct claim_change){"nonce", given[i]}, none), &rules,
                OIDC_E_TOKEN_NONCE);
    }
    passes(payload_of((struct claim_change){"nonce", NULL}, none), &rules);
}

static void without_issuer_validation_another_iss_passes_but_not_none(void **state)
{
    (void)state;
    struct claim_change none = {NULL, NULL};
    struct oidc_id_token_rules rules = usual_rules();
    rules.check_issuer = 0;
    rules.issuer = NULL;
    passes(payload_of((struct claim_change){"iss", "\"https://other.test\""}, none), &rules);
    refused(payload_of((struct claim_change){"iss", NULL}, none), &rules, OIDC_E_TOKEN_ISS);
    refused(payload_of((struct claim_change){"iss", "\"\""}, none), &rules, OIDC_E_TOKEN_ISS);
    refused(payload_of((struct claim_change){"iss", "1"}, none), &rules, OIDC_E_TOKEN_ISS);
}

static void rules_that_lack_something_refuse(void **state)
{
    (void)state;
    struct oidc_id_token_rules rules = usual_rules();
    rules.issuer = NULL;
    refused(usual_payload(), &rules, OIDC_E_TOKEN_ISS);
    rules = usual_rules();
    rules.client_id = NULL;
    refused(usual_payload(), &rules, OIDC_E_TOKEN_AUD);
    struct claim_change none = {NULL, NULL};
    const char *for_nobody = payload_of((struct claim_change){"aud", "\"\""}, none);
    refused(for_nobody, &rules, OIDC_E_TOKEN_AUD);
    static const char *const list[] = {"api", NULL};
    rules.audiences = list;
    struct claim_change api = {"aud", "\"api\""}, azp = {"azp", "\"" CLIENT "\""};
    refused(payload_of(api, azp), &rules, OIDC_E_TOKEN_AZP);
    rules = usual_rules();
    rules.client_id = "";
    refused(usual_payload(), &rules, OIDC_E_TOKEN_AUD);
    refused(for_nobody, &rules, OIDC_E_TOKEN_AUD);
    rules = usual_rules();
    rules.keys = NULL;
    refused(usual_payload(), &rules, OIDC_E_JWT_KEY);
    rules = usual_rules();
    rules.algs = 0;
    refused(usual_payload(), &rules, OIDC_E_JWT_ALG);
    rules = usual_rules();
    rules.algs = OIDC_ALG_BIT(OIDC_ALG_UNKNOWN);
    refused(usual_payload(), &rules, OIDC_E_JWT_ALG);
    struct oidc_id_token_rules nothing = {0};
    refused(usual_payload(), &nothing, OIDC_E_JWT_KEY);
}

static void without_slack_iat_is_now(void **state)
{
    (void)state;
    struct claim_change none = {NULL, NULL};
    static const apr_int64_t slacks[] = {0, -1};
    for (size_t i = 0; i < COUNT(slacks); i++) {
        struct oidc_id_token_rules rules = usual_rules();
        rules.iat_slack = slacks[i];
        passes(usual_payload(), &rules);
        refused(payload_of((struct claim_change){"iat", "1699999999"}, none), &rules,
                OIDC_E_TOKEN_IAT);
        refused(payload_of((struct claim_change){"iat", "1700000001"}, none), &rules,
                OIDC_E_TOKEN_IAT);
    }
}

static const struct CMUnitTest tests[] = {
    CASE(test_n084_a_required_hash_of_nothing_is_refused),
    CASE(test_n084_the_hash_belongs_to_the_algorithm),
    CASE(test_n082_an_unsolicited_nonce_is_refused),
    CASE(without_issuer_validation_another_iss_passes_but_not_none),
    CASE(rules_that_lack_something_refuse),
    CASE(without_slack_iat_is_now),
};
static const struct fixture_table tables[] = {
    TABLE(list_rows, judge_lists),
    TABLE(age_rows, judge_ages),
    TABLE(hash_rows, judge_hashes),
};
RUN_TABLES(tests, tables, keys_start)
