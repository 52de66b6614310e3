/* SPDX-License-Identifier: Apache-2.0 */
/* ID tokens as texts: form, size, header, typ. */
#include "tokens.h"

/* ---- header texts, each over a right signature of keys.ed ---- */

struct header_row {
    const char *name, *header;
    enum oidc_code code;
};

static const struct header_row header_rows[] = {
    {"header_alg_alone", "{\"alg\":\"EdDSA\"}", OIDC_E_JWT_KEY},
    {"header_ed25519", "{\"alg\":\"Ed25519\"}", OIDC_E_JWT_KEY},
    {"test_n047_alg_none_but_signed", "{\"alg\":\"none\"}", OIDC_E_JWT_ALG},
    {"test_n047_alg_None", "{\"alg\":\"None\"}", OIDC_E_JWT_ALG},
    {"test_n047_alg_nOnE", "{\"alg\":\"nOnE\"}", OIDC_E_JWT_ALG},
    {"test_n047_alg_empty", "{\"alg\":\"\"}", OIDC_E_JWT_ALG},
    {"test_n047_alg_missing", "{\"typ\":\"JWT\"}", OIDC_E_JWT_HEADER},
    {"test_n048_alg_XX256", "{\"alg\":\"XX256\"}", OIDC_E_JWT_ALG},
    {"test_n048_alg_RS257", "{\"alg\":\"RS257\"}", OIDC_E_JWT_ALG},
    {"test_n048_alg_in_lower_case", "{\"alg\":\"eddsa\"}", OIDC_E_JWT_ALG},
    {"test_n048_alg_number", "{\"alg\":1}", OIDC_E_JWT_HEADER},
    {"test_n048_alg_array", "{\"alg\":[\"EdDSA\"]}", OIDC_E_JWT_HEADER},
    {"test_n048_alg_null", "{\"alg\":null}", OIDC_E_JWT_HEADER},
    {"test_n055_crit_unknown", "{\"alg\":\"EdDSA\",\"crit\":[\"x\"],\"x\":1}", OIDC_E_JWT_HEADER},
    {"test_n055_crit_empty", "{\"alg\":\"EdDSA\",\"crit\":[]}", OIDC_E_JWT_HEADER},
    {"test_n055_crit_string", "{\"alg\":\"EdDSA\",\"crit\":\"exp\"}", OIDC_E_JWT_HEADER},
    {"test_n057_b64_false", "{\"alg\":\"EdDSA\",\"b64\":false}", OIDC_E_JWT_HEADER},
    {"test_n057_b64_false_and_crit", "{\"alg\":\"EdDSA\",\"b64\":false,\"crit\":[\"b64\"]}",
     OIDC_E_JWT_HEADER},
    {"test_n060_header_array", "[{\"alg\":\"EdDSA\"}]", OIDC_E_JWT_HEADER},
    {"test_n060_header_number", "1", OIDC_E_JWT_HEADER},
    {"test_n060_header_string", "\"EdDSA\"", OIDC_E_JWT_HEADER},
    {"test_n060_header_with_bom", "\xef\xbb\xbf{\"alg\":\"EdDSA\"}", OIDC_E_JWT_HEADER},
    {"test_n060_header_with_text_behind", "{\"alg\":\"EdDSA\"}x", OIDC_E_JWT_HEADER},
    {"test_n060_header_invalid_utf8", "{\"alg\":\"EdDSA\",\"x\":\"\xff\"}", OIDC_E_JWT_HEADER},
    {"test_n060_header_kid_with_nul", "{\"alg\":\"EdDSA\",\"kid\":\"a\\u0000\"}",
     OIDC_E_JWT_HEADER},
    {"test_n060_header_kid_number", "{\"alg\":\"EdDSA\",\"kid\":1}", OIDC_E_JWT_HEADER},
    {"test_n060_header_duplicate_alg", "{\"alg\":\"none\",\"alg\":\"EdDSA\"}", OIDC_E_JWT_HEADER},
    {"test_n060_header_not_json", "alg=EdDSA", OIDC_E_JWT_HEADER},
    {"test_n068_zip", "{\"alg\":\"EdDSA\",\"zip\":\"DEF\"}", OIDC_E_JWT_HEADER},
    {"test_n049_hs256_over_a_public_key", "{\"alg\":\"HS256\"}", OIDC_E_JWT_ALG},
};

/* The only key has another kid than these headers, which have none: a header that passes as such
 * ends at the key. */
static void judge_headers(void **state)
{
    const struct header_row *row = *state;
    struct oidc_id_token_rules rules = usual_rules();
    struct oidc_jwks *rsa_alone = oidc_jwks_make(t.pool);
    oidc_jwks_add(rsa_alone, keys.rsa);
    rules.keys = rsa_alone;
    refused_token(token_of(keys.ed, row->header, usual_payload()), &rules, row->code);
}

/* ---- typ ---- */

struct typ_row {
    const char *name, *typ; /* JSON text */
    enum oidc_code code;
};

static const struct typ_row typ_rows[] = {
    {"typ_JWT", "\"JWT\"", OIDC_E_NONE},
    {"typ_jwt", "\"jwt\"", OIDC_E_NONE},
    {"typ_empty", "\"\"", OIDC_E_NONE},
    {"typ_id_token", "\"id_token+jwt\"", OIDC_E_NONE},
    {"typ_of_a_media_type", "\"application/jwt\"", OIDC_E_NONE},
    {"test_n167_typ_of_an_access_token", "\"at+jwt\"", OIDC_E_JWT_HEADER},
    {"test_n167_typ_of_an_access_token_in_full", "\"application/at+jwt\"", OIDC_E_JWT_HEADER},
    {"test_n167_typ_of_an_access_token_in_capitals", "\"AT+JWT\"", OIDC_E_JWT_HEADER},
    {"test_n199_typ_of_a_logout_token", "\"logout+jwt\"", OIDC_E_JWT_HEADER},
    {"test_n170_typ_of_a_proof", "\"dpop+jwt\"", OIDC_E_JWT_HEADER},
    {"test_n170_typ_of_a_request_object", "\"oauth-authz-req+jwt\"", OIDC_E_JWT_HEADER},
    {"test_n170_typ_of_an_event", "\"secevent+jwt\"", OIDC_E_JWT_HEADER},
    {"typ_suffix_alone", "\"+jwt\"", OIDC_E_JWT_HEADER},
    {"typ_number", "1", OIDC_E_JWT_HEADER},
};

static void judge_typs(void **state)
{
    const struct typ_row *row = *state;
    struct oidc_id_token_rules rules = usual_rules();
    const char *header = header_of(keys.ed, apr_pstrcat(t.pool, ",\"typ\":", row->typ, NULL));
    const char *token = token_of(keys.ed, header, usual_payload());
    if (row->code == OIDC_E_NONE) {
        passes_token(token, &rules);
    } else {
        refused_token(token, &rules, row->code);
    }
}

/* ---- form ---- */

static void test_n058_test_n061_malformed_texts_are_refused(void **state)
{
    (void)state;
    struct oidc_id_token_rules rules = usual_rules();
    const char *good = usual_token();
    const char *dot = strchr(good, '.'), *last = strrchr(good, '.');
    const char *head = apr_pstrmemdup(t.pool, good, (size_t)(dot - good));
    const char *body = apr_pstrmemdup(t.pool, dot + 1, (size_t)(last - dot - 1));
    const char *bad[] = {
        "",
        ".",
        "..",
        "...",
        "....",
        "a",
        "a.b",
        "a.b.c",
        "\xff.\xff.\xff",
        head,
        apr_pstrcat(t.pool, head, ".", body, NULL),
        apr_pstrcat(t.pool, head, ".", body, ".", NULL), /* no signature */
        apr_pstrcat(t.pool, head, "..", last + 1, NULL),
        apr_pstrcat(t.pool, ".", body, last, NULL),
        apr_pstrcat(t.pool, good, ".", NULL),
        apr_pstrcat(t.pool, good, ".x", NULL),
        apr_pstrcat(t.pool, good, ".x.y", NULL),
        apr_pstrcat(t.pool, good, "=", NULL),
        apr_pstrcat(t.pool, good, "\n", NULL),
        apr_pstrcat(t.pool, " ", good, NULL),
        apr_pstrcat(t.pool, head, "==.", body, last, NULL),
        apr_pstrcat(t.pool, head, ".", body, "+", last, NULL),
        apr_pstrcat(t.pool, head, ".", body, ".a", NULL),
        apr_pstrcat(t.pool, head, ".", body, ".ab!d", NULL),
        "{\"payload\":\"e30\",\"protected\":\"e30\",\"signature\":\"e30\"}", /* N073 */
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        const struct oidc_claims *claims = NULL;
        assert_int_equal(oidc_id_token_check(&t.ctx, bad[i], &rules, &claims), OIDC_FAILED);
        assert_true(t.ctx.err.code == OIDC_E_JWT_FORMAT || t.ctx.err.code == OIDC_E_JWT_HEADER);
        assert_null(claims);
        oidc_ctx_clear(&t.ctx);
    }
    refused_token(NULL, &rules, OIDC_E_JWT_FORMAT);
}

static void test_n061_the_size_has_a_limit(void **state)
{
    (void)state;
    struct oidc_id_token_rules rules = usual_rules();
    static const size_t sizes[] = {OIDC_JWT_MAX + 1, 1024 * 1024};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        char *text = apr_palloc(t.pool, sizes[i] + 1);
        memset(text, i ? '.' : 'A', sizes[i]);
        text[sizes[i]] = '\0';
        refused_token(text, &rules, OIDC_E_JWT_FORMAT);
    }
    /* a token of nearly the whole limit is judged like any other */
    char *pad = apr_palloc(t.pool, 90001);
    memset(pad, 'x', 90000);
    pad[90000] = '\0';
    struct claim_change big = {"pad", apr_pstrcat(t.pool, "\"", pad, "\"", NULL)};
    const char *payload = payload_of(big, (struct claim_change){NULL, NULL});
    const char *token = token_of(keys.ed, header_of(keys.ed, ""), payload);
    assert_true(strlen(token) < OIDC_JWT_MAX && strlen(token) > OIDC_JWT_MAX - 12000);
    passes_token(token, &rules);
}

static void test_n047_unsigned_tokens_are_refused(void **state)
{
    (void)state;
    static const char *const algs[] = {"none", "None", "NONE", "nOnE", "", "HS256", "RS256"};
    struct oidc_id_token_rules rules = usual_rules();
    rules.algs = ~0u;
    for (size_t i = 0; i < COUNT(algs); i++) {
        const char *header = apr_pstrcat(t.pool, "{\"alg\":\"", algs[i], "\"}", NULL);
        const char *token = apr_pstrcat(t.pool, b64(header), ".", b64(usual_payload()), ".", NULL);
        refused_token(token, &rules, OIDC_E_JWT_FORMAT);
    }
    /* with a signature of some kind, and everything allowed that has a bit */
    refused_token(token_of(keys.ed, "{\"alg\":\"none\"}", usual_payload()), &rules, OIDC_E_JWT_ALG);
}

static const struct CMUnitTest tests[] = {
    CASE(test_n058_test_n061_malformed_texts_are_refused),
    CASE(test_n061_the_size_has_a_limit),
    CASE(test_n047_unsigned_tokens_are_refused),
};
static const struct fixture_table tables[] = {
    TABLE(header_rows, judge_headers),
    TABLE(typ_rows, judge_typs),
};
RUN_TABLES(tests, tables, keys_start)
