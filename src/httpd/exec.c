/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets from a program, while the configuration is read. */
#include "httpd/exec.h"

#include "httpd.h"
#include "apr_strings.h"
#include "apr_thread_proc.h"
#include "http_config.h"
#include "http_main.h"

#include "oidc/ctx.h"
#include "oidc/secret.h"

#define LINE_MAX_BYTES 4096
#define WAIT_SECONDS 10

static apr_status_t exec_start(apr_pool_t *pool, const char *const *argv, apr_proc_t *proc)
{
    apr_procattr_t *attr;
    apr_status_t status;
    if ((status = apr_procattr_create(&attr, pool)) != APR_SUCCESS ||
        (status = apr_procattr_io_set(attr, APR_NO_PIPE, APR_FULL_BLOCK, APR_NO_PIPE)) !=
            APR_SUCCESS ||
        (status = apr_procattr_dir_set(attr, ap_server_root)) != APR_SUCCESS ||
        (status = apr_procattr_error_check_set(attr, 1)) != APR_SUCCESS ||
        (status = apr_procattr_cmdtype_set(attr, APR_PROGRAM_ENV)) != APR_SUCCESS) {
        return status;
    }
    return apr_proc_create(proc, argv[0], argv, NULL, attr, pool);
}

/* Reads to the first newline or the end; 0 when it took too long or is too much. */
static int exec_read(apr_proc_t *proc, char *line, size_t *used)
{
    apr_time_t until = apr_time_now() + apr_time_from_sec(WAIT_SECONDS);
    *used = 0;
    while (*used < LINE_MAX_BYTES) {
        apr_size_t n = 1;
        apr_interval_time_t left = until - apr_time_now();
        if (left <= 0) {
            return 0;
        }
        apr_file_pipe_timeout_set(proc->out, left);
        apr_status_t status = apr_file_read(proc->out, line + *used, &n);
        if (status == APR_EOF || (status == APR_SUCCESS && (n == 0 || line[*used] == '\n'))) {
            return 1;
        }
        if (status != APR_SUCCESS) {
            return 0;
        }
        *used += n;
    }
    return 0;
}

/*
 * Waits a moment for the program's end, then makes it end: nothing of it stays behind. 1: it ended
 * well.
 */
static int exec_end(apr_proc_t *proc, int finished)
{
    int code = 0;
    apr_exit_why_e why = APR_PROC_EXIT;
    apr_status_t status = APR_CHILD_NOTDONE;
    apr_file_close(proc->out);
    for (int i = 0; finished && status == APR_CHILD_NOTDONE && i < WAIT_SECONDS * 50; i++) {
        status = apr_proc_wait(proc, &code, &why, APR_NOWAIT);
        if (status == APR_CHILD_NOTDONE) {
            apr_sleep(apr_time_from_msec(20));
        }
    }
    if (status != APR_CHILD_DONE) {
        apr_proc_kill(proc, SIGKILL);
        apr_proc_wait(proc, &code, &why, APR_WAIT);
        return 0;
    }
    /* it may have had more to say than the one line that we read */
    return APR_PROC_CHECK_EXIT(why) ? code == 0 : code == SIGPIPE;
}

const char *httpd_exec_line(struct cmd_parms_struct *cmd, const char *command, struct oidc_str *out)
{
    apr_proc_t proc;
    char **argv, why[128];
    char *line = apr_palloc(cmd->pool, LINE_MAX_BYTES + 1);
    if (apr_tokenize_to_argv(command, &argv, cmd->temp_pool) != APR_SUCCESS || !argv[0]) {
        return "expected a program behind exec:";
    }
    const char *name = oidc_log_quote(cmd->pool, argv[0]);
    argv[0] = ap_server_root_relative(cmd->temp_pool, argv[0]);
    apr_status_t status =
        argv[0] ? exec_start(cmd->temp_pool, (const char *const *)argv, &proc) : APR_EBADPATH;
    if (status != APR_SUCCESS) {
        return apr_psprintf(cmd->pool, "can't run %s: %s", name,
                            apr_strerror(status, why, sizeof why));
    }
    int finished = exec_read(&proc, line, &out->n);
    if (!exec_end(&proc, finished)) {
        return apr_psprintf(cmd->pool, "%s failed, printed too much, or took longer than %d "
                                       "seconds",
                            name, WAIT_SECONDS);
    }
    if (out->n && line[out->n - 1] == '\r') {
        out->n--;
    }
    line[out->n] = '\0';
    out->p = line;
    return out->n ? NULL : apr_psprintf(cmd->pool, "%s printed nothing", name);
}

const char *httpd_exec_secret(struct cmd_parms_struct *cmd, const char *word,
                              const struct oidc_secret **out)
{
    struct oidc_str bytes = oidc_str_z(word);
    const char *message = NULL;
    int is_program = strncmp(word, "exec:", 5) == 0;
    if (is_program && (message = httpd_exec_line(cmd, word + 5, &bytes)) != NULL) {
        return message;
    }
    if (!bytes.n) {
        return "the secret is empty";
    }
    *out = oidc_secret_make(cmd->pool, bytes);
    if (is_program) {
        oidc_secret_wipe((void *)(uintptr_t)bytes.p, bytes.n);
    }
    return NULL;
}
