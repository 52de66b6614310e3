/* SPDX-License-Identifier: Apache-2.0 */
/* Judging logout tokens: every rule of Back-Channel Logout 2.6. */
#include "tokens.h"

#include "oidc/logout_token.h"

#define EVENTS "{\"http://schemas.openid.net/event/backchannel-logout\":{}}"
#define SLACK 600

static struct oidc_logout_token_rules usual(void)
{
    return (struct oidc_logout_token_rules){.issuer = ISSUER,
                                            .client_id = CLIENT,
                                            .keys = keys.set,
                                            .algs = OIDC_ALG_BIT(OIDC_ALG_EDDSA),
                                            .iat_slack = SLACK};
}

/* A good payload with one claim replaced, added, or (json NULL) left out. */
static const char *payload(const char *name, const char *json)
{
    static const struct claim_change good[] = {
        {"iss", "\"" ISSUER "\""}, {"sub", "\"alice\""},  {"aud", "\"" CLIENT "\""},
        {"iat", NUM(NOW)},         {"exp", "1700000120"}, {"jti", "\"j1\""},
        {"sid", "\"s1\""},         {"events", EVENTS},
    };
    const char *out = "{\"extra\":1";
    int done = 0;
    for (size_t i = 0; i < COUNT(good); i++) {
        int hit = name && strcmp(name, good[i].name) == 0;
        const char *value = hit ? json : good[i].json;
        done |= hit;
        if (value) {
            out = apr_pstrcat(t.pool, out, ",\"", good[i].name, "\":", value, NULL);
        }
    }
    if (name && !done) {
        out = apr_pstrcat(t.pool, out, ",\"", name, "\":", json, NULL);
    }
    return apr_pstrcat(t.pool, out, "}", NULL);
}

static const char *token(const char *name, const char *json)
{
    return token_of(keys.ed, header_of(keys.ed, ""), payload(name, json));
}

static void honest_token_passes(void **state)
{
    (void)state;
    struct oidc_logout_token_rules rules = usual();
    struct oidc_logout_token out;
    assert_ok(oidc_logout_token_check(&t.ctx, token(NULL, NULL), &rules, &out));
    assert_string_equal(out.sub, "alice");
    assert_string_equal(out.sid, "s1");
    assert_string_equal(out.jti, "j1");
    assert_true(out.until >= NOW + SLACK);
}

struct row {
    const char *test, *name, *json;
    int code; /* OIDC_E_NONE: passes */
};
static const struct row rows[] = {
    {"sub alone is enough", "sid", NULL, OIDC_E_NONE},
    {"sid alone is enough", "sub", NULL, OIDC_E_NONE},
    {"aud as array is good", "aud", "[\"" CLIENT "\"]", OIDC_E_NONE},
    {"exp may be missing", "exp", NULL, OIDC_E_NONE},
    {"iat at the edge is good", "iat", "1699999400", OIDC_E_NONE},
    {"test_n194 events missing", "events", NULL, OIDC_E_LOGOUT_TOKEN},
    {"test_n194 events of another kind", "events",
     "{\"http://schemas.openid.net/event/foobar\":{}}", OIDC_E_LOGOUT_TOKEN},
    {"test_n194 events is an array", "events", "[]", OIDC_E_LOGOUT_TOKEN},
    {"test_n194 event is no object", "events",
     "{\"http://schemas.openid.net/event/backchannel-logout\":true}", OIDC_E_LOGOUT_TOKEN},
    {"test_n194 nonce", "nonce", "\"n\"", OIDC_E_LOGOUT_TOKEN},
    {"test_n194 nonce null", "nonce", "null", OIDC_E_LOGOUT_TOKEN},
    {"test_n195 iss wrong", "iss", "\"" ISSUER "INVALID\"", OIDC_E_TOKEN_ISS},
    {"test_n195 iss missing", "iss", NULL, OIDC_E_TOKEN_ISS},
    {"test_n195 aud wrong", "aud", "\"" CLIENT "INVALID\"", OIDC_E_TOKEN_AUD},
    {"test_n195 aud missing", "aud", NULL, OIDC_E_TOKEN_AUD},
    {"test_n195 iat missing", "iat", NULL, OIDC_E_TOKEN_IAT},
    {"test_n195 iat old", "iat", "1699999399", OIDC_E_TOKEN_IAT},
    {"test_n198 iat in the future", "iat", "1700000601", OIDC_E_TOKEN_IAT},
    {"test_n195 iat as text", "iat", "\"1700000000\"", OIDC_E_TOKEN_IAT},
    {"test_n195 exp past", "exp", "1699999999", OIDC_E_TOKEN_EXP},
    {"test_n195 exp as text", "exp", "\"1700000120\"", OIDC_E_TOKEN_EXP},
    {"test_n196 jti missing", "jti", NULL, OIDC_E_LOGOUT_TOKEN},
    {"test_n196 jti empty", "jti", "\"\"", OIDC_E_LOGOUT_TOKEN},
    {"test_n196 jti a number", "jti", "1", OIDC_E_LOGOUT_TOKEN},
    {"test_n195 sid a number", "sid", "7", OIDC_E_LOGOUT_TOKEN},
    {"test_n195 sid with a line break", "sid", "\"a\\nb\"", OIDC_E_LOGOUT_TOKEN},
    {"test_n195 sub empty", "sub", "\"\"", OIDC_E_LOGOUT_TOKEN},
};

static void judge_token(void **state)
{
    const struct row *row = *state;
    struct oidc_logout_token_rules rules = usual();
    struct oidc_logout_token out;
    if (row->code == OIDC_E_NONE) {
        assert_ok(oidc_logout_token_check(&t.ctx, token(row->name, row->json), &rules, &out));
    } else {
        assert_fails(oidc_logout_token_check(&t.ctx, token(row->name, row->json), &rules, &out),
                     (enum oidc_code)row->code);
    }
}

static void test_n195_neither_sub_nor_sid(void **state)
{
    (void)state;
    struct oidc_logout_token_rules rules = usual();
    struct oidc_logout_token out;
    const char *text = "{\"iss\":\"" ISSUER "\",\"aud\":\"" CLIENT
                       "\",\"iat\":" NUM(NOW) ",\"jti\":\"j\",\"events\":" EVENTS "}";
    assert_fails(oidc_logout_token_check(&t.ctx, token_of(keys.ed, header_of(keys.ed, ""), text),
                                         &rules, &out),
                 OIDC_E_LOGOUT_TOKEN);
}

/* The key is in the set, the algorithm is not the registered one. */
static void test_n192_other_algorithm_and_other_keys(void **state)
{
    (void)state;
    struct oidc_logout_token_rules rules = usual();
    struct oidc_logout_token out;
    const char *rs = token_of(keys.rsa, header_of(keys.rsa, ""), payload(NULL, NULL));
    assert_fails(oidc_logout_token_check(&t.ctx, rs, &rules, &out), OIDC_E_JWT_ALG);
    assert_fails(oidc_logout_token_check(
                     &t.ctx, token_of(keys.other, header_of(keys.other, ""), payload(NULL, NULL)),
                     &rules, &out),
                 OIDC_E_JWT_KEY);
    assert_fails(oidc_logout_token_check(
                     &t.ctx, token_of(keys.other, header_of(keys.ed, ""), payload(NULL, NULL)),
                     &rules, &out),
                 OIDC_E_JWT_SIGNATURE);
    rules.algs = 1; /* "announced, none known" */
    assert_fails(oidc_logout_token_check(&t.ctx, token(NULL, NULL), &rules, &out), OIDC_E_JWT_ALG);
}

static void test_n193_unsigned(void **state)
{
    (void)state;
    struct oidc_logout_token_rules rules = usual();
    struct oidc_logout_token out;
    const char *none =
        apr_pstrcat(t.pool, b64("{\"alg\":\"none\"}"), ".", b64(payload(NULL, NULL)), ".", NULL);
    assert_fails(oidc_logout_token_check(&t.ctx, none, &rules, &out), OIDC_E_JWT_FORMAT);
    assert_fails(
        oidc_logout_token_check(&t.ctx, apr_pstrcat(t.pool, none, "AA", NULL), &rules, &out),
        OIDC_E_JWT_ALG);
}

static void test_n199_other_kinds_of_token(void **state)
{
    (void)state;
    struct oidc_logout_token_rules rules = usual();
    struct oidc_logout_token out;
    const struct oidc_claims *claims;
    struct oidc_id_token_rules id = {.issuer = ISSUER,
                                     .client_id = CLIENT,
                                     .keys = keys.set,
                                     .iat_slack = SLACK,
                                     .algs = OIDC_ALG_BIT(OIDC_ALG_EDDSA),
                                     .check_issuer = 1,
                                     .max_age = -1,
                                     .nonce = NONCE};
    const char *typed =
        token_of(keys.ed, header_of(keys.ed, ",\"typ\":\"at+jwt\""), payload(NULL, NULL));
    assert_fails(oidc_logout_token_check(&t.ctx, typed, &rules, &out), OIDC_E_LOGOUT_TOKEN);
    typed = token_of(keys.ed, header_of(keys.ed, ",\"typ\":\"logout+jwt\""), payload(NULL, NULL));
    assert_ok(oidc_logout_token_check(&t.ctx, typed, &rules, &out));
    assert_fails(oidc_id_token_check(&t.ctx, typed, &id, &claims), OIDC_E_JWT_HEADER);
    assert_fails(oidc_id_token_check(&t.ctx, token(NULL, NULL), &id, &claims), OIDC_E_TOKEN_NONCE);
}

static void test_n191_texts_that_are_no_token(void **state)
{
    (void)state;
    struct oidc_logout_token_rules rules = usual();
    struct oidc_logout_token out;
    char *big = apr_palloc(t.pool, 20000);
    memset(big, 'a', 19999);
    big[19999] = '\0';
    const char *const texts[] = {"", "x", "a.b", "..", "a.b.c.d", big};
    for (size_t i = 0; i < COUNT(texts); i++) {
        assert_int_equal(oidc_logout_token_check(&t.ctx, texts[i], &rules, &out), OIDC_FAILED);
        oidc_ctx_clear(&t.ctx);
    }
}

static const struct CMUnitTest tests[] = {
    CASE(honest_token_passes),
    CASE(test_n195_neither_sub_nor_sid),
    CASE(test_n193_unsigned),
    CASE(test_n192_other_algorithm_and_other_keys),
    CASE(test_n199_other_kinds_of_token),
    CASE(test_n191_texts_that_are_no_token),
};
static const struct fixture_table tables[] = {
    TABLE(rows, judge_token),
};
RUN_TABLES(tests, tables, keys_start)
