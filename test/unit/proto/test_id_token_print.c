/* SPDX-License-Identifier: Apache-2.0 */
/* Making ID tokens, the way back through the validator, and hints. */
#include "tokens.h"

#include "oidc/access_token.h"

static const struct oidc_id_token full = {
    .iss = ISSUER,
    .sub = "alice",
    .aud = CLIENT,
    .nonce = NONCE,
    .sid = "s-1",
    .acr = "urn:x",
    .iat = NOW,
    .exp = NOW + 300,
    .auth_time = NOW - 5,
    .access_token = TOKEN,
};

static const struct oidc_claims *round_trip_of(const struct oidc_id_token *it,
                                               const struct oidc_jwk *key, enum oidc_alg alg,
                                               struct oidc_id_token_rules rules)
{
    const char *token;
    const struct oidc_claims *claims = NULL;
    assert_ok(oidc_id_token_print(&t.ctx, it, key, alg, &token));
    assert_ok(oidc_id_token_check(&t.ctx, token, &rules, &claims));
    return claims;
}

static void claim_is(const struct oidc_claims *claims, const char *name, const char *value)
{
    const char *text = NULL;
    enum oidc_rc rc = oidc_claims_get_string(claims, name, &text);
    assert_true(rc != OIDC_FAILED);
    fixture_same(name, text, value);
}

static void time_is(const struct oidc_claims *claims, const char *name, apr_int64_t value)
{
    apr_int64_t seconds = -1;
    assert_ok(oidc_claims_get_time(claims, name, &seconds));
    assert_int_equal(seconds, value);
}

static void round_trip(void **state)
{
    (void)state;
    const struct {
        const struct oidc_jwk *key;
        enum oidc_alg alg;
    } cases[] = {{keys.ed, OIDC_ALG_EDDSA},
                 {keys.rsa, OIDC_ALG_RS256},

                 {keys.ec, OIDC_ALG_ES256}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct oidc_id_token_rules rules = usual_rules();
        rules.access_token = TOKEN;
        rules.at_hash_required = 1;
        rules.max_age = 60;
        rules.algs = OIDC_ALG_BIT(cases[i].alg);
        const struct oidc_claims *claims = round_trip_of(&full, cases[i].key, cases[i].alg, rules);
        claim_is(claims, "iss", full.iss);
        claim_is(claims, "sub", full.sub);
        claim_is(claims, "aud", full.aud);
        claim_is(claims, "nonce", full.nonce);
        claim_is(claims, "sid", full.sid);
        claim_is(claims, "acr", full.acr);
        time_is(claims, "iat", full.iat);
        time_is(claims, "exp", full.exp);
        time_is(claims, "auth_time", full.auth_time);
    }
}

static void what_is_not_given_is_left_out(void **state)
{
    (void)state;
    struct oidc_id_token it = {
        .iss = ISSUER, .sub = "a", .aud = CLIENT, .iat = NOW, .exp = NOW + 1};
    struct oidc_id_token_rules rules = usual_rules();
    rules.nonce = NULL;
    const struct oidc_claims *claims = round_trip_of(&it, keys.ed, OIDC_ALG_EDDSA, rules);
    assert_string_equal(oidc_json_print(t.pool, oidc_claims_json(claims)),
                        "{\"iss\":\"" ISSUER "\",\"sub\":\"a\",\"aud\":\"" CLIENT
                        "\",\"exp\":1700000001,\"iat\":1700000000}");
}

static void further_claims_never_replace_ours(void **state)
{
    (void)state;
    static const char *const reserved[] = {"iss", "sub",    "aud",     "exp",   "iat",
                                           "nbf", "azp",    "nonce",   "sid",   "auth_time",
                                           "jti", "s_hash", "at_hash", "c_hash"};
    json_t *extra = oidc_json_object(t.pool);
    for (size_t i = 0; i < COUNT(reserved); i++) {
        oidc_json_put_string(extra, reserved[i], "evil");
    }
    oidc_json_put_string(extra, "name", "Alice");
    oidc_json_put_string(extra, "acr", "from-extra");
    struct oidc_id_token it = {
        .iss = ISSUER, .sub = "a", .aud = CLIENT, .iat = NOW, .exp = NOW + 1, .extra = extra};
    struct oidc_id_token_rules rules = usual_rules();
    rules.nonce = NULL;
    assert_string_equal(oidc_json_print(t.pool, oidc_claims_json(round_trip_of(
                                                    &it, keys.ed, OIDC_ALG_EDDSA, rules))),
                        "{\"iss\":\"" ISSUER "\",\"sub\":\"a\",\"aud\":\"" CLIENT
                        "\",\"exp\":1700000001,\"iat\":1700000000,"
                        "\"name\":\"Alice\",\"acr\":\"from-extra\"}");
    it.acr = "ours";
    claim_is(round_trip_of(&it, keys.ed, OIDC_ALG_EDDSA, rules), "acr", "ours");
}

static void the_header_has_no_typ(void **state)
{
    (void)state;
    const char *token;
    struct oidc_jwt *jwt;
    assert_ok(oidc_id_token_print(&t.ctx, &full, keys.rsa, OIDC_ALG_RS256, &token));
    assert_ok(oidc_jwt_parse(&t.ctx, oidc_str_z(token), OIDC_JWT_MAX, &jwt));
    assert_null(oidc_jwt_typ(jwt));
    assert_string_equal(oidc_jwt_kid(jwt), keys.rsa->info.kid);
}

static void a_key_of_another_kind_signs_nothing(void **state)
{
    (void)state;
    const char *token;
    assert_int_equal(oidc_id_token_print(&t.ctx, &full, keys.rsa, OIDC_ALG_ES256, &token),
                     OIDC_FAILED);
    oidc_ctx_clear(&t.ctx);
    assert_int_equal(oidc_id_token_print(&t.ctx, &full, keys.ed, OIDC_ALG_UNKNOWN, &token),
                     OIDC_FAILED);
}

/* ---- hints ---- */

static void hint_passes(const char *token, const char *client_id)
{
    const struct oidc_claims *claims = NULL;
    assert_ok(oidc_id_token_check_hint(&t.ctx, token, ISSUER, client_id, keys.set, &claims));
    claim_is(claims, "sub", "alice");
}

static void hint_refused(const char *token, enum oidc_code code)
{
    const struct oidc_claims *claims = NULL;
    assert_fails(oidc_id_token_check_hint(&t.ctx, token, ISSUER, CLIENT, keys.set, &claims), code);
    assert_null(claims);
}

static const char *ed_token(struct claim_change a, struct claim_change b)
{
    return token_of(keys.ed, header_of(keys.ed, ""), payload_of(a, b));
}

static void an_expired_hint_passes(void **state)
{
    (void)state;
    const char *token;
    struct oidc_id_token it = full;
    it.iat = 5;
    it.exp = 10;
    assert_ok(oidc_id_token_print(&t.ctx, &it, keys.ec, OIDC_ALG_ES256, &token));
    hint_passes(token, CLIENT);
    hint_passes(token, NULL);
}

static void a_hint_of_another_client_passes_only_where_none_is_named(void **state)
{
    (void)state;
    const char *token =
        ed_token((struct claim_change){"aud", "\"other\""}, (struct claim_change){NULL, NULL});
    hint_passes(token, NULL);
    hint_refused(token, OIDC_E_TOKEN_AUD);
}

static void hints_that_we_did_not_issue_are_refused(void **state)
{
    (void)state;
    struct claim_change none = {NULL, NULL};
    hint_refused(ed_token((struct claim_change){"iss", "\"https://evil.test/\""}, none),
                 OIDC_E_TOKEN_ISS);
    hint_refused(ed_token((struct claim_change){"sub", NULL}, none), OIDC_E_TOKEN_SUB);
    hint_refused(token_of(keys.other, header_of(keys.ed, ""), usual_payload()),
                 OIDC_E_JWT_SIGNATURE);
    hint_refused(token_of(keys.other, header_of(keys.other, ""), usual_payload()), OIDC_E_JWT_KEY);
    hint_refused(
        apr_pstrcat(t.pool, b64("{\"alg\":\"none\"}"), ".", b64(usual_payload()), ".", NULL),
        OIDC_E_JWT_FORMAT);
    hint_refused(token_hs256("{\"alg\":\"HS256\"}", usual_payload(), oidc_str_z(keys.ed->info.kid)),
                 OIDC_E_JWT_ALG);
    hint_refused("", OIDC_E_JWT_FORMAT);
    hint_refused(NULL, OIDC_E_JWT_FORMAT);
}

static void test_n167_an_access_token_is_no_hint(void **state)
{
    (void)state;
    const char *token;
    struct oidc_access_token at = {.iss = ISSUER,
                                   .sub = "alice",
                                   .aud = CLIENT,
                                   .client_id = CLIENT,
                                   .iat = NOW,
                                   .exp = NOW + 1};
    assert_ok(oidc_access_token_print(&t.ctx, &at, keys.ed, OIDC_ALG_EDDSA, &token));
    hint_refused(token, OIDC_E_JWT_HEADER);
}

static void test_n061_a_hint_has_a_limit(void **state)
{
    (void)state;
    char *pad = apr_palloc(t.pool, OIDC_JWT_MAX_REQUEST + 1);
    memset(pad, 'x', OIDC_JWT_MAX_REQUEST);
    pad[OIDC_JWT_MAX_REQUEST] = '\0';
    hint_refused(ed_token((struct claim_change){"x", apr_pstrcat(t.pool, "\"", pad, "\"", NULL)},
                          (struct claim_change){NULL, NULL}),
                 OIDC_E_JWT_FORMAT);
}

static const struct CMUnitTest tests[] = {
    CASE(round_trip),
    CASE(what_is_not_given_is_left_out),
    CASE(further_claims_never_replace_ours),
    CASE(the_header_has_no_typ),
    CASE(a_key_of_another_kind_signs_nothing),
    CASE(an_expired_hint_passes),
    CASE(a_hint_of_another_client_passes_only_where_none_is_named),
    CASE(hints_that_we_did_not_issue_are_refused),
    CASE(test_n167_an_access_token_is_no_hint),
    CASE(test_n061_a_hint_has_a_limit),
};

int main(void)
{
    return fixture_run(tests, COUNT(tests), NULL, 0, keys_start);
}
