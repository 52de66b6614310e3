/* SPDX-License-Identifier: Apache-2.0 */
/* One shared object, two module records. */
#include "httpd/alias.h"

#include "mod_so.h"

#include "httpd/glue.h"

#define OWN_SYMBOL "oidc_module"
#define OTHER_SYMBOL "auth_openidc_module"
#define OTHER_FILE "mod_auth_openidc.c"

typedef module *(find_fn)(server_rec *, const char *);

/* What happened while this configuration was read. */
static struct {
    module saved;  /* the second record as it was before it was emptied */
    int entered;   /* the second record was added, by us */
    int twice;     /* and again, by a LoadModule line of its own */
    find_fn *find; /* mod_so's */
} alias;

/* <IfModule X_module> and LogLevel look for the symbol that LoadModule named: both are answered. */
static module *alias_find(server_rec *s, const char *symbol)
{
    module *found = alias.find ? alias.find(s, symbol) : NULL;
    if (!found && (strcmp(symbol, OWN_SYMBOL) == 0 || strcmp(symbol, OTHER_SYMBOL) == 0)) {
        return httpd_module_alias;
    }
    return found;
}

/*
 * Takes the second record out again, and makes both fit to be added once more should the shared
 * object stay in memory: httpd leaves `next` of a removed record as it was, and would then take the
 * record for a present one.
 */
static apr_status_t alias_leave(void *baton)
{
    (void)baton;
    if (alias.entered && !alias.twice) {
        ap_remove_loaded_module(httpd_module_alias);
    }
    *httpd_module_alias = alias.saved;
    httpd_module_alias->module_index = -1;
    httpd_module_alias->next = NULL;
    httpd_module->next = NULL;
    httpd_module = NULL;
    httpd_module_alias = NULL;
    memset(&alias, 0, sizeof alias);
    return APR_SUCCESS;
}

static void alias_empty(module *record)
{
    alias.saved = *record;
    record->create_dir_config = NULL;
    record->merge_dir_config = NULL;
    record->create_server_config = NULL;
    record->merge_server_config = NULL;
    record->cmds = NULL;
}

int httpd_alias_enter(module *loaded, module *other, apr_pool_t *pool)
{
    if (httpd_module) {
        alias.twice = alias.entered;
        alias.entered = 1;
        return 0;
    }
    httpd_module = loaded;
    httpd_module_alias = other;
    alias_empty(other);
    alias.find = APR_RETRIEVE_OPTIONAL_FN(ap_find_loaded_module_symbol);
    apr_dynamic_fn_register("ap_find_loaded_module_symbol", (apr_opt_fn_t *)alias_find);
    apr_pool_cleanup_register(pool, NULL, alias_leave, apr_pool_cleanup_null);
    return 1;
}

const char *httpd_alias_add(apr_pool_t *pool)
{
    int is_other = strcmp(httpd_module_alias->name, OTHER_FILE) == 0;
    return ap_add_loaded_module(httpd_module_alias, pool, is_other ? OTHER_SYMBOL : OWN_SYMBOL);
}

const char *httpd_alias_refuse(void)
{
    if (alias.twice) {
        return "mod_oidc.so is loaded as oidc_module and as auth_openidc_module: remove one of "
               "the two LoadModule lines; with either, <IfModule> and LogLevel understand both "
               "names";
    }
    for (const module *m = ap_top_module; m; m = m->next) {
        if (m != httpd_module && m != httpd_module_alias && strcmp(m->name, OTHER_FILE) == 0) {
            return "mod_oidc.so is loaded beside mod_auth_openidc.so, and both have the same "
                   "directives: remove one of the two LoadModule lines";
        }
    }
    return NULL;
}
