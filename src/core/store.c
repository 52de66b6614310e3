/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of the store: <name space>:<section>:<name>, never two ways to read one. */
#include "oidc/store.h"

#include "core/ascii.h"

/* ":x:" inside it, or ":x" at its end, would make two different triples one key. */
static int store_is_name_space(struct oidc_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c <= 0x20 || c == 0x7f) {
            return 0;
        }
        if (c == ':' && i + 1 < s.n && (i + 2 == s.n || s.p[i + 2] == ':')) {
            return 0;
        }
    }
    return 1;
}

enum oidc_rc oidc_store_key(struct oidc_ctx *ctx, struct oidc_str name_space, char section,
                            struct oidc_str name, struct oidc_str *out)
{
    size_t n = name_space.n + 3 + name.n;
    /* CHECK key: no two entries share one, and none is cut; N138, N143, N279 */
    if (!store_is_name_space(name_space) || !ascii_is_alpha((unsigned char)section)) {
        return oidc_fail(ctx, OIDC_E_INTERNAL, "name space %s of a store key is malformed",
                         oidc_log_quote_n(ctx->pool, name_space.p, name_space.n));
    }
    if (name.n == 0 || n > OIDC_STORE_KEY_MAX) {
        return oidc_fail(ctx, OIDC_E_INTERNAL, "a store key of %zu bytes, its name %zu", n, name.n);
    }
    char *key = apr_palloc(ctx->pool, n + 1);
    char *w = key;
    if (name_space.n) {
        memcpy(w, name_space.p, name_space.n);
        w += name_space.n;
    }
    *w++ = ':';
    *w++ = section;
    *w++ = ':';
    memcpy(w, name.p, name.n);
    w[name.n] = '\0';
    *out = oidc_str(key, n);
    return OIDC_OK;
}
