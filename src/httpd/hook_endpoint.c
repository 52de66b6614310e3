/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The redirect URI: answers of the provider, logout, information about the session. It works
 * whether or not its path is protected, and nothing of it is looked at on any other path (N205).
 */
#include "httpd/hooks.h"

#include "http_core.h"
#include "http_protocol.h"
#include "http_request.h"
#include "httpd/request.h"

#define HANDLER "oidc-endpoint"

int httpd_endpoint_is_own(const request_rec *r)
{
    const struct httpd_conf *conf = httpd_request_conf(r);
    return conf->site && !r->main && !r->prev && r->uri && rp_endpoint_is_own(conf->site, r->uri);
}

/*
 * Signing in can't need a sign-in: authentication and Require are skipped, but for what shows a
 * session.
 */
int httpd_endpoint_access(request_rec *r)
{
    const char *type;
    if (!httpd_endpoint_is_own(r)) {
        return DECLINED;
    }
    struct httpd_request *q = httpd_request_make(r);
    if (rp_endpoint_needs_session(&q->x.req) && httpd_authn_is_ours(r, &type)) {
        return DECLINED;
    }
    return OK;
}

/* Whatever the path maps to, a directory or a fallback of the site: it is ours. */
int httpd_endpoint_fixup(request_rec *r)
{
    if (!httpd_endpoint_is_own(r)) {
        return DECLINED;
    }
    r->handler = HANDLER;
    r->finfo.filetype = APR_NOFILE;
    return OK;
}

static int endpoint_fail(struct httpd_request *q)
{
    q->stage = HTTPD_REFUSED;
    httpd_page_explain(&q->x);
    return httpd_page_send(&q->x);
}

/* The session of this browser, if there is one. */
static enum oidc_rc endpoint_session(struct httpd_request *q, const struct rp_session **out)
{
    const struct httpd_conf *conf = httpd_request_conf(q->x.r);
    *out = &q->session;
    if (q->stage == HTTPD_SIGNED_IN) {
        return OIDC_OK;
    }
    switch (rp_gate(&q->x.ctx, conf->site, &httpd_request_dir(q->x.r)->rp, &q->x.req, &q->x.reply,
                    &q->session)) {
    case RP_PASS:
        return OIDC_OK;
    case RP_LOGIN:
        *out = NULL;
        return OIDC_OK;
    case RP_ERROR:
        break;
    }
    *out = NULL;
    return OIDC_FAILED;
}

static enum oidc_rc endpoint_answer(struct httpd_request *q)
{
    const struct httpd_conf *conf = httpd_request_conf(q->x.r);
    const struct rp_session *session;
    struct rp_dir dir;
    if (httpd_request_prepare(q) != OIDC_OK ||
        httpd_request_dir_evaluated(q, &dir) != OIDC_OK ||
        endpoint_session(q, &session) != OIDC_OK) {
        return OIDC_FAILED;
    }
    /* CHECK session: information is given about one's own session only; N206 */
    if (!session && rp_endpoint_needs_session(&q->x.req)) {
        return oidc_fail(&q->x.ctx, OIDC_E_LOGIN_REQUIRED, "no session, at the redirect URI "
                                        "itself");
    }
    return rp_endpoint(&q->x.ctx, conf->site, &dir, &q->x.req, session, &q->x.reply);
}

int httpd_endpoint_run(request_rec *r)
{
    if (!httpd_endpoint_is_own(r)) {
        return DECLINED;
    }
    struct httpd_request *q = httpd_request_make(r);
    /* CHECK method: HEAD and OPTIONS must not use up a sign-in; N211 */
    if (r->header_only || (strcmp(r->method, "GET") != 0 && strcmp(r->method, "POST") != 0)) {
        oidc_reply_add_header(&q->x.reply, "Allow", "GET, POST");
        (void)oidc_fail(&q->x.ctx, OIDC_E_METHOD, "method %s at the redirect URI",
                        oidc_log_quote(r->pool, r->method));
        return endpoint_fail(q);
    }
    if (endpoint_answer(q) != OIDC_OK || q->x.ctx.err.code != OIDC_E_NONE) {
        return endpoint_fail(q);
    }
    return httpd_page_send(&q->x);
}
