/* SPDX-License-Identifier: Apache-2.0 */
/* What mod_oidc knows of one request, between its hooks. */
#include "httpd/request.h"

#include "ap_expr.h"
#include "apr_strings.h"
#include "http_core.h"
#include "httpd/forwarded.h"
#include "oidc/form.h"

struct httpd_conf *httpd_request_conf(const request_rec *r)
{
    return ap_get_module_config(r->server->module_config, httpd_module);
}

const struct httpd_dir *httpd_request_dir(const request_rec *r)
{
    return ap_get_module_config(r->per_dir_config, httpd_module);
}

struct httpd_request *httpd_request_find(const request_rec *r)
{
    return (struct httpd_request *)(void *)httpd_exchange_of(r);
}

struct httpd_request *httpd_request_make(request_rec *r)
{
    struct httpd_request *q = httpd_request_find(r);
    if (!q) {
        q = apr_pcalloc(r->pool, sizeof *q);
        httpd_exchange_init(&q->x, r);
    }
    return q;
}

struct httpd_request *httpd_request_decided(request_rec *r)
{
    for (; r; r = r->main ? r->main : r->prev) {
        struct httpd_request *q = httpd_request_find(r);
        if (q && q->stage != HTTPD_UNDECIDED) {
            return q;
        }
    }
    return NULL;
}

enum oidc_rc httpd_request_prepare(struct httpd_request *q)
{
    const struct httpd_conf *conf = httpd_request_conf(q->x.r);
    int is_path = conf->redirect_origin.scheme == NULL;
    enum oidc_rc rc = httpd_forwarded_origin(q, &q->x.req.origin);
    if (rc == OIDC_ABSENT) {
        rc = httpd_exchange_origin(&q->x, 1, &q->x.req.origin);
    }
    if (rc == OIDC_OK) {
        return OIDC_OK;
    }
    if (is_path || q->x.ctx.err.code == OIDC_E_FORWARDED) {
        return OIDC_FAILED;
    }
    /* with an absolute redirect URI the request's own host is not needed: the operator's is used */
    oidc_ctx_clear(&q->x.ctx);
    q->x.req.origin = conf->redirect_origin;
    return OIDC_OK;
}

static enum oidc_rc request_evaluate(struct httpd_request *q, void *compiled, const char *what,
                                     const char **out)
{
    const char *error = NULL;
    *out = compiled ? ap_expr_str_exec(q->x.r, compiled, &error) : NULL;
    if (error) {
        return oidc_fail(&q->x.ctx, OIDC_E_CONFIG, "%s: %s", what, error);
    }
    return OIDC_OK;
}

/* OIDCUnAuthAction: the action holds where its expression is true, and signing in elsewhere. */
static enum oidc_rc request_evaluate_action(struct httpd_request *q, const struct httpd_dir *dir,
                                            struct rp_dir *out)
{
    const char *error = NULL;
    int holds = dir->unauth_when ? ap_expr_exec(q->x.r, dir->unauth_when, &error) : 1;
    if (holds < 0 || error) {
        return oidc_fail(&q->x.ctx, OIDC_E_CONFIG, "OIDCUnAuthAction: %s",
                         error ? error : "its expression failed");
    }
    if (!holds) {
        out->unauth_action = RP_UNAUTH_AUTH;
    }
    return OIDC_OK;
}

enum oidc_rc httpd_request_dir_evaluated(struct httpd_request *q, struct rp_dir *out)
{
    const struct httpd_dir *dir = httpd_request_dir(q->x.r);
    struct oidc_form *form = NULL;
    const char *params;
    *out = dir->rp;
    if (request_evaluate_action(q, dir, out) != OIDC_OK ||
        request_evaluate(q, dir->path_scope, "OIDCPathScope", &out->path_scope) != OIDC_OK ||
        request_evaluate(q, dir->path_params, "OIDCPathAuthRequestParams", &params) != OIDC_OK ||
        (params && oidc_form_parse(&q->x.ctx, oidc_str_z(params), &form) != OIDC_OK)) {
        return OIDC_FAILED;
    }
    out->path_params = form;
    return OIDC_OK;
}
