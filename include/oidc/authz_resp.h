/* SPDX-License-Identifier: Apache-2.0 */
/* The authorization response (OpenID Connect Core 3.1.2.5 and 3.1.2.6, RFC 9207), both directions. */
#ifndef OIDC_AUTHZ_RESP_H
#define OIDC_AUTHZ_RESP_H

#include "oidc/form.h"

struct oidc_authz_resp {
    const char *code, *state, *iss;
    const char *error, *error_description, *error_uri;
    const char *session_state;
    const char *id_token, *access_token, *token_type, *expires_in; /* implicit and hybrid flows */
};

/* Members are NULL when absent; duplicates fail; a response with neither code, id_token, access_token nor error fails. */
enum oidc_rc oidc_authz_resp_parse(struct oidc_ctx *ctx, const struct oidc_form *form, struct oidc_authz_resp *out) OIDC_MUST_CHECK;

struct oidc_authz_resp_rules {
    const char *issuer; /* of the provider that the state names */
    int iss_required;   /* the provider announced it, or the configuration demands it */
    /* what the response type asked for */
    int code_expected, id_token_expected, access_token_expected;
};
/*
 * iss, when present, must equal; when required it must be present (OIDC_E_RESPONSE_ISS). Then an error response fails
 * with OIDC_E_PROVIDER_REFUSED (detail: error and description, quoted). Then what is expected must be there (an access
 * token with token_type Bearer, in any case of letters). What was not asked for is not looked at: the caller drops it.
 */
enum oidc_rc oidc_authz_resp_check(struct oidc_ctx *ctx, const struct oidc_authz_resp *resp,
                                   const struct oidc_authz_resp_rules *rules) OIDC_MUST_CHECK;
/* For our own provider. */
struct oidc_form *oidc_authz_resp_print(apr_pool_t *pool, const struct oidc_authz_resp *resp);

#endif
