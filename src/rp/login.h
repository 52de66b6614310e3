/* SPDX-License-Identifier: Apache-2.0 */
/* Beginning a login: the way to the provider. */
#ifndef RP_LOGIN_H
#define RP_LOGIN_H

#include "rp/site.h"

/* Makes the state and redirects to the provider; afterwards the browser returns to the request's URL by GET. */
enum oidc_rc rp_login_start(struct oidc_ctx *ctx, const struct rp_call *call) OIDC_MUST_CHECK;

/* The same for a user who is signed in already, and needs more; the session to come remembers that. */
enum oidc_rc rp_login_start_again(struct oidc_ctx *ctx, const struct rp_call *call) OIDC_MUST_CHECK;
/* The URL that was asked for; the site's root where that is too long to be kept, or no URL. */
const char *rp_login_return_url(struct oidc_ctx *ctx, const struct oidc_request *req);

#endif
