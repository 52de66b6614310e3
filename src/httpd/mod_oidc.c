/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mod_oidc: its records and its hooks, nothing else.
 *
 * LoadModule names one of the two records (see alias.h). In the order in which a request meets
 * them:
 */
#include "httpd.h"
#include "http_config.h"
#include "http_protocol.h"
#include "http_request.h"
#include "mod_auth.h"

#include "httpd/alias.h"
#include "httpd/exchange.h"
#include "httpd/glue.h"
#include "httpd/hooks.h"
#include "httpd/offer.h"
#include "httpd/request.h"

#define EXPORTED __attribute__((visibility("default")))

module *httpd_module;
module *httpd_module_alias;

static void oidc_register(apr_pool_t *pool)
{
    /* starting */
    ap_hook_pre_config(httpd_child_prepare, NULL, NULL, APR_HOOK_FIRST);
    ap_hook_check_config(httpd_conf_check, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_post_config(httpd_child_start, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_child_init(httpd_child_start_process, NULL, NULL, APR_HOOK_MIDDLE);
    /* a request: what clients say in our names goes first */
    httpd_pass_register(pool);
    /* the redirect URI needs no sign-in */
    ap_hook_check_access_ex(httpd_endpoint_access, NULL, NULL, APR_HOOK_FIRST,
                            AP_AUTH_INTERNAL_PER_CONF);
    ap_hook_check_authn(httpd_authn_check, NULL, NULL, APR_HOOK_MIDDLE, AP_AUTH_INTERNAL_PER_CONF);
    httpd_authz_register(pool);
    ap_hook_fixups(httpd_endpoint_fixup, NULL, NULL, APR_HOOK_REALLY_FIRST);
    ap_hook_handler(httpd_endpoint_run, NULL, NULL, APR_HOOK_REALLY_FIRST);
    /* refusals */
    httpd_page_register("OIDC_PAGE");
    /* other modules */
    httpd_offer_register();
}

/*
 * The records as this file sees them: another object's symbols of these names must not get between.
 */
extern module oidc_own_record __attribute__((visibility("hidden"), alias("oidc_module")));
extern module oidc_other_record __attribute__((visibility("hidden"), alias("auth_openidc_module")));

static void oidc_enter(module *loaded, module *other, apr_pool_t *pool)
{
    if (httpd_alias_enter(loaded, other, pool)) {
        oidc_register(pool);
        httpd_alias_add(pool);
    }
}

static void oidc_enter_own(apr_pool_t *pool)
{
    oidc_enter(&oidc_own_record, &oidc_other_record, pool);
}

static void oidc_enter_other(apr_pool_t *pool)
{
    oidc_enter(&oidc_other_record, &oidc_own_record, pool);
}

#define RECORD(file, enter) \
    { \
        .version = MODULE_MAGIC_NUMBER_MAJOR, .minor_version = MODULE_MAGIC_NUMBER_MINOR, \
        .module_index = -1, .name = file, .magic = MODULE_MAGIC_COOKIE, \
        .create_dir_config = httpd_conf_make_dir, .merge_dir_config = httpd_conf_merge_dir, \
        .create_server_config = httpd_conf_make_server, \
        .merge_server_config = httpd_conf_merge_server, .cmds = httpd_conf_commands, \
        .register_hooks = enter \
    }

EXPORTED module oidc_module = RECORD("mod_oidc.c", oidc_enter_own);
EXPORTED module auth_openidc_module = RECORD("mod_auth_openidc.c", oidc_enter_other);
