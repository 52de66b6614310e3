/* SPDX-License-Identifier: Apache-2.0 */
/* JSON: what is accepted survives printing; typed reading of anything is safe. */
#include "fuzz.h"

#include "oidc/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct oidc_ctx ctx;
    json_t *doc, *again, *v;
    const json_t *c;
    const char *name, *s;
    apr_int64_t n = 0;
    int b;
    fuzz_start(&ctx);
    if (oidc_json_parse(&ctx, ctx.pool, oidc_str((const char *)data, size), OIDC_E_METADATA, "x",
                        &doc)
        != OIDC_OK) {
        MUST(ctx.err.code == OIDC_E_METADATA);
        return fuzz_end(&ctx);
    }
    json_object_foreach(doc, name, v) {
        MUST(oidc_json_get_string(doc, name, &s) != OIDC_OK || oidc_str_is_utf8(oidc_str_z(s)));
        MUST(oidc_json_get_time(doc, name, &n) != OIDC_OK || (n >= 0 && n <= 253402300799));
        MUST(oidc_json_get_seconds(doc, name, &n) != OIDC_OK || (n >= 0 && n <= 2147483648));
        (void)!oidc_json_get_bool(doc, name, &b);
        (void)!oidc_json_get_object(doc, name, &c);
        (void)!oidc_json_get_array(doc, name, &c);
        (void)oidc_json_has_string(doc, name, "x");
    }
    const char *text = oidc_json_print(ctx.pool, doc);
    /* a printed number may be longer than it came; within the limits it is the same document */
    if (oidc_json_parse(&ctx, ctx.pool, oidc_str_z(text), OIDC_E_METADATA, "x",
        &again) == OIDC_OK) {
        MUST(json_equal(doc, again));
    }
    return fuzz_end(&ctx);
}
