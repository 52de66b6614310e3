/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many processes with many threads on one store, that is too small for them, while children are
 * killed: every value that is read was written under that key, no answer is an error, nobody waits
 * (N144, N145).
 *
 * IO_HAMMER_SECONDS, IO_HAMMER_PROCESSES, IO_HAMMER_THREADS make it longer and larger;
 * IO_HAMMER_KILL_MS=0 leaves the children alone. For ThreadSanitizer: one process without kills, as
 * it can't see what another process orders.
 */
#include "store_contract.h"

#include <apr_strings.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "shm_check.h"

#define KEYS 400
#define PROCESSES_MAX 64
#define THREADS_MAX 64

static struct oidc_store_shm_segment segment;
static struct oidc_store *store;

/* Counted by all, in memory that all share. */
static struct tally {
    _Atomic int stop;
    _Atomic long ops, hits, wrong, failed, slow, won, marks;
    _Atomic long worst_us;
    char detail[256];
} * tally;

static int start(void **state)
{
    fixture_start(state);
    t.env.now = fixture_real_now;
    tally = mmap(NULL, sizeof *tally, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ok(oidc_store_shm_make(&t.ctx, 1024 * 1024, &segment, &store));
    return 0;
}

static int end(void **state)
{
    oidc_store_shm_unmap(&segment);
    munmap(tally, sizeof *tally);
    return fixture_end(state);
}

static unsigned next(unsigned *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

static size_t size_for(unsigned r)
{
    return r % 97 == 0 ? 50000 + r % 30000 : r % 7 == 0 ? 3000 + r % 6000 : r % 900;
}

static enum oidc_rc read_one(struct oidc_ctx *ctx, struct oidc_str key, apr_uint64_t *version)
{
    struct oidc_store_value v;
    enum oidc_rc rc = store->ops->get(ctx, store, key, &v);
    if (rc == OIDC_OK) {
        tally->hits++;
        tally->wrong += !store_contract_belongs(key, v.bytes);
        *version = v.version;
    }
    return rc;
}

static enum oidc_rc operate(struct oidc_ctx *ctx, unsigned *seed)
{
    struct oidc_str key = oidc_str_z(apr_psprintf(
        ctx->pool, "site:s:%0*u", 20 + (int)(next(seed) % 2) * 180, next(seed) % KEYS));
    unsigned what = next(seed) % 100, r = next(seed);
    apr_time_t expires = apr_time_now() + (r % 20 == 0 ? 2000 : apr_time_from_sec(60));
    apr_uint64_t version = 0;
    if (what < 60) {
        return read_one(ctx, key, &version);
    }
    struct oidc_str value = store_contract_value(ctx->pool, key, size_for(r), r);
    if (what < 75) {
        return store->ops->put(ctx, store, key, value, expires, 0, NULL);
    }
    if (what < 85) {
        enum oidc_rc rc = read_one(ctx, key, &version);
        return rc == OIDC_OK ? store->ops->put(ctx, store, key, value, expires, version, NULL) : rc;
    }
    if (what < 92) {
        return store->ops->add(ctx, store, key, value, apr_time_now() + apr_time_from_sec(10));
    }
    return store->ops->drop(ctx, store, key);
}

static void note(struct oidc_ctx *ctx, enum oidc_rc rc, double ms)
{
    long us = (long)(ms * 1e3), worst = tally->worst_us;
    tally->ops++;
    tally->slow += us > 1000000;
    while (us > worst && !atomic_compare_exchange_weak(&tally->worst_us, &worst, us)) {
    }
    if (rc == OIDC_FAILED && tally->failed++ == 0) {
        apr_cpystrn(tally->detail, ctx->err.detail ? ctx->err.detail : "?", sizeof tally->detail);
    }
    oidc_ctx_clear(ctx);
}

static void *hammer(void *data)
{
    struct oidc_ctx ctx;
    unsigned seed = *(unsigned *)data;
    fixture_fork_ctx(&ctx);
    while (!tally->stop) {
        double begin = fixture_ms();
        enum oidc_rc rc = operate(&ctx, &seed);
        note(&ctx, rc, fixture_ms() - begin);
        apr_pool_clear(ctx.pool);
    }
    apr_pool_destroy(ctx.pool);
    return NULL;
}

static pid_t start_child(void *(*work)(void *), int threads, unsigned seed)
{
    pid_t pid = fork();
    if (pid == 0) {
        pthread_t id[THREADS_MAX];
        unsigned seeds[THREADS_MAX];
        for (int i = 0; i < threads; i++) {
            seeds[i] = seed * 7919u + (unsigned)i * 104729u + 1u;
            pthread_create(&id[i], NULL, work, &seeds[i]);
        }
        for (int i = 0; i < threads; i++) {
            pthread_join(id[i], NULL);
        }
        _exit(0);
    }
    return pid;
}

static void report(const char *what, long kills)
{
    struct oidc_store_shm_stats s;
    assert_ok(oidc_store_shm_stats(&t.ctx, store, &s));
    print_message("# %s: %ld operations, %ld hits, %ld kills, %llu repairs, %llu evicted, %llu "
                  "expired, worst %ld us\n",
                  what, (long)tally->ops, (long)tally->hits, kills, (unsigned long long)s.recovered,
                  (unsigned long long)s.evicted, (unsigned long long)s.expired,
                  (long)tally->worst_us);
    if (tally->failed) {
        fail_msg("%ld operations failed: %s", (long)tally->failed, tally->detail);
    }
    assert_int_equal(tally->wrong, 0);
    assert_int_equal(tally->slow, 0);
    assert_int_equal(s.damaged, 0);
    const char *why = shm_check(&t.ctx, store);
    if (why) {
        fail_msg("%s", why);
    }
}

static int number(const char *name, int otherwise, int max)
{
    long n = fixture_setting(name, otherwise);
    return n < 1 ? 1 : n > max ? max : (int)n;
}

static void processes_and_kills(void **state)
{
    (void)state;
    int processes = number("IO_HAMMER_PROCESSES", 4, PROCESSES_MAX);
    int threads = number("IO_HAMMER_THREADS", 4, THREADS_MAX);
    long kill_ms = fixture_setting("IO_HAMMER_KILL_MS", 7), kills = 0;
    double until = fixture_ms() + 1e3 * (double)fixture_setting("IO_HAMMER_SECONDS", 1);
    unsigned seed = 1;
    pid_t pid[PROCESSES_MAX];
    for (int i = 0; i < processes; i++) {
        pid[i] = start_child(hammer, threads, seed++);
    }
    while (fixture_ms() < until) {
        usleep((useconds_t)(kill_ms > 0 ? kill_ms : 50) * 1000);
        int i = (int)(seed % (unsigned)processes);
        if (kill_ms > 0) {
            kill(pid[i], SIGKILL);
            waitpid(pid[i], NULL, 0);
            pid[i] = start_child(hammer, threads, seed++);
            kills++;
        }
    }
    tally->stop = 1;
    for (int i = 0; i < processes; i++) {
        int status = 0;
        assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
        assert_int_equal(status, 0);
    }
    report("processes", kills);
}

static void threads_alone(void **state)
{
    (void)state;
    int threads = number("IO_HAMMER_THREADS", 4, THREADS_MAX);
    pthread_t id[THREADS_MAX];
    unsigned seeds[THREADS_MAX];
    for (int i = 0; i < threads; i++) {
        seeds[i] = (unsigned)i + 77u;
        pthread_create(&id[i], NULL, hammer, &seeds[i]);
    }
    usleep((useconds_t)fixture_setting("IO_HAMMER_SECONDS", 1) * 500000);
    tally->stop = 1;
    for (int i = 0; i < threads; i++) {
        pthread_join(id[i], NULL);
    }
    report("threads", 0);
}

#define MARKS 200

/* Each mark has one winner; each member that was added is in the set. */
static void *race(void *data)
{
    struct oidc_ctx ctx;
    unsigned id = *(unsigned *)data;
    fixture_fork_ctx(&ctx);
    for (int i = 0; i < MARKS; i++) {
        struct oidc_str mark = oidc_str_z(apr_psprintf(ctx.pool, "mark-%d", i));
        struct oidc_str member = oidc_str_z(apr_psprintf(ctx.pool, "%u-%d", id, i));
        apr_time_t expires = apr_time_now() + apr_time_from_sec(600);
        enum oidc_rc rc = store->ops->add(&ctx, store, mark, oidc_str_z("x"), expires);
        tally->won += rc == OIDC_OK;
        tally->failed += rc == OIDC_FAILED;
        if (i % 10 == 0) {
            tally->failed +=
                store->ops->index_add(&ctx, store, oidc_str_z("set"), member, expires) != OIDC_OK;
            tally->marks++;
        }
        apr_pool_clear(ctx.pool);
    }
    apr_pool_destroy(ctx.pool);
    return NULL;
}

/* 16 threads, in as many processes as there are to be. */
static void run_sixteen(void *(*work)(void *))
{
    int processes = number("IO_HAMMER_PROCESSES", 4, 16);
    pid_t pid[16];
    for (int i = 0; i < processes; i++) {
        pid[i] = start_child(work, 16 / processes, (unsigned)i + 1);
    }
    for (int i = 0; i < processes; i++) {
        int status = 0;
        assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
        assert_int_equal(status, 0);
    }
    assert_int_equal(tally->failed, 0);
}

static void one_winner_and_no_lost_member(void **state)
{
    (void)state;
    const struct oidc_str *list;
    int n = 0;
    run_sixteen(race);
    assert_int_equal(tally->won, MARKS);
    assert_ok(store->ops->index_get(&t.ctx, store, oidc_str_z("set"), &list, &n));
    assert_int_equal(n, tally->marks);
}

#define COUNTS 300

/* Adds one to a number by compare-and-swap. */
static void *count_up(void *data)
{
    struct oidc_ctx ctx;
    (void)data;
    fixture_fork_ctx(&ctx);
    for (int i = 0; i < COUNTS;) {
        struct oidc_store_value v;
        apr_time_t expires = apr_time_now() + apr_time_from_sec(600);
        if (store->ops->get(&ctx, store, oidc_str_z("count"), &v) != OIDC_OK) {
            tally->failed++;
            break;
        }
        struct oidc_str more = oidc_str_z(apr_itoa(ctx.pool, atoi(v.bytes.p) + 1));
        if (store->ops->put(&ctx, store, oidc_str_z("count"), more, expires, v.version, NULL)
            == OIDC_OK) {
            tally->marks++;
            i++;
        }
        apr_pool_clear(ctx.pool);
    }
    apr_pool_destroy(ctx.pool);
    return NULL;
}

static void no_lost_update(void **state)
{
    (void)state;
    struct oidc_store_value v;
    assert_ok(store->ops->put(&t.ctx, store, oidc_str_z("count"), oidc_str_z("0"),
                              apr_time_now() + apr_time_from_sec(600), 0, NULL));
    run_sixteen(count_up);
    assert_ok(store->ops->get(&t.ctx, store, oidc_str_z("count"), &v));
    assert_int_equal(atoi(v.bytes.p), tally->marks);
}

#define HAMMER_CASE(f) cmocka_unit_test_setup_teardown(f, start, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HAMMER_CASE(processes_and_kills),
        HAMMER_CASE(threads_alone),
        HAMMER_CASE(one_winner_and_no_lost_member),
        HAMMER_CASE(no_lost_update),
    };
    return fixture_run("shm_hammer", tests, sizeof tests / sizeof *tests);
}
