/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What mod_oidc offers to other modules of the server, as optional functions:
 *
 *     APR_OPTIONAL_FN_TYPE(oidc_claim) *claim = APR_RETRIEVE_OPTIONAL_FN(oidc_claim);
 *     const char *mail = claim ? claim(r, "email") : NULL;
 *
 * Retrieve them in a post_config or optional_fn_retrieve hook. They answer from the end of authentication on (in the
 * hooks auth_checker, fixups, handler and later), for the request, its sub-requests and internal redirects. Strings live
 * as long as the request.
 */
#ifndef MOD_OIDC_H
#define MOD_OIDC_H

#include "httpd.h"
#include "apr_optional.h"

/* 1 when the request has a valid OpenID Connect session. */
APR_DECLARE_OPTIONAL_FN(int, oidc_is_signed_in, (request_rec *r));
/* The provider that signed the user in, and its name for the user; NULL without a session. */
APR_DECLARE_OPTIONAL_FN(const char *, oidc_issuer, (request_rec *r));
APR_DECLARE_OPTIONAL_FN(const char *, oidc_subject, (request_rec *r));
/*
 * A claim as the application would receive it: text as it is, true and false as 1 and 0, arrays joined, objects as JSON.
 * The ID token wins over userinfo. NULL when there is no session or no such claim.
 */
APR_DECLARE_OPTIONAL_FN(const char *, oidc_claim, (request_rec *r, const char *name));

#endif
