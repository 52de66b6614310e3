/* SPDX-License-Identifier: Apache-2.0 */
/* Whether provider metadata may be used: the issuer is the expected one, every endpoint is a URL
 * fit for it. */
#include "proto/discovery_rows.h"

#include "oidc/url.h"
#include "oidc/wire.h"

static const char well_known[] = "/.well-known/";

/* The last "/.well-known/" in the URL, or NULL. */
static const char *discovery_find_well_known(const char *url)
{
    const char *found = NULL;
    for (const char *p = url; p && (p = strstr(p, well_known)); p++) {
        found = p;
    }
    return found;
}

/*
 * 1 when the document of that issuer is found at that URL: issuer + "/.well-known/name"
 * (Discovery 4.1; an issuer that ends in a slash loses it first), or with the issuer's path behind
 * the name (RFC 8414 3.1).
 */
static int discovery_is_at(const char *issuer, const char *url)
{
    const char *at = discovery_find_well_known(url);
    if (!at) {
        return 0;
    }
    struct oidc_str base = oidc_str(url, (size_t)(at - url)), whole = oidc_str_z(issuer);
    const char *name = at + sizeof well_known - 1;
    const char *path = name + strcspn(name, "/?#");
    struct oidc_str rest = oidc_str(path, *path == '/' ? strcspn(path, "?#") : 0);
    if (!oidc_str_starts(whole, base)) {
        return 0;
    }
    struct oidc_str tail = oidc_str(whole.p + base.n, whole.n - base.n);
    return oidc_str_eq(tail, rest) || (rest.n == 0 && oidc_str_eq(tail, oidc_str_z("/")));
}

static enum oidc_rc discovery_check_issuer(struct oidc_ctx *ctx, const char *issuer,
                                           const struct oidc_discovery_rules *rules)
{
    if (!issuer || !*issuer) {
        return oidc_fail(ctx, OIDC_E_METADATA_ISSUER, "the provider's metadata names no issuer");
    }
    if (!rules->check_issuer) {
        return OIDC_OK;
    }
    /* CHECK metadata-issuer: Discovery 4.3, byte by byte, no slash or case is forgiven; N035, N102
     */
    if (rules->issuer && strcmp(issuer, rules->issuer) != 0) {
        return oidc_fail(
            ctx, OIDC_E_METADATA_ISSUER, "the provider's metadata names the issuer %s, not %s",
            oidc_log_quote(ctx->pool, issuer), oidc_log_quote(ctx->pool, rules->issuer));
    }
    /* CHECK metadata-issuer-url: without a configured issuer, the one whose document is at this
     * URL; N035 */
    if (!rules->issuer && !discovery_is_at(issuer, rules->url)) {
        return oidc_fail(ctx, OIDC_E_METADATA_ISSUER,
                         "the provider's metadata names the issuer %s, which does not belong to "
                         "%s; OIDCProviderIssuer "
                         "names the expected one",
                         oidc_log_quote(ctx->pool, issuer), oidc_log_quote(ctx->pool, rules->url));
    }
    return OIDC_OK;
}

/* N102: one endpoint. */
static enum oidc_rc discovery_check_url(struct oidc_ctx *ctx, const char *name, const char *text,
                                        int allow_http)
{
    struct oidc_ctx probe; /* the URL parser's code says that a client is to blame */
    struct oidc_url url;
    oidc_ctx_init(&probe, ctx->pool, ctx->env, ctx->log_baton);
    /* CHECK metadata-url: a URL without user information; N102 */
    if (oidc_url_parse(&probe, text, name, &url) != OIDC_OK) {
        return oidc_fail(ctx, OIDC_E_METADATA, "in the provider's metadata, %s", probe.err.detail);
    }
    /* CHECK metadata-fragment: RFC 6749 3.1 and 3.2; N102 */
    if (url.fragment) {
        return oidc_fail(ctx, OIDC_E_METADATA, "in the provider's metadata, %s %s has a fragment",
                         name, oidc_log_quote(ctx->pool, text));
    }
    /* CHECK metadata-https: RFC 6749 3.1.2.1, Discovery 7.1; N102 */
    if (!allow_http && strcmp(url.scheme, "https") != 0) {
        return oidc_fail(ctx, OIDC_E_METADATA, "in the provider's metadata, %s %s is not https",
                         name, oidc_log_quote(ctx->pool, text));
    }
    return OIDC_OK;
}

/* CHECK metadata-mtls: a malformed alias must not fall back to an endpoint without mTLS (RFC 8705
 * 5); N102 */
static enum oidc_rc discovery_check_aliases(struct oidc_ctx *ctx, const json_t *raw, int allow_http)
{
    const json_t *aliases;
    enum oidc_rc rc = oidc_json_get_object(raw, OIDC_META_MTLS_ALIASES, &aliases);
    if (rc == OIDC_ABSENT) {
        return OIDC_OK;
    }
    for (const struct oidc_discovery_row *row = oidc_discovery_endpoints;
         rc == OIDC_OK && row->name; row++) {
        const char *url = NULL;
        rc = oidc_json_get_string(aliases, row->name, &url);
        if (rc == OIDC_OK && discovery_check_url(ctx, row->name, url, allow_http) != OIDC_OK) {
            return OIDC_FAILED;
        }
        rc = rc == OIDC_ABSENT ? OIDC_OK : rc;
    }
    return rc == OIDC_OK
               ? OIDC_OK
               : oidc_fail(ctx, OIDC_E_METADATA, "%s in the provider's metadata has a wrong type",
                           OIDC_META_MTLS_ALIASES);
}

enum oidc_rc oidc_discovery_check(struct oidc_ctx *ctx, const struct oidc_provider_meta *meta,
                                  const struct oidc_discovery_rules *rules)
{
    if (discovery_check_issuer(ctx, meta->issuer, rules) != OIDC_OK) {
        return OIDC_FAILED;
    }
    for (const struct oidc_discovery_row *row = oidc_discovery_endpoints; row->name; row++) {
        const char *url = oidc_discovery_get(meta, row);
        if (url && discovery_check_url(ctx, row->name, url, rules->allow_http) != OIDC_OK) {
            return OIDC_FAILED;
        }
    }
    if (discovery_check_aliases(ctx, meta->raw, rules->allow_http) != OIDC_OK) {
        return OIDC_FAILED;
    }
    /* CHECK metadata-needed: what no login can do without; N102 */
    if (!meta->authorization_endpoint || (!meta->jwks_uri && !rules->keys_elsewhere)) {
        return oidc_fail(ctx, OIDC_E_METADATA, "the provider's metadata has no %s",
                         meta->authorization_endpoint ? OIDC_META_JWKS_URI
                                                      : OIDC_META_AUTHORIZATION_ENDPOINT);
    }
    return OIDC_OK;
}
