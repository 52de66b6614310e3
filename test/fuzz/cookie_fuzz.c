/* SPDX-License-Identifier: Apache-2.0 */
/* Cookie headers: views stay inside, and what is rebuilt has the same pairs. */
#include "fuzz.h"

#include "oidc/cookie.h"
#include "oidc/header.h"

static int never(void *baton, const char *token)
{
    (void)baton;
    return token[0] == 'x';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"session", "state", NULL};
    struct oidc_ctx ctx;
    struct oidc_str header = oidc_str((const char *)data, size), name, value, n2, v2;
    const char *left = NULL;
    size_t pos2 = 0;
    fuzz_start(&ctx);
    for (size_t pos = 0; oidc_cookie_next(header, &pos, &name, &value);) {
        MUST(name.n > 0 && name.p >= header.p && value.p + value.n <= header.p + header.n);
        MUST(oidc_cookie_find(header, name, &v2));
    }
    if (oidc_cookie_strip(ctx.pool, header, names, &left)) {
        struct oidc_str rest = oidc_str_z(left);
        for (size_t pos = 0; oidc_cookie_next(header, &pos, &name, &value);) {
            if (oidc_str_eq(name, oidc_str_z("session")) || oidc_str_eq(name,
                oidc_str_z("state"))) {
                continue;
            }
            if (memchr(name.p, 0, name.n) || memchr(value.p, 0, value.n)) {
                break; /* the rebuilt header ends at a NUL */
            }
            MUST(oidc_cookie_next(rest, &pos2, &n2, &v2));
            MUST(oidc_str_eq(name, n2) && oidc_str_eq(value, v2));
        }
    }
    char *text = oidc_str_dup(ctx.pool, header);
    (void)oidc_cookie_is_name(text);
    (void)oidc_header_starts(text, "OIDC_", 5);
    (void)oidc_header_drop_tokens(ctx.pool, text, never, NULL);
    MUST(oidc_str_is_printable(oidc_str_z(oidc_header_value(ctx.pool, text))));
    MUST(oidc_str_is_printable(oidc_str_z(oidc_header_name(ctx.pool, "P_", header))));
    MUST(oidc_str_is_printable(oidc_str_z(oidc_header_quote(ctx.pool, text))));
    MUST(oidc_str_is_printable(oidc_str_z(oidc_log_quote_n(ctx.pool, header.p, header.n))));
    return fuzz_end(&ctx);
}
