/* SPDX-License-Identifier: Apache-2.0 */
/* Userinfo responses: the first line is the status, the rest the body. Only alice's pass. */
#include "fuzz.h"

#include "oidc/userinfo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct oidc_ctx ctx;
    const struct oidc_claims *claims = NULL;
    struct oidc_http_answer answer = {.content_type = "application/json"};
    const uint8_t *newline = size ? memchr(data, '\n', size) : NULL;
    const char *sub;
    fuzz_start(&ctx);
    if (!newline) {
        return fuzz_end(&ctx);
    }
    char *first = oidc_str_dup(ctx.pool, oidc_str((const char *)data, (size_t)(newline - data)));
    answer.status = atoi(first);
    answer.www_authenticate = first;
    answer.body = oidc_str((const char *)newline + 1, size - (size_t)(newline + 1 - data));
    if (oidc_userinfo_check(&ctx, &answer, "alice", &claims) != OIDC_OK) {
        MUST(!claims);
        MUST(ctx.err.code == OIDC_E_USERINFO || ctx.err.code == OIDC_E_USERINFO_SUB);
        MUST(oidc_str_is_printable(oidc_str_z(ctx.err.detail)));
        return fuzz_end(&ctx);
    }
    MUST(answer.status == 200);
    MUST(oidc_claims_get_string(claims, "sub", &sub) == OIDC_OK && strcmp(sub, "alice") == 0);
    const char *text = oidc_userinfo_print(ctx.pool, "alice", oidc_claims_json(claims));
    const struct oidc_claims *again;
    answer.body = oidc_str_z(text);
    if (answer.body.n <= OIDC_USERINFO_MAX) {
        MUST(oidc_userinfo_check(&ctx, &answer, "alice", &again) == OIDC_OK);
        MUST(json_object_size(oidc_claims_json(again))
             == json_object_size(oidc_claims_json(claims)));
    }
    return fuzz_end(&ctx);
}
