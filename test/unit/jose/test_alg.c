/* SPDX-License-Identifier: Apache-2.0 */
/* The table of algorithms. */
#include "fixture.h"

#include "jose/alg_row.h"

static void names_both_ways(void **state)
{
    (void)state;
    for (int i = 1; i < OIDC_ALG_COUNT; i++) {
        enum oidc_alg alg = (enum oidc_alg)i;
        const struct oidc_alg_row *row = oidc_alg_row(alg);
        assert_non_null(row);
        assert_int_equal(oidc_alg_parse(oidc_str_z(oidc_alg_name(alg))), alg);
        assert_string_equal(oidc_alg_kty(alg), row->kty);
        assert_true(row->md_len == 32 || row->md_len == 48 || row->md_len == 64);
    }
    assert_int_equal(oidc_alg_parse(oidc_str_z("Ed25519")), OIDC_ALG_EDDSA);
}

/* N047, N048 */
static void nothing_else_is_an_algorithm(void **state)
{
    (void)state;
    static const char *const bad[] = {"",       "none",   "None",      "nOnE",     "NONE",
                                      "RS257",  "rs256",  "RS256 ",    " RS256",   "RS25",
                                      "RS2567", "EDDSA",  "ed25519",   "Ed448",    "ES256K",
                                      "HS1",    "dir",    "(unknown)", "RSA-OAEP"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(oidc_alg_parse(oidc_str_z(bad[i])), OIDC_ALG_UNKNOWN);
    }
    assert_int_equal(oidc_alg_parse(oidc_str("RS256\0", 6)), OIDC_ALG_UNKNOWN);
    assert_null(oidc_alg_row(OIDC_ALG_UNKNOWN));
    assert_null(oidc_alg_row(OIDC_ALG_COUNT));
    assert_string_equal(oidc_alg_name(OIDC_ALG_UNKNOWN), "(unknown)");
    assert_string_equal(oidc_alg_kty(OIDC_ALG_UNKNOWN), "");
}

static void sets_hold_their_families(void **state)
{
    (void)state;
    assert_int_equal(OIDC_ALG_SET_ASYMMETRIC & OIDC_ALG_SET_HMAC, 0);
    assert_int_equal(OIDC_ALG_SET_ASYMMETRIC & OIDC_ALG_BIT(OIDC_ALG_UNKNOWN), 0);
    for (int i = 1; i < OIDC_ALG_COUNT; i++) {
        enum oidc_alg alg = (enum oidc_alg)i;
        int is_oct = strcmp(oidc_alg_kty(alg), "oct") == 0;
        assert_int_equal(!!(OIDC_ALG_SET_HMAC & OIDC_ALG_BIT(alg)), is_oct);
        assert_int_equal(!!(OIDC_ALG_SET_ASYMMETRIC & OIDC_ALG_BIT(alg)), !is_oct);
    }
}

static void the_algorithm_fixes_type_and_curve(void **state)
{
    (void)state;
    assert_true(oidc_alg_fits(OIDC_ALG_RS256, "RSA", NULL));
    assert_true(oidc_alg_fits(OIDC_ALG_ES384, "EC", "P-384"));
    assert_false(oidc_alg_fits(OIDC_ALG_ES384, "EC", "P-256"));
    assert_false(oidc_alg_fits(OIDC_ALG_ES384, "EC", NULL));
    assert_false(oidc_alg_fits(OIDC_ALG_HS256, "RSA", NULL));
    assert_false(oidc_alg_fits(OIDC_ALG_EDDSA, "OKP", "X25519"));
    assert_false(oidc_alg_fits(OIDC_ALG_UNKNOWN, "RSA", NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(names_both_ways),
        TEST(nothing_else_is_an_algorithm),
        TEST(sets_hold_their_families),
        TEST(the_algorithm_fixes_type_and_curve),
    };
    return RUN(tests);
}
