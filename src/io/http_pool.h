/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libcurl's handles of one process, each with its open connections. A handle is used again only for
 * calls of the same profile (origin, proxy, credentials, trust), so that no connection ever serves
 * a call it was not opened for.
 */
#ifndef IO_HTTP_POOL_H
#define IO_HTTP_POOL_H

#include <curl/curl.h>

#include "oidc/http_curl.h"

struct oidc_http_pool;

struct oidc_http_handle {
    CURL *curl;
    char *profile;
    char *origin;
    curl_socket_t socket; /* of the last call, while the handle is idle */
};

/* NULL without memory. Ends by oidc_http_pool_close(). */
struct oidc_http_pool *oidc_http_pool_make(void);
/* Frees what is idle; the last call under way frees the rest. */
void oidc_http_pool_close(struct oidc_http_pool *pool);
/* A call begins and ends; in between the pool is there, closed or not. */
void oidc_http_pool_enter(struct oidc_http_pool *pool);
void oidc_http_pool_leave(struct oidc_http_pool *pool);

/*
 * A handle without options, for one call. Waits while too many calls to the origin are under way,
 * at most *left_ms, from which the wait is taken. NULL: the time is over, the pool is closed, or
 * there is no memory.
 */
struct oidc_http_handle *oidc_http_pool_get(struct oidc_http_pool *pool, const char *origin,
                                            const char *profile, long *left_ms);
/* Gives it back. Without `keep` (the call failed) the handle and its connections go. */
void oidc_http_pool_put(struct oidc_http_pool *pool, struct oidc_http_handle *handle, int keep);

void oidc_http_pool_stats(struct oidc_http_pool *pool, struct oidc_http_curl_stats *out);

#endif
