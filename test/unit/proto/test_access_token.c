/* SPDX-License-Identifier: Apache-2.0 */
/* JWT access tokens of our own provider. */
#include "tokens.h"

#include "oidc/access_token.h"

static const struct oidc_access_token full = {
    .iss = ISSUER,
    .sub = "alice",
    .aud = "https://op.test/userinfo",
    .client_id = CLIENT,
    .scope = "openid profile",
    .jti = "j-1",
    .grant = "g-1",
    .iat = NOW,
    .exp = NOW + 600,
};

static struct oidc_access_token_rules usual(void)
{
    struct oidc_access_token_rules rules = {
        .issuer = ISSUER, .audience = full.aud, .keys = keys.set, .algs = OIDC_ALG_SET_ASYMMETRIC};
    return rules;
}

static const struct oidc_claims *passes_at(const char *token)
{
    struct oidc_access_token_rules rules = usual();
    const struct oidc_claims *claims = NULL;
    assert_ok(oidc_access_token_check(&t.ctx, oidc_str_z(token), &rules, &claims));
    return claims;
}

static void refused_at(const char *token, const struct oidc_access_token_rules *rules)
{
    const struct oidc_claims *claims = NULL;
    assert_fails(oidc_access_token_check(&t.ctx, oidc_str_z(token), rules, &claims),
                 OIDC_E_OP_TOKEN);
    assert_null(claims);
}

static void claim_is(const struct oidc_claims *claims, const char *name, const char *value)
{
    const char *text = NULL;
    assert_ok(oidc_claims_get_string(claims, name, &text));
    assert_string_equal(text, value);
}

static void round_trip(void **state)
{
    (void)state;
    const char *token;
    struct oidc_jwt *jwt;
    apr_int64_t seconds;
    assert_ok(oidc_access_token_print(&t.ctx, &full, keys.rsa, OIDC_ALG_RS256, &token));
    assert_ok(oidc_jwt_parse(&t.ctx, oidc_str_z(token), OIDC_JWT_MAX_REQUEST, &jwt));
    assert_string_equal(oidc_jwt_typ(jwt), "at+jwt");
    const struct oidc_claims *claims = passes_at(token);
    claim_is(claims, "iss", full.iss);
    claim_is(claims, "sub", full.sub);
    claim_is(claims, "aud", full.aud);
    claim_is(claims, "client_id", full.client_id);
    claim_is(claims, "scope", full.scope);
    claim_is(claims, "jti", full.jti);
    claim_is(claims, "grant", full.grant);
    assert_ok(oidc_claims_get_time(claims, "iat", &seconds));
    assert_int_equal(seconds, full.iat);
    assert_ok(oidc_claims_get_time(claims, "exp", &seconds));
    assert_int_equal(seconds, full.exp);
}

/* ---- one claim changed ---- */

#define AUD "\"https://op.test/userinfo\""

static const char *changed(struct claim_change change)
{
    json_t *doc = oidc_json_object(t.pool);
    const char *text;
    oidc_json_put_string(doc, "iss", full.iss);
    oidc_json_put_string(doc, "sub", full.sub);
    oidc_json_put_string(doc, "aud", full.aud);
    oidc_json_put_string(doc, "client_id", full.client_id);
    oidc_json_put_int(doc, "iat", full.iat);
    oidc_json_put_int(doc, "exp", full.exp);
    if (change.json) {
        json_object_set_new(doc, change.name, json_loads(change.json, JSON_DECODE_ANY, NULL));
    } else if (change.name) {
        json_object_del(doc, change.name);
    }
    assert_ok(oidc_jwt_sign(&t.ctx, keys.ed, OIDC_ALG_EDDSA, "at+jwt", doc, &text));
    return text;
}

struct claim_row {
    const char *name;
    struct claim_change change;
    int passes;
};

static const struct claim_row claim_rows[] = {
    {"the_usual_token_passes", {NULL, NULL}, 1},
    {"aud_array", {"aud", "[\"x\"," AUD "]"}, 1},
    {"exp_in_a_second", {"exp", "1700000001"}, 1},
    {"iat_long_ago", {"iat", "1"}, 1},
    {"iat_60_seconds_ahead", {"iat", "1700000060"}, 1},
    {"test_n169_iss_missing", {"iss", NULL}, 0},
    {"test_n169_iss_of_another", {"iss", "\"https://op.test/test/a/x\""}, 0},
    {"test_n169_iss_array", {"iss", "[\"" ISSUER "\"]"}, 0},
    {"test_n168_aud_missing", {"aud", NULL}, 0},
    {"test_n168_aud_of_another", {"aud", "\"https://api.test\""}, 0},
    {"test_n168_aud_array_without_us", {"aud", "[\"x\"]"}, 0},
    {"test_n168_aud_empty_array", {"aud", "[]"}, 0},
    {"test_n168_aud_number", {"aud", "1"}, 0},
    {"test_n171_exp_missing", {"exp", NULL}, 0},
    {"test_n171_exp_now", {"exp", "1700000000"}, 0},
    {"test_n171_exp_1e300", {"exp", "1e300"}, 0},
    {"test_n171_exp_string", {"exp", "\"1800000000\""}, 0},
    {"test_n171_exp_true", {"exp", "true"}, 0},
    {"iat_missing", {"iat", NULL}, 0},
    {"iat_61_seconds_ahead", {"iat", "1700000061"}, 0},
    {"iat_string", {"iat", "\"1700000000\""}, 0},
    {"nbf_61_seconds_ahead", {"nbf", "1700000061"}, 0},
    {"sub_missing", {"sub", NULL}, 0},
    {"sub_empty", {"sub", "\"\""}, 0},
    {"sub_number", {"sub", "1"}, 0},
    {"client_id_missing", {"client_id", NULL}, 0},
    {"client_id_empty", {"client_id", "\"\""}, 0},
    {"client_id_number", {"client_id", "1"}, 0},
};

static void judge_claims(void **state)
{
    const struct claim_row *row = *state;
    const char *token = changed(row->change);
    if (row->passes) {
        passes_at(token);
    } else {
        struct oidc_access_token_rules rules = usual();
        refused_at(token, &rules);
    }
}

/* ---- other tokens ---- */

static void typ_is(const char *typ, int ok)
{
    struct oidc_access_token_rules rules = usual();
    const char *middle = strchr(changed((struct claim_change){NULL, NULL}), '.') + 1;
    struct oidc_str payload;
    assert_ok(oidc_b64url_parse(t.pool, oidc_str(middle, strcspn(middle, ".")), &payload));
    const char *more = typ ? apr_pstrcat(t.pool, ",\"typ\":\"", typ, "\"", NULL) : "";
    const char *token = token_of(keys.ed, header_of(keys.ed, more), oidc_str_dup(t.pool, payload));
    if (ok) {
        passes_at(token);
    } else {
        refused_at(token, &rules);
    }
}

static void test_n167_only_an_access_token_is_one(void **state)
{
    (void)state;
    static const char *const others[] = {NULL,
                                         "",
                                         "JWT",
                                         "id_token+jwt",
                                         "at",
                                         "xat+jwt",
                                         "at+jwt ",
                                         "application/jwt",
                                         "logout+jwt",
                                         "dpop+jwt",
                                         "oauth-authz-req+jwt"};
    typ_is("at+jwt", 1);
    typ_is("AT+JWT", 1);
    typ_is("application/at+jwt", 1);
    for (size_t i = 0; i < COUNT(others); i++) {
        typ_is(others[i], 0);
    }
}

static void test_n162_any_other_text_is_refused(void **state)
{
    (void)state;
    struct oidc_access_token_rules rules = usual();
    static const char *const texts[] = {"",           "x",  "a.b.c",
                                        "SlAV32hkKG", "..", "eyJhbGciOiJub25lIn0.e30."};
    for (size_t i = 0; i < COUNT(texts); i++) {
        refused_at(texts[i], &rules);
    }
    char *long_text = apr_palloc(t.pool, OIDC_JWT_MAX_REQUEST + 2);
    memset(long_text, 'a', OIDC_JWT_MAX_REQUEST + 1);
    long_text[OIDC_JWT_MAX_REQUEST + 1] = '\0';
    refused_at(long_text, &rules);
}

static void other_keys_are_refused(void **state)
{
    (void)state;
    const char *token;
    struct oidc_access_token_rules rules = usual();
    assert_ok(oidc_access_token_print(&t.ctx, &full, keys.other, OIDC_ALG_EDDSA, &token));
    refused_at(token, &rules);
    assert_ok(oidc_access_token_print(&t.ctx, &full, keys.ed, OIDC_ALG_EDDSA, &token));
    rules.algs = OIDC_ALG_BIT(OIDC_ALG_RS256);
    refused_at(token, &rules);
    char *bent = apr_pstrdup(t.pool, token);
    char *sig = strrchr(bent, '.') + 1;
    *sig = *sig == 'A' ? 'B' : 'A';
    rules = usual();
    refused_at(bent, &rules);
}

static void rules_that_lack_something_refuse(void **state)
{
    (void)state;
    const char *token;
    assert_ok(oidc_access_token_print(&t.ctx, &full, keys.ed, OIDC_ALG_EDDSA, &token));
    struct oidc_access_token_rules rules = usual();
    rules.issuer = NULL;
    refused_at(token, &rules);
    rules = usual();
    rules.audience = NULL;
    refused_at(token, &rules);
    rules = usual();
    rules.keys = NULL;
    refused_at(token, &rules);
    rules = usual();
    rules.algs = 0;
    refused_at(token, &rules);
}

static void the_detail_says_why(void **state)
{
    (void)state;
    const struct oidc_claims *claims;
    struct oidc_access_token_rules rules = usual();
    const char *token = changed((struct claim_change){"exp", "5"});
    assert_int_equal(oidc_access_token_check(&t.ctx, oidc_str_z(token), &rules, &claims),
                     OIDC_FAILED);
    assert_string_equal(t.ctx.err.detail, "access token: exp is \"5\", now is 1700000000");
}

static const struct CMUnitTest tests[] = {
    CASE(round_trip),
    CASE(test_n167_only_an_access_token_is_one),
    CASE(test_n162_any_other_text_is_refused),
    CASE(other_keys_are_refused),
    CASE(rules_that_lack_something_refuse),
    CASE(the_detail_says_why),
};
static const struct fixture_table tables[] = {
    TABLE(claim_rows, judge_claims),
};
RUN_TABLES(tests, tables, keys_start)
