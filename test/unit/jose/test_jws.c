/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signatures over bytes, with keys that a token would never be given: whoever calls with the wrong
 * key gets no verdict but a refusal.
 */
#include "fixture.h"

#include "jose/alg_row.h"
#include "jose/jws.h"

static struct oidc_jwk *generated(enum oidc_alg alg)
{
    struct oidc_jwk *jwk;
    assert_ok(oidc_jwk_generate(&t.ctx, t.pool, alg, &jwk));
    return jwk;
}

static const struct oidc_str input = {"input", 5};

static enum oidc_rc verify(const struct oidc_jwk *jwk, enum oidc_alg alg, size_t len)
{
    struct oidc_str signature = oidc_str(apr_pcalloc(t.pool, len + 1), len);
    return oidc_jws_verify(&t.ctx, jwk, alg, input, signature);
}

/* N049, N074: type, curve and the key's own alg */
static void a_key_verifies_its_own_algorithms(void **state)
{
    (void)state;
    struct oidc_jwk *rs256 = generated(OIDC_ALG_RS256), *p256 = generated(OIDC_ALG_ES256);
    assert_refused(verify(rs256, OIDC_ALG_RS256, 256));
    assert_fails(verify(rs256, OIDC_ALG_RS384, 256), JWT_KEY);
    assert_fails(verify(rs256, OIDC_ALG_PS256, 256), JWT_KEY);
    assert_fails(verify(rs256, OIDC_ALG_HS256, 32), JWT_KEY);
    assert_fails(verify(rs256, OIDC_ALG_UNKNOWN, 256), JWT_KEY);
    assert_fails(verify(rs256, OIDC_ALG_COUNT, 256), JWT_KEY);
    assert_refused(verify(p256, OIDC_ALG_ES256, 64));
    assert_fails(verify(p256, OIDC_ALG_EDDSA, 64), JWT_KEY);
}

static void a_curve_has_one_algorithm(void **state)
{
    (void)state;
    struct oidc_jwk *p256;
    const char *pem;
    assert_ok(oidc_jwk_print_pem(&t.ctx, generated(OIDC_ALG_ES256), &pem));
    assert_ok(oidc_jwk_parse_pem(&t.ctx, t.pool, oidc_str_z(pem), NULL, &p256));
    assert_refused(verify(p256, OIDC_ALG_ES256, 64));
    assert_fails(verify(p256, OIDC_ALG_ES384, 96), JWT_KEY);
    assert_fails(verify(p256, OIDC_ALG_ES512, 132), JWT_KEY);
}

static void a_secret_verifies_hmac_alone(void **state)
{
    (void)state;
    struct oidc_jwk *jwk;
    struct oidc_str mac;
    struct oidc_str bytes = oidc_str(apr_pcalloc(t.pool, 64), 64);
    assert_ok(oidc_jwk_make_oct(&t.ctx, t.pool, bytes, NULL, &jwk));
    assert_fails(verify(jwk, OIDC_ALG_RS256, 256), JWT_KEY);
    assert_fails(verify(jwk, OIDC_ALG_EDDSA, 64), JWT_KEY);
    assert_ok(oidc_jws_hmac(&t.ctx, jwk, OIDC_ALG_HS256, input, &mac));
    assert_ok(oidc_jws_verify(&t.ctx, jwk, OIDC_ALG_HS256, input, mac));
    assert_refused(oidc_jws_verify(&t.ctx, jwk, OIDC_ALG_HS256, input, oidc_str(NULL, 0)));
    assert_refused(oidc_jws_verify(&t.ctx, jwk, OIDC_ALG_HS512, input, mac));
}

/* RFC 4231 4.3 has a key of 4 bytes, too short for us; this is 4.8 (test case 7) */
static void hmac_known_answer(void **state)
{
    (void)state;
    struct oidc_jwk *jwk;
    struct oidc_str mac;
    struct oidc_str key = oidc_str(memset(apr_palloc(t.pool, 131), 0xaa, 131), 131);
    assert_ok(oidc_jwk_make_oct(&t.ctx, t.pool, key, NULL, &jwk));
    assert_ok(oidc_jws_hmac(&t.ctx, jwk, OIDC_ALG_HS256,
                            oidc_str_z("This is a test using a larger than block-size key and a "
                                       "larger than block-size data. The key needs to be hashed "
                                       "before being used by the HMAC algorithm."),
                            &mac));
    assert_string_equal(oidc_str_hex(t.pool, (const unsigned char *)mac.p, mac.n),
                        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_key_verifies_its_own_algorithms),
        TEST(a_curve_has_one_algorithm),
        TEST(a_secret_verifies_hmac_alone),
        TEST(hmac_known_answer),
    };
    return RUN(tests);
}
