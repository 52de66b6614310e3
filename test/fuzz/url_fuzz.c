/* SPDX-License-Identifier: Apache-2.0 */
/* URLs and redirect targets: what is accepted is of the own origin and parses to itself. */
#include "fuzz.h"

#include "oidc/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct oidc_redirect_rule rule = {{"https", "rp.test", 443}, NULL, NULL};
    struct oidc_ctx ctx;
    struct oidc_url u, again;
    const char *out = NULL;
    fuzz_start(&ctx);
    char *text = oidc_str_dup(ctx.pool, oidc_str((const char *)data, size));
    if (oidc_url_parse(&ctx, text, "x", &u) == OIDC_OK) {
        const char *printed = oidc_url_print(ctx.pool, &u);
        MUST(oidc_url_parse(&ctx, printed, "x", &again) == OIDC_OK);
        MUST(strcmp(printed, oidc_url_print(ctx.pool, &again)) == 0);
        MUST(u.port > 0 && u.port < 65536 && u.path[0] == '/' && !strpbrk(u.host, "@/\\?#% "));
        (void)oidc_url_is_loopback(&u);
    }
    oidc_ctx_clear(&ctx);
    if (oidc_url_check_redirect(&ctx, &rule, text, &out) == OIDC_OK) {
        MUST(strncmp(out, "https://rp.test/", 16) == 0);
        MUST(oidc_str_is_printable(oidc_str_z(out)) && !strpbrk(out, " \\"));
    } else {
        MUST(ctx.err.code == OIDC_E_REDIRECT);
    }
    return fuzz_end(&ctx);
}
