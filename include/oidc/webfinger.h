/* SPDX-License-Identifier: Apache-2.0 */
/* Finding an issuer from what a person typed (OpenID Connect Discovery 1.0, 2; RFC 7033). */
#ifndef OIDC_WEBFINGER_H
#define OIDC_WEBFINGER_H

#include "oidc/http.h"
#include "oidc/json.h"

#define OIDC_WEBFINGER_MAX (64 * 1024)

/* The URL to ask for an account (user@host) or a URL; OIDC_E_WEBFINGER for anything else. Always https. */
enum oidc_rc oidc_webfinger_print(struct oidc_ctx *ctx, const char *input, const char **out) OIDC_MUST_CHECK;
/* The href of the issuer link: an https URL without user information, query and fragment. OIDC_E_WEBFINGER. */
enum oidc_rc oidc_webfinger_check(struct oidc_ctx *ctx, const struct oidc_http_answer *answer, const char **issuer) OIDC_MUST_CHECK;

#endif
