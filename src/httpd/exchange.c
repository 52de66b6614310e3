/* SPDX-License-Identifier: Apache-2.0 */
/* A request_rec as the flows see it. */
#include "httpd/exchange.h"

#include "apr_strings.h"
#include "http_core.h"
#include "http_protocol.h"
#include "http_vhost.h"
#include "oidc/buf.h"

struct httpd_exchange *httpd_exchange_of(const request_rec *r)
{
    return ap_get_module_config(r->request_config, httpd_module);
}

request_rec *httpd_exchange_root(request_rec *r)
{
    while (r->main || r->prev) {
        r = r->main ? r->main : r->prev;
    }
    return r;
}

static const char *exchange_header(void *baton, const char *name)
{
    const struct httpd_exchange *x = baton;
    return apr_table_get(x->r->headers_in, name);
}

/* ---- the body ---- */

static enum oidc_rc exchange_body_fail(struct oidc_ctx *ctx, apr_status_t status)
{
    char why[128];
    if (status == APR_ENOSPC) {
        return oidc_fail(ctx, OIDC_E_BODY_TOO_LARGE, "the body is larger than allowed here");
    }
    return oidc_fail(ctx, OIDC_E_BODY_READ, "reading the body: %s",
                     oidc_log_quote(ctx->pool, apr_strerror(status, why, sizeof why)));
}

/*
 * Moves one brigade into the buffer; APR_EOF at the end of the body, APR_ENOSPC beyond its maximum.
 */
static apr_status_t exchange_body_take(apr_bucket_brigade *bb, struct oidc_buf *bytes)
{
    for (apr_bucket *b = APR_BRIGADE_FIRST(bb); b != APR_BRIGADE_SENTINEL(bb);
         b = APR_BUCKET_NEXT(b)) {
        const char *data;
        apr_size_t n;
        if (APR_BUCKET_IS_EOS(b)) {
            return APR_EOF;
        }
        if (APR_BUCKET_IS_METADATA(b)) {
            continue;
        }
        apr_status_t status = apr_bucket_read(b, &data, &n, APR_BLOCK_READ);
        if (status != APR_SUCCESS) {
            return status;
        }
        oidc_buf_add(bytes, data, n);
        if (bytes->overflowed) {
            return APR_ENOSPC;
        }
    }
    return APR_SUCCESS;
}

static apr_status_t exchange_body_read(request_rec *r, struct oidc_buf *bytes)
{
    apr_bucket_brigade *bb = apr_brigade_create(r->pool, r->connection->bucket_alloc);
    apr_status_t status;
    do {
        /* httpd's Timeout and mod_reqtimeout bound each read */
        status = ap_get_brigade(r->input_filters, bb, AP_MODE_READBYTES, APR_BLOCK_READ, 8192);
        if (status == APR_SUCCESS) {
            status = exchange_body_take(bb, bytes);
        } else if (status == APR_EOF) {
            status = APR_INCOMPLETE;
        }
        apr_brigade_cleanup(bb);
    } while (status == APR_SUCCESS);
    return status == APR_EOF ? APR_SUCCESS : status;
}

static enum oidc_rc exchange_body(struct oidc_ctx *ctx, void *baton, size_t max,
                                  struct oidc_str *out)
{
    struct httpd_exchange *x = baton;
    const char *length = apr_table_get(x->r->headers_in, "Content-Length");
    apr_int64_t n = 0;
    apr_status_t status = APR_SUCCESS;
    struct oidc_buf bytes;
    if (x->body_read == 2) {
        return oidc_fail(ctx, OIDC_E_BODY_READ, "the body could not be read before");
    }
    /* CHECK body: a body larger than the limit is refused before it is read; N161 */
    if (length && !oidc_str_to_int64(oidc_str_z(length), 0, (apr_int64_t)max, &n)) {
        status = APR_ENOSPC;
    } else if (!x->body_read) {
        oidc_buf_init(&bytes, x->r->pool, max);
        status = exchange_body_read(x->r, &bytes);
        if (status == APR_SUCCESS &&
            oidc_buf_take(ctx, &bytes, "the body", &x->body) != OIDC_OK) {
            return OIDC_FAILED;
        }
    } else if (x->body.n > max) {
        status = APR_ENOSPC;
    }
    x->body_read = status == APR_SUCCESS ? 1 : 2;
    if (status != APR_SUCCESS) {
        return exchange_body_fail(ctx, status);
    }
    *out = x->body;
    return OIDC_OK;
}

/* ---- the origin ---- */

static int exchange_listed(const apr_array_header_t *names, const char *host, int wild)
{
    for (int i = 0; names && i < names->nelts; i++) {
        const char *name = APR_ARRAY_IDX(names, i, const char *);
        if (name && (wild ? ap_strcasecmp_match(host, name) : strcasecmp(host, name)) == 0) {
            return 1;
        }
    }
    return 0;
}

/*
 * 1 when the host is a name or address that the operator gave to this virtual host, or the address
 * that was called.
 */
static int exchange_is_named(const request_rec *r, const char *host)
{
    const server_rec *s = r->server;
    if (exchange_listed(s->names, host, 0) || exchange_listed(s->wild_names, host, 1)) {
        return 1;
    }
    for (const server_addr_rec *a = s->addrs; a; a = a->next) {
        if (a->virthost && strcasecmp(host, a->virthost) == 0) {
            return 1;
        }
    }
    size_t n = strlen(host);
    if (host[0] == '[' && n > 2) {
        host = apr_pstrmemdup(r->pool, host + 1, n - 2);
    }
    return strcmp(host, r->connection->local_ip) == 0;
}

enum oidc_rc httpd_exchange_origin(struct httpd_exchange *x, int check_names,
                                   struct oidc_origin *out)
{
    request_rec *r = x->r;
    const char *host = ap_get_server_name_for_url(r);
    const char *scheme = ap_http_scheme(r);
    apr_port_t port = ap_get_server_port(r);
    struct oidc_url url;
    out->scheme = scheme;
    out->host = host;
    out->port = port;
    if (host == r->server->server_hostname) {
        return OIDC_OK;
    }
    /* CHECK host: what is printed into URLs is a host and nothing else; N016 */
    const char *text = apr_psprintf(r->pool, "%s://%s:%u/", scheme, host, (unsigned)port);
    if (oidc_url_parse(&x->ctx, text, "the request's host", &url) != OIDC_OK) {
        oidc_ctx_clear(&x->ctx);
        return oidc_fail(&x->ctx, OIDC_E_HOST, "host %s is malformed",
                         oidc_log_quote(r->pool, host));
    }
    out->host = url.host;
    /* CHECK own name: the default virtual host gets every other name as well; N016 */
    if (check_names && strcasecmp(url.host, r->server->server_hostname) != 0 &&
        !exchange_is_named(r, url.host)) {
        return oidc_fail(&x->ctx, OIDC_E_HOST,
                         "host %s is no ServerName or ServerAlias of this virtual host (%s)",
                         oidc_log_quote(r->pool, host), r->server->server_hostname);
    }
    return OIDC_OK;
}

/* ---- all of it ---- */

/* Path and query as the browser asked, whatever was rewritten since. */
static const char *exchange_uri(request_rec *r)
{
    const char *uri = httpd_exchange_root(r)->unparsed_uri;
    if (uri && uri[0] == '/') {
        return uri;
    }
    /* absolute form ("GET http://host/path"): without scheme and host */
    uri = apr_uri_unparse(r->pool, &httpd_exchange_root(r)->parsed_uri, APR_URI_UNP_OMITSITEPART);
    return uri && uri[0] == '/' ? uri : "/";
}

void httpd_exchange_init(struct httpd_exchange *x, request_rec *r)
{
    const char *cookie = apr_table_get(r->headers_in, "Cookie");
    x->r = r;
    x->log.r = r;
    x->log.s = r->server;
    oidc_ctx_init(&x->ctx, r->pool, httpd_env(), &x->log);
    x->req.method = r->method;
    x->req.path = r->uri;
    x->req.query = r->args;
    x->req.uri = exchange_uri(r);
    x->req.cookie = oidc_str_z(cookie);
    x->req.content_type = apr_table_get(r->headers_in, "Content-Type");
    x->req.user = r->user;
    x->req.baton = x;
    x->req.header = exchange_header;
    x->req.body = exchange_body;
    ap_set_module_config(r->request_config, httpd_module, x);
}
