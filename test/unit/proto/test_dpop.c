/* SPDX-License-Identifier: Apache-2.0 */
/* DPoP proofs: made, and judged by every rule of RFC 9449 4.3. */
#include "tokens.h"

#include "oidc/dpop.h"
#include "oidc/hash.h"

#define URL_ "https://rs.test/api/x"
#define SLACK 60
#define ALGS                                                                                       \
    (OIDC_ALG_BIT(OIDC_ALG_EDDSA) | OIDC_ALG_BIT(OIDC_ALG_ES256) | OIDC_ALG_BIT(OIDC_ALG_PS256))

static struct oidc_dpop_rules usual(void)
{
    return (struct oidc_dpop_rules){
        .method = "GET", .url = URL_, .access_token = TOKEN, .iat_slack = SLACK, .algs = ALGS};
}

static const char *proof_by(struct oidc_jwk *key, enum oidc_alg alg)
{
    const struct oidc_dpop d = {
        .method = "GET", .url = URL_ "?q=1#f", .access_token = TOKEN, .nonce = "srv"};
    const char *out = NULL;
    assert_ok(oidc_dpop_print(&t.ctx, &d, key, alg, &out));
    return out;
}

static void proof_of_each_kind_of_key_passes(void **state)
{
    (void)state;
    struct oidc_dpop_rules rules = usual();
    struct oidc_dpop_verified out;
    const char *jkt;
    rules.nonce = "srv";
    assert_ok(oidc_dpop_check(&t.ctx, proof_by(keys.ed, OIDC_ALG_EDDSA), &rules, &out));
    assert_ok(oidc_jwk_thumbprint(&t.ctx, keys.ed, &jkt));
    assert_string_equal(out.jkt, jkt);
    assert_int_equal(out.iat, NOW);
    assert_ok(oidc_dpop_check(&t.ctx, proof_by(keys.ec, OIDC_ALG_ES256), &rules, &out));
    assert_ok(oidc_dpop_check(&t.ctx, proof_by(keys.rsa, OIDC_ALG_PS256), &rules, &out));
}

static void proofs_are_fresh(void **state)
{
    (void)state;
    struct oidc_dpop_rules rules = usual();
    struct oidc_dpop_verified a, b;
    assert_ok(oidc_dpop_check(&t.ctx, proof_by(keys.ed, OIDC_ALG_EDDSA), &rules, &a));
    assert_ok(oidc_dpop_check(&t.ctx, proof_by(keys.ed, OIDC_ALG_EDDSA), &rules, &b));
    assert_string_not_equal(a.jti, b.jti);
}

/* Header and payload of any text, signed by the Ed25519 key. */
static const char *raw(const char *typ, const char *jwk, const char *payload)
{
    const char *header = apr_pstrcat(t.pool, "{\"alg\":\"EdDSA\"", typ, jwk, "}", NULL);
    return token_of(keys.ed, header, payload);
}

static const char *public_jwk(void)
{
    json_t *jwk;
    assert_ok(oidc_jwk_print_public(&t.ctx, keys.ed, OIDC_ALG_UNKNOWN, &jwk));
    return apr_pstrcat(t.pool, ",\"jwk\":", oidc_json_print(t.pool, jwk), NULL);
}

#define TYP ",\"typ\":\"dpop+jwt\""
#define ATH "\"7zIhbIR3OTPAVHVv1a1HJ0O7Oqx3Ep1PzmVJCjpDeQM\""

/* The good payload, with one claim replaced, or (json NULL) left out. */
static const char *payload(const char *name, const char *json)
{
    const char *ath = NULL;
    assert_ok(oidc_hash_sha256_b64url(&t.ctx, oidc_str_z(TOKEN), &ath));
    const struct claim_change good[] = {
        {"htm", "\"GET\""},
        {"htu", "\"" URL_ "\""},
        {"iat", NUM(NOW)},
        {"jti", "\"j1\""},
        {"ath", apr_pstrcat(t.pool, "\"", ath, "\"", NULL)},
    };
    const char *out = "{\"extra\":true";
    for (size_t i = 0; i < COUNT(good); i++) {
        const char *value = name && strcmp(name, good[i].name) == 0 ? json : good[i].json;
        if (value) {
            out = apr_pstrcat(t.pool, out, ",\"", good[i].name, "\":", value, NULL);
        }
    }
    return apr_pstrcat(t.pool, out, "}", NULL);
}

struct row {
    const char *test, *name, *json;
    int good;
};
static const struct row rows[] = {
    {"extra claims are ignored", "none", NULL, 1},
    {"test_n180 htu with query is good", "htu", "\"" URL_ "?a=b\"", 1},
    {"test_n180 htu with fragment is good", "htu", "\"" URL_ "#f\"", 1},
    {"test_n180 scheme and host in capitals, default port", "htu", "\"HTTPS://RS.test:443/api/x\"",
     1},
    {"test_n180 escape of an unreserved character", "htu", "\"https://rs.test/%61pi/x\"", 1},
    {"iat ten seconds off is good", "iat", "1699999990", 1},
    {"test_n180 htm missing", "htm", NULL, 0},
    {"test_n180 htm of another method", "htm", "\"POST\"", 0},
    {"test_n180 htm in small letters", "htm", "\"get\"", 0},
    {"test_n180 htu missing", "htu", NULL, 0},
    {"test_n180 htu of another path", "htu", "\"https://rs.test/api/y\"", 0},
    {"test_n180 htu of another host", "htu", "\"https://rs2.test/api/x\"", 0},
    {"test_n180 htu of another scheme", "htu", "\"http://rs.test/api/x\"", 0},
    {"test_n180 htu with user information", "htu", "\"https://u@rs.test/api/x\"", 0},
    {"test_n180 htu relative", "htu", "\"/api/x\"", 0},
    {"test_n181 iat missing", "iat", NULL, 0},
    {"test_n181 iat an hour ago", "iat", "1699996400", 0},
    {"test_n181 iat an hour ahead", "iat", "1700003600", 0},
    {"test_n181 iat as text", "iat", "\"1700000000\"", 0},
    {"test_n181 jti missing", "jti", NULL, 0},
    {"test_n181 jti empty", "jti", "\"\"", 0},
    {"test_n182 ath missing", "ath", NULL, 0},
    {"test_n182 ath of another token", "ath", ATH, 0},
    {"test_n182 ath an array", "ath", "[]", 0},
};

static void judge_proof(void **state)
{
    const struct row *row = *state;
    struct oidc_dpop_rules rules = usual();
    struct oidc_dpop_verified out;
    const char *proof = raw(TYP, public_jwk(), payload(row->name, row->json));
    if (row->good) {
        assert_ok(oidc_dpop_check(&t.ctx, proof, &rules, &out));
    } else {
        assert_fails(oidc_dpop_check(&t.ctx, proof, &rules, &out), OIDC_E_DPOP);
    }
}

static void refuses(const char *proof)
{
    struct oidc_dpop_rules rules = usual();
    struct oidc_dpop_verified out;
    assert_fails(oidc_dpop_check(&t.ctx, proof, &rules, &out), OIDC_E_DPOP);
}

static void test_n181_headers_that_are_refused(void **state)
{
    (void)state;
    const char *good = payload(NULL, NULL);
    refuses(raw("", public_jwk(), good));
    refuses(raw(",\"typ\":\"JWT\"", public_jwk(), good));
    refuses(raw(TYP, "", good));
    refuses(raw(TYP, ",\"jwk\":\"x\"", good));
    refuses(raw(TYP, ",\"jwk\":{\"kty\":\"oct\",\"k\":\"AAAA\"}", good));
    refuses(apr_pstrcat(t.pool, b64("{\"alg\":\"none\",\"typ\":\"dpop+jwt\"}"), ".", b64(good), ".",
                        NULL));
    refuses(token_hs256("{\"alg\":\"HS256\",\"typ\":\"dpop+jwt\",\"jwk\":{\"kty\":\"oct\",\"k\":"
                        "\"c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0\"}}",
                        good, oidc_str_z("secretsecretsecretsecretsecret")));
    refuses("");
    refuses("a.b.c");
}

/* N183: the private half of the key has no business in a proof. */
static void test_n183_private_key_in_the_header(void **state)
{
    (void)state;
    const char *jwk = public_jwk();
    jwk = apr_pstrcat(t.pool, apr_pstrmemdup(t.pool, jwk, strlen(jwk) - 1),
                      ",\"d\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}", NULL);
    refuses(raw(TYP, jwk, payload(NULL, NULL)));
}

static void test_n182_signed_by_another_key(void **state)
{
    (void)state;
    const char *header = apr_pstrcat(t.pool, "{\"alg\":\"EdDSA\"" TYP, public_jwk(), "}", NULL);
    refuses(token_of(keys.other, header, payload(NULL, NULL)));
}

static void algorithm_must_be_allowed(void **state)
{
    (void)state;
    struct oidc_dpop_rules rules = usual();
    struct oidc_dpop_verified out;
    rules.algs = OIDC_ALG_BIT(OIDC_ALG_PS256) | OIDC_ALG_SET_HMAC;
    assert_fails(oidc_dpop_check(&t.ctx, proof_by(keys.ed, OIDC_ALG_EDDSA), &rules, &out),
                 OIDC_E_DPOP);
}

static void nonce_must_be_the_given_one(void **state)
{
    (void)state;
    struct oidc_dpop_rules rules = usual();
    struct oidc_dpop_verified out;
    rules.nonce = "another";
    assert_fails(oidc_dpop_check(&t.ctx, proof_by(keys.ed, OIDC_ALG_EDDSA), &rules, &out),
                 OIDC_E_DPOP);
    assert_fails(oidc_dpop_check(&t.ctx, raw(TYP, public_jwk(), payload(NULL, NULL)), &rules, &out),
                 OIDC_E_DPOP);
}

static const struct CMUnitTest tests[] = {
    CASE(proof_of_each_kind_of_key_passes),   CASE(proofs_are_fresh),
    CASE(test_n181_headers_that_are_refused), CASE(test_n183_private_key_in_the_header),
    CASE(test_n182_signed_by_another_key),    CASE(algorithm_must_be_allowed),
    CASE(nonce_must_be_the_given_one),
};
static const struct fixture_table tables[] = {
    TABLE(rows, judge_proof),
};
RUN_TABLES(tests, tables, keys_start)
