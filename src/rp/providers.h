/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of the provider: its endpoints and its keys, from its documents and from the configuration, which wins.
 *
 * Documents are fetched by one request at a time for the whole server, kept in the store for the other processes and the
 * next start, parsed once per process, and served on while the provider is down (documents.c).
 */
#ifndef RP_PROVIDERS_H
#define RP_PROVIDERS_H

#include "rp/site.h"

/* Lives as long as the request that asked. */
struct rp_provider {
    const char *issuer;
    const char *authorization_endpoint;
    const char *token_endpoint;
    const char *userinfo_endpoint;    /* or NULL */
    const char *jwks_uri;             /* or NULL */
    const char *end_session_endpoint; /* or NULL */
    const char *par_endpoint;         /* or NULL */
    enum oidc_client_auth_method token_auth;
    oidc_alg_set id_token_algs; /* allowed; never 0 */
    int iss_required;           /* announced: authorization responses carry iss (RFC 9207) */
};

/* At site making: what needs no network. */
enum oidc_rc rp_providers_make(struct oidc_ctx *ctx, apr_pool_t *pool, struct rp_site *site) OIDC_MUST_CHECK;
/* In each process: the lock, and the pool that parsed documents are made under. */
enum oidc_rc rp_providers_start_process(struct oidc_ctx *ctx, const struct rp_site *site,
                                        apr_pool_t *process_pool) OIDC_MUST_CHECK;

/* The provider; fetches its document when none is known or when it is due. */
enum oidc_rc rp_providers_get(struct oidc_ctx *ctx, const struct rp_site *site, const struct rp_provider **out) OIDC_MUST_CHECK;
/*
 * Keys for a token of that algorithm: the client secret for HS*, otherwise the provider's. `unfit` (or NULL) is what the
 * last call gave and did not fit: asks the provider again, at most once per RP_PROVIDERS_FORCE seconds over the whole
 * server; OIDC_ABSENT when there is nothing newer.
 */
#define RP_PROVIDERS_FORCE 60
enum oidc_rc rp_providers_get_keys(struct oidc_ctx *ctx, const struct rp_site *site, enum oidc_alg alg,
                                   const struct oidc_jwks *unfit, const struct oidc_jwks **out) OIDC_MUST_CHECK;

#endif
