/* SPDX-License-Identifier: Apache-2.0 */
/* Request objects: authorization parameters as a JWT (OpenID Connect Core 6, RFC 9101). */
#ifndef OIDC_REQUEST_OBJECT_H
#define OIDC_REQUEST_OBJECT_H

#include "oidc/form.h"
#include "oidc/jwt.h"

struct oidc_request_object {
    const char *client_id;   /* iss */
    const char *issuer;      /* aud */
    const struct oidc_jwk *key; /* private, or the client secret */
    enum oidc_alg alg;
    apr_int64_t ttl;         /* seconds */
    const struct oidc_form *params; /* become claims; max_age is a number, claims an object */
    const json_t *static_claims;    /* further claims, or NULL */
};
/* typ oauth-authz-req+jwt; iat, nbf, exp, jti. */
enum oidc_rc oidc_request_object_print(struct oidc_ctx *ctx, const struct oidc_request_object *r, const char **out) OIDC_MUST_CHECK;

#endif
