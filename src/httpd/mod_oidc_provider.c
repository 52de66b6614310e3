/* SPDX-License-Identifier: Apache-2.0 */
/* mod_oidc_provider: its record and its hooks, nothing else. */
#include "httpd.h"
#include "http_config.h"
#include "http_protocol.h"
#include "http_request.h"
#include "mod_auth.h"

#include "httpd/conf_provider.h"
#include "httpd/exchange.h"
#include "httpd/glue.h"

#define EXPORTED __attribute__((visibility("default")))

module *httpd_module;
module *httpd_module_alias;

/* The record as this file sees it: another object's symbol of this name must not get between. */
extern module provider_record __attribute__((visibility("hidden"), alias("oidc_provider_module")));

static void provider_register(apr_pool_t *pool)
{
    (void)pool;
    httpd_module = &provider_record;
    ap_hook_check_config(httpd_op_conf_check, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_post_config(httpd_provider_start, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_check_access_ex(httpd_provider_access, NULL, NULL, APR_HOOK_FIRST,
                            AP_AUTH_INTERNAL_PER_CONF);
    ap_hook_fixups(httpd_provider_fixup, NULL, NULL, APR_HOOK_REALLY_FIRST);
    ap_hook_handler(httpd_provider_run, NULL, NULL, APR_HOOK_FIRST);
    httpd_page_register("OIDC_PROVIDER_PAGE");
}

EXPORTED module oidc_provider_module = {
    .version = MODULE_MAGIC_NUMBER_MAJOR,
    .minor_version = MODULE_MAGIC_NUMBER_MINOR,
    .module_index = -1,
    .name = "mod_oidc_provider.c",
    .magic = MODULE_MAGIC_COOKIE,
    .create_server_config = httpd_op_conf_make,
    .merge_server_config = httpd_op_conf_merge,
    .cmds = httpd_op_conf_commands,
    .register_hooks = provider_register,
};
