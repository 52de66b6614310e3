/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP calls by libcurl. Connections, names and TLS sessions are reused between calls of one
 * process that agree in origin, proxy and credentials; at most OIDC_HTTP_CURL_PER_ORIGIN calls to
 * one origin are in flight per process, more wait within their deadline.
 *
 * Order in httpd: oidc_http_curl_start() in the parent while it reads the configuration;
 * oidc_http_curl_make() in each child after the fork. The adapter refuses to work in any process
 * but the one that made it, so that no connection is ever shared across a fork.
 */
#ifndef OIDC_HTTP_CURL_H
#define OIDC_HTTP_CURL_H

#include "oidc/http.h"

#define OIDC_HTTP_CURL_PER_ORIGIN 8
#define OIDC_HTTP_CURL_IDLE_MAX 16 /* handles kept for reuse */
/* The header of one answer, with its trailers and the interim answers before it. */
#define OIDC_HTTP_CURL_HEADER_BYTES (64 * 1024)
#define OIDC_HTTP_CURL_HEADER_LINES 100

/*
 * Initialises libcurl for this process; undone when ctx->pool goes. Call while there is one thread.
 */
enum oidc_rc oidc_http_curl_start(struct oidc_ctx *ctx) OIDC_MUST_CHECK;

/*
 * The adapter for this process. It and its connections end with ctx->pool; calls that are still
 * under way then finish in peace. Any number of threads. The options of a call must name what does
 * not change during the call.
 */
enum oidc_rc oidc_http_curl_make(struct oidc_ctx *ctx, struct oidc_http **out) OIDC_MUST_CHECK;

/* Since the adapter was made, for the tests and the status page. */
struct oidc_http_curl_stats {
    apr_uint64_t calls;       /* attempts that were begun */
    apr_uint64_t failures;    /* attempts without an answer */
    apr_uint64_t connections; /* connections that were opened */
    unsigned idle, in_flight;
};
void oidc_http_curl_stats(struct oidc_http *http, struct oidc_http_curl_stats *out);

#endif
