/* SPDX-License-Identifier: Apache-2.0 */
/* The userinfo response (OpenID Connect Core 5.3), both directions. */
#ifndef OIDC_USERINFO_H
#define OIDC_USERINFO_H

#include "oidc/claims.h"
#include "oidc/http.h"

#define OIDC_USERINFO_MAX (512 * 1024)

/*
 * Judges a JSON answer: status 200, an object, sub present and equal to the ID token's (OIDC_E_USERINFO_SUB, Core 5.3.2);
 * everything else OIDC_E_USERINFO.
 */
enum oidc_rc oidc_userinfo_check(struct oidc_ctx *ctx, const struct oidc_http_answer *answer, const char *sub,
                                 const struct oidc_claims **out) OIDC_MUST_CHECK;
/* For our own provider: sub, and the claims (may be NULL) but for a sub among them. */
const char *oidc_userinfo_print(apr_pool_t *pool, const char *sub, const json_t *claims);

#endif
