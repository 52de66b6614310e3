/* SPDX-License-Identifier: Apache-2.0 */
/* The one setter of all directives. */
#ifndef HTTPD_DIRECTIVE_H
#define HTTPD_DIRECTIVE_H

#include "httpd.h"
#include "http_config.h"
#include "httpd/table.h"
#include "oidc/str.h"

#define HTTPD_WHERE_SERVER RSRC_CONF
#define HTTPD_WHERE_DIR (RSRC_CONF | ACCESS_CONF | OR_AUTHCFG)

/* For RAW_ARGS; cmd->info is the row. NULL, or what was expected. */
const char *httpd_directive_set(cmd_parms *cmd, void *section, const char *line);
/* 1 while .htaccess is read, which is while requests are served. */
int httpd_directive_is_late(const cmd_parms *cmd);
/* Contents of a file, its path against ServerRoot, at most 1 MiB; in cmd->temp_pool. *path may be NULL. */
const char *httpd_directive_read_file(cmd_parms *cmd, const char *name, const char **path, struct oidc_str *out);
/* An expression; flags as for ap_expr_parse_cmd. From .htaccess it may read no files and run no programs. */
const char *httpd_directive_compile(cmd_parms *cmd, const char *text, unsigned flags, void **out);

#endif
