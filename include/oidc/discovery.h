/* SPDX-License-Identifier: Apache-2.0 */
/* Provider metadata (OpenID Connect Discovery 1.0, RFC 8414), both directions. */
#ifndef OIDC_DISCOVERY_H
#define OIDC_DISCOVERY_H

#include "oidc/alg.h"
#include "oidc/client_auth.h"
#include "oidc/json.h"

#define OIDC_DISCOVERY_MAX (256 * 1024)

/*
 * Endpoints are NULL when the document has none. Strings live in the pool the document was parsed into. A set that was
 * announced but holds nothing we know has its lowest bit alone (UNSET, UNKNOWN): it is not 0, and nothing is in it.
 */
struct oidc_provider_meta {
    const char *issuer;
    const char *authorization_endpoint, *token_endpoint, *userinfo_endpoint, *jwks_uri;
    const char *end_session_endpoint, *revocation_endpoint, *check_session_iframe;
    const char *pushed_authorization_request_endpoint, *introspection_endpoint, *registration_endpoint;
    unsigned token_auth_methods;         /* set of OIDC_CLIENT_AUTH_BIT; 0 when not announced */
    oidc_alg_set id_token_algs;          /* of id_token_signing_alg_values_supported; 0 when not announced */
    int iss_parameter_supported;         /* authorization_response_iss_parameter_supported (RFC 9207) */
    int s256_supported;                  /* 1 announced, 0 announced without S256, -1 nothing announced */
    int backchannel_logout_supported;
    const json_t *raw;
};

/* Parses the document; wrong types of members we use are errors (OIDC_E_METADATA). It lives in `pool`. */
enum oidc_rc oidc_discovery_parse(struct oidc_ctx *ctx, apr_pool_t *pool, struct oidc_str text,
                                  struct oidc_provider_meta **out) OIDC_MUST_CHECK;

struct oidc_discovery_rules {
    const char *issuer; /* exact, or NULL: derived from url */
    const char *url;    /* where the document came from */
    int check_issuer;   /* 0 only with OIDCValidateIssuer Off */
    int allow_http;     /* endpoints may be http: only when url itself is */
    int keys_elsewhere; /* the document needs no jwks_uri: the configuration has one, or the keys */
};
/*
 * The issuer must be the expected one byte by byte (Discovery 4.3; derived: url without "/.well-known/...", with or
 * without the slash before it; OIDC_E_METADATA_ISSUER); endpoints, those in mtls_endpoint_aliases too, must be URLs
 * without user information and fragment, and https unless allow_http; authorization_endpoint must be there, and jwks_uri
 * unless keys_elsewhere. A bad endpoint refuses the whole document (N102).
 */
enum oidc_rc oidc_discovery_check(struct oidc_ctx *ctx, const struct oidc_provider_meta *meta,
                                  const struct oidc_discovery_rules *rules) OIDC_MUST_CHECK;
/*
 * The document of our own provider: the members above, then those of meta->raw (may be NULL) that have other names.
 * response_types_supported is ["code"] and subject_types_supported ["public"] unless raw says otherwise.
 */
const char *oidc_discovery_print(apr_pool_t *pool, const struct oidc_provider_meta *meta);

#endif
