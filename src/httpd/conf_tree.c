/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What sections say together, read from the tree of directives: other modules' directives
 * (AuthType, Require) decide whether anything is protected at all.
 */
#include "httpd/conf_check.h"

#include "apr_strings.h"
#include "http_config.h"
#include "util_cfgtree.h"

#define DEPTH_MAX 64

static int tree_is(const ap_directive_t *d, const char *name)
{
    return strcasecmp(d->directive, name) == 0;
}

static const char *tree_word(apr_pool_t *pool, const ap_directive_t *d, int i)
{
    const char **words;
    int n = httpd_table_split(pool, d->args, 0, &words);
    return i < n ? words[i] : "";
}


/* 1 when the section, or a section within it, has a Require line. */
static int tree_requires(const ap_directive_t *d, int depth)
{
    for (; d && depth < DEPTH_MAX; d = d->next) {
        if (tree_is(d, "Require") || (d->first_child && tree_requires(d->first_child, depth + 1))) {
            return 1;
        }
    }
    return 0;
}

static void tree_check_auth_type(struct httpd_report *report, const ap_directive_t *d)
{
    const char *type = tree_word(report->pool, d, 0);
    if (strcasecmp(type, "oauth20") == 0 || strcasecmp(type, "auth-openidc") == 0) {
        httpd_report_line(report, OIDC_LOG_ERROR, d->filename, d->line_num,
                          apr_psprintf(report->pool,
                                       "AuthType %s is not supported by this version; "
                                       "openid-connect is", type));
        return;
    }
    const ap_directive_t *section = d->parent;
    /* CHECK Require: AuthType alone protects nothing; N255 */
    if (strcasecmp(type, "openid-connect") == 0 &&
        !tree_requires(section ? section->first_child : ap_conftree, 0)) {
        httpd_report_line(report, OIDC_LOG_WARNING, d->filename, d->line_num,
                          apr_psprintf(report->pool,
                                       "AuthType openid-connect without a Require line in %s%s: "
                                       "it is open to everybody unless another section says "
                                       "Require; add \"Require valid-user\"",
                                       section ? section->directive : "the main server",
                                       section ? apr_pstrcat(report->pool, " ", section->args,
                                                            NULL) : ""));
    }
}

/*
 * Lines of Require beside each other are alternatives: valid-user makes a claim beside it
 * pointless.
 */
static void tree_check_alternatives(struct httpd_report *report, const ap_directive_t *first)
{
    const ap_directive_t *anybody = NULL, *claim = NULL;
    for (const ap_directive_t *d = first; d; d = d->next) {
        if (!tree_is(d, "Require")) {
            continue;
        }
        if (strcasecmp(tree_word(report->pool, d, 0), "valid-user") == 0) {
            anybody = d;
        } else if (strcasecmp(tree_word(report->pool, d, 0), "claim") == 0) {
            claim = d;
        }
    }
    if (anybody && claim && !(first->parent && strncasecmp(first->parent->directive,
                                                           "<RequireAll", 11) == 0)) {
        httpd_report_line(report, OIDC_LOG_WARNING, claim->filename, claim->line_num,
                          "Require claim beside Require valid-user: the lines are alternatives, "
                          "so every signed-in user gets in; put them into <RequireAll>, or drop "
                          "valid-user");
    }
}

/* The first directive of that name, in whatever section; NULL when there is none. */
static const ap_directive_t *tree_find(const ap_directive_t *d, const char *name, int depth)
{
    for (; d && depth < DEPTH_MAX; d = d->next) {
        const ap_directive_t *inner =
            d->first_child ? tree_find(d->first_child, name, depth + 1) : NULL;
        if (inner || tree_is(d, name)) {
            return inner ? inner : d;
        }
    }
    return NULL;
}

/* mod_cache's quick handler answers before anybody looks at who asks (N249). */
static void tree_check_cache(struct httpd_report *report)
{
    const ap_directive_t *cache = tree_find(ap_conftree, "CacheEnable", 0);
    const ap_directive_t *quick = tree_find(ap_conftree, "CacheQuickHandler", 0);
    if (cache && !(quick && strcasecmp(tree_word(report->pool, quick, 0), "off") == 0)) {
        httpd_report_line(report, OIDC_LOG_WARNING, cache->filename, cache->line_num,
                          "CacheEnable with CacheQuickHandler On: what is in the cache is handed out "
                          "before a sign-in is asked for; set CacheQuickHandler Off");
    }
}

static void tree_walk(struct httpd_report *report, const ap_directive_t *first, int depth)
{
    tree_check_alternatives(report, first);
    for (const ap_directive_t *d = first; d && depth < DEPTH_MAX; d = d->next) {
        if (tree_is(d, "AuthType")) {
            tree_check_auth_type(report, d);
        }
        if (d->first_child) {
            tree_walk(report, d->first_child, depth + 1);
        }
    }
}

void httpd_tree_check(struct httpd_report *report)
{
    if (ap_conftree) {
        tree_walk(report, ap_conftree, 0);
        tree_check_cache(report);
    }
}
