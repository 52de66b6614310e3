/* SPDX-License-Identifier: Apache-2.0 */
/* An HTTP answer while it comes in: its limits, and the few header fields that anybody asks for. */
#ifndef IO_HTTP_ANSWER_H
#define IO_HTTP_ANSWER_H

#include "oidc/buf.h"
#include "oidc/http.h"

struct oidc_http_receiver {
    apr_pool_t *pool;
    struct oidc_buf body;
    size_t header_bytes;
    int header_lines;
    const char *too_large; /* what went beyond its limit, or NULL */
    const char *content_type, *dpop_nonce, *www_authenticate;
    int max_age;
};

void oidc_http_answer_init(struct oidc_http_receiver *r, apr_pool_t *pool, size_t max_body);
/* libcurl's callbacks; returning less than they got ends the transfer. */
size_t oidc_http_answer_header(char *p, size_t size, size_t n, void *receiver);
size_t oidc_http_answer_body(char *p, size_t size, size_t n, void *receiver);
/* The complete answer. */
enum oidc_rc oidc_http_answer_take(struct oidc_ctx *ctx, struct oidc_http_receiver *r, long status,
                                   struct oidc_http_answer *out) OIDC_MUST_CHECK;

#endif
