/* SPDX-License-Identifier: Apache-2.0 */
/* Digests and left halves. */
#include "fixture.h"

#include "oidc/hash.h"

static void sha256_known_answers(void **state)
{
    (void)state;
    unsigned char md[OIDC_SHA256_LEN];
    assert_ok(oidc_hash_sha256(&t.ctx, oidc_str_z("abc"), md));
    assert_string_equal(oidc_str_hex(t.pool, md, sizeof md),
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_ok(oidc_hash_sha256(&t.ctx, oidc_str(NULL, 0), md));
    assert_string_equal(oidc_str_hex(t.pool, md, sizeof md),
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

/* RFC 7636 appendix B */
static void pkce_known_answer(void **state)
{
    (void)state;
    const char *out;
    assert_ok(oidc_hash_sha256_b64url(
        &t.ctx, oidc_str_z("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"), &out));
    assert_string_equal(out, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

/* OpenID Connect Core 1.0 A.3, A.4 */
static void left_halves(void **state)
{
    (void)state;
    const char *out;
    struct oidc_str token = oidc_str_z("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y");
    assert_ok(oidc_hash_left_half(&t.ctx, OIDC_ALG_RS256, token, &out));
    assert_string_equal(out, "77QmUPtjPfzWtF2AnpK9RQ");
    assert_ok(oidc_hash_left_half(&t.ctx, OIDC_ALG_ES384, token, &out));
    assert_int_equal(strlen(out), 32); /* 24 bytes */
    assert_ok(oidc_hash_left_half(&t.ctx, OIDC_ALG_PS512, token, &out));
    assert_int_equal(strlen(out), 43); /* 32 bytes */
    const char *ed;
    assert_ok(oidc_hash_left_half(&t.ctx, OIDC_ALG_EDDSA, token, &ed));
    assert_string_equal(ed, out);
}

/* N084 */
static void an_unknown_algorithm_has_no_hash(void **state)
{
    (void)state;
    const char *out = NULL;
    assert_fails(oidc_hash_left_half(&t.ctx, OIDC_ALG_UNKNOWN, oidc_str_z("x"), &out), JWT_ALG);
    assert_null(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sha256_known_answers),
        TEST(pkce_known_answer),
        TEST(left_halves),
        TEST(an_unknown_algorithm_has_no_hash),
    };
    return RUN(tests);
}
