/* SPDX-License-Identifier: Apache-2.0 */
/* Bearer credentials, and challenges. */
#include "fixture.h"

#include "oidc/jwt.h"
#include "oidc/www_auth.h"

static void a_token_is_found(void **state)
{
    (void)state;
    struct oidc_str token;
    static const char *const schemes[] = {"Bearer", "bearer", "BEARER", "bEaReR"};
    for (size_t i = 0; i < COUNT(schemes); i++) {
        const char *header = apr_pstrcat(t.pool, schemes[i], " aZ09-._~+/==", NULL);
        assert_ok(oidc_www_auth_bearer(&t.ctx, header, &token));
        assert_str(token, "aZ09-._~+/==");
    }
}

static void no_header_or_another_scheme_is_no_token(void **state)
{
    (void)state;
    struct oidc_str token;
    static const char *const headers[] = {"",        " ",        "Basic YTpi", "DPoP abc",
                                          "Bearerx", "Bearer-x", "Bear er",    " Bearer x",
                                          "=",       "\xc3\xa9"};
    assert_int_equal(oidc_www_auth_bearer(&t.ctx, NULL, &token), OIDC_ABSENT);
    for (size_t i = 0; i < COUNT(headers); i++) {
        assert_int_equal(oidc_www_auth_bearer(&t.ctx, headers[i], &token), OIDC_ABSENT);
    }
    assert_int_equal(t.ctx.err.code, OIDC_E_NONE);
}

static void test_n161_malformed_bearer_credentials_fail(void **state)
{
    (void)state;
    struct oidc_str token;
    static const char *const headers[] = {
        "Bearer",       "Bearer ",  "Bearer  x",       "bearer\tx",   "Bearer\tx", "Bearer x y",
        "Bearer x,y",   "Bearer =", "Bearer ==",       "Bearer a=b",  "Bearer x ", "Bearer x\n",
        "Bearer \"x\"", "Bearer:x", "Bearer \xc3\xa9", "Bearer x\x01"};
    for (size_t i = 0; i < COUNT(headers); i++) {
        assert_fails(oidc_www_auth_bearer(&t.ctx, headers[i], &token), OIDC_E_OP_TOKEN);
    }
}

static void test_n161_the_length_has_a_limit(void **state)
{
    (void)state;
    struct oidc_str token;
    static const size_t sizes[] = {OIDC_JWT_MAX_REQUEST - 1, OIDC_JWT_MAX_REQUEST,
                                   OIDC_JWT_MAX_REQUEST + 1, 64 * 1024};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        char *header = apr_palloc(t.pool, 7 + sizes[i] + 1);
        memcpy(header, "Bearer ", 7);
        memset(header + 7, 'a', sizes[i]);
        header[7 + sizes[i]] = '\0';
        if (sizes[i] <= OIDC_JWT_MAX_REQUEST) {
            assert_ok(oidc_www_auth_bearer(&t.ctx, header, &token));
            assert_int_equal(token.n, sizes[i]);
        } else {
            assert_fails(oidc_www_auth_bearer(&t.ctx, header, &token), OIDC_E_OP_TOKEN);
        }
    }
}

static void challenges(void **state)
{
    (void)state;
    assert_string_equal(oidc_www_auth_print(t.pool, "Bearer", NULL, NULL, NULL), "Bearer");
    assert_string_equal(oidc_www_auth_print(t.pool, "Basic", "r", NULL, NULL), "Basic realm=\"r\"");
    assert_string_equal(oidc_www_auth_print(t.pool, "Bearer", NULL, "invalid_token", NULL),
                        "Bearer error=\"invalid_token\"");
    assert_string_equal(
        oidc_www_auth_print(t.pool, "Bearer", "a\"b\\c", "invalid_token", "expired"),
        "Bearer realm=\"a\\\"b\\\\c\", error=\"invalid_token\", error_description=\"expired\"");
}

static void test_n114_no_challenge_holds_a_line_break(void **state)
{
    (void)state;
    const char *text = oidc_www_auth_print(t.pool, "Bearer", "a\r\nb", "c\nd", "\x01\xc3\xa9");
    assert_null(strpbrk(text, "\r\n\x01\xc3"));
}

static const struct CMUnitTest tests[] = {
    CASE(a_token_is_found),
    CASE(no_header_or_another_scheme_is_no_token),
    CASE(test_n161_malformed_bearer_credentials_fail),
    CASE(test_n161_the_length_has_a_limit),
    CASE(challenges),
    CASE(test_n114_no_challenge_holds_a_line_break),
};
RUN(tests)
