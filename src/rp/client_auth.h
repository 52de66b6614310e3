/* SPDX-License-Identifier: Apache-2.0 */
/* This site as the provider's client: how it proves who it is, and the keys that it publishes. */
#ifndef RP_CLIENT_AUTH_H
#define RP_CLIENT_AUTH_H

#include "rp/providers.h"

/* The method: what is configured, else what the provider announced (set of OIDC_CLIENT_AUTH_BIT, 0: nothing) and we can. */
enum oidc_client_auth_method rp_client_auth_method(const struct rp_conf *conf, unsigned announced);
/* Authenticates a request to the provider: in `body`, or by *authorization, which is NULL when no header is needed. */
enum oidc_rc rp_client_auth_print(struct oidc_ctx *ctx, const struct rp_conf *conf, const struct rp_provider *provider,
                             struct oidc_form *body, const char **authorization) OIDC_MUST_CHECK;
/* The JWKS of ?jwks=: public keys of OIDCPublicKeyFiles, and the public parts of OIDCPrivateKeyFiles. */
enum oidc_rc rp_client_auth_print_jwks(struct oidc_ctx *ctx, apr_pool_t *pool, const struct rp_conf *conf,
                                  const char **out) OIDC_MUST_CHECK;

#endif
