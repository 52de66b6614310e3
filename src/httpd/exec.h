/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets from a program, while the configuration is read. */
#ifndef HTTPD_EXEC_H
#define HTTPD_EXEC_H

#include "oidc/str.h"

struct cmd_parms_struct;
struct oidc_secret;

/*
 * Runs a program (its path against ServerRoot, which is its directory as well; no shell) and takes the first line it
 * prints, at most 4096 bytes, within 10 seconds. NULL, or a message; the line is never part of it.
 */
const char *httpd_exec_line(struct cmd_parms_struct *cmd, const char *command, struct oidc_str *out);

/* A secret as a directive gives it: the text itself, or exec: and a program. NULL, or a message without the secret. */
const char *httpd_exec_secret(struct cmd_parms_struct *cmd, const char *word, const struct oidc_secret **out);

#endif
