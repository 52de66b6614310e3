/* SPDX-License-Identifier: Apache-2.0 */
/* Log lines: the core's levels and contexts to httpd's, with the request's own LogLevel. */
#include "httpd/glue.h"

#include "apr_strings.h"
#include "http_core.h"
#include "http_log.h"
#include "oidc/b64.h"

#define INCIDENT_BYTES 9

static int log_level(enum oidc_level level)
{
    static const int levels[] = {
        [OIDC_LOG_ERROR] = APLOG_ERR,   [OIDC_LOG_WARNING] = APLOG_WARNING,
        [OIDC_LOG_NOTICE] = APLOG_NOTICE, [OIDC_LOG_INFO] = APLOG_INFO,
        [OIDC_LOG_DEBUG] = APLOG_DEBUG, [OIDC_LOG_TRACE] = APLOG_TRACE1,
    };
    return levels[level];
}

static int log_allows(const struct httpd_log *log, const module *m)
{
    return log->r ? ap_get_request_module_loglevel(log->r, m->module_index)
                  : ap_get_server_module_loglevel(log->s, m->module_index);
}

/* LogLevel may name either record; whichever lets more through counts. */
static const module *log_module(const struct httpd_log *log, int level)
{
    if (httpd_module_alias && log_allows(log, httpd_module) < level &&
        log_allows(log, httpd_module_alias) >= level) {
        return httpd_module_alias;
    }
    return httpd_module;
}

int httpd_log_wants(void *log_baton, enum oidc_level level)
{
    const struct httpd_log *log = log_baton;
    return log_allows(log, log_module(log, log_level(level))) >= log_level(level);
}

void httpd_log_write(void *log_baton, enum oidc_level level, const char *file, int line,
                     const char *text)
{
    const struct httpd_log *log = log_baton;
    int at = log_level(level);
    const module *m = log_module(log, at);
    if (log_allows(log, m) < at) {
        return;
    }
    if (log->r) {
        ap_log_rerror_(file, line, m->module_index, at, 0, log->r, "%s", text);
    } else {
        ap_log_error_(file, line, m->module_index, at, 0, log->s, "%s", text);
    }
}

void httpd_log_failure(struct oidc_ctx *ctx, const char *incident)
{
    const struct oidc_error_row *row = oidc_error_row(ctx->err.code);
    size_t n = strlen(row->sentence);
    if (!httpd_log_wants(ctx->log_baton, row->level)) {
        return;
    }
    const char *detail = ctx->err.detail ? ctx->err.detail : "no detail";
    const char *text = apr_psprintf(ctx->pool, "%s [%s] %.*s: %s (%s)", row->id, incident,
                                    (int)(n ? n - 1 : 0), row->sentence, detail, row->remedy);
    httpd_log_write(ctx->log_baton, row->level, ctx->err.file, ctx->err.line, text);
}

const char *httpd_log_incident(struct oidc_ctx *ctx)
{
    unsigned char bytes[INCIDENT_BYTES];
    if (ctx->env->random(ctx->env->baton, bytes, sizeof bytes) != OIDC_OK) {
        return "no-id";
    }
    return oidc_b64url_print(ctx->pool, oidc_str((const char *)bytes, sizeof bytes));
}

void httpd_log_start(server_rec *s, enum oidc_level level, const char *fmt, ...)
{
    char text[2048];
    va_list args;
    va_start(args, fmt);
    apr_vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    ap_log_error_(__FILE__, __LINE__, httpd_module->module_index, APLOG_STARTUP | log_level(level),
                  0, s, "%s", text);
}
