/* SPDX-License-Identifier: Apache-2.0 */
/* Forms: what is parsed is text, and survives printing and parsing. */
#include "fuzz.h"

#include "oidc/form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct oidc_ctx ctx;
    struct oidc_form *f, *again;
    const char *value;
    fuzz_start(&ctx);
    if (oidc_form_parse(&ctx, oidc_str((const char *)data, size), &f) == OIDC_OK) {
        const char *text = oidc_form_print(ctx.pool, f);
        MUST(f->n <= OIDC_FORM_MAX_FIELDS);
        MUST(strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%+&=")
             == strlen(text));
        if (strlen(text) <= OIDC_FORM_MAX_BYTES) {
            MUST(oidc_form_parse(&ctx, oidc_str_z(text), &again) == OIDC_OK && again->n == f->n);
            for (int i = 0; i < f->n; i++) {
                MUST(strcmp(f->fields[i].name, again->fields[i].name) == 0);
                MUST(strcmp(f->fields[i].value, again->fields[i].value) == 0);
                MUST(oidc_str_is_utf8(oidc_str_z(f->fields[i].value)));
            }
        }
        (void)!oidc_form_get(&ctx, f, "state", &value);
        (void)oidc_form_print_url(ctx.pool, text, f);
    } else {
        MUST(ctx.err.code == OIDC_E_FORM);
    }
    return fuzz_end(&ctx);
}
