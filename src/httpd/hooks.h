/* SPDX-License-Identifier: Apache-2.0 */
/* The hooks of mod_oidc, as mod_oidc.c registers them. */
#ifndef HTTPD_HOOKS_H
#define HTTPD_HOOKS_H

#include "httpd.h"
#include "http_config.h"

/* ---- hook_authn.c ---- */
int httpd_authn_check(request_rec *r);
/* 1 when the AuthType in effect is openid-connect, in any case of letters. */
int httpd_authn_is_ours(request_rec *r, const char **type);

/* ---- hook_authz.c ---- */
int httpd_authz_check(request_rec *r);
void httpd_authz_register(apr_pool_t *pool);

/* ---- hook_endpoint.c ---- */
int httpd_endpoint_access(request_rec *r);
int httpd_endpoint_fixup(request_rec *r);
int httpd_endpoint_run(request_rec *r);

/* ---- conf.c ---- */
void *httpd_conf_make_server(apr_pool_t *pool, server_rec *s);
void *httpd_conf_merge_server(apr_pool_t *pool, void *outer, void *inner);
void *httpd_conf_make_dir(apr_pool_t *pool, char *section);
void *httpd_conf_merge_dir(apr_pool_t *pool, void *outer, void *inner);
extern const command_rec httpd_conf_commands[];

/* ---- conf_check.c ---- */
/* All mistakes of all virtual hosts, each with its place; then OK or an error. */
int httpd_conf_check(apr_pool_t *pool, apr_pool_t *log, apr_pool_t *temp, server_rec *s);

/* The warnings alone, for the log file. */
void httpd_conf_warn(apr_pool_t *temp, server_rec *s);

/* ---- child.c ---- */
int httpd_child_prepare(apr_pool_t *pool, apr_pool_t *log, apr_pool_t *temp);
int httpd_child_start(apr_pool_t *pool, apr_pool_t *log, apr_pool_t *temp, server_rec *s);
void httpd_child_start_process(apr_pool_t *pool, server_rec *s);

#endif
