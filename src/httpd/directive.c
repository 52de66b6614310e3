/* SPDX-License-Identifier: Apache-2.0 */
/* The one setter of all directives, and what reading their values needs of the server. */
#include "httpd/directive.h"

#include "ap_expr.h"
#include "apr_strings.h"
#include "httpd/glue.h"
#include "oidc/str.h"

#define FILE_MAX (1024 * 1024)

int httpd_directive_is_late(const cmd_parms *cmd)
{
    return ap_check_cmd_context((cmd_parms *)(uintptr_t)cmd, NOT_IN_HTACCESS) != NULL;
}

/*
 * Dumps of the configuration show the line; a secret is taken out of it. exec: names a program and
 * stays.
 */
static void directive_hide(cmd_parms *cmd, int n, const char *const *words)
{
    for (int i = 0; i < n; i++) {
        if (strncmp(words[i], "exec:", 5) != 0 && cmd->directive) {
            cmd->directive->args = "(hidden)";
        }
    }
}

const char *httpd_directive_set(cmd_parms *cmd, void *section, const char *line)
{
    const struct httpd_row *row = cmd->info;
    void *conf = row->scope == HTTPD_DIR
                     ? section
                     : ap_get_module_config(cmd->server->module_config, httpd_module);
    struct httpd_head *head = conf;
    const char **words;
    int n = httpd_table_split(cmd->pool, line, row->kind->pairs, &words);
    struct httpd_arg a = {cmd->pool, row, (char *)conf + row->offset, httpd_table_is_set(head, row),
                          cmd};
    const char *message = httpd_table_read(&a, n, words);
    if (row->kind->hidden) {
        directive_hide(cmd, n, words);
    }
    if (!message) {
        head->set[row->index / 64] |= (apr_uint64_t)1 << (row->index % 64);
    }
    if (!message && head->where) {
        head->where[row->index] = cmd->directive;
    }
    return message;
}

static apr_status_t directive_read(apr_file_t *file, apr_pool_t *pool, struct oidc_str *out)
{
    apr_finfo_t info;
    apr_status_t status = apr_file_info_get(&info, APR_FINFO_SIZE | APR_FINFO_TYPE, file);
    if (status != APR_SUCCESS) {
        return status;
    }
    if (info.filetype != APR_REG || info.size > FILE_MAX) {
        return APR_EINVAL;
    }
    apr_size_t n = (apr_size_t)info.size;
    char *bytes = apr_pcalloc(pool, n + 1);
    status = n ? apr_file_read_full(file, bytes, n, &n) : APR_SUCCESS;
    *out = oidc_str(bytes, n);
    return status == APR_EOF ? APR_SUCCESS : status;
}

const char *httpd_directive_read_file(cmd_parms *cmd, const char *name, const char **path,
                                      struct oidc_str *out)
{
    apr_file_t *file;
    char why[128];
    const char *full = ap_server_root_relative(cmd->pool, name);
    apr_status_t status =
        full ? apr_file_open(&file, full, APR_READ, APR_OS_DEFAULT, cmd->temp_pool) : APR_EBADPATH;
    if (status == APR_SUCCESS) {
        status = directive_read(file, cmd->temp_pool, out);
        apr_file_close(file);
    }
    if (path) {
        *path = full;
    }
    return status == APR_SUCCESS
               ? NULL
               : apr_psprintf(cmd->pool, "can't read %s (at most 1 MiB): %s",
                              oidc_log_quote(cmd->pool, name), apr_strerror(status, why,
                                                            sizeof why));
}

const char *httpd_directive_compile(cmd_parms *cmd, const char *text, unsigned flags, void **out)
{
    const char *error = NULL;
    flags |= AP_EXPR_FLAG_DONT_VARY;
    if (httpd_directive_is_late(cmd)) {
        flags |= AP_EXPR_FLAG_RESTRICTED;
    }
    *out = ap_expr_parse_cmd_mi(cmd, text, flags, &error, NULL, httpd_module->module_index);
    return error ? apr_psprintf(cmd->pool, "expected an expression, got %s (%s)",
                                oidc_log_quote(cmd->pool, text), error)
                 : NULL;
}
