/* SPDX-License-Identifier: Apache-2.0 */
/* Making a site from its configuration: what must be there together, and what is worked out once. */
#include "rp/site.h"

#include <apr_strings.h>

#include "oidc/b64.h"
#include "oidc/buf.h"
#include "oidc/hash.h"
#include "rp/client_auth.h"
#include "rp/flow.h"
#include "rp/providers.h"

#define NAME_SPACE_BYTES 16
#define PARTS_MAX 32768

const struct rp_conf *rp_site_conf(const struct rp_site *site)
{
    return site->conf;
}

unsigned rp_site_flow(const struct rp_site *site)
{
    const char *type = site->conf->provider.response_type;
    return type ? rp_flow_parse(type) : RP_FLOW_CODE;
}

const char *rp_site_url(const struct rp_call *call, apr_pool_t *pool, const char *url)
{
    if (!url || url[0] != '/') {
        return url;
    }
    return apr_pstrcat(pool, oidc_url_print_origin(pool, &call->req->origin), url, NULL);
}

const char *rp_site_redirect_uri(const struct rp_call *call, apr_pool_t *pool)
{
    return rp_site_url(call, pool, call->site->conf->redirect_uri);
}

/* ---- what must be there together ---- */

static enum oidc_rc site_check_provider(struct oidc_ctx *ctx, const struct rp_provider_conf *p)
{
    if (!p->metadata_url && !p->issuer) {
        return oidc_fail(ctx, OIDC_E_CONFIG,
                         "OIDCProviderMetadataURL or OIDCProviderIssuer is missing");
    }
    const unsigned flow = p->response_type ? rp_flow_parse(p->response_type) : RP_FLOW_CODE;
    if (!p->metadata_url
        && (!p->authorization_endpoint || ((flow & RP_FLOW_CODE) && !p->token_endpoint))) {
        return oidc_fail(ctx, OIDC_E_CONFIG,
                         "without OIDCProviderMetadataURL, OIDCProviderAuthorizationEndpoint and "
                         "OIDCProviderTokenEndpoint are needed");
    }
    if (!flow) {
        return oidc_fail(ctx, OIDC_E_CONFIG, "OIDCResponseType is %s, which is no flow",
                         oidc_log_quote(ctx->pool, p->response_type));
    }
    /* CHECK no tokens in addresses: logs and histories keep them (OAuth 2.0 Multiple Response Types 3, 5) */
    if (flow != RP_FLOW_CODE && p->response_mode == RP_RESPONSE_MODE_QUERY) {
        return oidc_fail(ctx, OIDC_E_CONFIG,
                         "OIDCResponseMode query does not go with OIDCResponseType %s: use fragment "
                         "or form_post",
                         p->response_type);
    }
    /* CHECK bound tokens: what comes by the browser can't be bound to a key (RFC 9449 5) */
    if (p->dpop == RP_DPOP_REQUIRED && flow != RP_FLOW_CODE
        && flow != (RP_FLOW_CODE | RP_FLOW_ID_TOKEN)) {
        return oidc_fail(ctx, OIDC_E_CONFIG,
                         "OIDCDPoPMode required needs OIDCResponseType code or \"code id_token\"");
    }
    if (!p->scope || !oidc_str_has_word(p->scope, "openid")) {
        oidc_log(ctx, OIDC_LOG_WARNING, "OIDCScope does not hold openid");
    }
    return OIDC_OK;
}

/* N257: keys that can verify an ID token, from whichever place. */
static enum oidc_rc site_check_keys(struct oidc_ctx *ctx, const struct rp_conf *conf)
{
    const struct rp_provider_conf *p = &conf->provider;
    int is_hmac = (OIDC_ALG_BIT(p->id_token_alg) & OIDC_ALG_SET_HMAC) != 0;
    if (is_hmac && !conf->client.secret) {
        return oidc_fail(ctx, OIDC_E_CONFIG, "OIDCIDTokenSignedResponseAlg %s needs OIDCClientSecret",
                         oidc_alg_name(p->id_token_alg));
    }
    if (!p->metadata_url && !p->jwks_uri && !p->verify_keys && !is_hmac) {
        return oidc_fail(ctx, OIDC_E_CONFIG,
                         "OIDCProviderJwksUri or OIDCProviderVerifyCertFiles is missing");
    }
    return OIDC_OK;
}

static enum oidc_rc site_check_client(struct oidc_ctx *ctx, const struct rp_conf *conf)
{
    if (!conf->client.id || !*conf->client.id) {
        return oidc_fail(ctx, OIDC_E_CONFIG, "OIDCClientID is missing");
    }
    return rp_client_auth_check(ctx, conf);
}

/* 1 when a cookie of that domain reaches the host (RFC 6265 5.1.3). */
static int site_domain_covers(const char *domain, const char *host)
{
    domain += *domain == '.';
    size_t n = strlen(domain), host_n = strlen(host);
    return n > 0 && host_n >= n
           && oidc_str_eq_case(oidc_str_z(domain), oidc_str(host + host_n - n, n))
           && (host_n == n || host[host_n - n - 1] == '.');
}

static enum oidc_rc site_check_redirect_uri(struct oidc_ctx *ctx, const struct rp_conf *conf,
                                            const char **path)
{
    const char *uri = conf->redirect_uri;
    struct oidc_url url;
    if (!uri || !*uri) {
        return oidc_fail(ctx, OIDC_E_CONFIG, "OIDCRedirectURI is missing");
    }
    int is_path = uri[0] == '/';
    const char *whole = is_path ? apr_pstrcat(ctx->pool, "http://localhost", uri, NULL) : uri;
    if (oidc_url_parse(ctx, whole, "OIDCRedirectURI", &url) != OIDC_OK) {
        return OIDC_FAILED;
    }
    /* CHECK redirect_uri: no fragment (RFC 6749 3.1.2), a path that httpd maps as it stands; N254 */
    if (url.fragment || (is_path && uri[1] == '/') || strchr(url.path, '%')) {
        return oidc_fail(ctx, OIDC_E_CONFIG,
                         "OIDCRedirectURI %s must have neither a fragment nor escapes in its path",
                         oidc_log_quote(ctx->pool, uri));
    }
    if (conf->cookie.domain && !is_path && !site_domain_covers(conf->cookie.domain, url.host)) {
        return oidc_fail(ctx, OIDC_E_CONFIG,
                         "OIDCCookieDomain %s does not cover the host of OIDCRedirectURI %s",
                         oidc_log_quote(ctx->pool, conf->cookie.domain),
                         oidc_log_quote(ctx->pool, uri));
    }
    *path = url.path;
    return OIDC_OK;
}

static enum oidc_rc site_check_limits(struct oidc_ctx *ctx, const struct rp_conf *conf)
{
    /* CHECK zero: never "no limit" where a limit is meant; N256 */
    if (conf->session.inactivity_timeout <= 0 || conf->session.max_duration < 0) {
        return oidc_fail(ctx, OIDC_E_CONFIG,
                         "OIDCSessionInactivityTimeout or OIDCSessionMaxDuration is out of range");
    }
    if (conf->state.timeout <= 0 || conf->state.max_cookies < 0) {
        return oidc_fail(ctx, OIDC_E_CONFIG,
                         "OIDCStateTimeout or OIDCStateMaxNumberOfCookies is out of range");
    }
    if (conf->http_long.timeout_ms <= 0 || conf->http_short.timeout_ms <= 0) {
        return oidc_fail(ctx, OIDC_E_CONFIG, "OIDCHTTPTimeoutLong or OIDCHTTPTimeoutShort is 0");
    }
    return OIDC_OK;
}

/* ---- the name space ---- */

static void site_add_part(struct oidc_buf *b, const char *part)
{
    struct oidc_str s = oidc_str_z(part);
    oidc_buf_add_u32(b, (apr_uint32_t)s.n); /* length first: "a" + "bc" is not "ab" + "c" (N120) */
    oidc_buf_add_str(b, s);
}

/*
 * CHECK tenant: sessions belong to site, provider and client together; hosts share them only where the operator made
 * their cookies shared (N130, N279).
 */
static enum oidc_rc site_make_name_space(struct oidc_ctx *ctx, apr_pool_t *pool,
                                         struct rp_site *site, const char *name)
{
    const struct rp_conf *conf = site->conf;
    unsigned char hash[OIDC_SHA256_LEN];
    struct oidc_buf b;
    struct oidc_str parts;
    oidc_buf_init(&b, ctx->pool, PARTS_MAX);
    site_add_part(&b, conf->cookie.domain ? "domain" : "host");
    site_add_part(&b, conf->cookie.domain ? conf->cookie.domain : name);
    site_add_part(&b, conf->provider.metadata_url ? "url" : "issuer");
    site_add_part(&b, conf->provider.metadata_url ? conf->provider.metadata_url
                                                  : conf->provider.issuer);
    site_add_part(&b, conf->client.id);
    if (oidc_buf_take(ctx, &b, "the name of the site", &parts) != OIDC_OK
        || oidc_hash_sha256(ctx, parts, hash) != OIDC_OK) {
        return OIDC_FAILED;
    }
    site->name_space = oidc_str_z(
        oidc_b64url_print(pool, oidc_str((const char *)hash, NAME_SPACE_BYTES)));
    return OIDC_OK;
}

enum oidc_rc rp_site_make(struct oidc_ctx *ctx, apr_pool_t *pool, const struct rp_site_setup *setup,
                          struct rp_site **out)
{
    const struct rp_conf *conf = setup->conf;
    struct rp_site *site = apr_pcalloc(pool, sizeof *site);
    const char *path = NULL;
    if (!setup->sealer || !setup->name) {
        return oidc_fail(ctx, OIDC_E_INTERNAL, "a site without keys or name");
    }
    if (site_check_provider(ctx, &conf->provider) != OIDC_OK
        || site_check_client(ctx, conf) != OIDC_OK || site_check_keys(ctx, conf) != OIDC_OK
        || site_check_redirect_uri(ctx, conf, &path) != OIDC_OK
        || site_check_limits(ctx, conf) != OIDC_OK) {
        return OIDC_FAILED;
    }
    site->conf = conf;
    site->sealer = setup->sealer;
    site->style.prefix = conf->claims.prefix ? conf->claims.prefix : "";
    site->style.delimiter = conf->claims.delimiter ? conf->claims.delimiter : "";
    site->redirect_path = apr_pstrdup(pool, path);
    site->form_post_warned = apr_pcalloc(pool, sizeof *site->form_post_warned);
    if (site_make_name_space(ctx, pool, site, setup->name) != OIDC_OK
        || rp_client_auth_print_jwks(ctx, pool, conf, &site->jwks) != OIDC_OK
        || rp_providers_make(ctx, pool, site) != OIDC_OK) {
        return OIDC_FAILED;
    }
    *out = site;
    return OIDC_OK;
}

enum oidc_rc rp_site_start_process(struct oidc_ctx *ctx, struct rp_site *site,
                                   apr_pool_t *process_pool)
{
    return rp_providers_start_process(ctx, site, process_pool);
}
