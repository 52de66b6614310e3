/* SPDX-License-Identifier: Apache-2.0 */
/* base64: printing is inverse to parsing, both ways: one text per value. */
#include "fuzz.h"

#include "oidc/b64.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct oidc_ctx ctx;
    struct oidc_str in = oidc_str((const char *)data, size), out, back;
    fuzz_start(&ctx);
    if (oidc_b64url_parse(ctx.pool, in, &out) == OIDC_OK) {
        MUST(oidc_str_eq(oidc_str_z(oidc_b64url_print(ctx.pool, out)), in));
    }
    if (oidc_b64_parse(ctx.pool, in, &out) == OIDC_OK) {
        MUST(oidc_str_eq(oidc_str_z(oidc_b64_print(ctx.pool, out)), in));
    }
    MUST(oidc_b64url_parse(ctx.pool, oidc_str_z(oidc_b64url_print(ctx.pool, in)),
        &back) == OIDC_OK);
    MUST(oidc_str_eq(back, in));
    MUST(oidc_b64_parse(ctx.pool, oidc_str_z(oidc_b64_print(ctx.pool, in)), &back) == OIDC_OK);
    MUST(oidc_str_eq(back, in));
    return fuzz_end(&ctx);
}
