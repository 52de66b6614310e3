/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One shared object, two module records. A site may load it as oidc_module or as auth_openidc_module; the record that was
 * named carries the module, the other one is put beside it, empty, so that every <IfModule> and LogLevel that names
 * either keeps its meaning: a skipped <IfModule> block would leave content open.
 */
#ifndef HTTPD_ALIAS_H
#define HTTPD_ALIAS_H

#include "httpd.h"
#include "http_config.h"

/* From a record's register_hooks. 1: this record carries the module; 0: it is the second one, nothing is to be done. */
int httpd_alias_enter(module *loaded, module *other, apr_pool_t *pool);
/* Puts the second record beside the first: when the first has registered its hooks. NULL, or httpd's message. */
const char *httpd_alias_add(apr_pool_t *pool);
/* When all modules are loaded: NULL, or why this set of them is refused. */
const char *httpd_alias_refuse(void);

#endif
