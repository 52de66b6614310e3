/* SPDX-License-Identifier: Apache-2.0 */
/* The server's regular expressions behind the interfaces that the core and the relying party call. */
#ifndef HTTPD_REGEX_H
#define HTTPD_REGEX_H

#include "oidc/match.h"

/* For struct oidc_match_regex. */
extern const struct oidc_match_regex httpd_regex;

/* ap_regex_t * in the pool; NULL and *error when it can't be compiled. */
void *httpd_regex_compile(apr_pool_t *pool, const char *pattern, const char **error);
/* For struct rp_remote_user: NULL when it does not match. */
const char *httpd_regex_substitute(apr_pool_t *pool, void *compiled, const char *substitution, const char *subject);
/* oidc_url_allowed_fn over struct httpd_regexes. */
int httpd_regex_any(void *regexes, const char *subject);

#endif
