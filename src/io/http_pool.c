/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libcurl's handles of one process. The memory is the C library's, not a pool's: a call that is
 * still under way when the child's pool goes must find it.
 */
#include "io/http_pool.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

/* Calls to one origin that are under way. */
struct origin {
    struct origin *next;
    unsigned in_flight;
    char name[];
};

struct oidc_http_pool {
    pthread_mutex_t lock;
    pthread_cond_t given_back;
    struct origin *origins;
    struct oidc_http_handle *idle[OIDC_HTTP_CURL_IDLE_MAX]; /* the last one was used last */
    unsigned n_idle;
    unsigned users; /* calls under way */
    int closed;
    struct oidc_http_curl_stats stats;
};

static void handle_free(struct oidc_http_handle *h)
{
    if (h) {
        curl_easy_cleanup(h->curl);
        free(h->profile);
        free(h->origin);
        free(h);
    }
}

static struct oidc_http_handle *handle_make(const char *origin, const char *profile)
{
    struct oidc_http_handle *h = calloc(1, sizeof *h);
    if (h) {
        h->curl = curl_easy_init();
        h->profile = strdup(profile);
        h->origin = strdup(origin);
    }
    if (h && (!h->curl || !h->profile || !h->origin)) {
        handle_free(h);
        h = NULL;
    }
    return h;
}

struct oidc_http_pool *oidc_http_pool_make(void)
{
    struct oidc_http_pool *pool = calloc(1, sizeof *pool);
    pthread_condattr_t attr;
    if (!pool || pthread_condattr_init(&attr) != 0) {
        free(pool);
        return NULL;
    }
    int failed = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0
                 || pthread_cond_init(&pool->given_back, &attr) != 0
                 || pthread_mutex_init(&pool->lock, NULL) != 0;
    pthread_condattr_destroy(&attr);
    if (failed) {
        free(pool);
        return NULL;
    }
    return pool;
}

static void pool_free(struct oidc_http_pool *pool)
{
    pthread_cond_destroy(&pool->given_back);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

void oidc_http_pool_close(struct oidc_http_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->closed = 1;
    while (pool->n_idle > 0) {
        handle_free(pool->idle[--pool->n_idle]);
    }
    int last = pool->users == 0;
    pthread_cond_broadcast(&pool->given_back);
    pthread_mutex_unlock(&pool->lock);
    if (last) {
        pool_free(pool);
    }
}

void oidc_http_pool_enter(struct oidc_http_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->users++;
    pthread_mutex_unlock(&pool->lock);
}

void oidc_http_pool_leave(struct oidc_http_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->users--;
    int last = pool->closed && pool->users == 0;
    pthread_mutex_unlock(&pool->lock);
    if (last) {
        pool_free(pool);
    }
}

static struct origin *origin_find(struct oidc_http_pool *pool, const char *name)
{
    struct origin *o = pool->origins;
    while (o && strcmp(o->name, name) != 0) {
        o = o->next;
    }
    return o;
}

/* Counts one call more; 0 without memory. */
static int origin_enter(struct oidc_http_pool *pool, const char *name)
{
    struct origin *o = origin_find(pool, name);
    if (!o) {
        size_t n = strlen(name) + 1;
        o = calloc(1, sizeof *o + n);
        if (!o) {
            return 0;
        }
        memcpy(o->name, name, n);
        o->next = pool->origins;
        pool->origins = o;
    }
    o->in_flight++;
    return 1;
}

static void origin_leave(struct oidc_http_pool *pool, const char *name)
{
    for (struct origin **link = &pool->origins; *link; link = &(*link)->next) {
        struct origin *o = *link;
        if (strcmp(o->name, name) == 0) {
            if (--o->in_flight == 0) {
                *link = o->next;
                free(o);
            }
            return;
        }
    }
}

static int is_busy(struct oidc_http_pool *pool, const char *origin)
{
    const struct origin *o = origin_find(pool, origin);
    return o && o->in_flight >= OIDC_HTTP_CURL_PER_ORIGIN;
}

static long elapsed_ms(const struct timespec *since)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long)(now.tv_sec - since->tv_sec) * 1000 + (now.tv_nsec - since->tv_nsec) / 1000000;
}

/* CHECK http_in_flight: one slow provider does not get all threads' connections; N214, N217 */
static int wait_for_turn(struct oidc_http_pool *pool, const char *origin, long *left_ms)
{
    struct timespec start, until;
    clock_gettime(CLOCK_MONOTONIC, &start);
    until.tv_sec = start.tv_sec + *left_ms / 1000;
    until.tv_nsec = start.tv_nsec + *left_ms % 1000 * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    int rc = 0;
    while (rc == 0 && !pool->closed && is_busy(pool, origin)) {
        rc = pthread_cond_timedwait(&pool->given_back, &pool->lock, &until);
    }
    *left_ms -= elapsed_ms(&start);
    return rc == 0 && !pool->closed && *left_ms > 0;
}

/*
 * CHECK http_surplus: nothing may wait on an idle connection. Bytes that came unasked would be taken for the answer to
 * the next call, and libcurl does not look (N216).
 */
static int is_quiet(const struct oidc_http_handle *h)
{
    char byte;
    if (h->socket == CURL_SOCKET_BAD) {
        return 1; /* libcurl closed it itself */
    }
    return recv(h->socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

/* The idle handle of that profile that was used last, taken out of the list; or NULL. */
static struct oidc_http_handle *take_idle(struct oidc_http_pool *pool, const char *profile)
{
    for (unsigned i = pool->n_idle; i-- > 0;) {
        struct oidc_http_handle *h = pool->idle[i];
        if (strcmp(h->profile, profile) == 0) {
            pool->n_idle--;
            memmove(&pool->idle[i], &pool->idle[i + 1], (pool->n_idle - i) * sizeof(pool->idle[0]));
            return h;
        }
    }
    return NULL;
}

static struct oidc_http_handle *get_locked(struct oidc_http_pool *pool, const char *origin,
                                           const char *profile)
{
    if (!origin_enter(pool, origin)) {
        return NULL;
    }
    struct oidc_http_handle *h = take_idle(pool, profile);
    if (h && !is_quiet(h)) {
        handle_free(h);
        h = NULL;
    }
    if (!h) {
        h = handle_make(origin, profile);
    }
    if (!h) {
        origin_leave(pool, origin);
        return NULL;
    }
    pool->stats.calls++;
    pool->stats.in_flight++;
    return h;
}

struct oidc_http_handle *oidc_http_pool_get(struct oidc_http_pool *pool, const char *origin,
                                            const char *profile, long *left_ms)
{
    struct oidc_http_handle *h = NULL;
    pthread_mutex_lock(&pool->lock);
    if (wait_for_turn(pool, origin, left_ms)) {
        h = get_locked(pool, origin, profile);
    }
    pthread_mutex_unlock(&pool->lock);
    return h;
}

/* Adds to the list; the one that was idle longest goes when it is full. Returns who has to go. */
static struct oidc_http_handle *add_idle(struct oidc_http_pool *pool, struct oidc_http_handle *h)
{
    struct oidc_http_handle *out = NULL;
    if (pool->n_idle == OIDC_HTTP_CURL_IDLE_MAX) {
        out = pool->idle[0];
        pool->n_idle--;
        memmove(&pool->idle[0], &pool->idle[1], pool->n_idle * sizeof(pool->idle[0]));
    }
    pool->idle[pool->n_idle++] = h;
    return out;
}

void oidc_http_pool_put(struct oidc_http_pool *pool, struct oidc_http_handle *h, int keep)
{
    long connects = 0;
    (void)curl_easy_getinfo(h->curl, CURLINFO_NUM_CONNECTS, &connects);
    if (keep) {
        if (curl_easy_getinfo(h->curl, CURLINFO_ACTIVESOCKET, &h->socket) != CURLE_OK) {
            h->socket = CURL_SOCKET_BAD;
        }
        curl_easy_reset(h->curl); /* options go, connections stay */
    }
    pthread_mutex_lock(&pool->lock);
    origin_leave(pool, h->origin);
    pool->stats.in_flight--;
    pool->stats.failures += !keep;
    pool->stats.connections += (apr_uint64_t)(connects > 0 ? connects : 0);
    struct oidc_http_handle *out = keep && !pool->closed ? add_idle(pool, h) : h;
    pthread_cond_broadcast(&pool->given_back);
    pthread_mutex_unlock(&pool->lock);
    handle_free(out); /* closing connections takes time: not under the lock */
}

void oidc_http_pool_stats(struct oidc_http_pool *pool, struct oidc_http_curl_stats *out)
{
    pthread_mutex_lock(&pool->lock);
    *out = pool->stats;
    out->idle = pool->n_idle;
    pthread_mutex_unlock(&pool->lock);
}
