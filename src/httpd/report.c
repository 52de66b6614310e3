/* SPDX-License-Identifier: Apache-2.0 */
/* Reports of the configuration's checks. */
#include "httpd/report.h"

#include "apr_strings.h"

/*
 * While httpd reads its configuration lines go to the terminal, and there the level shows in the
 * text alone.
 */
static void report_put(const struct httpd_report *report, enum oidc_level level, const char *text)
{
    struct httpd_log log = {NULL, report->s};
    if (level != OIDC_LOG_ERROR && !report->warnings) {
        return;
    }
    if (report->serving) {
        if (level != OIDC_LOG_ERROR) {
            httpd_log_write(&log, level, __FILE__, __LINE__, text);
        }
    } else {
        httpd_log_start(report->s, level, "%s%s",
                        level == OIDC_LOG_ERROR     ? ""
                        : level == OIDC_LOG_WARNING ? "Warning: "
                                                    : "Note: ",
                        text);
    }
}

static void report_at(const struct httpd_report *report, enum oidc_level level, int row,
                      const char *text)
{
    const server_rec *s = report->s;
    const ap_directive_t *at =
        row >= 0 && report->head->where ? report->head->where[row] : NULL;
    const char *file = at ? at->filename : s->defn_name;
    int line = at ? at->line_num : (int)s->defn_line_number;
    const char *place = file ? apr_psprintf(report->pool, "%s:%d: ", file, line) : "";
    report_put(report, level,
               apr_psprintf(report->pool, "%s%s (virtual host %s)", place, text,
                            s->server_hostname ? s->server_hostname : "without ServerName"));
}

void httpd_report_mistake(struct httpd_report *report, int row, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    report_at(report, OIDC_LOG_ERROR, row, apr_pvsprintf(report->pool, fmt, args));
    va_end(args);
    report->mistakes++;
}

void httpd_report_warning(struct httpd_report *report, int row, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    report_at(report, OIDC_LOG_WARNING, row, apr_pvsprintf(report->pool, fmt, args));
    va_end(args);
}

void httpd_report_notice(struct httpd_report *report, int row, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    report_at(report, OIDC_LOG_NOTICE, row, apr_pvsprintf(report->pool, fmt, args));
    va_end(args);
}

void httpd_report_line(struct httpd_report *report, enum oidc_level level, const char *file,
                       int line, const char *text)
{
    report->mistakes += level == OIDC_LOG_ERROR;
    report_put(report, level, apr_psprintf(report->pool, "%s:%d: %s", file, line, text));
}
