/* SPDX-License-Identifier: Apache-2.0 */
/* Names that belong to us, and taking them out of tables. Nothing here needs the server. */
#include "httpd/scrub.h"

#include <apr_strings.h>
#include <string.h>

#include "oidc/header.h"

#define OWN_PREFIX "OIDC_"

static const char *const scrub_variables[] = {
    "OIDC_access_token",  "OIDC_access_token_type",  "OIDC_access_token_expires",
    "OIDC_scope",         "OIDC_refresh_token",      "OIDC_id_token_payload",
    "OIDC_id_token",      "OIDC_userinfo_json",      "OIDC_userinfo_jwt",
    "OIDC_signed_jwt",    NULL};

/* All bytes that a folded name may have where `c` stands. */
static void scrub_add_first(struct httpd_names *names, const char *name)
{
    for (int b = 1; b < 256; b++) {
        char byte[2] = {(char)b, '\0'}, wanted[2] = {name[0], '\0'};
        if (name[0] && oidc_header_same(byte, wanted)) {
            names->first[b] = 1;
        }
    }
}

struct httpd_names *httpd_scrub_names(apr_pool_t *pool, const char *prefix,
                                      const char *const *exact)
{
    struct httpd_names *names = apr_pcalloc(pool, sizeof *names);
    names->prefix = prefix ? prefix : "";
    names->prefix_len = strlen(names->prefix);
    names->exact = exact;
    scrub_add_first(names, OWN_PREFIX);
    scrub_add_first(names, names->prefix);
    for (; exact && *exact; exact++) {
        scrub_add_first(names, *exact);
    }
    return names;
}

static int scrub_is_exact(const struct httpd_names *names, const char *name)
{
    for (const char *const *e = names->exact; e && *e; e++) {
        if (oidc_header_same(name, *e)) {
            return 1;
        }
    }
    return 0;
}

/*
 * CHECK namespace: folded, because '-', '.' and case are lost on the way to CGI and many back ends;
 * N103-N106
 */
int httpd_scrub_is_ours(const struct httpd_names *names, const char *header)
{
    if (!names->first[(unsigned char)header[0]]) {
        return 0;
    }
    return oidc_header_starts(header, OWN_PREFIX, sizeof OWN_PREFIX - 1) ||
           (names->prefix_len && oidc_header_starts(header, names->prefix, names->prefix_len)) ||
           scrub_is_exact(names, header);
}

int httpd_scrub_is_our_variable(const struct httpd_names *names, const char *variable)
{
    if (!names->first[(unsigned char)variable[0]]) {
        return 0;
    }
    for (const char *const *v = scrub_variables; *v; v++) {
        if (oidc_header_same(variable, *v)) {
            return 1;
        }
    }
    return (names->prefix_len && oidc_header_starts(variable, names->prefix, names->prefix_len)) ||
           scrub_is_exact(names, variable);
}

typedef int (scrub_match)(const struct httpd_names *names, const char *name);

static int scrub_table(const struct httpd_names *names, apr_table_t *t, apr_pool_t *pool,
                       scrub_match *is_ours)
{
    const apr_array_header_t *all = apr_table_elts(t);
    const apr_table_entry_t *e = (const apr_table_entry_t *)(const void *)all->elts;
    const char **found = NULL;
    int n = 0;
    for (int i = 0; i < all->nelts; i++) {
        if (e[i].key && is_ours(names, e[i].key)) {
            if (!found) {
                found = apr_palloc(pool, sizeof *found * (size_t)all->nelts);
            }
            found[n++] = e[i].key;
        }
    }
    for (int i = 0; i < n; i++) {
        apr_table_unset(t, found[i]); /* all entries of the name */
    }
    return n > 0;
}

int httpd_scrub_headers(const struct httpd_names *names, apr_table_t *headers, apr_pool_t *pool)
{
    return scrub_table(names, headers, pool, httpd_scrub_is_ours);
}

int httpd_scrub_exact(const struct httpd_names *names, apr_table_t *headers, apr_pool_t *pool)
{
    return scrub_table(names, headers, pool, scrub_is_exact);
}

void httpd_scrub_variables(const struct httpd_names *names, apr_table_t *env, apr_pool_t *pool)
{
    scrub_table(names, env, pool, httpd_scrub_is_our_variable);
}

static int scrub_token(void *baton, const char *token)
{
    return httpd_scrub_is_ours(baton, token);
}

void httpd_scrub_hop_lists(const struct httpd_names *names, apr_table_t *headers, apr_pool_t *pool)
{
    static const char *const lists[] = {"Connection", "Proxy-Connection", "Keep-Alive",
                                        "TE",         "Trailer",          NULL};
    for (const char *const *list = lists; *list; list++) {
        const char *value = apr_table_get(headers, *list);
        if (!value) {
            continue;
        }
        const char *rest =
            oidc_header_drop_tokens(pool, value, scrub_token, (void *)(uintptr_t)names);
        if (!rest) {
            apr_table_unset(headers, *list);
        } else if (rest != value) {
            apr_table_setn(headers, *list, rest);
        }
    }
}
