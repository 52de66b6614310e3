/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The server's regular expressions behind the interfaces that the core and the relying party call.
 */
#include "httpd/regex.h"

#include "httpd.h"
#include "ap_regex.h"
#include "apr_strings.h"

#include "httpd/conf.h"

#define GROUPS 10

void *httpd_regex_compile(apr_pool_t *pool, const char *pattern, const char **error)
{
    ap_regex_t *compiled = ap_pregcomp(pool, pattern, AP_REG_EXTENDED);
    if (!compiled) {
        *error = "it can't be compiled";
    }
    return compiled;
}

static int regex_exec(void *compiled, const char *subject)
{
    return ap_regexec(compiled, subject, 0, NULL, 0) == 0;
}

const struct oidc_match_regex httpd_regex = {httpd_regex_compile, regex_exec};

const char *httpd_regex_substitute(apr_pool_t *pool, void *compiled, const char *substitution,
                                   const char *subject)
{
    ap_regmatch_t groups[GROUPS];
    if (ap_regexec(compiled, subject, GROUPS, groups, 0) != 0) {
        return NULL;
    }
    if (!substitution) {
        substitution = ((ap_regex_t *)compiled)->re_nsub > 0 ? "$1" : "$0";
    }
    return ap_pregsub(pool, substitution, subject, GROUPS, groups);
}

int httpd_regex_any(void *regexes, const char *subject)
{
    const struct httpd_regexes *list = regexes;
    for (int i = 0; list && i < list->n; i++) {
        if (regex_exec(list->compiled[i], subject)) {
            return 1;
        }
    }
    return 0;
}
