/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request_rec as the flows see it, and their reply as httpd sends it. Both modules use this; what is theirs lies in a
 * struct that begins with struct httpd_exchange and hangs in the request's configuration vector.
 */
#ifndef HTTPD_EXCHANGE_H
#define HTTPD_EXCHANGE_H

#include "httpd/glue.h"
#include "oidc/exchange.h"

struct httpd_exchange {
    request_rec *r;
    struct httpd_log log;
    struct oidc_ctx ctx;
    struct oidc_request req;
    struct oidc_reply reply;
    const char *incident; /* of the failure that reply tells of, or NULL */
    int waits;            /* reply is to replace the body that httpd makes for its status */
    int body_read;        /* 0 not yet, 1 read, 2 failed */
    struct oidc_str body;
};

/* Of this request, or NULL. */
struct httpd_exchange *httpd_exchange_of(const request_rec *r);
/* Fills the parts that don't depend on the virtual host's rules, and hangs it in the request. */
void httpd_exchange_init(struct httpd_exchange *x, request_rec *r);
/* The request that came from the browser: r itself, or what it was redirected or included from. */
request_rec *httpd_exchange_root(request_rec *r);
/*
 * Scheme, host and port as the browser sees them. OIDC_E_HOST when the host is malformed, or (check_names) is neither
 * ServerName nor a ServerAlias nor an address of this virtual host (N016).
 */
enum oidc_rc httpd_exchange_origin(struct httpd_exchange *x, int check_names, struct oidc_origin *out) OIDC_MUST_CHECK;

/* ---- page.c: the one way out ---- */

/* Hook and filter of the error pages; `filter` names it. */
void httpd_page_register(const char *filter);
/*
 * Answers from a hook before the content: headers go into err_headers_out, the body waits for httpd's own error answer
 * and replaces it (an ErrorDocument of the operator comes first). Returns the status that the hook returns; never OK.
 */
int httpd_page_refuse(struct httpd_exchange *x);
/* Makes the error reply for ctx->err and writes the log line. */
void httpd_page_explain(struct httpd_exchange *x);
/* Both. */
int httpd_page_fail(struct httpd_exchange *x);
/* The log line and the variables of a failure alone. */
void httpd_page_log(struct httpd_exchange *x);
/* Answers from the content handler: writes the reply, unless the operator has an ErrorDocument for its status. */
int httpd_page_send(struct httpd_exchange *x);
/* Headers of the reply (cookies) without an answer: the request goes on. */
void httpd_page_headers(struct httpd_exchange *x);

#endif
