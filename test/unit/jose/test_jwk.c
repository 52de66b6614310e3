/* SPDX-License-Identifier: Apache-2.0 */
/* Our own keys: made, named, written, read again, published. Those of others are in the vectors. */
#include "fixture.h"

#include "jose/alg_row.h"
#include "oidc/jwk.h"

static struct oidc_jwk *generated(enum oidc_alg alg)
{
    struct oidc_jwk *jwk;
    assert_ok(oidc_jwk_generate(&t.ctx, t.pool, alg, &jwk));
    return jwk;
}

static const enum oidc_alg kinds[] = {OIDC_ALG_RS256, OIDC_ALG_ES256, OIDC_ALG_ES384,
                                      OIDC_ALG_ES512, OIDC_ALG_EDDSA};

static void generated_keys_know_themselves(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct oidc_jwk *jwk = generated(kinds[i]);
        const struct oidc_jwk_info *info = oidc_jwk_info(jwk);
        const char *print;
        assert_string_equal(info->kty, oidc_alg_kty(kinds[i]));
        assert_int_equal(info->alg, kinds[i]);
        assert_true(info->is_private);
        assert_ok(oidc_jwk_thumbprint(&t.ctx, jwk, &print));
        assert_string_equal(info->kid, print);
        assert_int_equal(strlen(print), 43);
    }
}

static void no_key_for_hmac(void **state)
{
    (void)state;
    struct oidc_jwk *jwk;
    assert_fails(oidc_jwk_generate(&t.ctx, t.pool, OIDC_ALG_HS256, &jwk), CONFIG);
    assert_fails(oidc_jwk_generate(&t.ctx, t.pool, OIDC_ALG_UNKNOWN, &jwk), CONFIG);
}

static void pem_round_trip(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct oidc_jwk *jwk = generated(kinds[i]), *again, *named;
        const char *pem;
        assert_ok(oidc_jwk_print_pem(&t.ctx, jwk, &pem));
        assert_memory_equal(pem, "-----BEGIN PRIVATE KEY-----\n", 28);
        assert_ok(oidc_jwk_parse_pem(&t.ctx, t.pool, oidc_str_z(pem), NULL, &again));
        assert_string_equal(oidc_jwk_info(again)->kid, oidc_jwk_info(jwk)->kid);
        assert_true(oidc_jwk_info(again)->is_private);
        assert_ok(oidc_jwk_parse_pem(&t.ctx, t.pool, oidc_str_z(pem), "mine", &named));
        assert_string_equal(oidc_jwk_info(named)->kid, "mine");
    }
}

static void pem_limits(void **state)
{
    (void)state;
    struct oidc_jwk *jwk = generated(OIDC_ALG_EDDSA), *out;
    const char *pem;
    assert_ok(oidc_jwk_print_pem(&t.ctx, jwk, &pem));
    for (int extra = 0; extra < 2; extra++) {
        size_t n = 64 * 1024 + (size_t)extra;
        char *text = apr_palloc(t.pool, n);
        memset(text, '\n', n);
        memcpy(text, pem, strlen(pem));
        if (extra) {
            assert_fails(oidc_jwk_parse_pem(&t.ctx, t.pool, oidc_str(text, n), NULL, &out), CONFIG);
        } else {
            assert_ok(oidc_jwk_parse_pem(&t.ctx, t.pool, oidc_str(text, n), NULL, &out));
        }
    }
    assert_fails(oidc_jwk_parse_pem(&t.ctx, t.pool, oidc_str(NULL, 0), NULL, &out), CONFIG);
}

static const char *const private_names[] = {"d", "p", "q", "dp", "dq", "qi", "k", "oth"};

static void assert_public(const json_t *member)
{
    for (size_t i = 0; i < sizeof private_names / sizeof *private_names; i++) {
        assert_null(json_object_get(member, private_names[i]));
    }
}

/* N291; and what we print, we read */
static void published_sets(void **state)
{
    (void)state;
    struct oidc_jwks *set = oidc_jwks_make(t.pool), *again;
    const char *text;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        oidc_jwks_add(set, generated(kinds[i]));
    }
    assert_ok(oidc_jwks_print_public(&t.ctx, set, OIDC_ALG_RS256, &text));
    assert_ok(oidc_jwks_parse(&t.ctx, t.pool, oidc_str_z(text), &again));
    assert_int_equal(oidc_jwks_count(again), sizeof kinds / sizeof *kinds);
    for (int i = 0; i < oidc_jwks_count(again); i++) {
        const struct oidc_jwk_info *info = oidc_jwk_info(oidc_jwks_at(again, i));
        json_t *member;
        assert_int_equal(info->alg, kinds[i]);
        assert_string_equal(info->use, "sig");
        assert_false(info->is_private);
        assert_string_equal(info->kid, oidc_jwk_info(oidc_jwks_at(set, i))->kid);
        assert_ok(oidc_jwk_print_public(&t.ctx, oidc_jwks_at(set, i), kinds[i], &member));
        assert_public(member);
    }
    assert_true(oidc_jwks_has_kid(again, oidc_jwk_info(oidc_jwks_at(set, 3))->kid));
    assert_false(oidc_jwks_has_kid(again, "other"));
    assert_false(oidc_jwks_has_kid(again, NULL));
    assert_null(oidc_jwks_at(again, -1));
    assert_null(oidc_jwks_at(again, oidc_jwks_count(again)));
}

/* A key without an algorithm of its own takes the set's where that fits. */
static void published_alg(void **state)
{
    (void)state;
    struct oidc_jwk *jwk = generated(OIDC_ALG_ES256), *plain;
    const char *pem;
    json_t *member;
    assert_ok(oidc_jwk_print_pem(&t.ctx, jwk, &pem));
    assert_ok(oidc_jwk_parse_pem(&t.ctx, t.pool, oidc_str_z(pem), NULL, &plain));
    assert_ok(oidc_jwk_print_public(&t.ctx, plain, OIDC_ALG_ES256, &member));
    assert_string_equal(json_string_value(json_object_get(member, "alg")), "ES256");
    assert_ok(oidc_jwk_print_public(&t.ctx, plain, OIDC_ALG_RS256, &member));
    assert_null(json_object_get(member, "alg"));
}

/* N291 */
static void secrets_are_not_published(void **state)
{
    (void)state;
    struct oidc_jwk *jwk;
    struct oidc_jwks *set = oidc_jwks_make(t.pool);
    json_t *member = NULL;
    const char *text = NULL;
    assert_ok(oidc_jwk_make_oct(&t.ctx, t.pool, oidc_str_z("0123456789abcdef0123456789abcdef"), "s",
                                &jwk));
    assert_string_equal(oidc_jwk_info(jwk)->kty, "oct");
    assert_string_equal(oidc_jwk_info(jwk)->kid, "s");
    assert_fails(oidc_jwk_print_public(&t.ctx, jwk, OIDC_ALG_HS256, &member), INTERNAL);
    assert_fails(oidc_jwk_thumbprint(&t.ctx, jwk, &text), INTERNAL);
    assert_fails(oidc_jwk_print_pem(&t.ctx, jwk, &text), INTERNAL);
    oidc_jwks_add(set, jwk);
    assert_fails(oidc_jwks_print_public(&t.ctx, set, OIDC_ALG_HS256, &text), INTERNAL);
    assert_null(member);
    assert_null(text);
    assert_fails(oidc_jwk_make_oct(&t.ctx, t.pool, oidc_str(NULL, 0), NULL, &jwk), CONFIG);
}

static void public_keys_have_no_pem(void **state)
{
    (void)state;
    struct oidc_jwks *set = oidc_jwks_make(t.pool), *again;
    const char *text;
    oidc_jwks_add(set, generated(OIDC_ALG_ES256));
    assert_ok(oidc_jwks_print_public(&t.ctx, set, OIDC_ALG_ES256, &text));
    assert_ok(oidc_jwks_parse(&t.ctx, t.pool, oidc_str_z(text), &again));
    assert_fails(oidc_jwk_print_pem(&t.ctx, oidc_jwks_at(again, 0), &text), INTERNAL);
}

/* Someone has to be able to find out why a provider's key is not used. */
static void left_out_keys_are_logged(void **state)
{
    (void)state;
    struct oidc_jwks *set;
    struct oidc_str text = oidc_str_z("{\"keys\":[{\"kty\":\"X\\ny\"},{\"kty\":\"oct\"}]}");
    assert_ok(oidc_jwks_parse(&t.ctx, t.pool, text, &set));
    assert_int_equal(oidc_jwks_count(set), 0);
    assert_int_equal(t.lines, 2);
    assert_string_equal(t.line, "a key of the set is left out: key type \"oct\" is not supported");
    assert_int_equal(t.ctx.err.code, OIDC_E_NONE);
}

/* A set in a pool of its own takes all of its keys with it. */
static void sets_die_with_their_pool(void **state)
{
    (void)state;
    apr_pool_t *own;
    struct oidc_jwks *set;
    const char *text;
    set = oidc_jwks_make(t.pool);
    oidc_jwks_add(set, generated(OIDC_ALG_RS256));
    assert_ok(oidc_jwks_print_public(&t.ctx, set, OIDC_ALG_RS256, &text));
    apr_pool_create(&own, NULL);
    assert_ok(oidc_jwks_parse(&t.ctx, own, oidc_str_z(text), &set));
    apr_pool_destroy(own); /* the sanitizer counts what is left */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(generated_keys_know_themselves),
        TEST(no_key_for_hmac),
        TEST(pem_round_trip),
        TEST(pem_limits),
        TEST(published_sets),
        TEST(published_alg),
        TEST(secrets_are_not_published),
        TEST(public_keys_have_no_pem),
        TEST(left_out_keys_are_logged),
        TEST(sets_die_with_their_pool),
    };
    return RUN(tests);
}
