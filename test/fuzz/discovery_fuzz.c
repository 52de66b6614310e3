/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Provider metadata: what is read survives printing and reading, and what is accepted has the
 * expected issuer and endpoints that begin with https://.
 */
#include "fuzz.h"

#include "oidc/discovery.h"

#define ISSUER "https://op.test/x"

static void same_text(const char *a, const char *b)
{
    MUST(a ? b && strcmp(a, b) == 0 : !b);
}

static void same(const struct oidc_provider_meta *a, const struct oidc_provider_meta *b)
{
    same_text(a->issuer, b->issuer);
    same_text(a->authorization_endpoint, b->authorization_endpoint);
    same_text(a->token_endpoint, b->token_endpoint);
    same_text(a->userinfo_endpoint, b->userinfo_endpoint);
    same_text(a->jwks_uri, b->jwks_uri);
    same_text(a->end_session_endpoint, b->end_session_endpoint);
    same_text(a->revocation_endpoint, b->revocation_endpoint);
    same_text(a->check_session_iframe, b->check_session_iframe);
    same_text(a->pushed_authorization_request_endpoint, b->pushed_authorization_request_endpoint);
    same_text(a->introspection_endpoint, b->introspection_endpoint);
    same_text(a->registration_endpoint, b->registration_endpoint);
    MUST(a->token_auth_methods == b->token_auth_methods && a->id_token_algs == b->id_token_algs);
    MUST(a->iss_parameter_supported == b->iss_parameter_supported);
    MUST(a->backchannel_logout_supported == b->backchannel_logout_supported);
    MUST(a->s256_supported == b->s256_supported);
}

/* https, no fragment, nothing that browsers read in two ways; '@' only behind the authority. */
static void is_https(const char *url)
{
    MUST(!url || (strncasecmp(url, "https://", 8) == 0 && !strpbrk(url, "#\\ \t\r\n")));
    MUST(!url || !memchr(url + 8, '@', strcspn(url + 8, "/?")));
}

static void judge(struct oidc_ctx *ctx, const struct oidc_provider_meta *meta,
                  const struct oidc_discovery_rules *rules)
{
    if (oidc_discovery_check(ctx, meta, rules) != OIDC_OK) {
        MUST(ctx->err.code == OIDC_E_METADATA || ctx->err.code == OIDC_E_METADATA_ISSUER);
        oidc_ctx_clear(ctx);
        return;
    }
    MUST(meta->authorization_endpoint && (meta->jwks_uri || rules->keys_elsewhere));
    if (rules->check_issuer) {
        MUST(strcmp(meta->issuer, ISSUER) == 0
             || (!rules->issuer && strcmp(meta->issuer, ISSUER "/") == 0));
    }
    if (!rules->allow_http) {
        is_https(meta->authorization_endpoint);
        is_https(meta->token_endpoint);
        is_https(meta->userinfo_endpoint);
        is_https(meta->jwks_uri);
        is_https(meta->end_session_endpoint);
        is_https(meta->revocation_endpoint);
        is_https(meta->registration_endpoint);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct oidc_discovery_rules rules[] = {
        {.url = ISSUER "/.well-known/openid-configuration", .check_issuer = 1},
        {.issuer = ISSUER, .url = "https://elsewhere.test/", .check_issuer = 1},
        {.url = ISSUER "/.well-known/openid-configuration", .allow_http = 1, .keys_elsewhere = 1},
    };
    struct oidc_ctx ctx;
    struct oidc_provider_meta *meta, *again;
    fuzz_start(&ctx);
    struct oidc_str text = oidc_str((const char *)data, size);
    if (oidc_discovery_parse(&ctx, ctx.pool, text, &meta) != OIDC_OK) {
        MUST(ctx.err.code == OIDC_E_METADATA);
        return fuzz_end(&ctx);
    }
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        judge(&ctx, meta, &rules[i]);
    }
    text = oidc_str_z(oidc_discovery_print(ctx.pool, meta));
    if (text.n <= OIDC_DISCOVERY_MAX) {
        MUST(oidc_discovery_parse(&ctx, ctx.pool, text, &again) == OIDC_OK);
        same(meta, again);
    }
    return fuzz_end(&ctx);
}
