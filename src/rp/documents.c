/* SPDX-License-Identifier: Apache-2.0 */
/* Fetching, keeping and sharing the provider's documents. */
#include "rp/documents.h"

#include <apr_strings.h>
#include <apr_thread_mutex.h>

#include "oidc/buf.h"
#include "oidc/hash.h"
#include "rp/providers.h"

#define STORED_VERSION 1
#define STORED_HEAD 9 /* version, time of fetching */
#define SKEW apr_time_from_sec(60)
#define KEEP apr_time_from_sec(30 * 24 * 3600) /* in the store, beyond the refresh interval */
#define LOOK apr_time_from_sec(10)    /* between two looks of one process at a copy that is due */
#define RETRY apr_time_from_sec(60)   /* between two attempts at a copy that is due */
#define PROBE apr_time_from_sec(1)    /* between two attempts while there is no copy */
#define DOWN apr_time_from_sec(30)    /* so long after a failed first attempt nobody waits for another's */
#define WAIT_STEP apr_time_from_msec(50)
#define WAIT_STEPS 60

struct rp_document {
    apr_pool_t *pool;
    struct rp_documents *shared;
    const char *url;
    apr_time_t fetched;
    const void *parsed;
    int refs;
};

/* ---- sharing between the threads of a process ---- */

static void documents_lock(struct rp_documents *d)
{
    if (d->mutex) {
        apr_thread_mutex_lock(d->mutex);
    }
}

static void documents_unlock(struct rp_documents *d)
{
    if (d->mutex) {
        apr_thread_mutex_unlock(d->mutex);
    }
}

enum oidc_rc rp_documents_start_process(struct oidc_ctx *ctx, struct rp_documents *d,
                                        apr_pool_t *process_pool)
{
    apr_allocator_t *allocator;
    if (apr_thread_mutex_create(&d->mutex, APR_THREAD_MUTEX_DEFAULT, process_pool) != APR_SUCCESS
        || apr_allocator_create(&allocator) != APR_SUCCESS
        || apr_pool_create_ex(&d->pool, process_pool, NULL, allocator) != APR_SUCCESS) {
        return oidc_fail(ctx, OIDC_E_INTERNAL, "no lock or no memory for the provider's documents");
    }
    apr_allocator_owner_set(allocator, d->pool);
    return OIDC_OK;
}

/* Under the lock: pools of one parent are made and destroyed one at a time. */
static void documents_unref(struct rp_document *doc)
{
    if (doc && --doc->refs == 0) {
        apr_pool_destroy(doc->pool);
    }
}

static apr_status_t documents_release(void *baton)
{
    struct rp_document *doc = baton;
    struct rp_documents *d = doc->shared;
    documents_lock(d);
    documents_unref(doc);
    documents_unlock(d);
    return APR_SUCCESS;
}

static int documents_is_fresh(const struct rp_slot *slot, const struct rp_document *doc,
                              apr_time_t now)
{
    /* a time in the future is that of a clock that was wrong: not fresh for ever (N157) */
    return doc->fetched <= now + SKEW && now - doc->fetched < apr_time_from_sec(slot->refresh);
}

/*
 * The present copy, held for this request; NULL when there is none of that URL. *due (may be NULL) is 1 when it is old
 * and this request is the one of this process that looks for a newer one now.
 */
static const struct rp_document *documents_hold(struct oidc_ctx *ctx, struct rp_slot *slot,
                                                const char *url, int *due)
{
    const apr_time_t now = oidc_ctx_now(ctx);
    documents_lock(slot->shared);
    struct rp_document *doc = slot->current;
    if (doc && strcmp(doc->url, url) != 0) {
        doc = NULL;
    }
    if (doc) {
        doc->refs++;
    }
    if (due) {
        *due = doc && !documents_is_fresh(slot, doc, now)
               && (now >= slot->look_again || slot->look_again > now + LOOK);
        slot->look_again = *due ? now + LOOK : slot->look_again;
    }
    documents_unlock(slot->shared);
    if (doc) {
        apr_pool_cleanup_register(ctx->pool, doc, documents_release, apr_pool_cleanup_null);
    }
    return doc;
}

/* Makes a document from text and puts it in the place of the present one. */
static enum oidc_rc documents_adopt(struct oidc_ctx *ctx, struct rp_slot *slot, const char *url,
                                    struct oidc_str text, apr_time_t fetched)
{
    struct rp_documents *d = slot->shared;
    apr_allocator_t *allocator;
    apr_pool_t *pool = NULL;
    documents_lock(d);
    if (apr_allocator_create(&allocator) == APR_SUCCESS
        && apr_pool_create_ex(&pool, d->pool, NULL, allocator) == APR_SUCCESS) {
        apr_allocator_owner_set(allocator, pool);
    }
    documents_unlock(d);
    if (!pool) {
        return oidc_fail(ctx, OIDC_E_INTERNAL, "no memory for %s", slot->kind->what);
    }
    struct rp_document *doc = apr_pcalloc(pool, sizeof *doc);
    doc->pool = pool;
    doc->shared = d;
    doc->url = apr_pstrdup(pool, url);
    doc->fetched = fetched;
    doc->refs = 1;
    enum oidc_rc rc = slot->kind->parse(ctx, slot, pool, text, &doc->parsed);
    documents_lock(d);
    if (rc == OIDC_OK) {
        struct rp_document *old = slot->current;
        slot->current = doc;
        doc = old;
    }
    documents_unref(doc);
    documents_unlock(d);
    return rc;
}

/* ---- sharing between processes ---- */

/*
 * What a document is known by in the store: its URL and how far it was trusted to be the provider's, so that a virtual
 * host without certificate checks can't hand its copy to another one.
 */
static enum oidc_rc documents_name(struct oidc_ctx *ctx, const struct rp_slot *slot, const char *url,
                                   const char **out)
{
    const struct oidc_http_options *o = slot->http;
    const char *text = apr_psprintf(ctx->pool, "%d %s %s %s", o->tls_verify,
                                    o->ca_bundle ? o->ca_bundle : "-", o->proxy ? o->proxy : "-",
                                    url);
    return oidc_hash_sha256_b64url(ctx, oidc_str_z(text), out);
}

static enum oidc_rc documents_key(struct oidc_ctx *ctx, char section, const char *prefix,
                                  const char *name, struct oidc_str *out)
{
    return oidc_store_key(ctx, oidc_str_z("provider"), section,
                          oidc_str_z(apr_pstrcat(ctx->pool, prefix, name, NULL)), out);
}

/* The store's copy, where it is newer than `than`. OIDC_ABSENT when not, or when it is of no use. */
static enum oidc_rc documents_load(struct oidc_ctx *ctx, struct rp_slot *slot, const char *url,
                                   const char *name, apr_time_t than)
{
    struct oidc_store *store = ctx->env->store;
    struct oidc_store_value value;
    struct oidc_reader r;
    struct oidc_str key;
    if (documents_key(ctx, slot->kind->section, "", name, &key) != OIDC_OK) {
        return OIDC_FAILED;
    }
    enum oidc_rc rc = store->ops->get(ctx, store, key, &value);
    if (rc != OIDC_OK) {
        return rc;
    }
    oidc_reader_init(&r, value.bytes);
    unsigned version = oidc_reader_u8(&r);
    apr_time_t fetched = (apr_time_t)oidc_reader_u64(&r);
    if (r.bad || version != STORED_VERSION || fetched <= than) {
        return OIDC_ABSENT;
    }
    struct oidc_str text = oidc_str(value.bytes.p + STORED_HEAD, value.bytes.n - STORED_HEAD);
    if (documents_adopt(ctx, slot, url, text, fetched) != OIDC_OK) {
        oidc_log(ctx, OIDC_LOG_WARNING, "the stored copy of %s can't be used: %s", slot->kind->what,
                 ctx->err.detail);
        oidc_ctx_clear(ctx);
        return OIDC_ABSENT;
    }
    return OIDC_OK;
}

static void documents_save(struct oidc_ctx *ctx, const struct rp_slot *slot, const char *name,
                           struct oidc_str text, apr_time_t fetched)
{
    struct oidc_store *store = ctx->env->store;
    struct oidc_str key, bytes;
    struct oidc_buf b;
    oidc_buf_init(&b, ctx->pool, text.n + STORED_HEAD);
    oidc_buf_add_char(&b, STORED_VERSION);
    oidc_buf_add_u64(&b, (apr_uint64_t)fetched);
    oidc_buf_add_str(&b, text);
    if (oidc_buf_take(ctx, &b, slot->kind->what, &bytes) != OIDC_OK
        || documents_key(ctx, slot->kind->section, "", name, &key) != OIDC_OK
        || store->ops->put(ctx, store, key, bytes,
                           fetched + apr_time_from_sec(slot->refresh) + KEEP, 0, NULL) != OIDC_OK) {
        oidc_log(ctx, OIDC_LOG_WARNING, "%s is not shared with the other processes: %s",
                 slot->kind->what, ctx->err.detail ? ctx->err.detail : "no reason given");
        oidc_ctx_clear(ctx);
    }
}

/* OIDC_OK: this request may; OIDC_ABSENT: another one did within the interval. */
static enum oidc_rc documents_throttle(struct oidc_ctx *ctx, const char *prefix, const char *name,
                                       apr_time_t interval)
{
    struct oidc_store *store = ctx->env->store;
    struct oidc_str key;
    if (documents_key(ctx, OIDC_STORE_THROTTLE, prefix, name, &key) != OIDC_OK) {
        return OIDC_FAILED;
    }
    return store->ops->add(ctx, store, key, oidc_str("1", 1), oidc_ctx_now(ctx) + interval);
}

/* ---- fetching ---- */

static enum oidc_rc documents_fetch(struct oidc_ctx *ctx, struct rp_slot *slot, const char *url,
                                    const char *name)
{
    const struct rp_document_kind *kind = slot->kind;
    struct oidc_http *http = ctx->env->http;
    const struct oidc_http_call call = {.method = "GET",
                                        .url = url,
                                        .accept = "application/json",
                                        .max_body = kind->max,
                                        .options = slot->http};
    struct oidc_http_answer answer;
    if (!http) {
        return oidc_fail(ctx, OIDC_E_INTERNAL, "no way to fetch %s", kind->what);
    }
    if (http->call(ctx, http, &call, &answer) != OIDC_OK) {
        return OIDC_FAILED;
    }
    if (answer.status != 200) {
        return oidc_fail(ctx, kind->code, "%s %s: status %d", kind->what,
                         oidc_log_quote(ctx->pool, url), answer.status);
    }
    const apr_time_t now = oidc_ctx_now(ctx);
    if (documents_adopt(ctx, slot, url, answer.body, now) != OIDC_OK) {
        return OIDC_FAILED;
    }
    documents_save(ctx, slot, name, answer.body, now);
    oidc_log(ctx, OIDC_LOG_DEBUG, "fetched %s %s", kind->what, oidc_log_quote(ctx->pool, url));
    return OIDC_OK;
}

/* What a copy is to be replaced with: how new that must be, and how often the provider may be asked for it. */
struct documents_wish {
    apr_time_t than;
    const char *throttle;
    apr_time_t interval;
};

/* From the store, or, where the interval allows it, from the provider. OIDC_ABSENT when there is nothing newer. */
static enum oidc_rc documents_replace(struct oidc_ctx *ctx, struct rp_slot *slot, const char *url,
                                      const struct documents_wish *wish)
{
    const char *name;
    if (documents_name(ctx, slot, url, &name) != OIDC_OK) {
        return OIDC_FAILED;
    }
    enum oidc_rc rc = documents_load(ctx, slot, url, name, wish->than);
    if (rc != OIDC_ABSENT) {
        return rc;
    }
    /* CHECK throttle: once per interval for the whole server, and not at all without a store; N093, N094 */
    rc = documents_throttle(ctx, wish->throttle, name, wish->interval);
    return rc == OIDC_OK ? documents_fetch(ctx, slot, url, name) : rc;
}

/* The present copy serves on. */
static void documents_note(struct oidc_ctx *ctx, const struct rp_slot *slot, const char *url)
{
    oidc_log(ctx, OIDC_LOG_WARNING, "%s %s could not be fetched again, the last copy is used on: %s",
             slot->kind->what, oidc_log_quote(ctx->pool, url),
             ctx->err.detail ? ctx->err.detail : "no reason given");
    oidc_ctx_clear(ctx);
}

static void documents_mark(struct oidc_ctx *ctx, const char *prefix, const char *name,
                           apr_time_t interval)
{
    struct oidc_store *store = ctx->env->store;
    struct oidc_str key;
    const struct oidc_err first = ctx->err;
    oidc_ctx_clear(ctx);
    if (documents_key(ctx, OIDC_STORE_THROTTLE, prefix, name, &key) == OIDC_OK) {
        /* a mark that can't be written leaves the longer one: slower, not faster */
        (void)!store->ops->put(ctx, store, key, oidc_str("1", 1), oidc_ctx_now(ctx) + interval, 0,
                               NULL);
    }
    ctx->err = first;
}

/* The first copy of all: this request was chosen to fetch it. */
static enum oidc_rc documents_fetch_first(struct oidc_ctx *ctx, struct rp_slot *slot,
                                          const char *url, const char *name)
{
    enum oidc_rc rc = documents_fetch(ctx, slot, url, name);
    if (rc == OIDC_FAILED) {
        documents_mark(ctx, "d", name, DOWN);
    }
    /* CHECK probe: the next attempt may begin a second after this one ended, not earlier */
    documents_mark(ctx, "f", name, PROBE);
    return rc;
}

/* 1 when an attempt failed not long ago, -1 when the store can't say. */
static int documents_is_down(struct oidc_ctx *ctx, const char *name)
{
    struct oidc_store *store = ctx->env->store;
    struct oidc_store_value value;
    struct oidc_str key;
    if (documents_key(ctx, OIDC_STORE_THROTTLE, "d", name, &key) != OIDC_OK) {
        return -1;
    }
    enum oidc_rc rc = store->ops->get(ctx, store, key, &value);
    return rc == OIDC_FAILED ? -1 : rc == OIDC_OK;
}

static enum oidc_rc documents_get_first(struct oidc_ctx *ctx, struct rp_slot *slot, const char *url)
{
    const struct oidc_http_options *o = slot->http;
    const apr_time_t busy = apr_time_from_msec(o->timeout_ms) * (1 + o->retries) + PROBE;
    const char *name;
    if (documents_name(ctx, slot, url, &name) != OIDC_OK) {
        return OIDC_FAILED;
    }
    for (int i = 0; i < WAIT_STEPS; i++) {
        enum oidc_rc rc = documents_load(ctx, slot, url, name, 0);
        if (rc != OIDC_ABSENT) {
            return rc;
        }
        rc = documents_throttle(ctx, "f", name, busy);
        if (rc == OIDC_OK) {
            return documents_fetch_first(ctx, slot, url, name);
        }
        int down = rc == OIDC_FAILED ? -1 : documents_is_down(ctx, name);
        if (down < 0) {
            return OIDC_FAILED;
        }
        if (down) {
            return oidc_fail(ctx, OIDC_E_HTTP_CONNECT, "%s %s could not be fetched a moment ago",
                             slot->kind->what, oidc_log_quote(ctx->pool, url));
        }
        apr_sleep(WAIT_STEP);
    }
    return oidc_fail(ctx, OIDC_E_HTTP_TIMEOUT, "another request is still fetching %s %s",
                     slot->kind->what, oidc_log_quote(ctx->pool, url));
}

enum oidc_rc rp_documents_get(struct oidc_ctx *ctx, struct rp_slot *slot, const char *url,
                              const void **out)
{
    int due;
    const struct rp_document *doc = documents_hold(ctx, slot, url, &due);
    if (!doc) {
        if (documents_get_first(ctx, slot, url) != OIDC_OK) {
            return OIDC_FAILED;
        }
        doc = documents_hold(ctx, slot, url, &due); /* the store's may be an old one */
    }
    if (doc && due) {
        const struct documents_wish wish = {doc->fetched, "r", RETRY};
        if (documents_replace(ctx, slot, url, &wish) == OIDC_FAILED) {
            documents_note(ctx, slot, url);
        }
        doc = documents_hold(ctx, slot, url, NULL);
    }
    if (!doc) {
        return oidc_fail(ctx, OIDC_E_INTERNAL, "%s was replaced meanwhile", slot->kind->what);
    }
    *out = doc->parsed;
    return OIDC_OK;
}

enum oidc_rc rp_documents_get_newer(struct oidc_ctx *ctx, struct rp_slot *slot, const char *url,
                                    const void *seen, const void **out)
{
    const struct rp_document *doc = documents_hold(ctx, slot, url, NULL);
    if (doc && doc->parsed == seen) {
        const struct documents_wish wish = {doc->fetched, "n", apr_time_from_sec(RP_PROVIDERS_FORCE)};
        enum oidc_rc rc = documents_replace(ctx, slot, url, &wish);
        if (rc == OIDC_FAILED) {
            documents_note(ctx, slot, url);
        }
        doc = rc == OIDC_OK ? documents_hold(ctx, slot, url, NULL) : NULL;
    }
    if (!doc) {
        return OIDC_ABSENT;
    }
    *out = doc->parsed;
    return OIDC_OK;
}
