/* SPDX-License-Identifier: Apache-2.0 */
/* Header names folded as back ends fold them, values made fit, lists of tokens. */
#include "fixture.h"

#include "oidc/header.h"

static void test_n103_n106_names_fold(void **state)
{
    (void)state;
    static const char *const same[] = {"OIDC_CLAIM_sub", "oidc-claim-SUB", "Oidc.Claim.Sub",
                                       "OIDC CLAIM SUB", "oidc\377claim\001sub"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        assert_true(oidc_header_same(same[i], "OIDC_CLAIM_sub"));
        assert_true(oidc_header_starts(same[i], "OIDC_", 5));
        assert_true(oidc_header_starts(same[i], "OIDC_CLAIM_", 11));
    }
    assert_false(oidc_header_same("OIDC_CLAIM_su", "OIDC_CLAIM_sub"));
    assert_false(oidc_header_same("OIDC_CLAIM_subs", "OIDC_CLAIM_sub"));
    assert_false(oidc_header_same("OIDC__CLAIM_sub", "OIDC_CLAIM_sub"));
    assert_true(oidc_header_starts("OIDC--CLAIM--sub", "OIDC_", 5));
    assert_false(oidc_header_starts("OIDC", "OIDC_", 5));
    assert_false(oidc_header_starts("", "OIDC_", 5));
    assert_false(oidc_header_starts("xOIDC_", "OIDC_", 5));
    assert_true(oidc_header_starts("anything", "", 0));
    assert_true(oidc_header_same("", ""));
}

static void every_byte_folds(void **state)
{
    (void)state;
    for (int a = 1; a < 256; a++) {
        char name[2] = {(char)a, 0};
        int is_word = (a >= '0' && a <= '9') || (a >= 'a' && a <= 'z') || (a >= 'A' && a <= 'Z');
        assert_int_equal(oidc_header_same(name, "_"), !is_word);
        assert_int_equal(oidc_header_starts(name, "-", 1), !is_word);
        char other[2] = {(char)(is_word && a > '9' ? a ^ 0x20 : a), 0};
        assert_true(oidc_header_same(name, other));
    }
}

static void test_n117_claim_names(void **state)
{
    (void)state;
    assert_string_equal(oidc_header_name(t.pool, "OIDC_CLAIM_", oidc_str_z("sub")),
        "OIDC_CLAIM_sub");
    assert_string_equal(oidc_header_name(t.pool, "", oidc_str_z("a.b_c")), "a.b_c");
    assert_string_equal(oidc_header_name(t.pool, NULL, oidc_str_z("a")), "a");
    assert_string_equal(oidc_header_name(t.pool, "", oidc_str_z("()<>@,;:\\\"/[]?={} \t\r\n")),
                        "---------------------");
    assert_string_equal(oidc_header_name(t.pool, "P_", oidc_str("a\0\x7f\x80\xff~!", 7)),
        "P_a----~!");
    assert_string_equal(oidc_header_name(t.pool, "P\r\n:", oidc_str_z("x")), "P---x");
    assert_string_equal(oidc_header_name(t.pool, "https:", oidc_str_z("//e.test/g")),
        "https---e.test-g");
    assert_string_equal(oidc_header_name(t.pool, "P_", oidc_str(NULL, 0)), "P_");
}

static void test_n114_values(void **state)
{
    (void)state;
    const char *fit = "plain caf\xc3\xa9 ~";
    assert_ptr_equal(oidc_header_value(t.pool, fit), fit);
    assert_string_equal(oidc_header_value(t.pool, "a\r\nX: y"), "a  X: y");
    assert_string_equal(oidc_header_value(t.pool, "a\tb\x01\x1f\x7f" "c"), "a bc");
    assert_string_equal(oidc_header_value(t.pool, "\x01"), "");
    for (int c = 1; c < 256; c++) {
        char text[4] = {'a', (char)c, 'b', 0};
        const char *v = oidc_header_value(t.pool, text);
        for (; *v; v++) {
            assert_true((unsigned char)*v >= 0x20 && *v != 0x7f);
        }
    }
}

static void quoted_strings(void **state)
{
    (void)state;
    assert_string_equal(oidc_header_quote(t.pool, "a b"), "\"a b\"");
    assert_string_equal(oidc_header_quote(t.pool, "a\"b\\c"), "\"a\\\"b\\\\c\"");
    assert_string_equal(oidc_header_quote(t.pool, "\r\n\x7f\xc3\xa9"), "\"?????\"");
    assert_string_equal(oidc_header_quote(t.pool, ""), "\"\"");
}

static int is_ours(void *baton, const char *token)
{
    (*(int *)baton)++;
    return oidc_header_starts(token, "OIDC_", 5);
}

static void test_n107_connection_tokens(void **state)
{
    (void)state;
    int calls = 0;
    const char *plain = "keep-alive, Upgrade";
    assert_ptr_equal(oidc_header_drop_tokens(t.pool, plain, is_ours, &calls), plain);
    assert_int_equal(calls, 2);
    static const struct {
        const char *v, *left;
    } cases[] = {
        {"OIDC_CLAIM_sub, close", "close"}, {"close,oidc-claim-sub", "close"}, {"OIDC_a", NULL},
        {" , OIDC_a ,, OIDC-b ,", NULL}, {"a ,OIDC_x ,\tb , c", "a, b, c"}, {"OIDC_a;q=1, b", "b"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *left = oidc_header_drop_tokens(t.pool, cases[i].v, is_ours, &calls);
        if (cases[i].left) {
            assert_string_equal(left, cases[i].left);
        } else {
            assert_null(left);
        }
    }
    char *longer = apr_pstrcat(t.pool, "OIDC_", apr_psprintf(t.pool, "%0300d", 1), ", x", NULL);
    assert_string_equal(oidc_header_drop_tokens(t.pool, longer, is_ours, &calls), "x");
    assert_string_equal(oidc_header_drop_tokens(t.pool, "", is_ours, &calls), "");
    for (int n = 126; n <= 131; n++) {
        char *one = apr_psprintf(t.pool, "%0*d, OIDC_x", n, 1);
        assert_int_equal(strlen(oidc_header_drop_tokens(t.pool, one, is_ours, &calls)), n);
    }
}

static const struct CMUnitTest tests[] = {
    CASE(test_n103_n106_names_fold), CASE(every_byte_folds), CASE(test_n117_claim_names),
    CASE(test_n114_values),          CASE(quoted_strings),   CASE(test_n107_connection_tokens),
};

RUN(tests)
