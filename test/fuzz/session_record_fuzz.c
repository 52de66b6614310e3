/* SPDX-License-Identifier: Apache-2.0 */
/* A session's records as a store might give them back: read in place, looked at as a request does, never left. */
#include "fuzz.h"

#include "rp/pack.h"
#include "rp/record.h"

static void look(struct oidc_ctx *ctx, const struct rp_session *s, struct oidc_str bytes)
{
    const struct rp_site site = {.style = {"OIDC_CLAIM_", ","}};
    const struct rp_conf conf = {0};
    struct rp_site at = site;
    struct rp_dir dir = {.pass_as = RP_PASS_HEADERS, .pass_access_token = 1,
                         .pass_id_token = RP_ID_TOKEN_CLAIMS | RP_ID_TOKEN_PAYLOAD,
                         .pass_userinfo = RP_USERINFO_CLAIMS | RP_USERINFO_JSON};
    const char *end = bytes.p + bytes.n;
    struct rp_view view;
    at.conf = &conf;
    for (int encoding = RP_PASS_UTF8; encoding <= RP_PASS_BASE64URL; encoding++) {
        dir.pass_encoding = (enum rp_pass_encoding)encoding;
        if (rp_view_make(ctx, &at, &dir, s, &view) != OIDC_OK) {
            oidc_ctx_clear(ctx);
            continue;
        }
        for (int i = 0; i < view.n; i++) {
            MUST(strlen(view.variables[i].name) < bytes.n + 64);
            MUST(view.variables[i].value != NULL);
        }
    }
    MUST(s->user >= bytes.p && s->user + strlen(s->user) < end);
    MUST(s->packed.p >= bytes.p && s->packed.p + s->packed.n < end);
    MUST(rp_pack_json(ctx->pool, s->packed, OIDC_FROM_ID_TOKEN) != NULL);
    MUST(rp_pack_biggest(ctx->pool, s->packed) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct oidc_str bytes = oidc_str((const char *)data, size), again;
    struct oidc_ctx ctx;
    struct rp_session s, t;
    struct rp_cold cold;
    fuzz_start(&ctx);
    memset(&s, 0, sizeof s);
    if (rp_record_read(bytes, &s) == OIDC_OK) {
        look(&ctx, &s, bytes);
        MUST(rp_record_print(&ctx, &s, &again) == OIDC_OK && again.n == size);
        MUST(rp_record_read(rp_record_patch(ctx.pool, bytes, &s), &t) == OIDC_OK);
        MUST(strcmp(s.user, t.user) == 0 && s.idle_expires == t.idle_expires);
    }
    if (rp_record_read_cold(bytes, &cold) == OIDC_OK) {
        MUST(rp_record_print_cold(&ctx, &cold, &again) == OIDC_OK && oidc_str_eq(again, bytes));
    }
    return fuzz_end(&ctx);
}
