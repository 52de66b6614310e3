/* SPDX-License-Identifier: Apache-2.0 */
/* Require claim: a specification, a newline, and claims as JSON or as packed bytes. */
#include "fuzz.h"

#include "oidc/match.h"

/* An expression here is a string that must be found. */
static void *find_compile(apr_pool_t *pool, const char *pattern, const char **error)
{
    (void)pool;
    *error = "begins with (";
    return pattern[0] == '(' ? NULL : (void *)(uintptr_t)pattern;
}

static int find_exec(void *pattern, const char *subject)
{
    MUST(strlen(subject) <= OIDC_MATCH_MAX_SUBJECT);
    return strstr(subject, pattern) != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct oidc_match_regex regex = {find_compile, find_exec};
    static const struct oidc_packed_style style = {"", ","};
    struct oidc_ctx ctx;
    struct oidc_match *m;
    const uint8_t *newline = size ? memchr(data, '\n', size) : NULL;
    size_t n = newline ? (size_t)(newline - data) : size;
    struct oidc_str packed = newline ? oidc_str((const char *)newline + 1, size - n - 1)
                                     : oidc_str(NULL, 0);
    json_t *doc;
    fuzz_start(&ctx);
    char *spec = oidc_str_dup(ctx.pool, oidc_str((const char *)data, n));
    if (oidc_match_compile(&ctx, &regex, spec, &m) != OIDC_OK) {
        MUST(ctx.err.code == OIDC_E_REQUIRE);
        return fuzz_end(&ctx);
    }
    MUST(strcmp(oidc_match_spec(m), spec) == 0);
    if (oidc_json_parse(&ctx, ctx.pool, packed, OIDC_E_METADATA, "x", &doc) == OIDC_OK) {
        struct oidc_packed_input input = {doc, OIDC_FROM_USERINFO};
        if (oidc_packed_print(&ctx, &style, &input, 1, &packed) != OIDC_OK) {
            return fuzz_end(&ctx);
        }
    }
    (void)oidc_match_exec(m, packed, ctx.pool);
    MUST(oidc_str_is_printable(oidc_str_z(oidc_match_explain(m, packed, ctx.pool))));
    return fuzz_end(&ctx);
}
