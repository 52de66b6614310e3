/* SPDX-License-Identifier: Apache-2.0 */
/* ID tokens and keys: signatures, key sets as providers publish them, the client secret as a key.
 */
#include "tokens.h"

#include <openssl/x509.h>

/* ---- signature and key ---- */

static struct oidc_jwk *fresh_key(enum oidc_alg alg)
{
    struct oidc_jwk *key;
    assert_ok(oidc_jwk_generate(&t.ctx, t.pool, alg, &key));
    return key;
}

static void all_kinds_of_keys_verify(void **state)
{
    (void)state;
    struct oidc_id_token_rules rules = usual_rules();
    json_t *claims = oidc_json_object(t.pool);
    oidc_json_put_string(claims, "iss", ISSUER);
    oidc_json_put_string(claims, "sub", "alice");
    oidc_json_put_string(claims, "aud", CLIENT);
    oidc_json_put_string(claims, "nonce", NONCE);
    oidc_json_put_int(claims, "iat", NOW);
    oidc_json_put_int(claims, "exp", NOW + 300);
    static const enum oidc_alg algs[] = {OIDC_ALG_RS256, OIDC_ALG_RS512, OIDC_ALG_PS256,
                                         OIDC_ALG_ES256, OIDC_ALG_ES512, OIDC_ALG_EDDSA};
    for (size_t i = 0; i < COUNT(algs); i++) {
        const char *token;
        struct oidc_jwks *set = oidc_jwks_make(t.pool);
        const struct oidc_jwk *key = fresh_key(algs[i]);
        oidc_jwks_add(set, key);
        rules.keys = set;
        assert_ok(oidc_jwt_sign(&t.ctx, key, algs[i], NULL, claims, &token));
        passes_token(token, &rules);
        rules.algs = OIDC_ALG_BIT(algs[i]);
        passes_token(token, &rules);
        rules.algs = OIDC_ALG_SET_ASYMMETRIC & ~OIDC_ALG_BIT(algs[i]);
        refused_token(token, &rules, OIDC_E_JWT_ALG); /* N072 */
        rules.algs = OIDC_ALG_SET_ASYMMETRIC;
    }
}

static void test_n050_wrong_signatures_are_refused(void **state)
{
    (void)state;
    struct oidc_id_token_rules rules = usual_rules();
    const struct oidc_jwk *const signers[] = {keys.ed, keys.rsa};
    for (size_t i = 0; i < COUNT(signers); i++) {
        const char *input =
            apr_pstrcat(t.pool, b64(header_of(signers[i], "")), ".", b64(usual_payload()), NULL);
        struct oidc_str right = raw_sign(signers[i], input);
        for (int how = 0; how < 5; how++) {
            char *sig = apr_pmemdup(t.pool, right.p, right.n);
            size_t n = right.n;
            for (size_t b = 0; b < right.n; b++) {
                sig[b] = (char)(how == 0 ? sig[b] ^ 0x5a : how == 1 ? 0 : sig[b]);
            }
            sig[n - 1] = (char)(how == 2 ? sig[n - 1] ^ 1 : sig[n - 1]);
            sig[0] = (char)(how == 3 ? sig[0] ^ 0x40 : sig[0]);
            n -= how == 4;
            const char *text = oidc_b64url_print(t.pool, oidc_str(sig, n));
            refused_token(apr_pstrcat(t.pool, input, ".", text, NULL), &rules,
                          OIDC_E_JWT_SIGNATURE);
        }
    }
}

static void test_n050_another_key_or_payload_is_refused(void **state)
{
    (void)state;
    struct oidc_id_token_rules rules = usual_rules();
    const char *good = usual_token();
    refused_token(token_of(keys.other, header_of(keys.ed, ""), usual_payload()), &rules,
                  OIDC_E_JWT_SIGNATURE);
    const char *other =
        b64(payload_of((struct claim_change){"sub", "\"bob\""}, (struct claim_change){NULL, NULL}));
    const char *head = apr_pstrmemdup(t.pool, good, (size_t)(strchr(good, '.') - good + 1));
    refused_token(apr_pstrcat(t.pool, head, other, strrchr(good, '.'), NULL), &rules,
                  OIDC_E_JWT_SIGNATURE);
}

static void test_n050_claims_count_for_nothing_before_the_signature(void **state)
{
    (void)state;
    struct oidc_id_token_rules rules = usual_rules();
    const char *payload =
        payload_of((struct claim_change){"iss", "1"}, (struct claim_change){"exp", NULL});
    refused_token(token_of(keys.other, header_of(keys.ed, ""), payload), &rules,
                  OIDC_E_JWT_SIGNATURE);
}

static void test_n056_keys_in_the_header_are_ignored(void **state)
{
    (void)state;
    struct oidc_id_token_rules rules = usual_rules();
    json_t *jwk;
    assert_ok(oidc_jwk_print_public(&t.ctx, keys.other, OIDC_ALG_EDDSA, &jwk));
    const char *more = apr_pstrcat(
        t.pool, ",\"jwk\":", oidc_json_print(t.pool, jwk),
        ",\"jku\":\"https://evil.test/jwks\",\"x5u\":\"https://evil.test/c\",\"x5c\":[\"AA==\"]",
        NULL);
    refused_token(token_of(keys.other, header_of(keys.ed, more), usual_payload()), &rules,
                  OIDC_E_JWT_SIGNATURE);
    refused_token(token_of(keys.other, header_of(keys.other, more), usual_payload()), &rules,
                  OIDC_E_JWT_KEY);
    passes_token(token_of(keys.ed, header_of(keys.ed, more), usual_payload()), &rules);
}

static void test_n100_an_unknown_kid_asks_for_new_keys(void **state)
{
    (void)state;
    struct oidc_id_token_rules rules = usual_rules();
    refused_token(token_of(keys.other, header_of(keys.other, ""), usual_payload()), &rules,
                  OIDC_E_JWT_KEY);
    refused_token(token_of(keys.ed, "{\"alg\":\"EdDSA\",\"kid\":\"\"}", usual_payload()), &rules,
                  OIDC_E_JWT_KEY);
    rules.keys = oidc_jwks_make(t.pool);
    refused_token(usual_token(), &rules, OIDC_E_JWT_KEY);
}

static void test_n074_a_kid_of_a_key_that_does_not_fit_is_no_key(void **state)
{
    (void)state;
    struct oidc_id_token_rules rules = usual_rules();
    const char *header =
        apr_pstrcat(t.pool, "{\"alg\":\"EdDSA\",\"kid\":\"", keys.rsa->info.kid, "\"}", NULL);
    refused_token(token_of(keys.ed, header, usual_payload()), &rules, OIDC_E_JWT_KEY);
}

/* ---- sets as providers publish them ---- */

/* A public key as a set's element, without alg, and without kid unless it is given. */
static json_t *published(const struct oidc_jwk *key, enum oidc_alg alg, const char *use,
                         const char *kid)
{
    json_t *out;
    assert_ok(oidc_jwk_print_public(&t.ctx, key, alg, &out));
    out = oidc_json_own(t.pool, json_deep_copy(out));
    json_object_del(out, "alg");
    json_object_del(out, "kid");
    oidc_json_put_string(out, "use", use);
    oidc_json_put_string(out, "kid", kid);
    return out;
}

/* A key of a curve that nobody here knows: secp256k1. */
static json_t *foreign(void)
{
    json_t *out = oidc_json_object(t.pool);
    oidc_json_put_string(out, "kty", "EC");
    oidc_json_put_string(out, "crv", "secp256k1");
    oidc_json_put_string(out, "use", "sig");
    oidc_json_put_string(out, "x", "eb5mfvncu6xVoGKVzocLBwKb_NstzijZWfKBWxb4F5g");
    oidc_json_put_string(out, "y", "SDradyajxGVdpPv8DhEIqP0XtEimhVQZnEfQj_sQ1Lg");
    return out;
}

static const struct oidc_jwks *set_of(json_t *const *elements, size_t n)
{
    json_t *doc = oidc_json_object(t.pool), *list = json_array();
    struct oidc_jwks *set;
    for (size_t i = 0; i < n; i++) {
        json_array_append(list, elements[i]);
    }
    json_object_set_new(doc, "keys", list);
    assert_ok(oidc_jwks_parse(&t.ctx, t.pool, oidc_str_z(oidc_json_print(t.pool, doc)), &set));
    return set;
}

static void kid_absent_single_jwks(void **state)
{
    (void)state;
    struct oidc_id_token_rules rules = usual_rules();
    json_t *const elements[] = {
        published(fresh_key(OIDC_ALG_RS256), OIDC_ALG_RS256, "enc", "enc-1"),
        published(keys.rsa, OIDC_ALG_RS256, "sig", NULL),
        published(keys.ec, OIDC_ALG_ES256, "sig", NULL),
        foreign(),
        published(keys.ed, OIDC_ALG_EDDSA, "sig", NULL),
        published(fresh_key(OIDC_ALG_ES256), OIDC_ALG_ES256, "enc", "enc-2"),
    };
    rules.keys = set_of(elements, COUNT(elements));
    passes_token(token_of(keys.rsa, "{\"alg\":\"RS256\"}", usual_payload()), &rules);
    passes_token(token_of(keys.ed, "{\"alg\":\"EdDSA\"}", usual_payload()), &rules);
    refused_token(token_of(keys.other, "{\"alg\":\"EdDSA\"}", usual_payload()), &rules,
                  OIDC_E_JWT_SIGNATURE);
}

static void test_n097_kid_absent_multiple_jwks(void **state)
{
    (void)state;
    struct oidc_id_token_rules rules = usual_rules();
    json_t *const elements[] = {
        published(fresh_key(OIDC_ALG_EDDSA), OIDC_ALG_EDDSA, "sig", NULL),
        published(keys.ec, OIDC_ALG_ES256, "sig", NULL),
        published(fresh_key(OIDC_ALG_EDDSA), OIDC_ALG_EDDSA, "sig", NULL),
        published(keys.ed, OIDC_ALG_EDDSA, "sig", NULL),
    };
    rules.keys = set_of(elements, COUNT(elements));
    passes_token(token_of(keys.ed, "{\"alg\":\"EdDSA\"}", usual_payload()), &rules);
    refused_token(token_of(keys.other, "{\"alg\":\"EdDSA\"}", usual_payload()), &rules,
                  OIDC_E_JWT_SIGNATURE);
}

static void test_n097_keys_of_one_kid_are_all_tried(void **state)
{
    (void)state;
    struct oidc_id_token_rules rules = usual_rules();
    json_t *const elements[] = {
        published(keys.rsa, OIDC_ALG_RS256, "sig", "same"),
        published(fresh_key(OIDC_ALG_EDDSA), OIDC_ALG_EDDSA, "sig", "same"),
        published(keys.ed, OIDC_ALG_EDDSA, "sig", "same"),
    };
    rules.keys = set_of(elements, COUNT(elements));
    passes_token(token_of(keys.ed, "{\"alg\":\"EdDSA\",\"kid\":\"same\"}", usual_payload()),
                 &rules);
    passes_token(token_of(keys.rsa, "{\"alg\":\"RS256\",\"kid\":\"same\"}", usual_payload()),
                 &rules);
    refused_token(token_of(keys.ed, "{\"alg\":\"EdDSA\",\"kid\":\"other\"}", usual_payload()),
                  &rules, OIDC_E_JWT_KEY);
}

static void test_n074_an_encryption_key_verifies_nothing(void **state)
{
    (void)state;
    struct oidc_id_token_rules rules = usual_rules();
    json_t *const elements[] = {published(keys.ed, OIDC_ALG_EDDSA, "enc", NULL)};
    rules.keys = set_of(elements, COUNT(elements));
    refused_token(token_of(keys.ed, "{\"alg\":\"EdDSA\"}", usual_payload()), &rules,
                  OIDC_E_JWT_KEY);
}

/* ---- the client secret as a key ---- */

#define SECRET "a-client-secret-of-at-least-32-bytes"

static const struct oidc_jwks *secret_set(const char *secret)
{
    struct oidc_jwk *key;
    struct oidc_jwks *set = oidc_jwks_make(t.pool);
    assert_ok(oidc_jwk_make_oct(&t.ctx, t.pool, oidc_str_z(secret), NULL, &key));
    oidc_jwks_add(set, key);
    return set;
}

static void hs256_with_the_client_secret(void **state)
{
    (void)state;
    struct oidc_id_token_rules rules = usual_rules();
    const char *token = token_hs256("{\"alg\":\"HS256\"}", usual_payload(), oidc_str_z(SECRET));
    rules.keys = secret_set(SECRET);
    refused_token(token, &rules, OIDC_E_JWT_ALG); /* only where it is configured */
    rules.algs = OIDC_ALG_BIT(OIDC_ALG_HS256);
    passes_token(token, &rules);
    rules.keys = secret_set(SECRET "x");
    refused_token(token, &rules, OIDC_E_JWT_SIGNATURE);
}

static void test_n051_a_short_secret_is_no_key(void **state)
{
    (void)state;
    struct oidc_id_token_rules rules = usual_rules();
    const struct oidc_claims *claims = NULL;
    rules.algs = OIDC_ALG_BIT(OIDC_ALG_HS256);
    rules.keys = secret_set("short");
    const char *token = token_hs256("{\"alg\":\"HS256\"}", usual_payload(), oidc_str_z("short"));
    assert_int_equal(oidc_id_token_check(&t.ctx, token, &rules, &claims), OIDC_FAILED);
    assert_null(claims);
}

static void test_n049_hs256_keyed_with_what_is_public_is_refused(void **state)
{
    (void)state;
    struct oidc_id_token_rules rules = usual_rules();
    const char *pem, *jwk_text;
    json_t *jwk;
    rules.algs = ~OIDC_ALG_BIT(OIDC_ALG_UNKNOWN); /* even where everything is allowed */
    assert_ok(oidc_jwk_print_pem(&t.ctx, keys.rsa, &pem));
    assert_ok(oidc_jwk_print_public(&t.ctx, keys.rsa, OIDC_ALG_RS256, &jwk));
    jwk_text = oidc_json_print(t.pool, jwk);
    const char *n_text = json_string_value(json_object_get(jwk, "n"));
    unsigned char *der = NULL;
    int der_n = i2d_PUBKEY(keys.rsa->pkey, &der);
    struct oidc_str modulus;
    assert_ok(oidc_b64url_parse(t.pool, oidc_str_z(n_text), &modulus));
    const struct oidc_str secrets[] = {
        oidc_str_z(pem),
        oidc_str_z(apr_pstrcat(t.pool, " ", pem, NULL)),
        oidc_str_z(jwk_text),
        oidc_str_z(n_text),
        modulus,
        oidc_str((const char *)der, (size_t)der_n),
        oidc_str("", 0),
    };
    const char *header =
        apr_pstrcat(t.pool, "{\"alg\":\"HS256\",\"kid\":\"", keys.rsa->info.kid, "\"}", NULL);
    for (size_t i = 0; i < COUNT(secrets); i++) {
        refused_token(token_hs256(header, usual_payload(), secrets[i]), &rules, OIDC_E_JWT_KEY);
        refused_token(token_hs256("{\"alg\":\"HS256\"}", usual_payload(), secrets[i]), &rules,
                      OIDC_E_JWT_KEY);
    }
    OPENSSL_free(der);
}

static const struct CMUnitTest tests[] = {
    CASE(all_kinds_of_keys_verify),
    CASE(test_n050_wrong_signatures_are_refused),
    CASE(test_n050_another_key_or_payload_is_refused),
    CASE(test_n050_claims_count_for_nothing_before_the_signature),
    CASE(test_n056_keys_in_the_header_are_ignored),
    CASE(test_n100_an_unknown_kid_asks_for_new_keys),
    CASE(test_n074_a_kid_of_a_key_that_does_not_fit_is_no_key),
    CASE(kid_absent_single_jwks),
    CASE(test_n097_kid_absent_multiple_jwks),
    CASE(test_n097_keys_of_one_kid_are_all_tried),
    CASE(test_n074_an_encryption_key_verifies_nothing),
    CASE(hs256_with_the_client_secret),
    CASE(test_n051_a_short_secret_is_no_key),
    CASE(test_n049_hs256_keyed_with_what_is_public_is_refused),
};

int main(void)
{
    return fixture_run(tests, COUNT(tests), NULL, 0, keys_start);
}
