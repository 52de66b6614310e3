/* SPDX-License-Identifier: Apache-2.0 */
/* Which claims go with which scope (OpenID Connect Core 5.4), and the claims of one user. */
#ifndef OP_CLAIMS_H
#define OP_CLAIMS_H

#include "oidc/json.h"
#include "oidc/op.h"

/* NULL-terminated lists for the discovery document. */
const char *const *op_claims_scopes(apr_pool_t *pool, const struct op_conf *conf);
const char *const *op_claims_names(apr_pool_t *pool, const struct op_conf *conf);

/* The words of `asked` that the provider knows and the client may have, in the order asked. */
const char *op_claims_grant_scope(apr_pool_t *pool, const struct op_conf *conf, const char *allowed, const char *asked);

/*
 * What the user's userinfo answer holds beside sub, for the granted scope. OIDCOPClaim wins over OIDCOPClaimsFile;
 * preferred_username is the user's name unless one of them says otherwise.
 */
json_t *op_claims_collect(apr_pool_t *pool, const struct op_conf *conf, const char *user, const char *scope, void *evaluate_baton);

#endif
