/* SPDX-License-Identifier: Apache-2.0 */
/* OpenSSL's error queue: read once, then emptied. */
#include "jose/openssl_err.h"

#include <openssl/err.h>

void oidc_openssl_forget(void)
{
    ERR_clear_error();
}

enum oidc_rc oidc_openssl_fail(struct oidc_ctx *ctx, enum oidc_code code, const char *what)
{
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    enum oidc_rc rc = oidc_fail(ctx, code, "%s: %s", what, reason ? reason : "no reason given");
    ERR_clear_error();
    return rc;
}
