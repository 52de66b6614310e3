/* SPDX-License-Identifier: Apache-2.0 */
/* Proof Key for Code Exchange. */
#include "fixture.h"

#include "oidc/pkce.h"

/* RFC 7636 appendix B. */
#define VERIFIER "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define CHALLENGE "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

static char *repeated(char c, size_t n)
{
    char *out = apr_palloc(t.pool, n + 1);
    memset(out, c, n);
    out[n] = '\0';
    return out;
}

static void as_in_the_rfc(void **state)
{
    (void)state;
    const char *challenge;
    assert_ok(oidc_pkce_challenge(&t.ctx, VERIFIER, &challenge));
    assert_string_equal(challenge, CHALLENGE);
    assert_ok(oidc_pkce_check(&t.ctx, VERIFIER, CHALLENGE));
}

static void verifiers_of_43_to_128_characters_pass(void **state)
{
    (void)state;
    static const size_t lengths[] = {43, 44, 127, 128};
    for (size_t i = 0; i < COUNT(lengths); i++) {
        const char *challenge, *verifier = repeated('~', lengths[i]);
        assert_ok(oidc_pkce_challenge(&t.ctx, verifier, &challenge));
        assert_ok(oidc_pkce_check(&t.ctx, verifier, challenge));
    }
}

static void test_n039_malformed_verifiers_are_refused_even_with_their_challenge(void **state)
{
    (void)state;
    const char *bad[] = {
        "",
        "short",
        repeated('a', 42),
        repeated('a', 129),
        repeated('a', 100000),
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r/wW1gFWFOEjXk",
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjX=",
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r wW1gFWFOEjXk",
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEj\xc3\xa9",
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        const char *challenge;
        assert_ok(oidc_pkce_challenge(&t.ctx, bad[i], &challenge));
        assert_fails(oidc_pkce_check(&t.ctx, bad[i], challenge), OIDC_E_OP_GRANT);
    }
    assert_fails(oidc_pkce_check(&t.ctx, NULL, CHALLENGE), OIDC_E_OP_GRANT);
}

static void test_n039_another_verifier_is_refused(void **state)
{
    (void)state;
    assert_fails(oidc_pkce_check(&t.ctx, "eBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", CHALLENGE),
                 OIDC_E_OP_GRANT);
    assert_fails(oidc_pkce_check(&t.ctx, VERIFIER, NULL), OIDC_E_OP_GRANT);
    assert_fails(oidc_pkce_check(&t.ctx, VERIFIER, ""), OIDC_E_OP_GRANT);
    assert_fails(oidc_pkce_check(&t.ctx, VERIFIER, CHALLENGE "1"), OIDC_E_OP_GRANT);
    /* "plain": the challenge is the verifier */
    assert_fails(oidc_pkce_check(&t.ctx, VERIFIER, VERIFIER), OIDC_E_OP_GRANT);
}

static void what_can_be_a_challenge(void **state)
{
    (void)state;
    assert_true(oidc_pkce_is_challenge(CHALLENGE));
    static const char *const bad[] = {"",
                                      "E9M",
                                      CHALLENGE "1",
                                      CHALLENGE "=",
                                      "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c",
                                      "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM",
                                      "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cN",
                                      " 9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_false(oidc_pkce_is_challenge(bad[i]));
    }
    assert_false(oidc_pkce_is_challenge(NULL));
}

static const struct CMUnitTest tests[] = {
    CASE(as_in_the_rfc),
    CASE(verifiers_of_43_to_128_characters_pass),
    CASE(test_n039_malformed_verifiers_are_refused_even_with_their_challenge),
    CASE(test_n039_another_verifier_is_refused),
    CASE(what_can_be_a_challenge),
};
RUN(tests)
