/* SPDX-License-Identifier: Apache-2.0 */
/* HOT: from a request's cookie to a session that may pass. */
#include "rp/cookies.h"
#include "rp/session.h"

/* NULL, or why this session is not one for this request any more. */
static const char *gate_check(const struct rp_call *call, const struct rp_session *s,
                              apr_time_t now)
{
    /* CHECK expiry: both limits, whatever the store still has (64 bits); N134, N135 */
    if (now >= s->hard_expires) {
        return "it reached OIDCSessionMaxDuration";
    }
    if (now >= s->idle_expires) {
        return "it reached OIDCSessionInactivityTimeout";
    }
    /* CHECK binding: a session is good for the host or domain it was made for; N130 */
    if (strcmp(s->binding, rp_session_binding(call)) != 0) {
        return "it belongs to another host";
    }
    /* CHECK identity: a session without a user is none */
    return *s->user ? NULL : "it names no user";
}

/* ?info=json&extend_session=false looks without prolonging. */
static int gate_may_extend(const struct rp_call *call)
{
    const struct oidc_request *req = call->req;
    return !(req->query && strstr(req->query, "extend_session=false")
             && strcmp(req->path, call->site->redirect_path) == 0);
}

static enum rp_verdict gate_judge(struct oidc_ctx *ctx, const struct rp_call *call,
                                  struct rp_session *s)
{
    const apr_time_t now = oidc_ctx_now(ctx);
    const char *why = gate_check(call, s, now);
    if (why) {
        oidc_log(ctx, OIDC_LOG_DEBUG, "the session %s ends: %s", s->id, why);
        rp_cookies_drop_session(ctx, call);
        return RP_LOGIN;
    }
    if ((rp_session_is_due(call->site, s, now) || (s->flags & RP_RECORD_LAX))
        && gate_may_extend(call)) {
        rp_session_touch(ctx, call, s, now);
    }
    return RP_PASS;
}

enum rp_verdict rp_gate(struct oidc_ctx *ctx, const struct rp_site *site, const struct rp_dir *dir,
                        const struct oidc_request *req, struct oidc_reply *reply,
                        struct rp_session *out)
{
    const struct rp_call call = {site, dir, req, reply};
    switch (rp_session_find(ctx, &call, out)) {
    case RP_FOUND_SESSION:
        return gate_judge(ctx, &call, out);
    case RP_FOUND_NOTHING:
        return RP_LOGIN;
    case RP_FOUND_DEAD:
        rp_cookies_drop_session(ctx, &call);
        return RP_LOGIN;
    case RP_FOUND_ERROR:
        break;
    }
    return RP_ERROR;
}
