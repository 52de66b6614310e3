/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names that belong to us. A request header whose name, folded as back ends fold it, is one of ours is taken from every
 * request of a virtual host that uses us, before any other module looks, whatever the path: only we say what stands in it.
 */
#ifndef HTTPD_SCRUB_H
#define HTTPD_SCRUB_H

#include <apr_tables.h>

/* Made once per virtual host. */
struct httpd_names {
    const char *prefix; /* of claims; "" when there is none */
    size_t prefix_len;
    const char *const *exact; /* NULL-terminated */
    unsigned char first[256]; /* 1: a name of ours may begin with this byte */
};

/* `exact` is borrowed and may hold a name twice. */
struct httpd_names *httpd_scrub_names(apr_pool_t *pool, const char *prefix, const char *const *exact);
/* 1 when the header's name is one of ours. */
int httpd_scrub_is_ours(const struct httpd_names *names, const char *header);
/* 1 when a variable of that name is only ever set by us. OIDC_ alone is not enough: operators set some of those. */
int httpd_scrub_is_our_variable(const struct httpd_names *names, const char *variable);

/* Takes our names out of a header table; 1 when there were any. The table is changed in place. */
int httpd_scrub_headers(const struct httpd_names *names, apr_table_t *headers, apr_pool_t *pool);
/* The same for the exact names alone. */
int httpd_scrub_exact(const struct httpd_names *names, apr_table_t *headers, apr_pool_t *pool);
/*
 * Takes our names out of the values of Connection and its like: a proxy removes from the request what is listed there,
 * and what we put in would not arrive (N107).
 */
void httpd_scrub_hop_lists(const struct httpd_names *names, apr_table_t *headers, apr_pool_t *pool);
/* Takes our variables out. */
void httpd_scrub_variables(const struct httpd_names *names, apr_table_t *env, apr_pool_t *pool);

#endif
