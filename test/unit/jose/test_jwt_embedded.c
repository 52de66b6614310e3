/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens that carry the key they are verified with (RFC 9449): proofs of possession, never more. */
#include "fixture.h"

#include "oidc/b64.h"
#include "oidc/jwt.h"

static json_t *claims(void)
{
    json_t *out = oidc_json_object(t.pool);
    oidc_json_put_string(out, "jti", "1");
    return out;
}

static struct oidc_jwk *generated(enum oidc_alg alg)
{
    struct oidc_jwk *jwk;
    assert_ok(oidc_jwk_generate(&t.ctx, t.pool, alg, &jwk));
    return jwk;
}

static struct oidc_jwt *parsed(const char *compact)
{
    struct oidc_jwt *jwt;
    assert_ok(oidc_jwt_parse(&t.ctx, oidc_str_z(compact), OIDC_JWT_MAX, &jwt));
    return jwt;
}

static enum oidc_rc verify(const struct oidc_jwt *jwt, oidc_alg_set allowed)
{
    struct oidc_jwk *key = NULL;
    const json_t *payload = NULL;
    enum oidc_rc rc = oidc_jwt_verify_embedded(&t.ctx, jwt, allowed, &key, &payload);
    assert_true((rc == OIDC_OK) == (key && payload));
    return rc;
}

static void round_trips(void **state)
{
    (void)state;
    static const enum oidc_alg algs[] = {OIDC_ALG_RS256, OIDC_ALG_PS256, OIDC_ALG_ES256,
                                         OIDC_ALG_ES512, OIDC_ALG_EDDSA};
    for (size_t i = 0; i < sizeof algs / sizeof *algs; i++) {
        struct oidc_jwk *own = generated(algs[i]), *key;
        const json_t *payload;
        const char *compact, *print;
        assert_ok(oidc_jwt_sign_embedded(&t.ctx, own, algs[i], "dpop+jwt", claims(), &compact));
        struct oidc_jwt *jwt = parsed(compact);
        assert_null(oidc_jwt_kid(jwt));
        assert_string_equal(oidc_jwt_typ(jwt), "dpop+jwt");
        assert_ok(oidc_jwt_verify_embedded(&t.ctx, jwt, OIDC_ALG_BIT(algs[i]), &key, &payload));
        assert_ok(oidc_jwk_thumbprint(&t.ctx, key, &print));
        assert_string_equal(print, oidc_jwk_info(own)->kid);
        assert_false(oidc_jwk_info(key)->is_private);
        assert_true(json_equal(payload, claims()));
    }
}

/* N056: such a token proves nothing where an issuer's key is asked for */
static void the_carried_key_is_no_issuers(void **state)
{
    (void)state;
    struct oidc_jwks *others = oidc_jwks_make(t.pool);
    const json_t *payload = NULL;
    const char *compact;
    oidc_jwks_add(others, generated(OIDC_ALG_ES256));
    assert_ok(oidc_jwt_sign_embedded(&t.ctx, generated(OIDC_ALG_ES256), OIDC_ALG_ES256, NULL,
                                     claims(), &compact));
    struct oidc_jwt *jwt = parsed(compact);
    assert_fails(oidc_jwt_verify(&t.ctx, jwt, others, OIDC_ALG_SET_ASYMMETRIC, &payload),
                 JWT_SIGNATURE);
    assert_null(payload);
}

static void algorithms_are_the_callers(void **state)
{
    (void)state;
    const char *compact;
    assert_ok(oidc_jwt_sign_embedded(&t.ctx, generated(OIDC_ALG_ES256), OIDC_ALG_ES256, NULL,
                                     claims(), &compact));
    struct oidc_jwt *jwt = parsed(compact);
    assert_fails(verify(jwt, OIDC_ALG_BIT(OIDC_ALG_PS256)), JWT_ALG);
    assert_fails(verify(jwt, 0), JWT_ALG);
    assert_ok(verify(jwt, OIDC_ALG_BIT(OIDC_ALG_ES256)));
}

static void a_broken_signature(void **state)
{
    (void)state;
    const char *compact;
    assert_ok(oidc_jwt_sign_embedded(&t.ctx, generated(OIDC_ALG_EDDSA), OIDC_ALG_EDDSA, NULL,
                                     claims(), &compact));
    char *broken = apr_pstrdup(t.pool, compact), *last = strrchr(broken, '.') + 1;
    *last = *last == 'A' ? 'B' : 'A';
    assert_fails(verify(parsed(broken), OIDC_ALG_SET_ASYMMETRIC), JWT_SIGNATURE);
}

/* A token under that header, signed with 64 bytes 's' where it is HMAC. */
static struct oidc_jwt *token_with(const char *header)
{
    return parsed(apr_pstrcat(t.pool, oidc_b64url_print(t.pool, oidc_str_z(header)),
                              ".e30.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                              "AAAAAAAAAAAAAAAAAAAAAAAA",
                              NULL));
}

#define X "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
#define HEADER(alg, jwk) "{\"alg\":\"" alg "\",\"jwk\":" jwk "}"
#define ED(x, more) "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" x "\"" more "}"
#define OCT "{\"kty\":\"oct\",\"k\":\"" X "\"}"
#define NEUTRAL "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

/* N181, N183: no key, a private one, a symmetric one, one of small order, one for something else */
static void keys_that_are_refused(void **state)
{
    (void)state;
    static const char *const headers[] = {
        "{\"alg\":\"EdDSA\"}",           HEADER("EdDSA", "null"),
        HEADER("EdDSA", "\"" X "\""),    HEADER("EdDSA", ED(X, ",\"d\":\"" X "\"")),
        HEADER("EdDSA", OCT),            HEADER("EdDSA", ED(NEUTRAL, "")),
    };
    static const char *const unfit[] = {
        HEADER("ES256", ED(X, "")),
        HEADER("EdDSA", ED(X, ",\"use\":\"enc\"")),
    };
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        assert_fails(verify(token_with(headers[i]), OIDC_ALG_SET_ASYMMETRIC), JWKS);
    }
    for (size_t i = 0; i < sizeof unfit / sizeof *unfit; i++) {
        assert_fails(verify(token_with(unfit[i]), OIDC_ALG_SET_ASYMMETRIC), JWT_KEY);
    }
    const oidc_alg_set all = OIDC_ALG_SET_ASYMMETRIC | OIDC_ALG_SET_HMAC;
    assert_fails(verify(token_with(HEADER("HS256", OCT)), all), JWT_ALG);
    assert_fails(verify(token_with("{\"alg\":\"none\"}"), OIDC_ALG_SET_ASYMMETRIC), JWT_ALG);
}

/* A secret never goes into a header. */
static void only_pairs_sign(void **state)
{
    (void)state;
    struct oidc_jwk *jwk;
    const char *compact = NULL;
    struct oidc_str bytes = oidc_str(apr_pcalloc(t.pool, 64), 64);
    assert_ok(oidc_jwk_make_oct(&t.ctx, t.pool, bytes, NULL, &jwk));
    assert_fails(oidc_jwt_sign_embedded(&t.ctx, jwk, OIDC_ALG_HS256, NULL, claims(), &compact),
                 INTERNAL);
    assert_null(compact);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(round_trips),
        TEST(the_carried_key_is_no_issuers),
        TEST(algorithms_are_the_callers),
        TEST(a_broken_signature),
        TEST(keys_that_are_refused),
        TEST(only_pairs_sign),
    };
    return RUN(tests);
}
