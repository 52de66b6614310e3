/* SPDX-License-Identifier: Apache-2.0 */
/* What every back end of the store must do. */
#include "store_contract.h"

#include <apr_strings.h>

static const struct store_backend *backend;
static struct oidc_store *store;

static int contract_start(void **state)
{
    fixture_start(state);
    store = backend->make();
    return store == NULL;
}

static int contract_end(void **state)
{
    if (backend->end) {
        backend->end();
    }
    return fixture_end(state);
}

static apr_time_t in(int seconds)
{
    return t.now + apr_time_from_sec(seconds);
}

static enum oidc_rc put(const char *key, const char *value, int seconds)
{
    return store->ops->put(&t.ctx, store, oidc_str_z(key), oidc_str_z(value), in(seconds), 0, NULL);
}

static enum oidc_rc add(const char *key, const char *value, int seconds)
{
    return store->ops->add(&t.ctx, store, oidc_str_z(key), oidc_str_z(value), in(seconds));
}

static enum oidc_rc get(const char *key, struct oidc_store_value *out)
{
    return store->ops->get(&t.ctx, store, oidc_str_z(key), out);
}

static enum oidc_rc drop(const char *key)
{
    return store->ops->drop(&t.ctx, store, oidc_str_z(key));
}

static enum oidc_rc swap(const char *key, const char *value, apr_uint64_t expected,
                         apr_uint64_t *version)
{
    return store->ops->put(&t.ctx, store, oidc_str_z(key), oidc_str_z(value), in(60), expected,
                           version);
}

struct oidc_str store_contract_value(apr_pool_t *pool, struct oidc_str key, size_t n, unsigned seed)
{
    char *p = apr_palloc(pool, n + 1);
    for (size_t i = 0; i < n; i++) {
        seed = seed * 1103515245u + 12345u;
        p[i] = (char)(seed >> 16);
    }
    unsigned sum = 2166136261u;
    for (size_t i = 4; i < n; i++) {
        sum = (sum ^ (unsigned char)p[i]) * 16777619u;
    }
    for (size_t i = 0; i < key.n; i++) {
        sum = (sum ^ (unsigned char)key.p[i]) * 16777619u;
    }
    for (size_t i = 0; i < 4 && i < n; i++) {
        p[i] = (char)(sum >> (8 * i));
    }
    return oidc_str(p, n);
}

int store_contract_belongs(struct oidc_str key, struct oidc_str value)
{
    unsigned sum = 2166136261u;
    for (size_t i = 4; i < value.n; i++) {
        sum = (sum ^ (unsigned char)value.p[i]) * 16777619u;
    }
    for (size_t i = 0; i < key.n; i++) {
        sum = (sum ^ (unsigned char)key.p[i]) * 16777619u;
    }
    for (size_t i = 0; i < 4 && i < value.n; i++) {
        if (value.p[i] != (char)(sum >> (8 * i))) {
            return 0;
        }
    }
    return 1;
}

static void gets_what_was_put(void **state)
{
    (void)state;
    struct oidc_store_value v;
    assert_absent(get("a", &v));
    assert_ok(put("a", "one", 60));
    assert_ok(put("b", "two", 60));
    assert_ok(get("a", &v));
    assert_str(v.bytes, "one");
    assert_int_equal(v.expires, in(60));
    assert_true(v.version != 0);
    assert_ok(get("b", &v));
    assert_str(v.bytes, "two");
    assert_absent(get("ab", &v));
    assert_absent(get("A", &v));
}

static void put_replaces(void **state)
{
    (void)state;
    struct oidc_store_value v, w;
    assert_ok(put("a", "one", 60));
    assert_ok(get("a", &v));
    assert_ok(put("a", "a longer value than before", 120));
    assert_ok(get("a", &w));
    assert_str(w.bytes, "a longer value than before");
    assert_int_equal(w.expires, in(120));
    assert_true(v.version != w.version);
    assert_str(v.bytes, "one");
}

static void swap_loses_against_a_change(void **state)
{
    (void)state;
    struct oidc_store_value v;
    apr_uint64_t first = 0, second = 0;
    assert_absent(swap("a", "none there", 7, NULL));
    assert_absent(get("a", &v));
    assert_ok(swap("a", "one", 0, &first));
    assert_ok(get("a", &v));
    assert_true(first != 0 && v.version == first);
    assert_ok(swap("a", "two", first, &second));
    assert_true(second != 0 && second != first);
    assert_absent(swap("a", "three", first, NULL));
    assert_ok(get("a", &v));
    assert_str(v.bytes, "two");
    assert_true(v.version == second);
}

/*
 * Logout wins: a write that was under way does not bring back what was dropped, not even after a
 * new login.
 */
static void swap_loses_against_a_drop(void **state)
{
    (void)state;
    struct oidc_store_value v;
    apr_uint64_t version = 0;
    assert_ok(swap("a", "one", 0, &version));
    assert_ok(drop("a"));
    assert_absent(swap("a", "late", version, NULL));
    assert_absent(get("a", &v));
    assert_ok(put("a", "one", 60));
    assert_absent(swap("a", "late", version, NULL));
    assert_ok(get("a", &v));
    assert_str(v.bytes, "one");
}

static void swap_loses_against_expiry(void **state)
{
    (void)state;
    apr_uint64_t version = 0;
    assert_ok(swap("a", "one", 0, &version));
    t.now += apr_time_from_sec(60);
    assert_absent(swap("a", "two", version, NULL));
}

static void add_is_for_the_first(void **state)
{
    (void)state;
    struct oidc_store_value v;
    assert_ok(add("a", "one", 60));
    assert_absent(add("a", "two", 60));
    assert_ok(get("a", &v));
    assert_str(v.bytes, "one");
    t.now += apr_time_from_sec(60);
    assert_ok(add("a", "three", 60));
    assert_ok(drop("a"));
    assert_ok(add("a", "four", 60));
}

/* CHECK store_add_expiry: a mark that is gone at once would tell everybody that he is the first. */
static void add_refuses_the_past(void **state)
{
    (void)state;
    struct oidc_store_value v;
    assert_fails(add("a", "one", 0), OIDC_E_INTERNAL);
    assert_fails(add("a", "one", -1), OIDC_E_INTERNAL);
    assert_absent(get("a", &v));
}

static void drop_drops(void **state)
{
    (void)state;
    struct oidc_store_value v;
    assert_absent(drop("a"));
    assert_ok(put("a", "one", 60));
    assert_ok(put("b", "two", 60));
    assert_ok(drop("a"));
    assert_absent(drop("a"));
    assert_absent(get("a", &v));
    assert_ok(get("b", &v));
}

static void drop_of_the_expired_is_absent(void **state)
{
    (void)state;
    assert_ok(put("a", "one", 60));
    t.now += apr_time_from_sec(61);
    assert_absent(drop("a"));
}

static void expires_to_the_microsecond(void **state)
{
    (void)state;
    struct oidc_store_value v;
    assert_ok(put("a", "one", 60));
    t.now += apr_time_from_sec(60) - 1;
    assert_ok(get("a", &v));
    t.now += 1;
    assert_absent(get("a", &v));
    t.now -= 1;
    assert_absent(get("a", &v)); /* gone for good, whatever the clock does */
}

static void put_in_the_past_drops(void **state)
{
    (void)state;
    struct oidc_store_value v;
    apr_uint64_t version = 0;
    assert_ok(put("a", "one", 60));
    assert_ok(put("a", "two", 0));
    assert_absent(get("a", &v));
    assert_ok(put("a", "three", -5));
    assert_absent(get("a", &v));
    assert_ok(swap("a", "four", 0, &version));
    assert_absent(
        store->ops->put(&t.ctx, store, oidc_str_z("a"), oidc_str_z(""), t.now, version + 1, NULL));
    assert_ok(get("a", &v));
    assert_ok(
        store->ops->put(&t.ctx, store, oidc_str_z("a"), oidc_str_z(""), t.now, version, NULL));
    assert_absent(get("a", &v));
}

/* N157 */
static void a_clock_set_back_logs_nobody_out(void **state)
{
    (void)state;
    struct oidc_store_value v;
    assert_ok(put("a", "one", 600));
    assert_ok(put("year", "one", 366 * 86400));
    t.now -= apr_time_from_sec(3600);
    assert_ok(get("a", &v));
    assert_str(v.bytes, "one");
    assert_ok(get("year", &v));
    assert_ok(put("b", "two", 60));
    assert_ok(get("b", &v));
}

/* N157, N135 */
static void nothing_is_immortal(void **state)
{
    (void)state;
    struct oidc_store_value v;
    apr_time_t start = t.now;
    assert_ok(
        store->ops->put(&t.ctx, store, oidc_str_z("max"), oidc_str_z("x"), INT64_MAX, 0, NULL));
    assert_ok(get("max", &v));
    assert_true(v.expires <= in(367 * 86400));
    t.now = apr_time_from_sec(4294967296LL + 1000); /* 2106, beyond 32 bits */
    assert_absent(get("max", &v));
    assert_ok(put("late", "x", 600));
    assert_ok(get("late", &v));
    assert_int_equal(v.expires, in(600));
    t.now = start; /* the clock was wrong: what it wrote does not stay for 80 years */
    assert_absent(get("late", &v));
}

static void key_limits(void **state)
{
    (void)state;
    struct oidc_store_value v;
    char key[OIDC_STORE_KEY_MAX + 1];
    memset(key, 'k', sizeof key);
    for (size_t n = 1; n <= OIDC_STORE_KEY_MAX; n++) {
        struct oidc_str k = oidc_str(key, n);
        assert_ok(store->ops->put(&t.ctx, store, k, oidc_str(key, n / 2), in(60), 0, NULL));
    }
    for (size_t n = 1; n <= OIDC_STORE_KEY_MAX; n++) {
        assert_ok(store->ops->get(&t.ctx, store, oidc_str(key, n), &v));
        assert_int_equal(v.bytes.n, n / 2);
    }
    assert_fails(store->ops->get(&t.ctx, store, oidc_str(key, 0), &v), OIDC_E_INTERNAL);
    assert_fails(store->ops->get(&t.ctx, store, oidc_str(key, sizeof key), &v), OIDC_E_INTERNAL);
    assert_fails(store->ops->drop(&t.ctx, store, oidc_str(key, sizeof key)), OIDC_E_INTERNAL);
    assert_fails(store->ops->add(&t.ctx, store, oidc_str(key, sizeof key), oidc_str_z("x"), in(60)),
                 OIDC_E_INTERNAL);
    assert_fails(
        store->ops->put(&t.ctx, store, oidc_str(key, sizeof key), oidc_str_z("x"), in(60), 0, NULL),
        OIDC_E_INTERNAL);
}

/* N143: equal in all but the last byte, or the first. */
static void similar_keys_are_not_confused(void **state)
{
    (void)state;
    struct oidc_store_value v;
    char key[OIDC_STORE_KEY_MAX];
    memset(key, 'k', sizeof key);
    for (int i = 0; i < 256; i++) {
        key[sizeof key - 1] = (char)i;
        struct oidc_str k = oidc_str(key, sizeof key);
        assert_ok(store->ops->put(&t.ctx, store, k, store_contract_value(t.pool, k, 40, 1), in(60),
                                  0, NULL));
    }
    for (int i = 0; i < 256; i++) {
        key[sizeof key - 1] = (char)i;
        assert_ok(store->ops->get(&t.ctx, store, oidc_str(key, sizeof key), &v));
        assert_true(store_contract_belongs(oidc_str(key, sizeof key), v.bytes));
    }
    key[0] = 'x';
    assert_absent(store->ops->get(&t.ctx, store, oidc_str(key, sizeof key), &v));
}

static void value_limits(void **state)
{
    (void)state;
    struct oidc_store_value v;
    struct oidc_str key = oidc_str_z("big");
    struct oidc_str big = store_contract_value(t.pool, key, OIDC_STORE_VALUE_MAX + 1, 3);
    struct oidc_str max = oidc_str(big.p, OIDC_STORE_VALUE_MAX);
    assert_ok(put("empty", "", 60));
    assert_ok(get("empty", &v));
    assert_int_equal(v.bytes.n, 0);
    assert_ok(store->ops->put(&t.ctx, store, key, max, in(60), 0, NULL));
    assert_ok(store->ops->get(&t.ctx, store, key, &v));
    assert_true(oidc_str_eq(v.bytes, max));
    assert_fails(store->ops->put(&t.ctx, store, key, big, in(60), 0, NULL), OIDC_E_TOO_LARGE);
    assert_fails(store->ops->add(&t.ctx, store, oidc_str_z("other"), big, in(60)),
                 OIDC_E_TOO_LARGE);
    assert_ok(store->ops->get(&t.ctx, store, key, &v));
    assert_true(oidc_str_eq(v.bytes, max));
}

/* Every size around the borders of whatever a back end cuts its values into. */
static void values_of_all_sizes(void **state)
{
    (void)state;
    struct oidc_store_value v;
    static const size_t around[] = {256, 512, 1024, 4096, 8192, 16384, 65536};
    for (size_t i = 0; i < sizeof around / sizeof *around; i++) {
        for (size_t n = around[i] - 200; n < around[i] + 20; n++) {
            struct oidc_str key = oidc_str_z("size");
            struct oidc_str value = store_contract_value(t.pool, key, n, (unsigned)n);
            assert_ok(store->ops->put(&t.ctx, store, key, value, in(60), 0, NULL));
            assert_ok(store->ops->get(&t.ctx, store, key, &v));
            assert_true(oidc_str_eq(v.bytes, value));
        }
    }
}

/* N150: no byte has a meaning. */
static void any_bytes(void **state)
{
    (void)state;
    struct oidc_store_value v;
    static const char odd[] = "%s%n\r\n\0 \"\xff\x00\x01'; DROP";
    struct oidc_str key = oidc_str(odd, sizeof odd), shorter = oidc_str(odd, 8);
    assert_ok(store->ops->put(&t.ctx, store, key, key, in(60), 0, NULL));
    assert_ok(store->ops->get(&t.ctx, store, key, &v));
    assert_true(oidc_str_eq(v.bytes, key));
    assert_absent(store->ops->get(&t.ctx, store, shorter, &v));
    assert_ok(store->ops->drop(&t.ctx, store, key));
}

static void versions_are_never_used_twice(void **state)
{
    (void)state;
    apr_uint64_t seen[300];
    for (int i = 0; i < 300; i++) {
        const char *key = i % 3 ? "a" : "b";
        assert_ok(swap(key, "x", 0, &seen[i]));
        if (i % 5 == 0) {
            assert_ok(drop(key));
        }
        for (int j = 0; j < i; j++) {
            assert_true(seen[i] != 0 && (seen[i] != seen[j]));
        }
    }
}

static void many_entries(void **state)
{
    (void)state;
    struct oidc_store_value v;
    for (int i = 0; i < 2000; i++) {
        const char *key = apr_psprintf(t.pool, "key%d", i);
        assert_ok(put(key, key, 60 + i));
    }
    for (int i = 0; i < 2000; i += 2) {
        assert_ok(drop(apr_psprintf(t.pool, "key%d", i)));
    }
    t.now += apr_time_from_sec(1060);
    for (int i = 0; i < 2000; i++) {
        const char *key = apr_psprintf(t.pool, "key%d", i);
        if (i % 2 == 0 || i <= 1000) {
            assert_absent(get(key, &v));
        } else {
            assert_ok(get(key, &v));
            assert_str(v.bytes, key);
        }
    }
}

static enum oidc_rc index_add(const char *key, const char *member, int seconds)
{
    return store->ops->index_add(&t.ctx, store, oidc_str_z(key), oidc_str_z(member), in(seconds));
}

static enum oidc_rc index_drop(const char *key, const char *member)
{
    return store->ops->index_drop(&t.ctx, store, oidc_str_z(key), oidc_str_z(member));
}

/* The members joined by commas, in any order of theirs: "" when absent. */
static const char *members(const char *key)
{
    const struct oidc_str *list = NULL;
    int n = 0;
    enum oidc_rc rc = store->ops->index_get(&t.ctx, store, oidc_str_z(key), &list, &n);
    const char *out = "";
    assert_int_not_equal(rc, OIDC_FAILED);
    if (rc == OIDC_OK) {
        assert_true(n > 0);
        for (int i = 0; i < n; i++) {
            out = apr_pstrcat(t.pool, out, i ? "," : "", oidc_str_dup(t.pool, list[i]), NULL);
        }
    }
    return out;
}

static void index_holds_members(void **state)
{
    (void)state;
    assert_string_equal(members("u"), "");
    assert_absent(index_drop("u", "s1"));
    assert_ok(index_add("u", "s1", 60));
    assert_ok(index_add("u", "s2", 60));
    assert_ok(index_add("u", "s3", 60));
    assert_ok(index_add("v", "other", 60));
    assert_string_equal(members("u"), "s1,s2,s3");
    assert_ok(index_drop("u", "s2"));
    assert_absent(index_drop("u", "s2"));
    assert_string_equal(members("u"), "s1,s3");
    assert_ok(index_drop("u", "s1"));
    assert_ok(index_drop("u", "s3"));
    assert_string_equal(members("u"), "");
    assert_absent(index_drop("u", "s3"));
    assert_string_equal(members("v"), "other");
}

static void index_members_expire_alone(void **state)
{
    (void)state;
    assert_ok(index_add("u", "long", 100));
    assert_ok(index_add("u", "short", 10));
    t.now += apr_time_from_sec(10);
    assert_string_equal(members("u"), "long");
    assert_absent(index_drop("u", "short"));
    assert_ok(index_add("u", "new", 10));
    assert_string_equal(members("u"), "long,new");
    t.now += apr_time_from_sec(90);
    assert_string_equal(members("u"), "");
}

static void index_add_again_renews(void **state)
{
    (void)state;
    assert_ok(index_add("u", "s1", 10));
    assert_ok(index_add("u", "s1", 100));
    assert_string_equal(members("u"), "s1");
    t.now += apr_time_from_sec(50);
    assert_string_equal(members("u"), "s1");
    assert_ok(index_add("u", "s1", 10));
    t.now += apr_time_from_sec(10);
    assert_string_equal(members("u"), "");
}

static void index_limits(void **state)
{
    (void)state;
    char m[256];
    const struct oidc_str *list;
    int n;
    memset(m, 'm', sizeof m);
    struct oidc_str key = oidc_str_z("u");
    assert_fails(store->ops->index_add(&t.ctx, store, key, oidc_str(m, 256), in(60)),
                 OIDC_E_INTERNAL);
    assert_fails(store->ops->index_add(&t.ctx, store, key, oidc_str(m, 0), in(60)),
                 OIDC_E_INTERNAL);
    assert_fails(store->ops->index_drop(&t.ctx, store, key, oidc_str(m, 0)), OIDC_E_INTERNAL);
    assert_fails(store->ops->index_add(&t.ctx, store, key, oidc_str(m, 5), t.now), OIDC_E_INTERNAL);
    assert_ok(store->ops->index_add(&t.ctx, store, key, oidc_str(m, 255), in(60)));
    assert_ok(store->ops->index_add(&t.ctx, store, key, oidc_str(m, 254), in(60)));
    assert_ok(store->ops->index_get(&t.ctx, store, key, &list, &n));
    assert_int_equal(n, 2);
    assert_int_equal(list[0].n + list[1].n, 255 + 254);
}

static void index_of_garbage_is_an_error(void **state)
{
    (void)state;
    const struct oidc_str *list;
    int n;
    assert_ok(put("w", "12345678\x09too few", 60));
    assert_fails(store->ops->index_get(&t.ctx, store, oidc_str_z("w"), &list, &n), OIDC_E_STORE);
    assert_fails(index_add("w", "m", 60), OIDC_E_STORE);
    assert_fails(index_drop("w", "m"), OIDC_E_STORE);
}

static void index_takes_many(void **state)
{
    (void)state;
    const struct oidc_str *list;
    int n;
    for (int i = 0; i < 500; i++) {
        assert_ok(index_add("u", apr_psprintf(t.pool, "session-%d", i), 60));
    }
    assert_ok(store->ops->index_get(&t.ctx, store, oidc_str_z("u"), &list, &n));
    assert_int_equal(n, 500);
}

static const struct {
    const char *name;
    CMUnitTestFunction f;
} contract[] = {
#define ROW(f)                                                                                     \
    {                                                                                              \
        "contract: " #f, f                                                                         \
    }
    ROW(gets_what_was_put),
    ROW(put_replaces),
    ROW(swap_loses_against_a_change),
    ROW(swap_loses_against_a_drop),
    ROW(swap_loses_against_expiry),
    ROW(add_is_for_the_first),
    ROW(add_refuses_the_past),
    ROW(drop_drops),
    ROW(drop_of_the_expired_is_absent),
    ROW(expires_to_the_microsecond),
    ROW(put_in_the_past_drops),
    ROW(a_clock_set_back_logs_nobody_out),
    ROW(nothing_is_immortal),
    ROW(key_limits),
    ROW(similar_keys_are_not_confused),
    ROW(value_limits),
    ROW(values_of_all_sizes),
    ROW(any_bytes),
    ROW(versions_are_never_used_twice),
    ROW(many_entries),
    ROW(index_holds_members),
    ROW(index_members_expire_alone),
    ROW(index_add_again_renews),
    ROW(index_limits),
    ROW(index_of_garbage_is_an_error),
    ROW(index_takes_many),
};

size_t store_contract_add(const struct store_backend *b, struct CMUnitTest *tests, size_t n)
{
    backend = b;
    for (size_t i = 0; i < sizeof contract / sizeof *contract; i++) {
        tests[n++] = (struct CMUnitTest){contract[i].name, contract[i].f, contract_start,
                                         contract_end, NULL};
    }
    return n;
}
