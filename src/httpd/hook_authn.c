/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Authentication: AuthType openid-connect. This is what every request to a protected place goes
 * through.
 */
#include "httpd/hooks.h"

#include "http_core.h"
#include "http_request.h"
#include "httpd/forwarded.h"
#include "httpd/request.h"
#include "httpd/scrub.h"

int httpd_authn_is_ours(request_rec *r, const char **type)
{
    *type = ap_auth_type(r);
    return *type && ap_cstr_casecmp(*type, "openid-connect") == 0;
}

/* A refusal that was decided on: its status, with the answer waiting. */
static int authn_fail(struct httpd_request *q)
{
    q->stage = HTTPD_REFUSED;
    return httpd_page_fail(&q->x);
}

static int authn_pass(struct httpd_request *q)
{
    q->stage = HTTPD_SIGNED_IN;
    q->user = q->session.user;
    q->cookie_name = httpd_request_dir(q->x.r)->rp.cookie;
    httpd_page_headers(&q->x);
    return httpd_pass_put(q) == OIDC_OK ? OK : authn_fail(q);
}

static int authn_anonymous(struct httpd_request *q)
{
    q->stage = HTTPD_ANONYMOUS;
    httpd_page_headers(&q->x);
    httpd_scrub_variables(httpd_request_conf(q->x.r)->names, q->x.r->subprocess_env, q->x.r->pool);
    /* an empty name, not NULL: httpd takes NULL for a broken module */
    q->x.r->user = (char *)(uintptr_t)"";
    return OK;
}

/*
 * No session in a part of a request (a directory's index, an included page, an error document): no
 * sign-in begins here, because the part's cookies never reach the browser (N234, N244).
 */
static int authn_part(struct httpd_request *q, enum rp_unauth_action action)
{
    if (action == RP_UNAUTH_PASS) {
        return authn_anonymous(q);
    }
    q->stage = HTTPD_REFUSED;
    q->x.reply.status = HTTP_UNAUTHORIZED;
    return HTTP_UNAUTHORIZED;
}

static int authn_is_part(const request_rec *r)
{
    return r->main || (r->prev && r->prev->status >= HTTP_BAD_REQUEST);
}

static int authn_login(struct httpd_request *q)
{
    struct httpd_conf *conf = httpd_request_conf(q->x.r);
    struct rp_dir dir;
    if (httpd_request_dir_evaluated(q, &dir) != OIDC_OK) {
        return authn_fail(q);
    }
    if (authn_is_part(q->x.r)) {
        return authn_part(q, dir.unauth_action);
    }
    if (httpd_endpoint_is_own(q->x.r)) {
        (void)oidc_fail(&q->x.ctx, OIDC_E_LOGIN_REQUIRED, "no session, at the redirect URI itself");
        return authn_fail(q);
    }
    httpd_forwarded_note(q);
    if (rp_unauth(&q->x.ctx, conf->site, &dir, &q->x.req, &q->x.reply) == RP_UNAUTH_ANONYMOUS) {
        return authn_anonymous(q);
    }
    /*
     * a page that leads on (200) goes the way of a refusal: no handler of another module runs; N241
     */
    if (q->x.ctx.err.code != OIDC_E_NONE || q->x.reply.status < HTTP_OK) {
        return authn_fail(q);
    }
    q->stage = HTTPD_REFUSED;
    return httpd_page_refuse(&q->x);
}

/*
 * What was decided for the request that this one is a part of, or was redirected from. DECLINED:
 * decide anew.
 */
static int authn_inherit(struct httpd_request *q, struct httpd_request *from)
{
    const struct rp_dir *dir = &httpd_request_dir(q->x.r)->rp;
    if (from->stage == HTTPD_REFUSED) {
        q->stage = HTTPD_REFUSED;
        q->x.reply.status = HTTP_UNAUTHORIZED;
        return HTTP_UNAUTHORIZED;
    }
    if (from->stage != HTTPD_SIGNED_IN || !from->cookie_name ||
        strcmp(from->cookie_name, dir->cookie) != 0) {
        return DECLINED;
    }
    q->session = from->session;
    return authn_pass(q);
}

static int authn_decide(struct httpd_request *q)
{
    const struct httpd_conf *conf = httpd_request_conf(q->x.r);
    const struct rp_dir *dir = &httpd_request_dir(q->x.r)->rp;
    if (httpd_request_prepare(q) != OIDC_OK) {
        return authn_fail(q);
    }
    switch (rp_gate(&q->x.ctx, conf->site, dir, &q->x.req, &q->x.reply, &q->session)) {
    case RP_PASS:
        return authn_pass(q);
    case RP_LOGIN:
        return authn_login(q);
    case RP_ERROR:
        break;
    }
    return authn_fail(q);
}

int httpd_authn_check(request_rec *r)
{
    const char *type;
    if (!httpd_authn_is_ours(r, &type)) {
        return DECLINED;
    }
    struct httpd_request *q = httpd_request_make(r), *from = NULL;
    q->auth_type = type;
    if (!httpd_request_conf(r)->site) {
        (void)oidc_fail(&q->x.ctx, OIDC_E_CONFIG,
                        "AuthType openid-connect in a virtual host without OIDCRedirectURI and "
                        "provider");
        return authn_fail(q);
    }
    if (r->main || r->prev) {
        from = httpd_request_decided(r->main ? r->main : r->prev);
    }
    int status = from ? authn_inherit(q, from) : DECLINED;
    return status == DECLINED ? authn_decide(q) : status;
}
