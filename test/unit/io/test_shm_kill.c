/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A child is killed while it works on the shared memory: after every single store that matters, at
 * any instruction, during the repair after another kill. The others go on at once, with every entry
 * that was complete (N145, N146).
 */
#include "store_contract.h"

#include <apr_strings.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "shm_check.h"

#define ENTRIES 60

static struct oidc_store_shm_segment segment;
static struct oidc_store *store;

/* What happens at a step: nothing, or a kill or a stop at the one of that number. */
static long step, kill_at, stop_at;
static _Atomic long *stopped; /* shared with the children */

void oidc_shm_test_step(void)
{
    step++;
    if (step == kill_at) {
        kill(getpid(), SIGKILL);
    }
    if (step == stop_at) {
        atomic_store(stopped, getpid());
        for (;;) {
            pause();
        }
    }
}

static int start(void **state)
{
    fixture_start(state);
    stopped = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ok(oidc_store_shm_make(&t.ctx, 512 * 1024, &segment, &store));
    return 0;
}

static int end(void **state)
{
    oidc_store_shm_unmap(&segment);
    munmap((void *)stopped, 4096);
    return fixture_end(state);
}

#define KILL_CASE(f) cmocka_unit_test_setup_teardown(f, start, end)

/* Some keys are longer than a block has room for beside the head. */
static struct oidc_str key_of(int i)
{
    return oidc_str_z(apr_psprintf(t.pool, "%d:s:%0*d", i, i % 5 == 0 ? 240 : 30, i));
}

static enum oidc_rc put(int i, size_t n, int seconds)
{
    struct oidc_str key = key_of(i);
    return store->ops->put(&t.ctx, store, key, store_contract_value(t.pool, key, n, (unsigned)i),
                           t.now + apr_time_from_sec(seconds), 0, NULL);
}

static enum oidc_rc get(int i)
{
    struct oidc_store_value v;
    enum oidc_rc rc = store->ops->get(&t.ctx, store, key_of(i), &v);
    return rc == OIDC_OK && !store_contract_belongs(key_of(i), v.bytes) ? OIDC_FAILED : rc;
}

/* Whatever the answer is: the child may be killed before it gets one. */
static void any(enum oidc_rc rc)
{
    (void)rc;
}

/* Made before the fork, so that the child does nothing but put. */
static struct oidc_str one_key, one_value;

static void replace_one(void)
{
    any(store->ops->put(&t.ctx, store, one_key, one_value, t.now + apr_time_from_sec(3600), 0,
                        NULL));
}

static void prepare_one(void)
{
    one_key = key_of(ENTRIES / 2);
    one_value = store_contract_value(t.pool, one_key, 2000, 7);
}

static void populate(void)
{
    for (int i = 0; i < ENTRIES; i++) {
        assert_ok(put(i, (size_t)(i * 40), 3600));
    }
    prepare_one();
}

/* Touches every way of changing the store. Entries below ENTRIES / 2 are never written. */
static void script(void)
{
    int own = ENTRIES / 2;
    t.now += apr_time_from_sec(2);
    any(get(3)); /* renews the order of use */
    any(put(own, 2000, 3600));
    any(put(own, 100, 5));
    any(put(own + 1, 700, 1));
    any(store->ops->add(&t.ctx, store, key_of(1000), oidc_str_z("mark"), t.now + 1000));
    t.now += apr_time_from_sec(3);
    any(get(own + 1)); /* has expired */
    any(put(own + 2, 3000, 3600));
    any(store->ops->drop(&t.ctx, store, key_of(own + 2)));
    any(store->ops->index_add(&t.ctx, store, oidc_str_z("set"), oidc_str_z("member"),
                              t.now + 1000000));
    any(put(own + 5, 0, 3600));
}

/*
 * Runs in a child that is killed at the step of that number; 1 when it was, 0 when it came to the
 * end before.
 */
static int run_killed(void (*what)(void), long at)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        step = 0;
        kill_at = at;
        what();
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) ? WTERMSIG(status) == SIGKILL : status == 0);
    return WIFSIGNALED(status);
}

/* Everything that was complete is there, in well under a second, and the structure is sound. */
static void check_survivors(long at)
{
    double begin = fixture_ms();
    for (int i = 0; i < ENTRIES / 2; i++) {
        if (get(i) != OIDC_OK) {
            fail_msg("after a kill at step %ld entry %d is gone: %s", at, i, t.ctx.err.detail);
        }
    }
    for (int i = ENTRIES / 2; i < ENTRIES; i++) {
        assert_int_not_equal(get(i), OIDC_FAILED);
    }
    assert_true(fixture_ms() - begin < 1000);
    const char *why = shm_check(&t.ctx, store);
    if (why) {
        fail_msg("after a kill at step %ld: %s", at, why);
    }
    apr_pool_clear(t.pool);
    oidc_ctx_init(&t.ctx, t.pool, &t.env, NULL);
}

/* The handle lives in the pool, which is cleared between rounds: a fresh one. */
static void adopt(void)
{
    assert_ok(oidc_store_shm_make(&t.ctx, 512 * 1024, &segment, &store));
    prepare_one();
}

static void at_every_step(void **state)
{
    (void)state;
    long at = 1;
    populate();
    for (; run_killed(script, at); at++) {
        check_survivors(at);
        adopt();
    }
    print_message("# %ld steps\n", at);
    assert_true(at > 200);
}

static void full_script(void)
{
    for (int i = 0; i < 5; i++) {
        any(put(5000 + i, 20000, 3600));
    }
}

/* While others have to make room. */
static void at_every_step_of_an_eviction(void **state)
{
    (void)state;
    long at = 1, stride = fixture_is_slow() ? 23 : 5;
    for (int i = 0; i < 40; i++) {
        assert_ok(put(2000 + i, 20000, 3600));
    }
    populate();
    for (; run_killed(full_script, at); at += stride) {
        t.now += apr_time_from_sec(2);
        check_survivors(at);
        adopt();
    }
    assert_true(at > 300);
}

static void read_all(void)
{
    for (int i = 0; i < ENTRIES; i++) {
        any(get(i));
    }
}

/* The one who mends is killed, too, at every step of it. */
static void at_every_step_of_a_repair(void **state)
{
    (void)state;
    static const long first[] = {40, 95, 170, 230, 300};
    long rounds = 0;
    populate();
    for (size_t i = 0; i < sizeof first / sizeof *first; i++) {
        for (long at = 1; run_killed(script, first[i]) && run_killed(read_all, at); at += 3) {
            check_survivors(at);
            adopt();
            rounds++;
        }
        check_survivors(0);
        adopt();
    }
    assert_true(rounds > 100);
}

/*
 * Lets the child do n instructions of its work, then kills it; 0 when it was finished, -1 without
 * the permission.
 */
static int run_stepped(long n)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0) {
            _exit(77);
        }
        raise(SIGSTOP);
        replace_one();
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFEXITED(status)) {
        return -1;
    }
    for (long i = 0; i < n; i++) {
        if (ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL) != 0 || waitpid(pid, &status, 0) != pid
            || WIFEXITED(status)) {
            return 0;
        }
    }
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return 1;
}

static void at_any_instruction(void **state)
{
    (void)state;
    long stride = fixture_setting("IO_KILL_STRIDE", fixture_is_slow() ? 2999 : 331), rounds = 0;
    int rc = 1;
    populate();
    for (long at = 1; rc == 1; at += stride, rounds++) {
        rc = run_stepped(at);
        if (rc < 0) {
            skip();
        }
        check_survivors(at);
        adopt();
    }
    print_message("# %ld kills\n", rounds);
    assert_true(rounds > 5);
}

/* A child that stands still for ever in the middle of its work. */
static pid_t start_stopped(void (*what)(void), long at)
{
    atomic_store(stopped, 0);
    pid_t pid = fork();
    if (pid == 0) {
        step = 0;
        stop_at = at;
        what();
        _exit(1);
    }
    while (atomic_load(stopped) == 0) {
        usleep(1000);
    }
    return pid;
}

static void end_child(pid_t pid)
{
    int status;
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &status, 0), pid);
}

static uint32_t shard_of(int i)
{
    return oidc_shm_shard_of(
        oidc_shm_hash_key(((struct oidc_shm *)(void *)store)->hash_key, key_of(i)));
}

/* A lock that is not given back is an error after a second; the other shards go on meanwhile. */
static void a_held_lock_is_an_error_in_time(void **state)
{
    (void)state;
    populate();
    int own = ENTRIES / 2;
    pid_t pid = start_stopped(replace_one, 1);
    double begin = fixture_ms();
    for (int i = 0; i < ENTRIES / 2; i++) {
        if (shard_of(i) != shard_of(own)) {
            assert_ok(get(i));
            assert_ok(put(i, 500, 3600));
        }
    }
    assert_true(fixture_ms() - begin < 500);
    begin = fixture_ms();
    assert_fails(get(own), OIDC_E_STORE);
    double took = fixture_ms() - begin;
    assert_true(took > 900 && took < 2000);
    begin = fixture_ms();
    assert_fails(put(own, 10, 60), OIDC_E_STORE);
    assert_true(fixture_ms() - begin < 2000);
    end_child(pid);
    assert_ok(get(own));
    assert_null(shm_check(&t.ctx, store));
}

static void *get_one(void *data)
{
    struct oidc_ctx ctx;
    struct oidc_store_value v;
    fixture_fork_ctx(&ctx);
    *(double *)data =
        store->ops->get(&ctx, store, *(struct oidc_str *)((double *)data + 1), &v) == OIDC_OK
            ? fixture_ms()
            : 0;
    apr_pool_destroy(ctx.pool);
    return NULL;
}

/* Somebody waits already when the holder is killed: he gets on at once. */
static void the_one_who_waits_gets_on(void **state)
{
    (void)state;
    struct {
        double done;
        struct oidc_str key;
    } waiter;
    pthread_t id;
    populate();
    waiter.key = key_of(ENTRIES / 2);
    pid_t pid = start_stopped(replace_one, 12);
    pthread_create(&id, NULL, get_one, &waiter);
    usleep(200000);
    double killed = fixture_ms();
    end_child(pid);
    pthread_join(id, NULL);
    assert_true(waiter.done > 0);
    assert_true(waiter.done - killed < 200);
    assert_null(shm_check(&t.ctx, store));
}

static int find_step_under_allocator(void)
{
    /* The third step of a put is the allocator's lock being taken. */
    for (int at = 1; at < 20; at++) {
        pid_t pid = start_stopped(replace_one, at);
        struct oidc_shm *shm = (struct oidc_shm *)(void *)store;
        int held = pthread_mutex_trylock(&shm->header->allocator.lock) == EBUSY;
        if (!held) {
            pthread_mutex_unlock(&shm->header->allocator.lock);
        }
        end_child(pid);
        any(get(ENTRIES / 2));
        if (held) {
            return at;
        }
    }
    return 0;
}

/* Reading goes on while nobody can get at the free blocks; writing is an error in time. */
static void a_held_allocator_is_an_error_in_time(void **state)
{
    (void)state;
    populate();
    int at = find_step_under_allocator();
    assert_true(at > 0);
    pid_t pid = start_stopped(replace_one, at);
    for (int i = 0; i < ENTRIES / 2; i++) {
        if (shard_of(i) != shard_of(ENTRIES / 2)) {
            assert_ok(get(i));
        }
    }
    int other = 0;
    while (shard_of(other) == shard_of(ENTRIES / 2)) {
        other++;
    }
    double begin = fixture_ms();
    assert_fails(put(other, 500, 3600), OIDC_E_STORE);
    assert_true(fixture_ms() - begin < 3000);
    end_child(pid);
    assert_ok(put(other, 500, 3600));
    assert_ok(get(other));
    assert_null(shm_check(&t.ctx, store));
}

/* How long the next one takes that finds a shard of a large store in pieces. */
static void repair_is_quick(void **state)
{
    (void)state;
    int own = ENTRIES / 2;
    oidc_store_shm_unmap(&segment);
    size_t mb = (size_t)fixture_setting("IO_REPAIR_MB", 170);
    assert_ok(oidc_store_shm_make(&t.ctx, mb * 1024 * 1024, &segment, &store));
    struct oidc_shm *shm = (struct oidc_shm *)(void *)store;
    char *bytes = apr_pcalloc(t.pool, 5000);
    apr_pool_t *scratch;
    apr_pool_create(&scratch, t.pool);
    for (int i = 0; oidc_shm_block_room(shm) > 1000; i++) {
        t.ctx.pool = scratch;
        assert_ok(store->ops->put(&t.ctx, store, oidc_str_z(apr_psprintf(scratch, "fill-%d", i)),
                                  oidc_str(bytes, 5000), t.now + apr_time_from_sec(3600 + i % 100),
                                  0, NULL));
        apr_pool_clear(scratch);
    }
    t.ctx.pool = t.pool;
    prepare_one();
    assert_ok(put(own, 100, 3600));
    assert_true(run_killed(replace_one, 12));
    double begin = fixture_ms();
    assert_ok(get(own));
    double took = fixture_ms() - begin;
    print_message("# a shard of %zu MB is mended in %.2f ms\n", mb, took);
    assert_true(took < 500);
    struct oidc_store_shm_stats s;
    assert_ok(oidc_store_shm_stats(&t.ctx, store, &s));
    assert_int_equal(s.recovered, 1);
    assert_int_equal(s.damaged, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        KILL_CASE(at_every_step),
        KILL_CASE(at_every_step_of_an_eviction),
        KILL_CASE(at_every_step_of_a_repair),
        KILL_CASE(at_any_instruction),
        KILL_CASE(a_held_lock_is_an_error_in_time),
        KILL_CASE(the_one_who_waits_gets_on),
        KILL_CASE(a_held_allocator_is_an_error_in_time),
        KILL_CASE(repair_is_quick),
    };
    return fixture_run("shm_kill", tests, sizeof tests / sizeof *tests);
}
