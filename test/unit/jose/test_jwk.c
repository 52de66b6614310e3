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
static enum oidc_rc read_as(const char *pem, struct oidc_jwk_terms terms, struct oidc_jwk **out)
{
    return oidc_jwk_parse_pem_as(&t.ctx, t.pool, oidc_str_z(pem), &terms, out);
}

static const char *pem_of(enum oidc_alg alg)
{
    struct oidc_jwk *jwk;
    const char *pem;
    assert_ok(oidc_jwk_generate(&t.ctx, t.pool, alg, &jwk));
    assert_ok(oidc_jwk_print_pem(&t.ctx, jwk, &pem));
    return pem;
}

static void terms_fit_the_key(void **state)
{
    (void)state;
    const char *rsa = pem_of(OIDC_ALG_RS256), *ec = pem_of(OIDC_ALG_ES384), *ed = pem_of(OIDC_ALG_EDDSA);
    struct oidc_jwk *jwk;
    static const char *const known[] = {"RS256", "PS512", "ES256", "EdDSA", "HS256", "RSA-OAEP", "ECDH-ES"};
    static const char *const unknown[] = {"", "none", "rs256", "RS2567", "RS25", "A128KW "};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        assert_true(oidc_jwk_knows_alg(oidc_str_z(known[i])));
    }
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        assert_false(oidc_jwk_knows_alg(oidc_str_z(unknown[i])));
    }
    assert_ok(read_as(rsa, (struct oidc_jwk_terms){.kid = "k", .alg = "PS256"}, &jwk));
    assert_int_equal(oidc_jwk_info(jwk)->alg, OIDC_ALG_PS256);
    assert_string_equal(oidc_jwk_info(jwk)->use, "sig");
    assert_string_equal(oidc_jwk_info(jwk)->kid, "k");
    assert_ok(read_as(rsa, (struct oidc_jwk_terms){.kid = "k", .alg = "RSA-OAEP", .alg_in_kid = 1}, &jwk));
    assert_int_equal(oidc_jwk_info(jwk)->alg, OIDC_ALG_UNKNOWN);
    assert_string_equal(oidc_jwk_info(jwk)->use, "enc");
    assert_string_equal(oidc_jwk_info(jwk)->kid, "k-RSA-OAEP");
    const struct {
        const char *pem;
        struct oidc_jwk_terms terms;
    } bad[] = {
        {rsa, {.alg = "ES256"}}, {rsa, {.alg = "EdDSA"}}, {rsa, {.alg = "HS256"}}, {rsa, {.alg = "ECDH-ES"}},
        {ec, {.alg = "RS256"}}, {ec, {.alg = "ES256"}}, {ec, {.alg = "RSA-OAEP"}}, {ed, {.alg = "ES256"}},
        {rsa, {.use = "enc", .alg = "RS256"}}, {rsa, {.use = "sig", .alg = "RSA-OAEP"}},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_fails(read_as(bad[i].pem, bad[i].terms, &jwk), CONFIG);
    }
}

static void published_use(void **state)
{
    (void)state;
    struct oidc_jwk *jwk;
    json_t *member;
    const char *rsa = pem_of(OIDC_ALG_RS256);
    assert_ok(read_as(rsa, (struct oidc_jwk_terms){.use = "enc", .alg = "RSA-OAEP"}, &jwk));
    assert_ok(oidc_jwk_print_public(&t.ctx, jwk, OIDC_ALG_RS256, &member));
    assert_public(member);
    assert_string_equal(json_string_value(json_object_get(member, "use")), "enc");
    assert_string_equal(json_string_value(json_object_get(member, "alg")), "RSA-OAEP");
    assert_ok(read_as(rsa, (struct oidc_jwk_terms){.use = "enc"}, &jwk));
    assert_ok(oidc_jwk_print_public(&t.ctx, jwk, OIDC_ALG_RS256, &member));
    assert_null(json_object_get(member, "alg"));
    assert_ok(read_as(rsa, (struct oidc_jwk_terms){.use = "sig"}, &jwk));
    assert_ok(oidc_jwk_print_public(&t.ctx, jwk, OIDC_ALG_UNKNOWN, &member));
    assert_string_equal(json_string_value(json_object_get(member, "use")), "sig");
    assert_null(json_object_get(member, "alg"));
}

/* CHECK sign_use: the first key for signatures that may; never a public one, one for "enc", or a secret. */
static void the_first_that_fits_signs(void **state)
{
    (void)state;
    struct oidc_jwks *set = oidc_jwks_make(t.pool), *copy;
    struct oidc_jwk *enc, *ps, *ec, *rsa, *ed, *oct;
    enum oidc_alg alg;
    const char *text, *pem = pem_of(OIDC_ALG_RS256);
    assert_ok(oidc_jwk_make_oct(&t.ctx, t.pool, oidc_str_z("0123456789abcdef0123456789abcdef"), "o", &oct));
    assert_ok(read_as(pem, (struct oidc_jwk_terms){.use = "enc"}, &enc));
    assert_ok(read_as(pem, (struct oidc_jwk_terms){.alg = "PS384"}, &ps));
    assert_ok(read_as(pem, (struct oidc_jwk_terms){0}, &rsa));
    assert_ok(read_as(pem_of(OIDC_ALG_ES384), (struct oidc_jwk_terms){0}, &ec));
    assert_ok(read_as(pem_of(OIDC_ALG_EDDSA), (struct oidc_jwk_terms){0}, &ed));
    assert_null(oidc_jwks_signer(NULL, OIDC_ALG_UNKNOWN, &alg));
    oidc_jwks_add(set, oct);
    oidc_jwks_add(set, enc);
    assert_null(oidc_jwks_signer(set, OIDC_ALG_UNKNOWN, &alg));
    assert_null(oidc_jwks_signer(set, OIDC_ALG_HS256, &alg));
    assert_null(oidc_jwks_signer(set, OIDC_ALG_RS256, &alg));
    assert_int_equal(alg, OIDC_ALG_UNKNOWN);
    oidc_jwks_add(set, ps);
    oidc_jwks_add(set, ec);
    oidc_jwks_add(set, rsa);
    oidc_jwks_add(set, ed);
    const struct {
        enum oidc_alg asked, used;
        const struct oidc_jwk *key;
    } cases[] = {{OIDC_ALG_UNKNOWN, OIDC_ALG_PS384, ps}, {OIDC_ALG_PS384, OIDC_ALG_PS384, ps},
                 {OIDC_ALG_RS256, OIDC_ALG_RS256, rsa},  {OIDC_ALG_PS512, OIDC_ALG_PS512, rsa},
                 {OIDC_ALG_ES384, OIDC_ALG_ES384, ec},   {OIDC_ALG_ES256, OIDC_ALG_UNKNOWN, NULL},
                 {OIDC_ALG_EDDSA, OIDC_ALG_EDDSA, ed},   {OIDC_ALG_HS256, OIDC_ALG_UNKNOWN, NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_ptr_equal(oidc_jwks_signer(set, cases[i].asked, &alg), cases[i].key);
        assert_int_equal(alg, cases[i].used);
    }
    set = oidc_jwks_make(t.pool);
    oidc_jwks_add(set, ec);
    assert_ptr_equal(oidc_jwks_signer(set, OIDC_ALG_UNKNOWN, &alg), ec);
    assert_int_equal(alg, OIDC_ALG_ES384);
    assert_ok(oidc_jwks_print_public(&t.ctx, set, OIDC_ALG_UNKNOWN, &text));
    assert_ok(oidc_jwks_parse(&t.ctx, t.pool, oidc_str_z(text), &copy));
    assert_null(oidc_jwks_signer(copy, OIDC_ALG_UNKNOWN, &alg));
}

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
        TEST(terms_fit_the_key),
        TEST(published_use),
        TEST(the_first_that_fits_signs),
        TEST(secrets_are_not_published),
        TEST(public_keys_have_no_pem),
        TEST(left_out_keys_are_logged),
        TEST(sets_die_with_their_pool),
    };
    return RUN(tests);
}
