/* SPDX-License-Identifier: Apache-2.0 */
/* Bearer credentials of a request, and the challenge that asks for them. */
#include "oidc/www_auth.h"

#include <apr_strings.h>
#include "oidc/header.h"
#include "oidc/jwt.h"
#include "oidc/wire.h"

#define LETTERS_AND_DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

/* RFC 6750 2.1: b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"=" */
static int www_auth_is_b64token(const char *text, size_t n)
{
    size_t head = strspn(text, LETTERS_AND_DIGITS "-._~+/");
    return head > 0 && head + strspn(text + head, "=") == n;
}

enum oidc_rc oidc_www_auth_bearer(struct oidc_ctx *ctx, const char *authorization,
                                  struct oidc_str *out)
{
    /* RFC 9110 11.1: the scheme is a token, compared without case */
    size_t n = authorization ? strspn(authorization, LETTERS_AND_DIGITS "!#$%&'*+-.^_`|~") : 0;
    if (!oidc_str_eq_case(oidc_str(authorization, n), oidc_str_z(OIDC_SCHEME_BEARER))) {
        return OIDC_ABSENT;
    }
    const char *token = authorization + n + 1;
    size_t token_n = authorization[n] == ' ' ? strnlen(token, OIDC_JWT_MAX_REQUEST + 1) : 0;
    /* CHECK bearer-form: exactly one space, then a b64token within its limit; N161 */
    if (token_n == 0 || token_n > OIDC_JWT_MAX_REQUEST || !www_auth_is_b64token(token, token_n)) {
        return oidc_fail(ctx, OIDC_E_OP_TOKEN,
                         "the Authorization header holds no well-formed bearer token");
    }
    *out = oidc_str(token, token_n);
    return OIDC_OK;
}

const char *oidc_www_auth_print(apr_pool_t *pool, const char *scheme, const char *realm,
                                const char *error, const char *description)
{
    const struct {
        const char *name, *value;
    } members[] = {
        {"realm", realm},
        {OIDC_PARAM_ERROR, error},
        {OIDC_PARAM_ERROR_DESCRIPTION, description},
    };
    const char *out = scheme, *join = " ";
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        if (members[i].value) {
            out = apr_pstrcat(pool, out, join, members[i].name, "=",
                              oidc_header_quote(pool, members[i].value), NULL);
            join = ", ";
        }
    }
    return out;
}
