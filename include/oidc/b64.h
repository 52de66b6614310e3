/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base64 and base64url (RFC 4648). Decoding is strict: no white space, no foreign alphabet, canonical trailing bits,
 * no length of 1 mod 4; base64url without padding (RFC 7515 2).
 */
#ifndef OIDC_B64_H
#define OIDC_B64_H

#include "oidc/err.h"
#include "oidc/str.h"

char *oidc_b64url_print(apr_pool_t *pool, struct oidc_str bytes);
/* OIDC_FAILED for anything not canonical. Touches no context. out is NUL-terminated behind its end. */
enum oidc_rc oidc_b64url_parse(apr_pool_t *pool, struct oidc_str text, struct oidc_str *out) OIDC_MUST_CHECK;
/* Into a caller's buffer of at least 3/4 of text.n bytes; *n is the length. For the hot path. */
enum oidc_rc oidc_b64url_parse_into(struct oidc_str text, unsigned char *out, size_t *n) OIDC_MUST_CHECK;
/* Standard alphabet with padding: Basic credentials. */
char *oidc_b64_print(apr_pool_t *pool, struct oidc_str bytes);
enum oidc_rc oidc_b64_parse(apr_pool_t *pool, struct oidc_str text, struct oidc_str *out) OIDC_MUST_CHECK;

#endif
