/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of errors.def, and the record of the first failure. */
#include "oidc/err.h"

#include "core/log.h"
#include "oidc/ctx.h"

static const struct oidc_error_row rows[OIDC_E_COUNT] = {
#define ERROR_ROW(code, oauth, status, level, whom, retry, sentence, remedy)                       \
    [OIDC_E_##code] = {"OIDC-" #code, oauth, status, OIDC_LOG_##level, OIDC_WHOM_##whom, retry,    \
                       sentence, remedy},
#include "core/errors.def"
#undef ERROR_ROW
};

const struct oidc_error_row *oidc_error_row(enum oidc_code code)
{
    if ((unsigned)code >= OIDC_E_COUNT || !rows[code].id) {
        return &rows[OIDC_E_INTERNAL];
    }
    return &rows[code];
}

enum oidc_rc oidc_fail_at(struct oidc_ctx *ctx, enum oidc_code code, const char *file, int line,
                          const char *fmt, ...)
{
    if (ctx->err.code != OIDC_E_NONE) {
        return OIDC_FAILED;
    }
    va_list ap;
    va_start(ap, fmt);
    ctx->err.detail = oidc_log_print(ctx->pool, fmt, ap);
    va_end(ap);
    ctx->err.code = code == OIDC_E_NONE ? OIDC_E_INTERNAL : code;
    ctx->err.file = file;
    ctx->err.line = line;
    return OIDC_FAILED;
}
