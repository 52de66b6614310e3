/* SPDX-License-Identifier: Apache-2.0 */
/* Runs every file of test/vectors/jose: see the README there. Each file is one test. */
#include "fixture.h"

#include <apr_file_info.h>
#include <apr_file_io.h>
#include <apr_tables.h>
#include "jose/jws.h"
#include "jose/jwt_parts.h"
#include "oidc/b64.h"
#include "oidc/jwt.h"
#include "oidc/seal.h"

#define VECTOR_MAX (1024 * 1024)

static const char *root; /* test/vectors/jose */

/* ---- reading a case ---- */

static struct oidc_str slurp(const char *path)
{
    apr_file_t *f;
    apr_size_t n = VECTOR_MAX;
    char *text = apr_palloc(t.pool, VECTOR_MAX + 1);
    assert_int_equal(apr_file_open(&f, path, APR_FOPEN_READ | APR_FOPEN_BINARY, 0, t.pool),
                     APR_SUCCESS);
    assert_int_equal(apr_file_read_full(f, text, VECTOR_MAX, &n), APR_EOF);
    text[n] = '\0';
    return oidc_str(text, n);
}

static json_t *read_case(const char *path)
{
    json_t *doc;
    assert_ok(oidc_json_parse(&t.ctx, t.pool, slurp(path), OIDC_E_INTERNAL, path, &doc));
    return doc;
}

/* A string, an array of strings joined by `sep`, or NULL. */
static const char *text_of(const json_t *doc, const char *name, const char *sep)
{
    const json_t *v = json_object_get(doc, name), *part;
    const char *out = "";
    size_t i;
    if (!json_is_array(v)) {
        return json_string_value(v);
    }
    json_array_foreach(v, i, part) {
        out = apr_pstrcat(t.pool, out, i ? sep : "", json_string_value(part), NULL);
    }
    return out;
}

static struct oidc_str json_text(const json_t *value)
{
    return oidc_str_z(oidc_json_print(t.pool, value));
}

/* ---- what came out ---- */

static void assert_outcome(enum oidc_rc rc, const char *expect)
{
    const char *got = rc == OIDC_OK ? "OK" : oidc_error_row(t.ctx.err.code)->id;
    const char *want = apr_pstrcat(t.pool, strcmp(expect, "OK") ? "OIDC-" : "", expect, NULL);
    if (strcmp(got, want) != 0) {
        fail_msg("expected %s, got %s (%s)", want, got,
                 t.ctx.err.detail ? t.ctx.err.detail : "no reason");
    }
    assert_true(rc == OIDC_OK || t.ctx.err.detail);
    if (rc != OIDC_OK) {
        assert_int_equal(ERR_peek_error(), 0);
    }
}

/* ---- tokens ---- */

static const struct oidc_jwks *case_keys(const json_t *doc)
{
    struct oidc_jwks *set;
    struct oidc_jwk *jwk;
    struct oidc_str secret;
    const char *text = text_of(doc, "secret", "");
    const json_t *jwks = json_object_get(doc, "jwks");
    if (text) {
        assert_ok(oidc_b64url_parse(t.pool, oidc_str_z(text), &secret));
        assert_ok(oidc_jwk_make_oct(&t.ctx, t.pool, secret, NULL, &jwk));
        set = oidc_jwks_make(t.pool);
        oidc_jwks_add(set, jwk);
        return set;
    }
    struct oidc_str whole = jwks ? json_text(jwks)
                                 : slurp(apr_pstrcat(t.pool, root, "/all.json", NULL));
    assert_ok(oidc_jwks_parse(&t.ctx, t.pool, whole, &set));
    return set;
}

static oidc_alg_set case_allowed(const json_t *doc)
{
    const json_t *names = json_object_get(doc, "allowed"), *name;
    oidc_alg_set set = names ? 0 : OIDC_ALG_SET_ASYMMETRIC;
    size_t i;
    json_array_foreach(names, i, name) {
        enum oidc_alg alg = oidc_alg_parse(oidc_str_z(json_string_value(name)));
        assert_int_not_equal(alg, OIDC_ALG_UNKNOWN);
        set |= OIDC_ALG_BIT(alg);
    }
    return set;
}

/* A payload that is no JSON: its signature alone. */
static void check_text(const json_t *doc, const struct oidc_jwt *jwt, const struct oidc_jwks *keys)
{
    const struct oidc_jwk *jwk = oidc_jwks_at(keys, 0);
    assert_str(jwt->payload, json_string_value(json_object_get(doc, "text")));
    assert_ok(oidc_jws_verify(&t.ctx, jwk, jwt->alg, jwt->input, jwt->signature));
}

static void jwt_vector(void **state)
{
    const json_t *doc = read_case(*state), *payload = NULL;
    const char *token = text_of(doc, "token", "."), *expect = text_of(doc, "expect", "");
    const struct oidc_jwks *keys = case_keys(doc);
    struct oidc_jwt *jwt = NULL;
    enum oidc_rc rc = oidc_jwt_parse(&t.ctx, oidc_str_z(token), OIDC_JWT_MAX, &jwt);
    if (rc == OIDC_OK && json_object_get(doc, "text")) {
        check_text(doc, jwt, keys);
        return;
    }
    if (rc == OIDC_OK) {
        rc = oidc_jwt_verify(&t.ctx, jwt, keys, case_allowed(doc), &payload);
    }
    assert_outcome(rc, expect);
    assert_true((rc == OIDC_OK) == (payload != NULL));
    if (json_object_get(doc, "claims")) {
        assert_true(json_equal(payload, json_object_get(doc, "claims")));
    }
}

/* ---- sets ---- */

static void check_kept(const json_t *doc, const struct oidc_jwks *set)
{
    const json_t *kids = json_object_get(doc, "kids");
    const json_t *prints = json_object_get(doc, "thumbprints");
    assert_int_equal(oidc_jwks_count(set), json_array_size(kids));
    for (int i = 0; i < oidc_jwks_count(set); i++) {
        const struct oidc_jwk *jwk = oidc_jwks_at(set, i);
        const char *want = json_string_value(json_array_get(kids, (size_t)i)), *print;
        const char *kid = oidc_jwk_info(jwk)->kid;
        assert_string_equal(kid ? kid : "(none)", want ? want : "(none)");
        assert_int_equal(oidc_jwk_info(jwk)->is_private, 0);
        if (prints) {
            assert_ok(oidc_jwk_thumbprint(&t.ctx, jwk, &print));
            assert_string_equal(print, json_string_value(json_array_get(prints, (size_t)i)));
        }
    }
}

static void jwks_vector(void **state)
{
    const json_t *doc = read_case(*state);
    const char *text = text_of(doc, "text", "");
    struct oidc_jwks *set = NULL;
    struct oidc_str whole = text ? oidc_str_z(text) : json_text(json_object_get(doc, "set"));
    assert_outcome(oidc_jwks_parse(&t.ctx, t.pool, whole, &set), text_of(doc, "expect", ""));
    if (set) {
        check_kept(doc, set);
    }
}

/* ---- PEM ---- */

static void pem_vector(void **state)
{
    const json_t *doc = read_case(*state);
    struct oidc_jwk *jwk = NULL;
    int is_private;
    assert_outcome(oidc_jwk_parse_pem(&t.ctx, t.pool, oidc_str_z(text_of(doc, "pem", "\n")), NULL,
                                      &jwk),
                   text_of(doc, "expect", ""));
    if (!jwk) {
        return;
    }
    assert_ok(oidc_json_get_bool(doc, "private", &is_private));
    assert_int_equal(oidc_jwk_info(jwk)->is_private, is_private);
    assert_string_equal(oidc_jwk_info(jwk)->kty, text_of(doc, "kty", ""));
    assert_string_equal(oidc_jwk_info(jwk)->kid, text_of(doc, "thumbprint", ""));
}

/* ---- sealed blobs ---- */

static struct oidc_secret *case_secret(const json_t *doc, const char *name)
{
    const char *text = text_of(doc, name, "");
    return text ? oidc_secret_make(t.pool, oidc_str_z(text)) : NULL;
}

static void seal_vector(void **state)
{
    const json_t *doc = read_case(*state);
    const int purpose = (int)json_integer_value(json_object_get(doc, "purpose"));
    struct oidc_sealer *sealer;
    struct oidc_str plain = {NULL, 0};
    assert_ok(oidc_sealer_make(&t.ctx, t.pool, case_secret(doc, "passphrase"),
                               case_secret(doc, "previous"), &sealer));
    enum oidc_rc rc = oidc_unseal_text(&t.ctx, sealer, (enum oidc_seal_purpose)purpose,
                                       oidc_str_z(text_of(doc, "context", "")),
                                       oidc_str_z(text_of(doc, "text", "")), &plain);
    assert_int_equal(rc, strcmp(text_of(doc, "expect", ""), "OK") ? OIDC_FAILED : OIDC_OK);
    assert_int_equal(t.ctx.err.code, OIDC_E_NONE);
    if (rc == OIDC_OK) {
        assert_str(plain, text_of(doc, "plain", ""));
    } else {
        assert_null(plain.p);
    }
}

/* ---- all of them ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct CMUnitTest *)a)->name, ((const struct CMUnitTest *)b)->name);
}

static void add_vectors(apr_array_header_t *tests, const char *kind, CMUnitTestFunction function)
{
    const char *dir = apr_pstrcat(tests->pool, root, "/", kind, NULL);
    apr_dir_t *d;
    apr_finfo_t file;
    int first = tests->nelts;
    if (apr_dir_open(&d, dir, tests->pool) != APR_SUCCESS) {
        fprintf(stderr, "no directory %s\n", dir);
        exit(99);
    }
    while (apr_dir_read(&file, APR_FINFO_NAME, d) == APR_SUCCESS) {
        if (strstr(file.name, ".json")) {
            struct CMUnitTest test = TEST(function);
            test.name = apr_pstrcat(tests->pool, kind, "/", file.name, NULL);
            test.initial_state = apr_pstrcat(tests->pool, dir, "/", file.name, NULL);
            APR_ARRAY_PUSH(tests, struct CMUnitTest) = test;
        }
    }
    apr_dir_close(d);
    qsort(tests->elts + (size_t)first * sizeof(struct CMUnitTest), (size_t)(tests->nelts - first),
          sizeof(struct CMUnitTest), by_name);
}

int main(void)
{
    apr_pool_t *pool;
    const char *srcdir = getenv("srcdir");
    fixture_group_start(NULL);
    apr_pool_create(&pool, NULL);
    root = apr_pstrcat(pool, srcdir ? srcdir : ".", "/test/vectors/jose", NULL);
    apr_array_header_t *tests = apr_array_make(pool, 512, sizeof(struct CMUnitTest));
    add_vectors(tests, "jwt", jwt_vector);
    add_vectors(tests, "jwks", jwks_vector);
    add_vectors(tests, "pem", pem_vector);
    add_vectors(tests, "seal", seal_vector);
    int failed = _cmocka_run_group_tests("vectors", (struct CMUnitTest *)(void *)tests->elts,
                                         (size_t)tests->nelts, NULL, NULL);
    apr_pool_destroy(pool);
    fixture_group_end(NULL);
    return failed;
}
