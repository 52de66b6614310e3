/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose sessions: from (issuer, sid) and (issuer, sub) to all of them, so that the provider's logout finds every one
 * (OpenID Connect Back-Channel Logout 2.7, Front-Channel Logout 2).
 */
#ifndef RP_INDEX_H
#define RP_INDEX_H

#include "rp/session.h"

/* At login. A subject with too many sessions for one set is logged, no failure: the session itself is good. */
enum oidc_rc rp_index_add(struct oidc_ctx *ctx, const struct rp_site *site, const struct rp_session *s) OIDC_MUST_CHECK;
/* At the end of a session. */
enum oidc_rc rp_index_drop(struct oidc_ctx *ctx, const struct rp_site *site, const struct rp_session *s) OIDC_MUST_CHECK;

struct rp_index_whose {
    const char *issuer;
    const char *sid; /* that session alone; NULL: */
    const char *sub; /* all sessions of the subject */
};
/* Ends them all; *ended is how many there were, which may be 0. */
enum oidc_rc rp_index_end(struct oidc_ctx *ctx, const struct rp_site *site, const struct rp_index_whose *whose,
                          int *ended) OIDC_MUST_CHECK;

#endif
