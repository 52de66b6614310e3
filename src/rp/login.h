/* SPDX-License-Identifier: Apache-2.0 */
/* Beginning a login: the way to the provider. */
#ifndef RP_LOGIN_H
#define RP_LOGIN_H

#include "rp/site.h"

/* Makes the state and redirects to the provider; afterwards the browser returns to the request's URL by GET. */
enum oidc_rc rp_login_start(struct oidc_ctx *ctx, const struct rp_call *call) OIDC_MUST_CHECK;

#endif
