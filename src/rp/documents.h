/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents of the provider (metadata, keys): fetched, kept in the store for all processes, parsed once per process.
 *
 * - No copy yet: one request in the whole server fetches, the others wait for it shortly. While the provider fails there
 *   is at most one attempt per second, and nobody waits.
 * - A copy older than its refresh interval: one request fetches, the others use what there is. A failure keeps the last
 *   good copy and is tried again after a minute.
 * - A copy that turned out not to do (a key that is not in it): fetched again, at most once per minute.
 *
 * A parsed document is immutable and lives in a pool of its own; requests hold it until they end.
 */
#ifndef RP_DOCUMENTS_H
#define RP_DOCUMENTS_H

#include "rp/site.h"

struct rp_document;
struct rp_slot;

struct rp_document_kind {
    char section;         /* of the store: OIDC_STORE_METADATA or OIDC_STORE_JWKS */
    const char *what;     /* for log lines */
    size_t max;           /* bytes */
    enum oidc_code code;  /* of an answer that is none */
    /* Parses and judges what came from url; *out lives in pool. */
    enum oidc_rc (*parse)(struct oidc_ctx *ctx, const struct rp_slot *slot, apr_pool_t *pool, struct oidc_str text,
                          const void **out);
};

/* What the threads of a process share; mutex is NULL before there are any. */
struct rp_documents {
    struct apr_thread_mutex_t *mutex;
    apr_pool_t *pool; /* parent of the documents' pools; touched under the mutex only */
};

/* One document of one site. */
struct rp_slot {
    const struct rp_document_kind *kind;
    const struct rp_site *site;
    const struct oidc_http_options *http;
    apr_int64_t refresh; /* seconds */
    struct rp_documents *shared;
    struct rp_document *current; /* under the mutex, as is look_again */
    apr_time_t look_again;
};

enum oidc_rc rp_documents_start_process(struct oidc_ctx *ctx, struct rp_documents *d, apr_pool_t *process_pool) OIDC_MUST_CHECK;
/* What parse made of the document at url; lives as long as ctx->pool. */
enum oidc_rc rp_documents_get(struct oidc_ctx *ctx, struct rp_slot *slot, const char *url, const void **out) OIDC_MUST_CHECK;
/* The same, but not `seen`: OIDC_ABSENT when there is nothing newer, or when it may not be asked for now. */
enum oidc_rc rp_documents_get_newer(struct oidc_ctx *ctx, struct rp_slot *slot, const char *url, const void *seen,
                                    const void **out) OIDC_MUST_CHECK;

#endif
