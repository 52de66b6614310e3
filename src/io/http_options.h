/* SPDX-License-Identifier: Apache-2.0 */
/* What libcurl is told for one call. */
#ifndef IO_HTTP_OPTIONS_H
#define IO_HTTP_OPTIONS_H

#include <curl/curl.h>

#include "io/http_answer.h"
#include "oidc/http.h"

struct oidc_http_wiring {
    const struct oidc_http_call *call;
    struct oidc_http_receiver *receiver;
    char *error; /* CURL_ERROR_SIZE bytes */
    long left_ms;
    size_t sent; /* bytes of the body that libcurl has taken */
};

/*
 * Sets all options; the first that libcurl refuses fails the call. Lists live in ctx->pool; *w
 * outlives the transfer.
 */
CURLcode oidc_http_options_apply(struct oidc_ctx *ctx, CURL *curl, struct oidc_http_wiring *w);

/*
 * Says which calls may share a connection: equal text, equal trust and credentials. Holds secrets:
 * never to be logged.
 */
const char *oidc_http_options_profile(apr_pool_t *pool, const char *origin,
                                      const struct oidc_http_options *o);

#endif
