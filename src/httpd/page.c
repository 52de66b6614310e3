/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one way out. A hook that refuses never writes a body and never says OK: it returns the
 * status, and httpd makes its error answer, of which our page replaces the body. So no handler runs
 * after a refusal, headers and log formats of other modules apply, and an ErrorDocument of the
 * operator comes first (N241, N242).
 */
#include "httpd/exchange.h"

#include "apr_strings.h"
#include "http_core.h"
#include "http_protocol.h"
#include "http_request.h"
#include "mod_core.h"
#include "util_filter.h"

/* Each module has its own: a name is registered once in the server. */
static ap_filter_rec_t *page_handle;

/* Says something of the page's body, and nothing of the answer: an ErrorDocument has its own. */
static int page_is_of_body(const char *name)
{
    static const char *const names[] = {"Content-Security-Policy", "X-Content-Type-Options",
                                        "Referrer-Policy", NULL};
    for (const char *const *n = names; *n; n++) {
        if (ap_cstr_casecmp(name, *n) == 0) {
            return 1;
        }
    }
    return 0;
}

static void page_put_header(apr_table_t *t, const struct oidc_reply_header *h)
{
    if (ap_cstr_casecmp(h->name, "Set-Cookie") == 0) {
        apr_table_addn(t, h->name, h->value);
    } else {
        apr_table_setn(t, h->name, h->value);
    }
}

/* Those of the body stay in the reply when there is no body yet. */
static void page_headers(struct httpd_exchange *x, int with_body)
{
    int kept = 0;
    for (int i = 0; i < x->reply.n_headers; i++) {
        const struct oidc_reply_header *h = &x->reply.headers[i];
        if (!with_body && page_is_of_body(h->name)) {
            x->reply.headers[kept++] = *h;
        } else {
            page_put_header(x->r->err_headers_out, h);
        }
    }
    x->reply.n_headers = kept;
}

void httpd_page_headers(struct httpd_exchange *x)
{
    page_headers(x, 1);
}

/* For ErrorDocuments: OIDC_ERROR and OIDC_ERROR_DESC as ever, and what ties the page to the log. */
static void page_note(const struct httpd_exchange *x)
{
    const struct oidc_error_row *row = oidc_error_row(x->ctx.err.code);
    apr_table_t *env = x->r->subprocess_env;
    if (!apr_table_get(env, "OIDC_ERROR")) {
        apr_table_setn(env, "OIDC_ERROR", row->sentence);
        apr_table_setn(env, "OIDC_ERROR_DESC", row->remedy);
    }
    apr_table_setn(env, "OIDC_ERROR_CODE", row->id);
    apr_table_setn(env, "OIDC_ERROR_ID", x->incident);
}

int httpd_page_refuse(struct httpd_exchange *x)
{
    /*
     * CHECK refusal: an answer that nobody made is no permission; 200 is a page of ours, never
     * empty; N242
     */
    int is_page = x->reply.status == HTTP_OK && x->reply.content_type && x->reply.body.n;
    if (!is_page && (x->reply.status < 300 || x->reply.status > 599)) {
        x->reply.status = HTTP_INTERNAL_SERVER_ERROR;
    }
    page_headers(x, 0);
    if (x->reply.location) {
        apr_table_setn(x->r->err_headers_out, "Location", x->reply.location);
    }
    x->waits = 1;
    return x->reply.status;
}

void httpd_page_log(struct httpd_exchange *x)
{
    x->incident = httpd_log_incident(&x->ctx);
    httpd_log_failure(&x->ctx, x->incident);
    page_note(x);
}

void httpd_page_explain(struct httpd_exchange *x)
{
    httpd_page_log(x);
    oidc_reply_error(&x->ctx, &x->req, x->incident, &x->reply);
}

int httpd_page_fail(struct httpd_exchange *x)
{
    httpd_page_explain(x);
    return httpd_page_refuse(x);
}

/* 1 when the operator has an ErrorDocument for the status. */
static int page_has_document(request_rec *r, int status)
{
    return status >= HTTP_BAD_REQUEST &&
           ap_response_code_string(r, ap_index_of_response(status)) != NULL;
}

int httpd_page_send(struct httpd_exchange *x)
{
    request_rec *r = x->r;
    int status = x->reply.status;
    if (status < 200 || status > 599 || page_has_document(r, status)) {
        return httpd_page_refuse(x);
    }
    /* what is left of the request's body must not be taken for the next request */
    if (x->body_read == 2 || (!x->body_read && ap_discard_request_body(r) != OK)) {
        r->connection->keepalive = AP_CONN_CLOSE;
    }
    httpd_page_headers(x);
    if (x->reply.location) {
        apr_table_setn(r->headers_out, "Location", x->reply.location);
    }
    r->status = status;
    ap_set_content_type(r, x->reply.content_type);
    ap_set_content_length(r, (apr_off_t)x->reply.body.n);
    if (!r->header_only && x->reply.body.n) {
        ap_rwrite(x->reply.body.p, (int)x->reply.body.n, r);
    }
    return OK;
}

/* ---- the filter that puts our page in the place of httpd's ---- */

static void page_describe(request_rec *r, const struct oidc_reply *reply)
{
    static const char *const stale[] = {"Content-Encoding", "Content-Language", "ETag",
                                        "Last-Modified",    "Content-MD5",      NULL};
    for (const char *const *name = stale; *name; name++) {
        apr_table_unset(r->headers_out, *name);
    }
    r->content_encoding = NULL;
    r->content_languages = NULL;
    for (int i = 0; i < reply->n_headers; i++) {
        page_put_header(r->headers_out, &reply->headers[i]);
    }
    ap_set_content_type(r, reply->content_type);
    ap_set_content_length(r, (apr_off_t)reply->body.n);
}

static apr_status_t page_filter(ap_filter_t *f, apr_bucket_brigade *bb)
{
    struct httpd_exchange *x = f->ctx;
    apr_bucket *b = APR_BRIGADE_FIRST(bb);
    while (b != APR_BRIGADE_SENTINEL(bb)) {
        apr_bucket *next = APR_BUCKET_NEXT(b);
        if (!APR_BUCKET_IS_METADATA(b)) {
            apr_bucket_delete(b);
        }
        b = next;
    }
    if (x->waits) {
        x->waits = 0;
        page_describe(f->r, &x->reply);
        if (!f->r->header_only && x->reply.body.n) {
            APR_BRIGADE_INSERT_HEAD(bb, apr_bucket_pool_create(x->reply.body.p, x->reply.body.n,
                                                               f->r->pool, bb->bucket_alloc));
        }
    }
    return ap_pass_brigade(f->next, bb);
}

/*
 * A text or an address that the operator gave for this status. A path was tried before, and failed
 * if we are here.
 */
static int page_is_operators(request_rec *r)
{
    const char *custom = ap_response_code_string(r, ap_index_of_response(r->status));
    return custom && custom[0] != '/';
}

static void page_insert(request_rec *r)
{
    struct httpd_exchange *x = httpd_exchange_of(r);
    if (x && x->waits && r->status == x->reply.status && !page_is_operators(r)) {
        ap_add_output_filter_handle(page_handle, x, r, r->connection);
    }
}

/*
 * httpd calls the variables REDIRECT_... in the ErrorDocument; under their own names they are there
 * as well.
 */
static int page_note_again(request_rec *r)
{
    static const char *const names[] = {"OIDC_ERROR", "OIDC_ERROR_DESC", "OIDC_ERROR_CODE",
                                        "OIDC_ERROR_ID", "OIDC_AUTHZ_ERROR", NULL};
    const struct httpd_exchange *x = r->prev ? httpd_exchange_of(r->prev) : NULL;
    for (const char *const *name = names; x && x->waits && *name; name++) {
        const char *value = apr_table_get(r->prev->subprocess_env, *name);
        if (value) {
            apr_table_setn(r->subprocess_env, *name, value);
        }
    }
    return DECLINED;
}

void httpd_page_register(const char *filter)
{
    page_handle = ap_register_output_filter(filter, page_filter, NULL, AP_FTYPE_CONTENT_SET);
    ap_hook_insert_error_filter(page_insert, NULL, NULL, APR_HOOK_LAST);
    ap_hook_fixups(page_note_again, NULL, NULL, APR_HOOK_MIDDLE);
}
