/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Locks of the shared-memory store: process-shared and robust, so that a killed owner never blocks
 * the others (N145, N276). Whoever gets a lock whose owner died marks the part it guards as dirty
 * before anything else.
 */
#include "io/shm.h"

#include <apr_errno.h>
#include <errno.h>
#include <time.h>

#define LOCK_WAIT_SEC 1

/* ThreadSanitizer does not know the clock-choosing call; other C libraries do not have it. */
#if defined(__SANITIZE_THREAD__)
#define LOCK_BY_WALL_CLOCK 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define LOCK_BY_WALL_CLOCK 1
#endif
#endif
#if !defined(LOCK_BY_WALL_CLOCK) && defined(__GLIBC__) && defined(__GLIBC_PREREQ)
#if !__GLIBC_PREREQ(2, 30)
#define LOCK_BY_WALL_CLOCK 1
#endif
#elif !defined(LOCK_BY_WALL_CLOCK)
#define LOCK_BY_WALL_CLOCK 1
#endif

enum oidc_rc oidc_shm_lock_init(struct oidc_ctx *ctx, pthread_mutex_t *lock)
{
    pthread_mutexattr_t attr;
    int rc = pthread_mutexattr_init(&attr);
    if (rc == 0) {
        rc = pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
        rc = rc ? rc : pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
        rc = rc ? rc : pthread_mutex_init(lock, &attr);
        pthread_mutexattr_destroy(&attr);
    }
    if (rc != 0) {
        return oidc_fail(ctx, OIDC_E_STORE, "no robust lock between processes: error %d", rc);
    }
    return OIDC_OK;
}

/* Waiting is the rare case: only then the clock is asked, and the lock is not held yet. */
static int lock_wait(pthread_mutex_t *lock)
{
    struct timespec until;
#ifdef LOCK_BY_WALL_CLOCK
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += LOCK_WAIT_SEC;
    return pthread_mutex_timedlock(lock, &until);
#else
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += LOCK_WAIT_SEC;
    return pthread_mutex_clocklock(lock, CLOCK_MONOTONIC, &until);
#endif
}

/* 0 when taken, otherwise the error; *dirty is set before a dead owner is forgotten. */
static int lock_take(pthread_mutex_t *lock, uint32_t *dirty)
{
    int rc = pthread_mutex_trylock(lock);
    if (rc == EBUSY) {
        rc = lock_wait(lock);
    }
    if (rc == EOWNERDEAD) {
        *dirty = 1;
        OIDC_SHM_STEP();
        rc = pthread_mutex_consistent(lock);
        if (rc != 0) {
            (void)pthread_mutex_unlock(lock); /* the next one is told that it can't be recovered */
        }
    }
    return rc;
}

static enum oidc_rc lock_fail(struct oidc_ctx *ctx, uint32_t s, const char *what, int rc)
{
    char text[120];
    return oidc_fail(ctx, OIDC_E_STORE, "%s shard %u of the shared memory: %s", what, s,
                     apr_strerror(rc, text, sizeof text));
}

enum oidc_rc oidc_shm_lock_shard(struct oidc_ctx *ctx, struct oidc_shm *shm, uint32_t s)
{
    struct oidc_shm_shard *shard = oidc_shm_shard(shm, s);
    int rc = lock_take(&shard->lock, &shard->dirty);
    if (rc != 0) {
        return lock_fail(ctx, s, "can't lock", rc);
    }
    OIDC_SHM_STEP();
    if (shard->dirty && !oidc_shm_repair(shm, s)) {
        (void)pthread_mutex_unlock(&shard->lock);
        return oidc_fail(ctx, OIDC_E_STORE, "shard %u of the shared memory can't be mended now", s);
    }
    return OIDC_OK;
}

enum oidc_rc oidc_shm_unlock_shard(struct oidc_ctx *ctx, struct oidc_shm *shm, uint32_t s)
{
    OIDC_SHM_STEP();
    int rc = pthread_mutex_unlock(&oidc_shm_shard(shm, s)->lock);
    return rc == 0 ? OIDC_OK : lock_fail(ctx, s, "can't unlock", rc);
}

int oidc_shm_lock_allocator(struct oidc_shm *shm)
{
    struct oidc_shm_allocator *a = &shm->header->allocator;
    if (lock_take(&a->lock, &a->dirty) != 0) {
        return 0;
    }
    OIDC_SHM_STEP();
    if (a->dirty) {
        oidc_shm_block_repair(shm);
    }
    return 1;
}

void oidc_shm_unlock_allocator(struct oidc_shm *shm)
{
    OIDC_SHM_STEP();
    /*
     * Only an owner gets here; if it failed all the same, the next one waits a second and reports
     * it.
     */
    (void)pthread_mutex_unlock(&shm->header->allocator.lock);
}
