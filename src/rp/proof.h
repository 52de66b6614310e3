/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DPoP (RFC 9449): tokens that are of use only to who holds a key. The key is this site's: made when it is first needed,
 * kept sealed in the store, so that all processes have it and tokens outlive a restart. Nonces of servers are remembered
 * there too.
 */
#ifndef RP_PROOF_H
#define RP_PROOF_H

#include "oidc/http.h"
#include "rp/site.h"

/* 1 when requests for tokens carry a proof. */
int rp_proof_is_on(const struct rp_site *site);
struct rp_proof_wish {
    const char *method, *url;
    const char *access_token; /* NULL at the token endpoint */
};
/* The value of the header DPoP, with the nonce that this server gave last. */
enum oidc_rc rp_proof_make(struct oidc_ctx *ctx, const struct rp_site *site, const struct rp_proof_wish *wish, const char **out) OIDC_MUST_CHECK;
/* Remembers the nonce of an answer; 1 when the answer asks to try again with it (RFC 9449 8, 9). */
int rp_proof_note(struct oidc_ctx *ctx, const struct rp_site *site, const char *url, const struct oidc_http_answer *answer);
/* OIDC_E_TOKEN_RESPONSE when the type of a token is not one that OIDCDPoPMode allows. */
enum oidc_rc rp_proof_check_type(struct oidc_ctx *ctx, const struct rp_site *site, const char *token_type) OIDC_MUST_CHECK;
/* 1 for DPoP in any case of letters. */
int rp_proof_is_bound(const char *token_type);

#endif
