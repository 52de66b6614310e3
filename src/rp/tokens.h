/* SPDX-License-Identifier: Apache-2.0 */
/* From an authorization response to verified claims: ID tokens, token request, userinfo. */
#ifndef RP_TOKENS_H
#define RP_TOKENS_H

#include "oidc/authz_resp.h"
#include "oidc/token_resp.h"
#include "rp/providers.h"
#include "rp/state.h"

struct rp_tokens {
    struct oidc_token_resp resp; /* what was received last of each kind; access_token NULL in the flow id_token */
    const struct oidc_claims *id_token;
    const struct oidc_claims *userinfo; /* NULL when the provider has no such endpoint */
};
/*
 * The tokens of the login `s`: those that came by the browser are verified before the code is redeemed. `resp` was checked
 * and holds nothing that the flow did not ask for. Any failure on the way, userinfo's as well, fails the login.
 */
enum oidc_rc rp_tokens_get(struct oidc_ctx *ctx, const struct rp_call *call, const struct rp_state *s,
                           const struct oidc_authz_resp *resp, struct rp_tokens *out) OIDC_MUST_CHECK;

#endif
