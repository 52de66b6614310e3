/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shared-memory store keeps the contract; what it does when full, after a restart, and to
 * damage.
 */
#include "store_contract.h"

#include <apr_strings.h>

#include "io/shm.h"

#define MB ((size_t)1024 * 1024)

static struct oidc_store_shm_segment segment;

static struct oidc_store *make_size(size_t size)
{
    struct oidc_store *store = NULL;
    assert_ok(oidc_store_shm_make(&t.ctx, size, &segment, &store));
    return store;
}

static struct oidc_store *make(void)
{
    return make_size(4 * MB);
}

static void end(void)
{
    oidc_store_shm_unmap(&segment);
}

static const struct store_backend shm = {make, end};

static int start_test(void **state)
{
    fixture_start(state);
    return 0;
}

static int end_test(void **state)
{
    end();
    return fixture_end(state);
}

#define SHM_CASE(f) cmocka_unit_test_setup_teardown(f, start_test, end_test)

static struct oidc_str key_of(int i)
{
    return oidc_str_z(apr_psprintf(t.pool, "site:s:session-number-%d", i));
}

static enum oidc_rc put(struct oidc_store *store, int i, size_t n, int seconds)
{
    struct oidc_str key = key_of(i);
    return store->ops->put(&t.ctx, store, key, store_contract_value(t.pool, key, n, (unsigned)i),
                           t.now + apr_time_from_sec(seconds), 0, NULL);
}

static enum oidc_rc get(struct oidc_store *store, int i)
{
    struct oidc_store_value v;
    enum oidc_rc rc = store->ops->get(&t.ctx, store, key_of(i), &v);
    if (rc == OIDC_OK) {
        assert_true(store_contract_belongs(key_of(i), v.bytes));
    }
    return rc;
}

static struct oidc_store_shm_stats stats(struct oidc_store *store)
{
    struct oidc_store_shm_stats out;
    assert_ok(oidc_store_shm_stats(&t.ctx, store, &out));
    return out;
}

static void sizes(void **state)
{
    (void)state;
    struct oidc_store *store = NULL;
    assert_fails(oidc_store_shm_make(&t.ctx, OIDC_STORE_SHM_SIZE_MIN - 1, &segment, &store),
                 OIDC_E_CONFIG);
    assert_fails(oidc_store_shm_make(&t.ctx, OIDC_STORE_SHM_SIZE_MAX + 1, &segment, &store),
                 OIDC_E_CONFIG);
    assert_null(segment.address);
    for (size_t size = OIDC_STORE_SHM_SIZE_MIN; size < 3 * MB; size += 77777) {
        store = make_size(size);
        assert_true(segment.size >= size && segment.size < size + 65536);
        assert_true(stats(store).capacity > size * 8 / 10);
        assert_ok(put(store, 1, 5000, 60));
        assert_ok(get(store, 1));
        end();
    }
}

/* A session with thousands of groups. */
static void large_session(void **state)
{
    (void)state;
    struct oidc_store *store = make();
    for (int i = 0; i < 8; i++) {
        assert_ok(put(store, i, 200 * 1024, 60));
    }
    for (int i = 0; i < 8; i++) {
        assert_ok(get(store, i));
    }
    assert_int_equal(stats(store).evicted, 0);
}

static void too_large_for_the_segment(void **state)
{
    (void)state;
    struct oidc_store *store = make_size(OIDC_STORE_SHM_SIZE_MIN);
    assert_ok(put(store, 1, 100, 60));
    assert_fails(put(store, 2, 300 * 1024, 60), OIDC_E_STORE_FULL);
    assert_ok(get(store, 1));
    assert_int_equal(stats(store).evicted, 0);
}

/* Fills the store up with entries of n bytes and returns how many fitted. */
static int fill(struct oidc_store *store, size_t n)
{
    int i = 0;
    while (stats(store).capacity - stats(store).used > n + 1000) {
        assert_ok(put(store, i++, n, 3600));
        t.now += apr_time_from_msec(10);
    }
    return i;
}

/* N137 */
static void evicts_the_longest_idle(void **state)
{
    (void)state;
    struct oidc_store *store = make_size(1 * MB);
    int n = fill(store, 5000);
    assert_true(n > 150);
    t.now += apr_time_from_sec(10);
    for (int i = 0; i < n; i += 2) {
        assert_ok(get(store, i)); /* the even ones are in use */
    }
    for (int i = 0; i < n / 2 - 10; i++) {
        assert_ok(put(store, 100000 + i, 5000, 3600));
    }
    assert_true(stats(store).evicted > 0);
    for (int i = 0; i < n; i += 2) {
        assert_ok(get(store, i));
    }
    assert_true(strstr(t.line, "full") != NULL);
    assert_int_equal(t.lines, 1); /* once a minute, not once per entry */
    t.now += apr_time_from_sec(61);
    for (int i = 0; i < 30; i++) {
        assert_ok(put(store, 200000 + i, 5000, 3600));
    }
    assert_int_equal(t.lines, 2);
}

/* The block of an entry, without using it. */
static uint32_t find(struct oidc_store *store, int i)
{
    struct oidc_shm_op op = {
        .ctx = &t.ctx, .shm = (struct oidc_shm *)(void *)store, .key = key_of(i)};
    op.hash = oidc_shm_hash_key(op.shm->hash_key, op.key);
    op.s = oidc_shm_shard_of(op.hash);
    return oidc_shm_entry_find(&op);
}

/* Oldest first means exactly that, across all shards. */
static void evicts_in_order(void **state)
{
    (void)state;
    struct oidc_store *store = make_size(1 * MB);
    int n = fill(store, 5000), first = 0;
    for (int i = 0; i < n / 2; i++) {
        assert_ok(put(store, 100000 + i, 5000, 3600));
        while (first < n && find(store, first) == OIDC_SHM_NONE) {
            first++;
        }
        for (int j = first; j < n; j++) {
            assert_true(find(store, j) != OIDC_SHM_NONE); /* none beyond the border is gone */
        }
    }
    assert_true(first > n / 3);
}

static void the_expired_go_first(void **state)
{
    (void)state;
    struct oidc_store *store = make_size(1 * MB);
    for (int i = 0; i < 50; i++) {
        assert_ok(put(store, i, 5000, 3600)); /* the oldest, but alive */
    }
    for (int i = 50; i < 100; i++) {
        assert_ok(put(store, i, 5000, 5));
    }
    t.now += apr_time_from_sec(10);
    for (int i = 0; stats(store).expired < 50; i++) {
        assert_ok(put(store, 1000 + i, 5000, 3600));
        assert_true(i < 1000);
    }
    assert_int_equal(stats(store).evicted, 0);
    for (int i = 0; i < 50; i++) {
        assert_ok(get(store, i));
    }
}

/* What has expired and is never asked for does not stay, even without pressure. */
static void expired_entries_are_swept_by_writes(void **state)
{
    (void)state;
    struct oidc_store *store = make_size(8 * MB);
    for (int i = 0; i < 500; i++) {
        assert_ok(put(store, i, 500, 5));
    }
    t.now += apr_time_from_sec(10);
    for (int i = 0; i < 1000; i++) {
        assert_ok(put(store, 1000 + i, 100, 3600));
    }
    assert_true(stats(store).expired > 450);
    assert_true(stats(store).entries < 1050);
}

static void a_clock_set_back_does_not_confuse_the_order(void **state)
{
    (void)state;
    struct oidc_store *store = make_size(1 * MB);
    int n = fill(store, 5000);
    t.now -= apr_time_from_sec(3600);
    for (int i = 0; i < n / 2; i++) {
        assert_ok(get(store, i));
    }
    for (int i = 0; i < n / 4; i++) {
        assert_ok(put(store, 100000 + i, 5000, 3600));
    }
    for (int i = 0; i < n / 2; i++) {
        assert_ok(get(store, i));
    }
}

/* A flood of tiny entries finds its limit, too. */
static void tiny_entries(void **state)
{
    (void)state;
    struct oidc_store *store = make_size(OIDC_STORE_SHM_SIZE_MIN);
    for (int i = 0; i < 5000; i++) {
        assert_ok(put(store, i, 4, 3600));
        assert_ok(get(store, i));
    }
    struct oidc_store_shm_stats s = stats(store);
    assert_true(s.evicted > 3000 && s.entries > 500);
    assert_int_equal(s.classes[0], s.entries);
}

static void memory_comes_back(void **state)
{
    (void)state;
    struct oidc_store *store = make_size(1 * MB);
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 40; i++) {
            assert_ok(put(store, i, (size_t)(100 + (i * 997 + round * 131) % 20000), 3600));
        }
    }
    assert_int_equal(stats(store).evicted, 0);
    for (int i = 0; i < 40; i++) {
        assert_ok(store->ops->drop(&t.ctx, store, key_of(i)));
    }
    struct oidc_store_shm_stats s = stats(store);
    assert_int_equal(s.used, 0);
    assert_int_equal(s.bytes, 0);
    assert_int_equal(s.entries, 0);
    for (int c = 0; c < OIDC_STORE_SHM_CLASSES; c++) {
        assert_int_equal(s.classes[c], 0);
    }
}

static void counts(void **state)
{
    (void)state;
    struct oidc_store *store = make();
    assert_ok(put(store, 1, 256, 60));
    assert_ok(put(store, 2, 257, 60));
    assert_ok(put(store, 3, 1024 * 1024, 60));
    assert_ok(put(store, 4, 5000, 60));
    assert_ok(get(store, 1));
    assert_ok(get(store, 4));
    assert_absent(get(store, 5));
    struct oidc_store_shm_stats s = stats(store);
    assert_int_equal(s.entries, 4);
    assert_int_equal(s.hits, 2);
    assert_int_equal(s.misses, 1);
    assert_int_equal(s.writes, 4);
    assert_int_equal(s.classes[0], 1);
    assert_int_equal(s.classes[1], 1);
    assert_int_equal(s.classes[3], 1);
    assert_int_equal(s.classes[6], 1);
    assert_int_equal(s.bytes, 256 + 257 + 1024 * 1024 + 5000 + 4 * key_of(1).n);
}

static void survives_a_restart(void **state)
{
    (void)state;
    struct oidc_store *store = make(), *after;
    struct oidc_store_value v, w;
    void *address = segment.address;
    for (int i = 0; i < 300; i++) {
        assert_ok(put(store, i, 5000, 3600));
    }
    assert_ok(store->ops->get(&t.ctx, store, key_of(7), &v));
    after = make();
    assert_ptr_equal(segment.address, address);
    for (int i = 0; i < 300; i++) {
        assert_ok(get(after, i));
    }
    assert_ok(after->ops->get(&t.ctx, after, key_of(7), &w));
    assert_true(v.version == w.version);
    assert_ok(after->ops->drop(&t.ctx, after, key_of(7)));
    assert_absent(get(store, 7)); /* the old generation sees it at once */
}

static void survives_a_change_of_size(void **state)
{
    (void)state;
    struct oidc_store *store = make();
    struct oidc_store_value v, w;
    apr_uint64_t version = 0;
    for (int i = 0; i < 300; i++) {
        assert_ok(put(store, i, (size_t)(i * 20), i < 10 ? 5 : 3600));
    }
    assert_ok(store->ops->get(&t.ctx, store, key_of(77), &v));
    t.now += apr_time_from_sec(10);
    store = make_size(16 * MB);
    assert_true(segment.size == 16 * MB);
    for (int i = 0; i < 300; i++) {
        assert_int_equal(get(store, i), i < 10 ? OIDC_ABSENT : OIDC_OK);
    }
    assert_ok(store->ops->get(&t.ctx, store, key_of(77), &w));
    assert_true(v.version == w.version && v.expires == w.expires);
    assert_ok(store->ops->put(&t.ctx, store, key_of(77), oidc_str_z("x"), w.expires, w.version,
                              &version));
    assert_true(version > 300);
}

/* Into a smaller one go those in use. */
static void shrinks(void **state)
{
    (void)state;
    struct oidc_store *store = make();
    for (int i = 0; i < 600; i++) {
        assert_ok(put(store, i, 5000, 3600));
    }
    t.now += apr_time_from_sec(2);
    for (int i = 0; i < 100; i++) {
        assert_ok(get(store, i));
    }
    store = make_size(1 * MB);
    for (int i = 0; i < 100; i++) {
        assert_ok(get(store, i));
    }
    assert_absent(get(store, 100));
}

static void another_format_is_left_alone(void **state)
{
    (void)state;
    struct oidc_store *store = make();
    assert_ok(put(store, 1, 100, 60));
    ((struct oidc_shm_header *)segment.address)->format++;
    store = make();
    assert_absent(get(store, 1));
    assert_true(strstr(t.line, "format") != NULL);
    assert_ok(put(store, 1, 100, 60));
    assert_ok(get(store, 1));
}

/* CHECK store_sum, N140: a changed byte of a value is an error once, then the entry is gone. */
static void overwritten_values_are_dropped(void **state)
{
    (void)state;
    struct oidc_store *store = make();
    struct oidc_shm *s = (struct oidc_shm *)(void *)store;
    assert_ok(put(store, 1, 5000, 60));
    assert_ok(put(store, 2, 5000, 60));
    for (int round = 0; round < 100; round++) {
        assert_ok(put(store, 1, 5000, 60));
        uint32_t b = find(store, 1);
        for (int hop = round % 20; hop > 0; hop--) {
            b = s->next[b];
        }
        s->bytes[(size_t)b * OIDC_SHM_BLOCK + 110 + (size_t)round] ^=
            (unsigned char)(1 << round % 8);
        assert_fails(get(store, 1), OIDC_E_STORE);
        assert_absent(get(store, 1));
    }
    assert_ok(get(store, 2));
    assert_int_equal(stats(store).damaged, 100);
    assert_int_equal(stats(store).entries, 1);
}

/*
 * CHECK store_head, N140: a session does not live longer, nor win a compare-and-swap, because bytes
 * of its head changed.
 */
static void overwritten_heads_are_dropped(void **state)
{
    (void)state;
    struct oidc_store *store = make();
    struct oidc_shm *s = (struct oidc_shm *)(void *)store;
    static const size_t at[] = {
        offsetof(struct oidc_shm_head, expires), offsetof(struct oidc_shm_head, version),
        offsetof(struct oidc_shm_head, value_n), offsetof(struct oidc_shm_head, sum)};
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        assert_ok(put(store, 1, 5000, 60));
        unsigned char *head = (unsigned char *)oidc_shm_head(s, find(store, 1));
        head[at[i] + 3] ^= 0x40;
        assert_absent(get(store, 1));
        assert_int_equal(stats(store).damaged, i + 1);
    }
    assert_int_equal(stats(store).entries, 0);
    assert_int_equal(stats(store).used, 0);
}

int main(void)
{
    struct CMUnitTest tests[STORE_CONTRACT_MAX + 20] = {
        SHM_CASE(sizes),
        SHM_CASE(large_session),
        SHM_CASE(too_large_for_the_segment),
        SHM_CASE(evicts_the_longest_idle),
        SHM_CASE(evicts_in_order),
        SHM_CASE(the_expired_go_first),
        SHM_CASE(expired_entries_are_swept_by_writes),
        SHM_CASE(a_clock_set_back_does_not_confuse_the_order),
        SHM_CASE(tiny_entries),
        SHM_CASE(memory_comes_back),
        SHM_CASE(counts),
        SHM_CASE(survives_a_restart),
        SHM_CASE(survives_a_change_of_size),
        SHM_CASE(shrinks),
        SHM_CASE(another_format_is_left_alone),
        SHM_CASE(overwritten_values_are_dropped),
        SHM_CASE(overwritten_heads_are_dropped),
    };
    return fixture_run("store_shm", tests, store_contract_add(&shm, tests, 17));
}
