/* SPDX-License-Identifier: Apache-2.0 */
/* OIDCUnAutzAction auth: a signed-in user whom Require does not let in is sent to sign in again, for more. */
#include "rp/login.h"
#include "rp/session.h"

/*
 * CHECK loop: what the last sign-in for this very page did not bring, the next one will not bring either. Time and page
 * are looked at, so that another page, or the same one a good while later, may try again.
 */
static int stepup_was_in_vain(struct oidc_ctx *ctx, const struct rp_call *call,
                              const struct rp_session *session)
{
    const apr_time_t again = session->created + apr_time_from_sec(call->site->conf->state.timeout);
    struct rp_cold cold;
    if (!(session->flags & RP_RECORD_STEPPED) || oidc_ctx_now(ctx) > again) {
        return 0;
    }
    if (rp_session_get_cold(ctx, call->site, session, &cold) != OIDC_OK || !*cold.url) {
        oidc_ctx_clear(ctx); /* where it led is not known any more: that may have been here */
        return 1;
    }
    return strcmp(cold.url, rp_login_return_url(ctx, call->req)) == 0;
}

enum oidc_rc rp_step_up(struct oidc_ctx *ctx, struct rp_site *site, const struct rp_dir *dir,
                        const struct oidc_request *req, const struct rp_session *session,
                        struct oidc_reply *reply)
{
    const struct rp_call call = {site, dir, req, reply};
    if (dir->unauth_detect && !oidc_request_navigates(req)) {
        return oidc_fail(ctx, OIDC_E_NOT_AUTHORIZED,
                         "a request that can't follow a redirect to sign in for more");
    }
    if (stepup_was_in_vain(ctx, &call, session)) {
        return oidc_fail(ctx, OIDC_E_STEP_UP_IN_VAIN,
                         "the sign-in for more brought nothing that Require asks for");
    }
    return rp_login_start_again(ctx, &call);
}
