/* SPDX-License-Identifier: Apache-2.0 */
/* Reports of the configuration's checks: each names file and line; mistakes stop the server, warnings don't. */
#ifndef HTTPD_REPORT_H
#define HTTPD_REPORT_H

#include "httpd/glue.h"
#include "httpd/table.h"

struct httpd_report {
    apr_pool_t *pool;
    server_rec *s;
    const struct httpd_head *head; /* of the virtual host's configuration */
    int mistakes;
    int serving;  /* 1: after the start has passed; mistakes were written before, warnings go to the log file */
    int warnings; /* 1: warnings are written in this pass */
};

/* "FILE:LINE: TEXT (virtual host NAME)"; `row` is the directive to blame, or -1 for the virtual host itself. */
void httpd_report_mistake(struct httpd_report *report, int row, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void httpd_report_warning(struct httpd_report *report, int row, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void httpd_report_notice(struct httpd_report *report, int row, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* At a line of the configuration that is none of our directives. */
void httpd_report_line(struct httpd_report *report, enum oidc_level level, const char *file, int line, const char *text);

#endif
