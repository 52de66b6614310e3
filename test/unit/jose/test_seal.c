/* SPDX-License-Identifier: Apache-2.0 */
/* Sealed blobs: round trips, and that every change of anything makes them foreign. */
#include "fixture.h"

#include <sys/wait.h>
#include <unistd.h>
#include "oidc/b64.h"
#include "oidc/seal.h"

static struct oidc_sealer *sealer_for(const char *current, const char *previous)
{
    struct oidc_sealer *s;
    struct oidc_secret *old = previous ? oidc_secret_make(t.pool, oidc_str_z(previous)) : NULL;
    assert_ok(oidc_sealer_make(&t.ctx, t.pool, oidc_secret_make(t.pool, oidc_str_z(current)), old,
                               &s));
    return s;
}

static const struct oidc_str place = {"op.example|s", 12};

static void round_trips(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 15, 16, 17, 31, 32, 33, 255, 4096, 1000000};
    struct oidc_sealer *s = sealer_for("one", NULL);
    char *plain = apr_palloc(t.pool, 1000000);
    memset(plain, 'x', 1000000);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct oidc_str in = oidc_str(plain, sizes[i]), blob, out;
        const char *text;
        assert_ok(oidc_seal(&t.ctx, s, OIDC_SEAL_STORE, place, in, &blob));
        assert_int_equal(blob.n, in.n + OIDC_SEAL_OVERHEAD);
        assert_ok(oidc_unseal(&t.ctx, s, OIDC_SEAL_STORE, place, blob, &out));
        assert_true(oidc_str_eq(in, out));
        assert_int_equal(out.p[out.n], 0);
        assert_ok(oidc_seal_text(&t.ctx, s, OIDC_SEAL_STORE, place, in, &text));
        assert_ok(oidc_unseal_text(&t.ctx, s, OIDC_SEAL_STORE, place, oidc_str_z(text), &out));
        assert_true(oidc_str_eq(in, out));
    }
}

/* N119: each bit of the blob, nonce and tag included */
static void every_bit_counts(void **state)
{
    (void)state;
    struct oidc_sealer *s = sealer_for("one", "two");
    struct oidc_str blob, out = {NULL, 0};
    assert_ok(oidc_seal(&t.ctx, s, OIDC_SEAL_SESSION, place, oidc_str_z("alice"), &blob));
    char *bytes = apr_pmemdup(t.pool, blob.p, blob.n);
    for (size_t i = 0; i < blob.n * 8; i++) {
        bytes[i / 8] = (char)(bytes[i / 8] ^ 1 << i % 8);
        assert_refused(oidc_unseal(&t.ctx, s, OIDC_SEAL_SESSION, place, oidc_str(bytes, blob.n),
                                   &out));
        bytes[i / 8] = (char)(bytes[i / 8] ^ 1 << i % 8);
    }
    assert_null(out.p);
    assert_ok(oidc_unseal(&t.ctx, s, OIDC_SEAL_SESSION, place, oidc_str(bytes, blob.n), &out));
}

/* N122, N064: no shorter tag is ever taken */
static void every_length_counts(void **state)
{
    (void)state;
    struct oidc_sealer *s = sealer_for("one", NULL);
    struct oidc_str blob, out;
    assert_ok(oidc_seal(&t.ctx, s, OIDC_SEAL_SESSION, place, oidc_str_z("alice"), &blob));
    for (size_t n = 0; n < blob.n; n++) {
        assert_refused(oidc_unseal(&t.ctx, s, OIDC_SEAL_SESSION, place, oidc_str(blob.p, n), &out));
    }
    assert_refused(oidc_unseal(&t.ctx, s, OIDC_SEAL_SESSION, place, oidc_str(NULL, 0), &out));
    const char *twice = apr_pstrmemdup(t.pool, blob.p, blob.n);
    char *both = apr_palloc(t.pool, 2 * blob.n);
    memcpy(both, twice, blob.n);
    memcpy(both + blob.n, blob.p, blob.n);
    assert_refused(oidc_unseal(&t.ctx, s, OIDC_SEAL_SESSION, place, oidc_str(both, 2 * blob.n),
                               &out));
}

/* N120 */
static void purpose_and_place_are_bound(void **state)
{
    (void)state;
    struct oidc_sealer *s = sealer_for("one", NULL);
    struct oidc_str blob, out;
    assert_ok(oidc_seal(&t.ctx, s, OIDC_SEAL_STATE, place, oidc_str_z("alice"), &blob));
    for (int p = -1; p <= OIDC_SEAL_PURPOSES + 1; p++) {
        if (p != OIDC_SEAL_STATE) {
            assert_refused(oidc_unseal(&t.ctx, s, (enum oidc_seal_purpose)p, place, blob, &out));
        }
    }
    struct oidc_str cut = oidc_str(place.p, place.n - 1);
    assert_refused(oidc_unseal(&t.ctx, s, OIDC_SEAL_STATE, cut, blob, &out));
    assert_refused(oidc_unseal(&t.ctx, s, OIDC_SEAL_STATE, oidc_str(NULL, 0), blob, &out));
    assert_ok(oidc_unseal(&t.ctx, s, OIDC_SEAL_STATE, place, blob, &out));
    assert_fails(oidc_seal(&t.ctx, s, (enum oidc_seal_purpose)0, place, blob, &out), INTERNAL);
    assert_fails(oidc_seal(&t.ctx, s, OIDC_SEAL_PURPOSES, place, blob, &out), INTERNAL);
}

/* N133 */
static void rotation(void **state)
{
    (void)state;
    struct oidc_sealer *old = sealer_for("one", NULL), *both = sealer_for("two", "one"),
                       *new = sealer_for("two", NULL), *same = sealer_for("two", "two");
    struct oidc_str before, after, out;
    assert_ok(oidc_seal(&t.ctx, old, OIDC_SEAL_SESSION, place, oidc_str_z("alice"), &before));
    assert_ok(oidc_unseal(&t.ctx, both, OIDC_SEAL_SESSION, place, before, &out));
    assert_str(out, "alice");
    assert_refused(oidc_unseal(&t.ctx, new, OIDC_SEAL_SESSION, place, before, &out));
    assert_ok(oidc_seal(&t.ctx, both, OIDC_SEAL_SESSION, place, oidc_str_z("alice"), &after));
    assert_ok(oidc_unseal(&t.ctx, new, OIDC_SEAL_SESSION, place, after, &out));
    assert_ok(oidc_unseal(&t.ctx, same, OIDC_SEAL_SESSION, place, after, &out));
    assert_refused(oidc_unseal(&t.ctx, old, OIDC_SEAL_SESSION, place, after, &out));
}

/* The key id is one byte, and these two passphrases have the same: both keys are tried. */
static void keys_of_one_id(void **state)
{
    (void)state;
    struct oidc_sealer *one = sealer_for("one", NULL), *both = sealer_for("other 406", "one");
    struct oidc_str a, b, out;
    assert_ok(oidc_seal(&t.ctx, one, OIDC_SEAL_CODE, place, oidc_str_z("a"), &a));
    assert_ok(oidc_seal(&t.ctx, both, OIDC_SEAL_CODE, place, oidc_str_z("b"), &b));
    assert_int_equal(a.p[1], b.p[1]);
    assert_ok(oidc_unseal(&t.ctx, both, OIDC_SEAL_CODE, place, a, &out));
    assert_str(out, "a");
    assert_ok(oidc_unseal(&t.ctx, both, OIDC_SEAL_CODE, place, b, &out));
    assert_str(out, "b");
    assert_refused(oidc_unseal(&t.ctx, one, OIDC_SEAL_CODE, place, b, &out));
}

/* N253 */
static void passphrases_have_limits(void **state)
{
    (void)state;
    struct oidc_sealer *s;
    struct oidc_str text = oidc_str(memset(apr_palloc(t.pool, 4097), 'x', 4097), 4097);
    const struct oidc_secret *empty = oidc_secret_make(t.pool, oidc_str(NULL, 0));
    const struct oidc_secret *too_long = oidc_secret_make(t.pool, text);
    const struct oidc_secret *longest = oidc_secret_make(t.pool, oidc_str(text.p, 4096));
    assert_fails(oidc_sealer_make(&t.ctx, t.pool, empty, NULL, &s), CONFIG);
    assert_fails(oidc_sealer_make(&t.ctx, t.pool, NULL, NULL, &s), CONFIG);
    assert_fails(oidc_sealer_make(&t.ctx, t.pool, too_long, NULL, &s), CONFIG);
    assert_ok(oidc_sealer_make(&t.ctx, t.pool, longest, NULL, &s));
    assert_fails(oidc_sealer_make(&t.ctx, t.pool, longest, empty, &s), CONFIG);
}

/* Derived apart and kept: the same sealer. */
static void masters_make_the_same_sealer(void **state)
{
    (void)state;
    struct oidc_sealer *direct = sealer_for("one", "two"), *kept, *alone;
    unsigned char one[OIDC_SEALER_MASTER_LEN], two[OIDC_SEALER_MASTER_LEN];
    const struct oidc_secret *none = oidc_secret_make(t.pool, oidc_str(NULL, 0));
    struct oidc_str blob, out;
    assert_ok(oidc_sealer_derive(&t.ctx, oidc_secret_make(t.pool, oidc_str_z("one")), one));
    assert_ok(oidc_sealer_derive(&t.ctx, oidc_secret_make(t.pool, oidc_str_z("two")), two));
    assert_fails(oidc_sealer_derive(&t.ctx, none, two), CONFIG);
    assert_ok(oidc_sealer_derive(&t.ctx, oidc_secret_make(t.pool, oidc_str_z("two")), two));
    assert_ok(oidc_sealer_make_from(&t.ctx, t.pool, one, two, &kept));
    assert_ok(oidc_sealer_make_from(&t.ctx, t.pool, two, NULL, &alone));
    assert_ok(oidc_seal(&t.ctx, direct, OIDC_SEAL_STATE, place, oidc_str_z("a"), &blob));
    assert_ok(oidc_unseal(&t.ctx, kept, OIDC_SEAL_STATE, place, blob, &out));
    assert_refused(oidc_unseal(&t.ctx, alone, OIDC_SEAL_STATE, place, blob, &out));
    assert_ok(oidc_seal(&t.ctx, alone, OIDC_SEAL_STATE, place, oidc_str_z("a"), &blob));
    assert_ok(oidc_unseal(&t.ctx, kept, OIDC_SEAL_STATE, place, blob, &out));
}

static void sizes_have_limits(void **state)
{
    (void)state;
    struct oidc_sealer *s = sealer_for("one", NULL);
    const size_t max = 16 * 1024 * 1024;
    struct oidc_str big = oidc_str(apr_pcalloc(t.pool, max + 1), max + 1), out;
    assert_fails(oidc_seal(&t.ctx, s, OIDC_SEAL_STORE, place, big, &out), TOO_LARGE);
    assert_fails(oidc_seal(&t.ctx, s, OIDC_SEAL_STORE, big, oidc_str_z("a"), &out), TOO_LARGE);
    big.n = max;
    assert_ok(oidc_seal(&t.ctx, s, OIDC_SEAL_STORE, place, big, &out));
    assert_ok(oidc_unseal(&t.ctx, s, OIDC_SEAL_STORE, place, out, &out));
    assert_int_equal(out.n, max);
}

/* N129 */
static void no_random_no_seal(void **state)
{
    (void)state;
    struct oidc_sealer *s = sealer_for("one", NULL);
    struct oidc_str out = {NULL, 0};
    t.random_fails = 1;
    assert_fails(oidc_seal(&t.ctx, s, OIDC_SEAL_STORE, place, oidc_str_z("a"), &out), RANDOM);
    assert_null(out.p);
}

#define NONCES 20000

static int by_nonce(const void *a, const void *b)
{
    return memcmp(a, b, 24);
}

/* N121 */
static void nonces_differ(void **state)
{
    (void)state;
    struct oidc_sealer *s = sealer_for("one", NULL);
    unsigned char (*seen)[24] = malloc((size_t)NONCES * 24);
    apr_pool_t *scratch;
    apr_pool_create(&scratch, t.pool);
    t.ctx.pool = scratch;
    for (int i = 0; i < NONCES; i++) {
        struct oidc_str blob;
        assert_ok(oidc_seal(&t.ctx, s, OIDC_SEAL_STATE, place, oidc_str_z("a"), &blob));
        memcpy(seen[i], blob.p + 2, 24);
        apr_pool_clear(scratch);
    }
    t.ctx.pool = t.pool;
    qsort(seen, NONCES, 24, by_nonce);
    for (int i = 1; i < NONCES; i++) {
        assert_memory_not_equal(seen[i - 1], seen[i], 24);
    }
    free(seen);
}

/* A sealer of the parent works in its children, and they use other nonces. */
static void children_share_a_sealer(void **state)
{
    (void)state;
    struct oidc_sealer *s = sealer_for("one", NULL);
    struct oidc_str blob, out;
    char bytes[2][5 + OIDC_SEAL_OVERHEAD];
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    for (int i = 0; i < 2; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            int ok = oidc_seal(&t.ctx, s, OIDC_SEAL_CODE, place, oidc_str_z("alice"), &blob) &&
                     write(fds[1], blob.p, blob.n) == (ssize_t)blob.n;
            _exit(ok ? 0 : 1);
        }
        int status = 1;
        assert_true(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0);
        assert_int_equal(read(fds[0], bytes[i], sizeof bytes[i]), sizeof bytes[i]);
        assert_ok(oidc_unseal(&t.ctx, s, OIDC_SEAL_CODE, place, oidc_str(bytes[i], sizeof bytes[i]),
                              &out));
        assert_str(out, "alice");
    }
    assert_memory_not_equal(bytes[0] + 2, bytes[1] + 2, 24);
    close(fds[0]);
    close(fds[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(round_trips),
        TEST(every_bit_counts),
        TEST(every_length_counts),
        TEST(purpose_and_place_are_bound),
        TEST(rotation),
        TEST(keys_of_one_id),
        TEST(passphrases_have_limits),
        TEST(masters_make_the_same_sealer),
        TEST(sizes_have_limits),
        TEST(no_random_no_seal),
        TEST(nonces_differ),
        TEST(children_share_a_sealer),
    };
    return RUN(tests);
}
