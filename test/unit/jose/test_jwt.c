/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens made here and read again. What others may send is in the vectors. */
#include "fixture.h"

#include "oidc/b64.h"
#include "oidc/jwt.h"

static const struct {
    enum oidc_alg generate, sign;
} pairs[] = {
    {OIDC_ALG_RS256, OIDC_ALG_RS256}, {OIDC_ALG_RS384, OIDC_ALG_RS384},
    {OIDC_ALG_RS512, OIDC_ALG_RS512}, {OIDC_ALG_PS256, OIDC_ALG_PS256},
    {OIDC_ALG_PS384, OIDC_ALG_PS384}, {OIDC_ALG_PS512, OIDC_ALG_PS512},
    {OIDC_ALG_ES256, OIDC_ALG_ES256}, {OIDC_ALG_ES384, OIDC_ALG_ES384},
    {OIDC_ALG_ES512, OIDC_ALG_ES512}, {OIDC_ALG_EDDSA, OIDC_ALG_EDDSA},
};

static json_t *claims_for(const char *sub)
{
    json_t *claims = oidc_json_object(t.pool);
    oidc_json_put_string(claims, "sub", sub);
    oidc_json_put_int(claims, "iat", 1700000000);
    return claims;
}

static struct oidc_jwk *generated(enum oidc_alg alg)
{
    struct oidc_jwk *jwk;
    assert_ok(oidc_jwk_generate(&t.ctx, t.pool, alg, &jwk));
    return jwk;
}

/* The same keys as somebody else sees them. */
static struct oidc_jwks *published(const struct oidc_jwk *jwk)
{
    struct oidc_jwks *own = oidc_jwks_make(t.pool), *out;
    const char *text;
    oidc_jwks_add(own, jwk);
    assert_ok(oidc_jwks_print_public(&t.ctx, own, OIDC_ALG_UNKNOWN, &text));
    assert_ok(oidc_jwks_parse(&t.ctx, t.pool, oidc_str_z(text), &out));
    return out;
}

static struct oidc_jwks *set_of(const struct oidc_jwk *jwk)
{
    struct oidc_jwks *set = oidc_jwks_make(t.pool);
    oidc_jwks_add(set, jwk);
    return set;
}

static struct oidc_jwk *oct(size_t n)
{
    struct oidc_jwk *jwk;
    char *bytes = apr_palloc(t.pool, n);
    memset(bytes, 's', n);
    assert_ok(oidc_jwk_make_oct(&t.ctx, t.pool, oidc_str(bytes, n), NULL, &jwk));
    return jwk;
}

static struct oidc_jwt *parsed(const char *compact)
{
    struct oidc_jwt *jwt;
    assert_ok(oidc_jwt_parse(&t.ctx, oidc_str_z(compact), OIDC_JWT_MAX, &jwt));
    return jwt;
}

static void each_algorithm(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const enum oidc_alg alg = pairs[i].sign;
        struct oidc_jwk *key = generated(pairs[i].generate);
        const json_t *claims = claims_for("\xed\x95\x9c\xea\xb8\x80"), *payload;
        const char *compact;
        assert_ok(oidc_jwt_sign(&t.ctx, key, alg, "JWT", claims, &compact));
        struct oidc_jwt *jwt = parsed(compact);
        assert_int_equal(oidc_jwt_alg(jwt), alg);
        assert_string_equal(oidc_jwt_alg_text(jwt), oidc_alg_name(alg));
        assert_string_equal(oidc_jwt_kid(jwt), oidc_jwk_info(key)->kid);
        assert_string_equal(oidc_jwt_typ(jwt), "JWT");
        assert_ok(oidc_jwt_verify(&t.ctx, jwt, published(key), OIDC_ALG_BIT(alg), &payload));
        assert_true(json_equal(payload, claims));
        assert_ok(oidc_jwt_verify(&t.ctx, jwt, set_of(key), OIDC_ALG_BIT(alg), &payload));
    }
}

static void hmac_with_a_client_secret(void **state)
{
    (void)state;
    static const struct {
        enum oidc_alg alg;
        size_t min;
    } rows[] = {{OIDC_ALG_HS256, 32}, {OIDC_ALG_HS384, 48}, {OIDC_ALG_HS512, 64}};
    for (size_t i = 0; i < 3; i++) {
        struct oidc_jwk *key = oct(rows[i].min), *brief = oct(rows[i].min - 1);
        const json_t *payload = NULL;
        const char *compact;
        assert_ok(oidc_jwt_sign(&t.ctx, key, rows[i].alg, NULL, claims_for("a"), &compact));
        struct oidc_jwt *jwt = parsed(compact);
        assert_null(oidc_jwt_kid(jwt));
        assert_null(oidc_jwt_typ(jwt));
        assert_ok(oidc_jwt_verify(&t.ctx, jwt, set_of(key), OIDC_ALG_SET_HMAC, &payload));
        /* N051: it says which secret, how long it is and how long it should be */
        assert_fails(oidc_jwt_sign(&t.ctx, brief, rows[i].alg, NULL, claims_for("a"), &compact),
                     JWT_KEY);
        assert_int_equal(oidc_jwt_verify(&t.ctx, jwt, set_of(brief), OIDC_ALG_SET_HMAC, &payload),
                         OIDC_FAILED);
        assert_non_null(strstr(t.ctx.err.detail, "client secret"));
        oidc_ctx_clear(&t.ctx);
    }
}

static void assert_no_signature(const struct oidc_jwk *key, enum oidc_alg alg)
{
    const char *compact = NULL;
    assert_fails(oidc_jwt_sign(&t.ctx, key, alg, NULL, claims_for("a"), &compact), JWT_KEY);
    assert_null(compact);
}

/* N049 and its like, on our side */
static void keys_sign_their_own_kind(void **state)
{
    (void)state;
    struct oidc_jwk *rsa = generated(OIDC_ALG_RS256), *p256 = generated(OIDC_ALG_ES256);
    assert_no_signature(rsa, OIDC_ALG_HS256);
    assert_no_signature(rsa, OIDC_ALG_ES256);
    assert_no_signature(p256, OIDC_ALG_ES384);
    assert_no_signature(p256, OIDC_ALG_EDDSA);
    assert_no_signature(p256, OIDC_ALG_UNKNOWN);
    assert_no_signature(oct(64), OIDC_ALG_RS256);
    assert_no_signature(oidc_jwks_at(published(rsa), 0), OIDC_ALG_RS256);
    assert_no_signature(oidc_jwks_at(published(generated(OIDC_ALG_EDDSA)), 0), OIDC_ALG_EDDSA);
}

/* One RSA key without an algorithm of its own signs and verifies every RSA algorithm. */
static void a_pem_key_has_no_algorithm(void **state)
{
    (void)state;
    struct oidc_jwk *key;
    const char *pem, *compact;
    const json_t *payload;
    assert_ok(oidc_jwk_print_pem(&t.ctx, generated(OIDC_ALG_RS256), &pem));
    assert_ok(oidc_jwk_parse_pem(&t.ctx, t.pool, oidc_str_z(pem), "k", &key));
    for (int alg = OIDC_ALG_RS256; alg <= OIDC_ALG_PS512; alg++) {
        assert_ok(oidc_jwt_sign(&t.ctx, key, (enum oidc_alg)alg, NULL, claims_for("a"), &compact));
        assert_ok(oidc_jwt_verify(&t.ctx, parsed(compact), published(key), OIDC_ALG_SET_ASYMMETRIC,
                                  &payload));
    }
}

/* N061: at most `max` bytes, to the byte */
static void size_limit(void **state)
{
    (void)state;
    const char *compact;
    struct oidc_jwt *jwt;
    assert_ok(oidc_jwt_sign(&t.ctx, oct(32), OIDC_ALG_HS256, NULL, claims_for("a"), &compact));
    struct oidc_str text = oidc_str_z(compact);
    assert_ok(oidc_jwt_parse(&t.ctx, text, text.n, &jwt));
    assert_fails(oidc_jwt_parse(&t.ctx, text, text.n - 1, &jwt), JWT_FORMAT);
    struct oidc_str dots = oidc_str(memset(apr_palloc(t.pool, 1000000), '.', 1000000), 1000000);
    assert_fails(oidc_jwt_parse(&t.ctx, dots, OIDC_JWT_MAX, &jwt), JWT_FORMAT);
    dots.n = OIDC_JWT_MAX;
    assert_fails(oidc_jwt_parse(&t.ctx, dots, OIDC_JWT_MAX, &jwt), JWT_FORMAT);
    assert_fails(oidc_jwt_parse(&t.ctx, oidc_str(NULL, 0), OIDC_JWT_MAX, &jwt), JWT_FORMAT);
}

/* A token is a view: what stands behind its end is not part of it. */
static void a_token_needs_no_terminator(void **state)
{
    (void)state;
    const char *compact;
    struct oidc_jwt *jwt;
    const json_t *payload;
    struct oidc_jwk *key = oct(32);
    assert_ok(oidc_jwt_sign(&t.ctx, key, OIDC_ALG_HS256, NULL, claims_for("a"), &compact));
    char *exact = malloc(strlen(compact));
    memcpy(exact, compact, strlen(compact));
    assert_ok(oidc_jwt_parse(&t.ctx, oidc_str(exact, strlen(compact)), OIDC_JWT_MAX, &jwt));
    assert_ok(oidc_jwt_verify(&t.ctx, jwt, set_of(key), OIDC_ALG_SET_HMAC, &payload));
    free(exact);
}

static void peeking(void **state)
{
    (void)state;
    const char *compact;
    assert_ok(oidc_jwt_sign(&t.ctx, oct(32), OIDC_ALG_HS256, NULL, claims_for("alice"), &compact));
    struct oidc_jwt *jwt = parsed(compact);
    assert_string_equal(oidc_jwt_peek(&t.ctx, jwt, "sub"), "alice");
    assert_null(oidc_jwt_peek(&t.ctx, jwt, "iat"));
    assert_null(oidc_jwt_peek(&t.ctx, jwt, "iss"));
    /* a payload that is no JSON is nobody's failure yet */
    jwt = parsed("eyJhbGciOiJIUzI1NiJ9.aGVsbG8.AAAA");
    assert_null(oidc_jwt_peek(&t.ctx, jwt, "sub"));
    assert_int_equal(t.ctx.err.code, OIDC_E_NONE);
}

/* The detail names what an operator compares, and quotes what came from outside. */
static void refusals_say_why(void **state)
{
    (void)state;
    const json_t *payload;
    struct oidc_jwt *jwt = parsed("eyJhbGciOiJub25lXG4ifQ.e30.AAAA"); /* {"alg":"none\n"} */
    assert_int_equal(oidc_jwt_verify(&t.ctx, jwt, oidc_jwks_make(t.pool), OIDC_ALG_SET_ASYMMETRIC,
                                     &payload),
                     OIDC_FAILED);
    assert_string_equal(t.ctx.err.detail, "algorithm \"none\\x0a\" is not allowed here");
    oidc_ctx_clear(&t.ctx);
    /* not even by who allows everything */
    assert_fails(oidc_jwt_verify(&t.ctx, jwt, oidc_jwks_make(t.pool), ~0u, &payload), JWT_ALG);
    jwt = parsed("eyJhbGciOiJSUzI1NiIsImtpZCI6IngifQ.e30.AAAA"); /* {"alg":"RS256","kid":"x"} */
    assert_int_equal(oidc_jwt_verify(&t.ctx, jwt, oidc_jwks_make(t.pool), OIDC_ALG_SET_ASYMMETRIC,
                                     &payload),
                     OIDC_FAILED);
    assert_string_equal(t.ctx.err.detail, "none of 0 keys is for RS256 and kid \"x\"");
    oidc_ctx_clear(&t.ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_algorithm),
        TEST(hmac_with_a_client_secret),
        TEST(keys_sign_their_own_kind),
        TEST(a_pem_key_has_no_algorithm),
        TEST(size_limit),
        TEST(a_token_needs_no_terminator),
        TEST(peeking),
        TEST(refusals_say_why),
    };
    return RUN(tests);
}
