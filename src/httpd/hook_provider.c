/* SPDX-License-Identifier: Apache-2.0 */
/* The provider's hooks: from a read configuration to a site, from a path to its answer. */
#include "ap_expr.h"
#include "apr_optional.h"
#include "apr_strings.h"
#include "http_core.h"
#include "http_protocol.h"
#include "http_request.h"
#include "mod_session.h"

#include "httpd/conf_provider.h"
#include "httpd/exchange.h"

#define STORE_NAME "mod_oidc_provider store"
#define STORE_BYTES ((apr_size_t)32 * 1024 * 1024) /* of address space; taken as it is used */
#define HANDLER "oidc-provider"

static struct httpd_op *provider_conf(const server_rec *s)
{
    return ap_get_module_config(s->module_config, httpd_module);
}

/* ---- starting ---- */

/* The value of a claim for the user of this request. */
static const char *provider_evaluate(void *baton, void *source)
{
    const char *error = NULL;
    const char *value = ap_expr_str_exec(baton, source, &error);
    return error || !value || !*value ? NULL : value;
}

static enum oidc_rc provider_make_site(struct oidc_ctx *ctx, struct httpd_op *conf)
{
    const struct oidc_sealer *sealer;
    conf->op.evaluate = provider_evaluate;
    if (httpd_keys_get(ctx, conf->keys_dir, conf->op.alg, &conf->op.keys) != OIDC_OK ||
        httpd_keyring_get(ctx, NULL, NULL, &sealer) != OIDC_OK) {
        return OIDC_FAILED;
    }
    return op_site_make(ctx, ctx->pool, &conf->op, sealer, &conf->site);
}

static int provider_failed(struct oidc_ctx *ctx, server_rec *s)
{
    const struct oidc_error_row *row = oidc_error_row(ctx->err.code);
    httpd_log_start(s, OIDC_LOG_ERROR, "%s: %s (virtual host %s)", row->id,
                    ctx->err.detail ? ctx->err.detail : row->sentence,
                    s->server_hostname ? s->server_hostname : "-");
    return HTTP_INTERNAL_SERVER_ERROR;
}

int httpd_provider_start(apr_pool_t *pool, apr_pool_t *log, apr_pool_t *temp, server_rec *s)
{
    struct oidc_ctx ctx;
    struct httpd_env_setup setup = {STORE_NAME, STORE_BYTES, 0};
    int failed = OK;
    (void)log;
    if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG) {
        return OK;
    }
    httpd_env_ctx(&ctx, pool, s);
    if (httpd_env_start(&ctx, &setup) != OIDC_OK) {
        return provider_failed(&ctx, s);
    }
    httpd_op_conf_warn(temp, s);
    for (server_rec *v = s; v; v = v->next) {
        struct httpd_op *conf = provider_conf(v);
        httpd_env_ctx(&ctx, pool, v);
        if (conf->op.issuer && !conf->site && provider_make_site(&ctx, conf) != OIDC_OK) {
            failed = provider_failed(&ctx, v);
        }
    }
    return failed;
}

/* ---- a request ---- */

static enum op_endpoint provider_find(const request_rec *r)
{
    const struct httpd_op *conf = provider_conf(r->server);
    return conf->site && !r->main && r->uri ? op_endpoint_find(conf->site, r->uri) : OP_NONE;
}

/*
 * Only the authorization endpoint is for a user whom httpd signs in; applications prove themselves
 * to the others.
 */
int httpd_provider_access(request_rec *r)
{
    enum op_endpoint which = provider_find(r);
    return which == OP_NONE || which == OP_AUTHORIZE ? DECLINED : OK;
}

/* The login form's own work (form-login-handler and its like) is left to it. */
static int provider_is_form(const request_rec *r)
{
    return r->handler && strncmp(r->handler, "form-", 5) == 0;
}

/* Whatever else the path maps to, a proxy or a directory: it is ours. */
int httpd_provider_fixup(request_rec *r)
{
    if (provider_find(r) == OP_NONE || provider_is_form(r)) {
        return DECLINED;
    }
    r->handler = HANDLER;
    r->finfo.filetype = APR_NOFILE;
    return OK;
}

/* Ends the login that mod_auth_form keeps: everything in mod_session's session of this path. */
static void provider_end_login(struct httpd_exchange *x)
{
    APR_OPTIONAL_FN_TYPE(ap_session_load) *load = APR_RETRIEVE_OPTIONAL_FN(ap_session_load);
    session_rec *session = NULL;
    if (!load || load(x->r, &session) != APR_SUCCESS || !session) {
        oidc_log(&x->ctx, OIDC_LOG_WARNING,
                 "OIDCOPSessionEnd form: there is no session to end; set \"Session On\" for the "
                 "paths of authorize and end_session");
        return;
    }
    apr_table_clear(session->entries);
    session->dirty = 1;
}

static int provider_answer(struct httpd_exchange *x, enum op_endpoint which)
{
    const struct httpd_op *conf = provider_conf(x->r->server);
    struct op_exchange ex = {&x->req, 0, x->r, 0};
    x->req.user = x->r->user;
    if (httpd_exchange_origin(x, 0, &x->req.origin) != OIDC_OK ||
        op_endpoint_answer(&x->ctx, conf->site, which, &ex, &x->reply) != OIDC_OK) {
        httpd_page_explain(x);
        return httpd_page_send(x);
    }
    if (x->ctx.err.code != OIDC_E_NONE) {
        httpd_page_log(x);
    }
    if (ex.end_login && conf->session_end) {
        provider_end_login(x);
    }
    return httpd_page_send(x);
}

int httpd_provider_run(request_rec *r)
{
    enum op_endpoint which = provider_find(r);
    if (which == OP_NONE || provider_is_form(r)) {
        return DECLINED;
    }
    struct httpd_exchange *x = httpd_exchange_of(r);
    if (!x) {
        x = apr_pcalloc(r->pool, sizeof *x);
        httpd_exchange_init(x, r);
    }
    return provider_answer(x, which);
}
