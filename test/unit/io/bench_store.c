/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an operation of the shared-memory store costs. Run it under callgrind with N and 2N rounds
 * and divide the difference by N, or alone for times and resident memory:
 *
 *   valgrind --tool=callgrind bench_store get 7168 1000
 *   bench_store resident 5120 10000
 */
#include <apr_general.h>
#include <apr_strings.h>

#include "fixture.h"
#include "oidc/store_shm.h"

static struct oidc_store *store;
static char *bytes;

static struct oidc_str key_of(apr_pool_t *pool, int i)
{
    return oidc_str_z(apr_psprintf(pool, "https://www.example.org:s:%043d", i));
}

static enum oidc_rc put(int i, size_t n)
{
    return store->ops->put(&t.ctx, store, key_of(t.pool, i), oidc_str(bytes, n),
                           t.now + apr_time_from_sec(3600 + i % 1000), 0, NULL);
}

static int fails(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, t.ctx.err.detail ? t.ctx.err.detail : "absent");
    return 1;
}

/* Resident kilobytes of shared memory of this process. */
static long resident(void)
{
    long kb = 0;
    char line[256];
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f)) {
        if (sscanf(line, "RssShmem: %ld", &kb) == 1) {
            break;
        }
    }
    if (f) {
        fclose(f);
    }
    return kb;
}

static int run_resident(size_t n, int rounds)
{
    long before = resident();
    double start = fixture_ms();
    for (int i = 0; i < rounds; i++) {
        if (put(i, n) != OIDC_OK) {
            return fails("put");
        }
    }
    double ms = fixture_ms() - start;
    printf("%d entries of %zu bytes: %.0f bytes resident each, %.2f us per put\n", rounds, n,
           (double)(resident() - before) * 1024 / rounds, ms * 1e3 / rounds);
    return 0;
}

static int run(const char *what, size_t n, int rounds)
{
    struct oidc_store_value v;
    enum oidc_rc rc = OIDC_OK;
    apr_pool_t *scratch;
    apr_pool_create(&scratch, NULL);
    for (int i = 0; i < 1000; i++) {
        if (put(i, n) != OIDC_OK) {
            return fails("put");
        }
    }
    double start = fixture_ms();
    for (int i = 0; i < rounds && rc == OIDC_OK; i++) {
        struct oidc_str key = key_of(scratch, what[0] == 'a' ? 5000 + i : i % 1000);
        t.ctx.pool = scratch;
        if (what[0] == 'g') {
            rc = store->ops->get(&t.ctx, store, key, &v);
        } else if (what[0] == 'p') {
            rc = store->ops->put(&t.ctx, store, key, oidc_str(bytes, n),
                                 t.now + apr_time_from_sec(3600), 0, NULL);
        } else if (what[0] == 'a') {
            rc = store->ops->add(&t.ctx, store, key, oidc_str(bytes, n),
                                 t.now + apr_time_from_sec(3600));
        } /* anything else: the loop alone */
        apr_pool_clear(scratch);
    }
    printf("%s of %zu bytes: %.3f us\n", what, n, (fixture_ms() - start) * 1e3 / rounds);
    return rc == OIDC_OK ? 0 : fails(what);
}

int main(int argc, char **argv)
{
    struct oidc_store_shm_segment segment = {NULL, 0};
    if (argc != 4) {
        fprintf(stderr, "usage: bench_store get|put|add|nothing|resident <bytes> <rounds>\n");
        return 2;
    }
    size_t n = (size_t)atol(argv[2]);
    apr_initialize();
    fixture_start(NULL);
    bytes = apr_palloc(t.pool, n);
    memset(bytes, 'v', n);
    if (oidc_store_shm_make(&t.ctx, (size_t)170 * 1024 * 1024, &segment, &store) != OIDC_OK) {
        return fails("make");
    }
    int rc = argv[1][0] == 'r' ? run_resident(n, atoi(argv[3])) : run(argv[1], n, atoi(argv[3]));
    oidc_store_shm_unmap(&segment);
    return rc;
}
