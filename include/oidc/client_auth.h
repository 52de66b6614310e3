/* SPDX-License-Identifier: Apache-2.0 */
/* Client authentication at the token endpoint (RFC 6749 2.3, OpenID Connect Core 9), both directions. */
#ifndef OIDC_CLIENT_AUTH_H
#define OIDC_CLIENT_AUTH_H

#include "oidc/exchange.h"
#include "oidc/form.h"
#include "oidc/jwk.h"
#include "oidc/secret.h"

enum oidc_client_auth_method {
    OIDC_CLIENT_AUTH_UNSET = 0,
    OIDC_CLIENT_AUTH_BASIC,
    OIDC_CLIENT_AUTH_POST,
    OIDC_CLIENT_AUTH_NONE,
    OIDC_CLIENT_AUTH_SECRET_JWT,
    OIDC_CLIENT_AUTH_PRIVATE_KEY_JWT,
    OIDC_CLIENT_AUTH_TLS,
    OIDC_CLIENT_AUTH_SELF_SIGNED_TLS,
    OIDC_CLIENT_AUTH_BEARER,
    OIDC_CLIENT_AUTH_COUNT
};
#define OIDC_CLIENT_AUTH_BIT(m) (1u << (m))

/* "client_secret_basic" and so on; UNSET / NULL when unknown. */
enum oidc_client_auth_method oidc_client_auth_parse_name(const char *name);
const char *oidc_client_auth_name(enum oidc_client_auth_method m);

/* Bytes of a client secret that signs: as many as the hash of HS256 has (RFC 7518 3.2). */
#define OIDC_CLIENT_AUTH_SECRET_JWT_LEAST 32

struct oidc_client_auth {
    enum oidc_client_auth_method method; /* not TLS and BEARER so far; those fail with OIDC_E_CONFIG */
    const char *client_id;
    const struct oidc_secret *secret; /* BASIC, POST and SECRET_JWT, else NULL */
    const char *audience;             /* SECRET_JWT and PRIVATE_KEY_JWT: the issuer */
    const struct oidc_jwk *key;       /* PRIVATE_KEY_JWT */
    enum oidc_alg alg;                /* PRIVATE_KEY_JWT */
};
/*
 * Adds what the method needs to the body, or sets *authorization to the header's value (NULL when none is needed).
 * Basic credentials are form-url-encoded first (RFC 6749 2.3.1). PUT client_id in the body for NONE and POST.
 */
enum oidc_rc oidc_client_auth_print(struct oidc_ctx *ctx, const struct oidc_client_auth *auth, struct oidc_form *body,
                                    const char **authorization) OIDC_MUST_CHECK;

/* What a client presented at our own provider. */
struct oidc_client_credentials {
    enum oidc_client_auth_method method; /* BASIC, POST or NONE */
    const char *client_id;
    struct oidc_str secret; /* empty for NONE */
};
/* More than one method at once is refused (RFC 6749 2.3). OIDC_E_OP_CLIENT_AUTH. */
enum oidc_rc oidc_client_auth_parse(struct oidc_ctx *ctx, const char *authorization, const struct oidc_form *body,
                                    struct oidc_client_credentials *out) OIDC_MUST_CHECK;

#endif
