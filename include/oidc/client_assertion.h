/* SPDX-License-Identifier: Apache-2.0 */
/* Client assertions: client_secret_jwt and private_key_jwt (RFC 7523 2.2 and 3, OpenID Connect Core 9). */
#ifndef OIDC_CLIENT_ASSERTION_H
#define OIDC_CLIENT_ASSERTION_H

#include "oidc/form.h"
#include "oidc/jwt.h"

#define OIDC_CLIENT_ASSERTION_TTL 60 /* seconds */

struct oidc_client_assertion {
    const char *client_id;
    const char *audience; /* the issuer (RFC 9700 2.5, N040) */
    const struct oidc_jwk *key; /* private, or symmetric for client_secret_jwt */
    enum oidc_alg alg;
};
/* Puts client_assertion, client_assertion_type and client_id into the body. Fresh jti and times at each call. */
enum oidc_rc oidc_client_assertion_print(struct oidc_ctx *ctx, const struct oidc_client_assertion *a, struct oidc_form *body) OIDC_MUST_CHECK;

#endif
