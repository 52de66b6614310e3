/* SPDX-License-Identifier: Apache-2.0 */
/* The token response (RFC 6749 5.1 and 5.2, OpenID Connect Core 3.1.3.3), both directions. */
#ifndef OIDC_TOKEN_RESP_H
#define OIDC_TOKEN_RESP_H

#include "oidc/http.h"
#include "oidc/json.h"

#define OIDC_TOKEN_RESP_MAX (256 * 1024)

struct oidc_token_resp {
    const char *access_token, *token_type, *refresh_token, *id_token, *scope; /* NULL when absent */
    apr_int64_t expires_in; /* seconds, or -1 */
};

/*
 * Judges status, content type and form of the answer. access_token is required and non-empty, token_type is required
 * and must be Bearer in any case of letters (OIDC_E_TOKEN_RESPONSE); error=invalid_client fails with
 * OIDC_E_TOKEN_CLIENT_AUTH, other errors and statuses with OIDC_E_TOKEN_ENDPOINT (error code quoted in the detail).
 * Whether an id_token must be there is the caller's to say.
 */
enum oidc_rc oidc_token_resp_parse(struct oidc_ctx *ctx, const struct oidc_http_answer *answer, struct oidc_token_resp *out) OIDC_MUST_CHECK;
/* The same where the request carried a DPoP proof: token_type may be DPoP as well (RFC 9449 5). */
enum oidc_rc oidc_token_resp_parse_bound(struct oidc_ctx *ctx, const struct oidc_http_answer *answer,
                                         struct oidc_token_resp *out) OIDC_MUST_CHECK;
const char *oidc_token_resp_print(apr_pool_t *pool, const struct oidc_token_resp *resp);

#endif
