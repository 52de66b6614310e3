/* SPDX-License-Identifier: Apache-2.0 */
/* Random values: length, failure, and that children of a fork don't repeat each other. */
#include "fixture.h"

#include <limits.h>
#include <sys/wait.h>
#include <unistd.h>

static void text_has_its_length(void **state)
{
    (void)state;
    const char *a, *b;
    assert_ok(oidc_rand_text(&t.ctx, 32, &a));
    assert_ok(oidc_rand_text(&t.ctx, 32, &b));
    assert_int_equal(strlen(a), 43);
    assert_string_not_equal(a, b);
    assert_ok(oidc_rand_text(&t.ctx, 64, &a));
    assert_int_equal(strlen(a), 86);
    assert_fails(oidc_rand_text(&t.ctx, 65, &a), INTERNAL);
}

/* N129 */
static void failure_stops(void **state)
{
    (void)state;
    const char *text = NULL;
    unsigned char byte;
    t.random_fails = 1;
    assert_fails(oidc_rand_text(&t.ctx, 32, &text), RANDOM);
    assert_null(text);
    assert_refused(oidc_rand_system(NULL, &byte, (size_t)INT_MAX + 1));
}

#define CHILDREN 64

/* N121, N271 */
static void forked_children_differ(void **state)
{
    (void)state;
    unsigned char seen[CHILDREN][16];
    int fds[2];
    assert_ok(oidc_rand_system(NULL, seen[0], 16)); /* the generator is seeded before the fork */
    assert_int_equal(pipe(fds), 0);
    for (int i = 0; i < CHILDREN; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            unsigned char mine[16];
            int ok = oidc_rand_system(NULL, mine, sizeof mine) == OIDC_OK &&
                     write(fds[1], mine, sizeof mine) == (ssize_t)sizeof mine;
            _exit(ok ? 0 : 1);
        }
        int status = 1;
        assert_true(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0);
        assert_int_equal(read(fds[0], seen[i], 16), 16);
        for (int j = 0; j < i; j++) {
            assert_memory_not_equal(seen[i], seen[j], 16);
        }
    }
    close(fds[0]);
    close(fds[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(text_has_its_length),
        TEST(failure_stops),
        TEST(forked_children_differ),
    };
    return RUN(tests);
}
