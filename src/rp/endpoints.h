/* SPDX-License-Identifier: Apache-2.0 */
/* What the redirect URI does, by parameter. Each function answers, or fails with its reason in ctx. */
#ifndef RP_ENDPOINTS_H
#define RP_ENDPOINTS_H

#include "oidc/form.h"
#include "rp/site.h"

/* `query` is the request's, decoded. `session` may be NULL. */
typedef enum oidc_rc rp_endpoint_fn(struct oidc_ctx *ctx, const struct rp_call *call, const struct oidc_form *query,
                                    const struct rp_session *session);

/* callback.c: authorization responses by GET and POST. */
rp_endpoint_fn rp_callback_answer;
/* relay.c: the page that turns a fragment into a POST */
rp_endpoint_fn rp_relay_answer;
/* logout.c: ?logout=<where to go afterwards> */
rp_endpoint_fn rp_logout_answer;
/* frontchannel.c: ?logout=get and ?logout=img */
rp_endpoint_fn rp_frontchannel_answer;
/* backchannel.c: ?logout=backchannel */
enum oidc_rc rp_backchannel_answer(struct oidc_ctx *ctx, const struct rp_call *call) OIDC_MUST_CHECK;
/* client_auth.c: ?jwks=, our public keys; needs no session */
rp_endpoint_fn rp_jwks_answer;
/* info.c: ?info=json */
rp_endpoint_fn rp_info_answer;

#endif
