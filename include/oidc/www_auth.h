/* SPDX-License-Identifier: Apache-2.0 */
/* The Authorization: Bearer header and WWW-Authenticate challenges (RFC 6750). */
#ifndef OIDC_WWW_AUTH_H
#define OIDC_WWW_AUTH_H

#include "oidc/ctx.h"
#include "oidc/str.h"

/* The token of "Bearer <b64token>"; OIDC_ABSENT for no header or another scheme; OIDC_FAILED with OIDC_E_OP_TOKEN when malformed. */
enum oidc_rc oidc_www_auth_bearer(struct oidc_ctx *ctx, const char *authorization, struct oidc_str *out) OIDC_MUST_CHECK;
/* scheme realm="...", error="...", error_description="..."; members that are NULL are left out. */
const char *oidc_www_auth_print(apr_pool_t *pool, const char *scheme, const char *realm, const char *error, const char *description);

#endif
