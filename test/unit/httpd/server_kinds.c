/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kinds that need the server, for tests without one: defaults of these rows are read, nothing
 * else.
 */
#include <apr_strings.h>

#include "httpd/conf.h"
#include "httpd/kinds.h"

static const char *parse_nothing(struct httpd_arg *a, int n, const char *const *words)
{
    (void)a;
    (void)n;
    (void)words;
    return NULL;
}

static const char *parse_unauth(struct httpd_arg *a, int n, const char *const *words)
{
    (void)n;
    *(int *)a->field = RP_UNAUTH_AUTH;
    return strcmp(words[0], "auth") ? "expected auth" : NULL;
}

static const char *parse_remote_user(struct httpd_arg *a, int n, const char *const *words)
{
    (void)n;
    ((struct rp_remote_user *)a->field)->claim = words[0];
    return NULL;
}

const struct httpd_kind httpd_kind_secret = {1, 1, 1, 0, parse_nothing};
const struct httpd_kind httpd_kind_secrets = {1, 2, 1, 0, parse_nothing};
const struct httpd_kind httpd_kind_file = {1, 1, 0, 0, parse_nothing};
const struct httpd_kind httpd_kind_certificates = {1, 0, 0, 0, parse_nothing};
const struct httpd_kind httpd_kind_private_keys = {1, 0, 0, 0, parse_nothing};
const struct httpd_kind httpd_kind_public_keys = {1, 0, 0, 0, parse_nothing};
const struct httpd_kind httpd_kind_regexes = {1, 0, 0, 0, parse_nothing};
const struct httpd_kind httpd_kind_expr = {1, 1, 0, 0, parse_nothing};
const struct httpd_kind httpd_kind_unauth = {1, 2, 0, 0, parse_unauth};
const struct httpd_kind httpd_kind_remote_user = {1, 3, 0, 0, parse_remote_user};
