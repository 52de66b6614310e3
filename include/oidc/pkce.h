/* SPDX-License-Identifier: Apache-2.0 */
/* Proof Key for Code Exchange (RFC 7636), S256; plain exists for the RP's drop-in configuration only. */
#ifndef OIDC_PKCE_H
#define OIDC_PKCE_H

#include "oidc/ctx.h"
#include "oidc/str.h"

/* base64url(SHA-256(verifier)). */
enum oidc_rc oidc_pkce_challenge(struct oidc_ctx *ctx, const char *verifier, const char **out) OIDC_MUST_CHECK;
/* Judges a verifier that a client sent: 43..128 unreserved characters that hash to the challenge. OIDC_E_OP_GRANT. */
enum oidc_rc oidc_pkce_check(struct oidc_ctx *ctx, const char *verifier, const char *challenge) OIDC_MUST_CHECK;
/* 1 when it can be an S256 challenge: 43 base64url characters. */
int oidc_pkce_is_challenge(const char *challenge);

#endif
