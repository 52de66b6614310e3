/* SPDX-License-Identifier: Apache-2.0 */
/* The checks of mod_oidc's configuration. */
#ifndef HTTPD_CONF_CHECK_H
#define HTTPD_CONF_CHECK_H

#include "httpd/conf.h"
#include "httpd/report.h"

/* ---- conf_tree.c ---- */
/* What the sections say together: AuthType without Require, alternatives taken for conditions. */
void httpd_tree_check(struct httpd_report *report);

#endif
