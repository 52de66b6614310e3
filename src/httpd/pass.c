/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What reaches the application: taking out what clients sent in our names, putting in what the
 * session says.
 */
#include "httpd/request.h"

#include "apr_strings.h"
#include "http_core.h"
#include "http_protocol.h"
#include "http_request.h"
#include "httpd/scrub.h"
#include "oidc/header.h"
#include "util_filter.h"

#define TRAILER_FILTER "OIDC_TRAILERS"
#define PRIVATE_FILTER "OIDC_PRIVATE"

int httpd_pass_scrub(request_rec *r)
{
    const struct httpd_conf *conf = httpd_request_conf(r);
    if (!conf->names) {
        return DECLINED;
    }
    httpd_scrub_headers(conf->names, r->headers_in, r->pool);
    httpd_scrub_hop_lists(conf->names, r->headers_in, r->pool);
    /* only chunked bodies and HTTP/2 have trailers */
    if (apr_table_get(r->headers_in, "Transfer-Encoding") || r->proto_num >= HTTP_VERSION(2, 0)) {
        ap_add_input_filter(TRAILER_FILTER, NULL, r, r->connection);
    }
    return DECLINED;
}

/* A name that only .htaccess brought; what another part of this request put under it stays. */
static void pass_scrub_late(request_rec *r, const struct httpd_names *names, const char *name)
{
    const struct httpd_request *root = httpd_request_find(httpd_exchange_root(r));
    const char **exact = apr_pcalloc(r->pool, sizeof *exact * 2);
    if (!name || httpd_scrub_is_ours(names, name)) {
        return;
    }
    for (int i = 0; root && i < root->headers.n; i++) {
        if (oidc_header_same(root->headers.of[i].name, name)) {
            return;
        }
    }
    exact[0] = name;
    names = httpd_scrub_names(r->pool, NULL, exact);
    httpd_scrub_exact(names, r->headers_in, r->pool);
    httpd_scrub_hop_lists(names, r->headers_in, r->pool);
}

int httpd_pass_scrub_dir(request_rec *r)
{
    const struct httpd_conf *conf = httpd_request_conf(r);
    const struct httpd_dir *dir = httpd_request_dir(r);
    if (conf->names && dir && (dir->rp.authn_header || dir->rp.userinfo_json_name)) {
        pass_scrub_late(r, conf->names, dir->rp.authn_header);
        pass_scrub_late(r, conf->names, dir->rp.userinfo_json_name);
    }
    return DECLINED;
}

/* ---- putting ---- */

/*
 * Names that steer the server or the connection. With an empty OIDCClaimPrefix a claim could carry
 * one of them; the claim is left out (N117).
 */
static int pass_is_dangerous(const char *name)
{
    static const char *const names[] = {
        "Authorization", "Proxy-Authorization", "Cookie", "Host", "Connection", "Content-Length",
        "Content-Type", "Transfer-Encoding", "TE", "Trailer", "Upgrade", "Expect", "Proxy",
        "Remote-User", "Remote-Addr", "Remote-Host", "Request-Method", "Request-URI",
        "Query-String", "Script-Name", "Script-Filename", "Path-Info", "Path-Translated", "Path",
        "Document-Root", "Context-Document-Root", "Context-Prefix", "Auth-Type", "HTTPS",
        "Gateway-Interface", "Forwarded", "Keep-Alive", "Range", NULL};
    for (const char *const *n = names; *n; n++) {
        if (oidc_header_same(name, *n)) {
            return 1;
        }
    }
    return oidc_header_starts(name, "HTTP_", 5) || oidc_header_starts(name, "SERVER_", 7) ||
           oidc_header_starts(name, "SSL_", 4) || oidc_header_starts(name, "LD_", 3) ||
           oidc_header_starts(name, "X_FORWARDED_", 12) || oidc_header_starts(name, "REDIRECT_", 9);
}

/*
 * The variables that may be passed on under these names; the array has room for the user's header
 * behind them.
 */
static struct httpd_put pass_select(const struct httpd_request *q, const struct rp_view *view)
{
    const struct httpd_conf *conf = httpd_request_conf(q->x.r);
    struct rp_variable *of = apr_palloc(q->x.r->pool, sizeof *of * (size_t)(view->n + 1));
    struct httpd_put put = {of, 0};
    int all = conf->names->prefix_len > 0;
    for (int i = 0; i < view->n; i++) {
        if (all || httpd_scrub_is_our_variable(conf->names, view->variables[i].name) ||
            !pass_is_dangerous(view->variables[i].name)) {
            of[put.n++] = view->variables[i];
        }
    }
    return put;
}

static void pass_put_variables(request_rec *r, const struct httpd_put *put)
{
    const struct httpd_conf *conf = httpd_request_conf(r);
    httpd_scrub_variables(conf->names, r->subprocess_env, r->pool);
    for (int i = 0; i < put->n; i++) {
        if (!conf->names->prefix_len) {
            apr_table_unset(r->subprocess_env, put->of[i].name);
        }
        apr_table_addn(r->subprocess_env, put->of[i].name, put->of[i].value);
    }
}

/*
 * Removes by folded name: a header that folds to the same name would stand for ours at the back
 * end.
 */
static void pass_unset_same(apr_table_t *t, apr_pool_t *pool, const char *name)
{
    const char *exact[2] = {name, NULL};
    httpd_scrub_exact(httpd_scrub_names(pool, NULL, exact), t, pool);
}

static void pass_put_headers(request_rec *r, const struct httpd_put *put)
{
    const struct httpd_conf *conf = httpd_request_conf(r);
    struct httpd_request *root = httpd_request_make(httpd_exchange_root(r));
    apr_table_t *headers = r->headers_in;
    if (root->headers.n) {
        /* another part of this request put its own: never two of a name */
        for (int i = 0; i < root->headers.n; i++) {
            apr_table_unset(headers, root->headers.of[i].name);
        }
    }
    for (int i = 0; i < put->n; i++) {
        /*
         * claims with a prefix were scrubbed when the request came in; other names may be anybody's
         */
        if (!conf->names->prefix_len && !httpd_scrub_is_ours(conf->names, put->of[i].name)) {
            pass_unset_same(headers, r->pool, put->of[i].name);
        }
        apr_table_addn(headers, put->of[i].name, put->of[i].value);
    }
    root->headers = *put;
}

/* The user's name in the header of OIDCAuthNHeader, and the claims as headers. */
static void pass_put_all_headers(struct httpd_request *q, const struct rp_dir *dir,
                                 const struct httpd_put *claims)
{
    struct httpd_put put = {claims->of, dir->pass_as & RP_PASS_HEADERS ? claims->n : 0};
    struct rp_variable *of = (struct rp_variable *)(uintptr_t)claims->of;
    if (put.n == 0) {
        of = apr_palloc(q->x.r->pool, sizeof *of);
        put.of = of;
    }
    for (int i = 0; i < put.n; i++) {
        of[i].value = oidc_header_value(q->x.r->pool, of[i].value);
    }
    if (dir->authn_header) {
        of[put.n].name = dir->authn_header;
        of[put.n++].value = oidc_header_value(q->x.r->pool, q->user);
    }
    pass_put_headers(q->x.r, &put);
}

static void pass_strip_cookies(request_rec *r, const struct rp_dir *dir)
{
    const char *cookie = apr_table_get(r->headers_in, "Cookie"), *rest = NULL;
    if (!dir->strip_cookies || !cookie ||
        !oidc_cookie_strip(r->pool, oidc_str_z(cookie), dir->strip_cookies, &rest)) {
        return;
    }
    if (rest) {
        apr_table_setn(r->headers_in, "Cookie", rest);
    } else {
        apr_table_unset(r->headers_in, "Cookie");
    }
}

enum oidc_rc httpd_pass_put(struct httpd_request *q)
{
    request_rec *r = q->x.r;
    const struct httpd_conf *conf = httpd_request_conf(r);
    const struct rp_dir *dir = &httpd_request_dir(r)->rp;
    struct rp_view view = {NULL, 0};
    if (rp_view_make(&q->x.ctx, conf->site, dir, &q->session, &view) != OIDC_OK) {
        return OIDC_FAILED;
    }
    struct httpd_put put = pass_select(q, &view);
    if (dir->pass_as & RP_PASS_ENVIRONMENT) {
        pass_put_variables(r, &put);
    } else {
        httpd_scrub_variables(conf->names, r->subprocess_env, r->pool);
    }
    pass_put_all_headers(q, dir, &put);
    pass_strip_cookies(r, dir);
    r->user = (char *)(uintptr_t)q->user;
    r->ap_auth_type = (char *)(uintptr_t)q->auth_type;
    return OIDC_OK;
}

/*
 * An internal redirect within one section skips authentication and calls the variables
 * REDIRECT_...: the application behind a rewrite would miss them.
 */
int httpd_pass_again(request_rec *r)
{
    struct httpd_request *before = r->prev && !r->main ? httpd_request_decided(r->prev) : NULL;
    if (!before || httpd_request_find(r) || before->stage != HTTPD_SIGNED_IN || !r->user ||
        strcmp(r->user, before->user) != 0) {
        return DECLINED;
    }
    struct httpd_request *q = httpd_request_make(r);
    q->stage = HTTPD_SIGNED_IN;
    q->session = before->session;
    q->user = before->user;
    q->auth_type = before->auth_type;
    q->cookie_name = before->cookie_name;
    if (httpd_pass_put(q) != OIDC_OK) {
        q->stage = HTTPD_REFUSED;
        return httpd_page_fail(&q->x);
    }
    return OK;
}

/* ---- trailers ---- */

/* 1 when a header of ours stands in the table that we did not put there. */
static int pass_is_alien(const struct httpd_names *names, const struct httpd_put *put,
                         const apr_table_entry_t *e)
{
    if (!e->key || !httpd_scrub_is_ours(names, e->key)) {
        return 0;
    }
    for (int i = 0; i < put->n; i++) {
        if (e->val == put->of[i].value) {
            return 0;
        }
    }
    return 1;
}

/*
 * With "MergeTrailers On" httpd puts trailers among the headers when the body's end is read, which
 * is after we looked: they are looked at again (N108).
 */
static void pass_scrub_trailers(request_rec *r)
{
    const struct httpd_conf *conf = httpd_request_conf(r);
    struct httpd_request *root = httpd_request_find(httpd_exchange_root(r));
    struct httpd_put put = {NULL, 0};
    const apr_array_header_t *all = apr_table_elts(r->headers_in);
    const apr_table_entry_t *e = (const apr_table_entry_t *)(const void *)all->elts;
    int aliens = 0;
    if (root) {
        put = root->headers;
    }
    if (r->trailers_in) {
        httpd_scrub_headers(conf->names, r->trailers_in, r->pool);
    }
    for (int i = 0; i < all->nelts && !aliens; i++) {
        aliens = pass_is_alien(conf->names, &put, &e[i]);
    }
    if (!aliens) {
        return;
    }
    httpd_scrub_headers(conf->names, r->headers_in, r->pool);
    for (int i = 0; i < put.n; i++) {
        apr_table_unset(r->headers_in, put.of[i].name);
        apr_table_addn(r->headers_in, put.of[i].name, put.of[i].value);
    }
}

static apr_status_t pass_trailer_filter(ap_filter_t *f, apr_bucket_brigade *bb,
                                        ap_input_mode_t mode, apr_read_type_e block,
                                        apr_off_t readbytes)
{
    apr_status_t status = ap_get_brigade(f->next, bb, mode, block, readbytes);
    if (status == APR_SUCCESS && bb && !APR_BRIGADE_EMPTY(bb) &&
        APR_BUCKET_IS_EOS(APR_BRIGADE_LAST(bb))) {
        pass_scrub_trailers(f->r);
        httpd_scrub_hop_lists(httpd_request_conf(f->r)->names, f->r->headers_in, f->r->pool);
    }
    return status;
}

/* ---- answers to signed-in users are theirs alone ---- */

/*
 * An answer that says nothing about caching could be stored by a shared cache on the way and shown
 * to others (N249); what the application says stays.
 */
static apr_status_t pass_private_filter(ap_filter_t *f, apr_bucket_brigade *bb)
{
    request_rec *r = f->r;
    ap_remove_output_filter(f);
    if (!apr_table_get(r->headers_out, "Cache-Control") &&
        !apr_table_get(r->err_headers_out, "Cache-Control") &&
        !apr_table_get(r->headers_out, "Expires")) {
        apr_table_setn(r->headers_out, "Cache-Control", "private");
    }
    return ap_pass_brigade(f->next, bb);
}

static void pass_insert_private(request_rec *r)
{
    struct httpd_request *q = r->main ? NULL : httpd_request_decided(r);
    if (q && q->stage == HTTPD_SIGNED_IN) {
        ap_add_output_filter(PRIVATE_FILTER, NULL, r, r->connection);
    }
}

void httpd_pass_register(apr_pool_t *pool)
{
    (void)pool;
    ap_register_input_filter(TRAILER_FILTER, pass_trailer_filter, NULL, AP_FTYPE_PROTOCOL - 1);
    ap_register_output_filter(PRIVATE_FILTER, pass_private_filter, NULL, AP_FTYPE_CONTENT_SET);
    ap_hook_post_read_request(httpd_pass_scrub, NULL, NULL, APR_HOOK_REALLY_FIRST);
    ap_hook_post_perdir_config(httpd_pass_scrub_dir, NULL, NULL, APR_HOOK_REALLY_FIRST);
    ap_hook_fixups(httpd_pass_again, NULL, NULL, APR_HOOK_REALLY_FIRST);
    ap_hook_insert_filter(pass_insert_private, NULL, NULL, APR_HOOK_MIDDLE);
}
