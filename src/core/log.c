/* SPDX-License-Identifier: Apache-2.0 */
/* Lines for the log: the port's caller, and foreign text and secrets made fit for a line. */
#include "core/log.h"

#include <apr_strings.h>
#include <stdio.h>
#include <string.h>
#include "oidc/ctx.h"

#define QUOTE_MAX 120

const char *oidc_log_print(apr_pool_t *pool, const char *fmt, va_list ap)
{
    char line[OIDC_LOG_MAX + 1];
    int n = vsnprintf(line, sizeof line, fmt, ap);
    if (n < 0) {
        return "(a line that could not be formatted)";
    }
    if (n > OIDC_LOG_MAX) {
        memcpy(line + OIDC_LOG_MAX - 3, "...", 4);
    }
    for (char *p = line; *p; p++) {
        if ((unsigned char)*p < 0x20 || *p == 0x7f) {
            *p = ' ';
        }
    }
    return apr_pstrdup(pool, line);
}

void oidc_log_at(struct oidc_ctx *ctx, enum oidc_level level, const char *file, int line,
                 const char *fmt, ...)
{
    const struct oidc_env *env = ctx->env;
    if (!env || !env->log || (env->log_wants && !env->log_wants(ctx->log_baton, level))) {
        return;
    }
    va_list ap;
    va_start(ap, fmt);
    const char *text = oidc_log_print(ctx->pool, fmt, ap);
    va_end(ap);
    env->log(ctx->log_baton, level, file, line, text);
}

/* A quote or a backslash is escaped as well: the end of the quoted text is never in doubt. */
static int log_is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

const char *oidc_log_quote_n(apr_pool_t *pool, const char *text, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    if (!text) {
        return "(none)";
    }
    size_t shown = n > QUOTE_MAX ? QUOTE_MAX : n;
    char *out = apr_palloc(pool, 4 * shown + sizeof "\"\"...");
    char *w = out;
    *w++ = '"';
    for (size_t i = 0; i < shown; i++) {
        unsigned char c = (unsigned char)text[i];
        if (log_is_plain(c)) {
            *w++ = (char)c;
        } else {
            *w++ = '\\';
            *w++ = 'x';
            *w++ = digits[c >> 4];
            *w++ = digits[c & 15];
        }
    }
    *w++ = '"';
    memcpy(w, n > shown ? "..." : "", n > shown ? 4 : 1);
    return out;
}

const char *oidc_log_quote(apr_pool_t *pool, const char *text)
{
    return oidc_log_quote_n(pool, text, text ? strlen(text) : 0);
}

const char *oidc_log_secret(apr_pool_t *pool, size_t n)
{
    char text[48];
    snprintf(text, sizeof text, "(secret of %zu bytes)", n);
    return apr_pstrdup(pool, text);
}
