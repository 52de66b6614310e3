/* SPDX-License-Identifier: Apache-2.0 */
/* A pool per test, and reading one directive from its text as the configuration's reader does. */
#ifndef TEST_HTTPD_FIXTURE_H
#define TEST_HTTPD_FIXTURE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <apr_general.h>
#include <apr_strings.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "httpd/conf.h"
#include "httpd/kinds.h"
#include "oidc/secret.h"

static apr_pool_t *pool;

static int begin(void **state)
{
    (void)state;
    apr_initialize();
    return apr_pool_create(&pool, NULL);
}

static int end(void **state)
{
    (void)state;
    apr_pool_destroy(pool);
    apr_terminate();
    return 0;
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)
#define RUN(tests) \
    int main(void) \
    { \
        return cmocka_run_group_tests(tests, NULL, NULL); \
    }

/* NULL, or the message. */
static inline const char *read_line(void *conf, enum httpd_row_number number, const char *line)
{
    const struct httpd_row *row = &httpd_conf_rows[number];
    struct httpd_head *head = conf;
    const char **words;
    int n = httpd_table_split(pool, line, row->kind->pairs, &words);
    struct httpd_arg a = {pool, row, (char *)conf + row->offset, httpd_table_is_set(head, row), NULL};
    const char *message = httpd_table_read(&a, n, words);
    if (!message) {
        head->set[row->index / 64] |= (apr_uint64_t)1 << (row->index % 64);
    }
    return message;
}

#endif
