/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Behind proxies: who may say what the browser asked for, and warnings where the configuration does
 * not fit.
 */
#include "httpd/forwarded.h"

#include "apr_atomic.h"
#include "apr_strings.h"
#include "http_core.h"
#include "http_protocol.h"
#include "oidc/forwarded.h"

#define WARN_SECONDS 60

static const enum oidc_forwarded_header forwarded_headers[] = {
    OIDC_FORWARDED_HOST, OIDC_FORWARDED_PORT, OIDC_FORWARDED_PROTO, OIDC_FORWARDED};

/*
 * CHECK peer: whoever can open a connection can send these headers; with a list, only those in it;
 * N017, N109
 */
static int forwarded_is_trusted(const struct httpd_conf *conf, const request_rec *r)
{
    const struct httpd_networks *list = conf->forwarded.trusted;
    if (!list) {
        return 1;
    }
    for (int i = 0; i < list->n; i++) {
        /* of the connection: mod_remoteip makes the user's address what a header says */
        if (apr_ipsubnet_test(list->nets[i], r->connection->client_addr)) {
            return 1;
        }
    }
    return 0;
}

/* Host of the request itself, when the proxy passes that on. */
static enum oidc_rc forwarded_own(struct httpd_request *q, const struct oidc_forwarded *f,
                                  struct oidc_origin *out)
{
    request_rec *r = q->x.r;
    if (!f->host) {
        return httpd_exchange_origin(&q->x, 1, out);
    }
    out->scheme = ap_http_scheme(r);
    out->host = f->host;
    out->port = ap_get_server_port(r);
    return OIDC_OK;
}

enum oidc_rc httpd_forwarded_origin(struct httpd_request *q, struct oidc_origin *out)
{
    const struct httpd_conf *conf = httpd_request_conf(q->x.r);
    struct oidc_forwarded f;
    struct oidc_origin own;
    if (!conf->forwarded.headers || !forwarded_is_trusted(conf, q->x.r)) {
        return OIDC_ABSENT;
    }
    if (oidc_forwarded_parse(&q->x.ctx, &q->x.req, conf->forwarded.headers, &f) != OIDC_OK) {
        return OIDC_FAILED;
    }
    if (!f.scheme && !f.host && !f.port) {
        return OIDC_ABSENT;
    }
    if (forwarded_own(q, &f, &own) != OIDC_OK) {
        return OIDC_FAILED;
    }
    *out = oidc_forwarded_apply(&f, own, httpd_exchange_root(q->x.r)->parsed_uri.port_str != NULL);
    return OIDC_OK;
}

/* ---- warnings ---- */

/* 1 once a minute in each process. */
static int forwarded_is_time(apr_time_t now)
{
    static volatile apr_uint32_t last;
    apr_uint32_t was = apr_atomic_read32(&last), sec = (apr_uint32_t)apr_time_sec(now);
    return (was == 0 || sec - was >= WARN_SECONDS) && apr_atomic_cas32(&last, sec, was) == was;
}

/* OIDC_CHECK_X_FORWARDED_HDR_LOG_DISABLE: names of headers that nothing is said of. */
static int forwarded_is_quiet(const request_rec *r, const char *name)
{
    const char *list = apr_table_get(r->subprocess_env, "OIDC_CHECK_X_FORWARDED_HDR_LOG_DISABLE");
    return list && ap_find_token(r->pool, apr_pstrdup(r->pool, list), name);
}

/* NULL, or what is wrong with that header in this request. */
static const char *forwarded_wrong(const struct httpd_request *q, const struct httpd_conf *conf,
                                   enum oidc_forwarded_header header)
{
    const char *name = oidc_forwarded_name(header);
    int is_there = q->x.req.header(q->x.req.baton, name) != NULL;
    int is_expected = (conf->forwarded.headers & header) != 0;
    if (is_there == is_expected || forwarded_is_quiet(q->x.r, name)) {
        return NULL;
    }
    return is_there ? "is in the request, but OIDCXForwardedHeaders does not name it: it counts for "
                      "nothing"
                    : "is named by OIDCXForwardedHeaders, but is not in the request";
}

void httpd_forwarded_note(struct httpd_request *q)
{
    const struct httpd_conf *conf = httpd_request_conf(q->x.r);
    for (int i = 0; i < 4; i++) {
        const char *wrong = forwarded_wrong(q, conf, forwarded_headers[i]);
        if (wrong && forwarded_is_time(q->x.r->request_time)) {
            oidc_log(&q->x.ctx, OIDC_LOG_WARNING, "%s %s (said once a minute at most)",
                     oidc_forwarded_name(forwarded_headers[i]), wrong);
            return;
        }
    }
}
