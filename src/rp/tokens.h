/* SPDX-License-Identifier: Apache-2.0 */
/* From an authorization code to verified claims: token request, ID token, userinfo. */
#ifndef RP_TOKENS_H
#define RP_TOKENS_H

#include "oidc/token_resp.h"
#include "rp/providers.h"
#include "rp/state.h"

struct rp_tokens {
    struct oidc_token_resp resp;
    const struct oidc_claims *id_token;
    const struct oidc_claims *userinfo; /* NULL when the provider has no such endpoint */
};
/* Redeems the code of the login `s`. Any failure on the way, userinfo's as well, fails the login. */
enum oidc_rc rp_tokens_get(struct oidc_ctx *ctx, const struct rp_call *call, const struct rp_state *s, const char *code,
                           struct rp_tokens *out) OIDC_MUST_CHECK;

#endif
