/* SPDX-License-Identifier: Apache-2.0 */
/* PEM files: a private key that was read can be written, and is the same when read again. */
#include "fuzz.h"

#include "oidc/jwk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct oidc_ctx ctx;
    struct oidc_jwk *jwk, *again;
    const char *pem;
    fuzz_start(&ctx);
    if (oidc_jwk_parse_pem(&ctx, ctx.pool, oidc_str((const char *)data, size), NULL, &jwk) !=
        OIDC_OK) {
        MUST(ctx.err.code == OIDC_E_CONFIG);
        return fuzz_end(&ctx);
    }
    if (oidc_jwk_info(jwk)->is_private) {
        MUST(oidc_jwk_print_pem(&ctx, jwk, &pem) == OIDC_OK);
        MUST(oidc_jwk_parse_pem(&ctx, ctx.pool, oidc_str_z(pem), NULL, &again) == OIDC_OK);
        MUST(strcmp(oidc_jwk_info(jwk)->kid, oidc_jwk_info(again)->kid) == 0);
    }
    return fuzz_end(&ctx);
}
