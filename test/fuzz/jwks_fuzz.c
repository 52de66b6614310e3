/* SPDX-License-Identifier: Apache-2.0 */
/* Key sets from outside: what is kept can be published again, and nothing private is kept. */
#include "fuzz.h"

#include "oidc/jwk.h"

static void same_keys(struct oidc_ctx *ctx, const struct oidc_jwks *a, const struct oidc_jwks *b)
{
    const char *x, *y;
    MUST(oidc_jwks_count(a) == oidc_jwks_count(b));
    for (int i = 0; i < oidc_jwks_count(a); i++) {
        const struct oidc_jwk *jwk = oidc_jwks_at(a, i);
        MUST(!oidc_jwk_info(jwk)->is_private && strcmp(oidc_jwk_info(jwk)->kty, "oct") != 0);
        MUST(oidc_jwk_thumbprint(ctx, jwk, &x) == OIDC_OK);
        MUST(oidc_jwk_thumbprint(ctx, oidc_jwks_at(b, i), &y) == OIDC_OK);
        MUST(strcmp(x, y) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct oidc_ctx ctx;
    struct oidc_jwks *set, *again;
    const char *text;
    fuzz_start(&ctx);
    if (oidc_jwks_parse(&ctx, ctx.pool, oidc_str((const char *)data, size), &set) != OIDC_OK) {
        MUST(ctx.err.code == OIDC_E_JWKS);
        return fuzz_end(&ctx);
    }
    MUST(oidc_jwks_count(set) <= OIDC_JWKS_MAX_KEYS);
    MUST(oidc_jwks_print_public(&ctx, set, OIDC_ALG_RS256, &text) == OIDC_OK);
    MUST(oidc_jwks_parse(&ctx, ctx.pool, oidc_str_z(text), &again) == OIDC_OK);
    same_keys(&ctx, set, again);
    return fuzz_end(&ctx);
}
