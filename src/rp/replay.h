/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forms that are kept over a login (OIDCPreservePost).
 *
 * The browser keeps them, in the sessionStorage of the tab, as long as the login takes: on the server every stranger could
 * fill the store with 64 KiB a request. What is kept is the fields alone. Where they are sent afterwards, and by which
 * login they may be fetched, stands in the sealed state; so whoever writes to the storage gains nothing that he could
 * not send himself.
 */
#ifndef RP_REPLAY_H
#define RP_REPLAY_H

#include "rp/state.h"

#define RP_REPLAY_MAX ((size_t)64 * 1024) /* bytes of the request's body */

/*
 * JSON text of the request's form. OIDC_ABSENT: there is none, or it is none of ours to keep: not a POST from a page of
 * this very site, since sending it once more with a session would undo what SameSite is for. OIDC_E_POST_NOT_KEPT: too
 * large, or with a file.
 */
enum oidc_rc rp_replay_read(struct oidc_ctx *ctx, const struct rp_call *call, const char **out) OIDC_MUST_CHECK;
/* The name under which the browser keeps it for the login of that state. */
const char *rp_replay_key(apr_pool_t *pool, const struct rp_state *s);

#endif
