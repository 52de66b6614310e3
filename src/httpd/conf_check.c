/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules between directives. All mistakes of all virtual hosts are reported in one run, each with
 * file and line, and `httpd -t` shows them; warnings come once per start.
 */
#include "httpd/conf_check.h"

#include "apr_strings.h"
#include "http_core.h"
#include "http_main.h"
#include "httpd/hooks.h"
#include "oidc/rp.h"
#include "oidc/secret.h"

#define PASSPHRASE_LEAST 32

#define ROW(name) HTTPD_ROW_##name

static const struct httpd_conf *check_conf(const struct httpd_report *report)
{
    return (const struct httpd_conf *)(const void *)report->head;
}

/* ---- what must be there together ---- */

/* The line to blame when something is missing: whatever made this virtual host a relying party. */
static int check_blame(const struct httpd_conf *conf)
{
    static const enum httpd_row_number rows[] = {ROW(OIDCRedirectURI), ROW(OIDCProviderMetadataURL),
                                                 ROW(OIDCProviderIssuer)};
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (conf->head.where[rows[i]]) {
            return (int)rows[i];
        }
    }
    return -1;
}

static void check_provider(struct httpd_report *report)
{
    const struct rp_provider_conf *p = &check_conf(report)->rp.provider;
    if (p->metadata_url) {
        return;
    }
    if (!p->issuer) {
        httpd_report_mistake(report, check_blame(check_conf(report)),
                             "OIDCProviderMetadataURL is missing (or OIDCProviderIssuer with the "
                             "endpoints)");
        return;
    }
    if (!p->authorization_endpoint) {
        httpd_report_mistake(report, ROW(OIDCProviderIssuer),
                             "OIDCProviderIssuer without OIDCProviderMetadataURL needs "
                             "OIDCProviderAuthorizationEndpoint");
    }
    if (!p->token_endpoint) {
        httpd_report_mistake(report, ROW(OIDCProviderIssuer),
                             "OIDCProviderIssuer without OIDCProviderMetadataURL needs "
                             "OIDCProviderTokenEndpoint");
    }
    /* CHECK keys: a provider whose tokens nothing verifies is no provider; N257 */
    int by_secret = p->id_token_alg && (OIDC_ALG_BIT(p->id_token_alg) & OIDC_ALG_SET_HMAC);
    if (!p->jwks_uri && !p->verify_keys && !by_secret) {
        httpd_report_mistake(report, ROW(OIDCProviderIssuer),
                             "nothing verifies ID tokens: set OIDCProviderMetadataURL, "
                             "OIDCProviderJwksUri or OIDCProviderVerifyCertFiles");
    }
}

static void check_client(struct httpd_report *report)
{
    const struct httpd_conf *conf = check_conf(report);
    struct oidc_ctx ctx;
    if (!conf->rp.redirect_uri) {
        httpd_report_mistake(report, check_blame(conf), "OIDCRedirectURI is missing");
    }
    if (!conf->rp.client.id) {
        httpd_report_mistake(report, check_blame(conf), "OIDCClientID is missing");
    }
    oidc_ctx_init(&ctx, report->pool, NULL, NULL);
    if (rp_client_auth_check(&ctx, &conf->rp) != OIDC_OK) {
        httpd_report_mistake(report, ROW(OIDCProviderTokenEndpointAuth), "%s", ctx.err.detail);
    }
    oidc_ctx_clear(&ctx);
    if (rp_client_auth_check_keys(&ctx, &conf->rp) != OIDC_OK) {
        httpd_report_mistake(report, ROW(OIDCPrivateKeyFiles), "%s", ctx.err.detail);
    }
    if (!conf->rp.client.secret && conf->rp.provider.id_token_alg >= OIDC_ALG_HS256) {
        httpd_report_mistake(report, ROW(OIDCIDTokenSignedResponseAlg),
                             "OIDCIDTokenSignedResponseAlg %s needs OIDCClientSecret",
                             oidc_alg_name(conf->rp.provider.id_token_alg));
    }
}

static int check_within(const char *host, const char *domain)
{
    size_t n = strlen(host), d;
    domain += domain[0] == '.';
    d = strlen(domain);
    return n >= d && strcasecmp(host + n - d, domain) == 0 && (n == d || host[n - d - 1] == '.');
}

static void check_cookies(struct httpd_report *report)
{
    const struct httpd_conf *conf = check_conf(report);
    const char *domain = conf->rp.cookie.domain;
    /*
     * CHECK domain: with a foreign domain the browser drops every cookie, and signing in never
     * ends; N254
     */
    if (domain && conf->redirect_origin.host && !check_within(conf->redirect_origin.host, domain)) {
        httpd_report_mistake(report, ROW(OIDCCookieDomain),
                             "OIDCCookieDomain %s is neither the host of OIDCRedirectURI (%s) nor "
                             "a parent of it",
                             domain, conf->redirect_origin.host);
    } else if (domain && !conf->redirect_origin.host && report->s->server_hostname &&
               !check_within(report->s->server_hostname, domain)) {
        httpd_report_warning(report, ROW(OIDCCookieDomain),
                             "OIDCCookieDomain %s is neither ServerName nor a parent of it",
                             domain);
    }
}

/* ---- the redirect URI ---- */

static int check_is_name(const server_rec *s, const char *host)
{
    if (s->server_hostname && strcasecmp(s->server_hostname, host) == 0) {
        return 1;
    }
    for (int wild = 0; wild < 2; wild++) {
        const apr_array_header_t *names = wild ? s->wild_names : s->names;
        for (int i = 0; names && i < names->nelts; i++) {
            const char *name = APR_ARRAY_IDX(names, i, const char *);
            if ((wild ? ap_strcasecmp_match(host, name) : strcasecmp(host, name)) == 0) {
                return 1;
            }
        }
    }
    return 0;
}

static void check_redirect_uri(struct httpd_report *report)
{
    const char *uri = check_conf(report)->rp.redirect_uri;
    const struct oidc_origin *origin = &check_conf(report)->redirect_origin;
    const char *scheme = report->s->server_scheme;
    const char *path = origin->scheme ? strchr(strstr(uri, "://") + 3, '/') : uri;
    if (!path || path[strlen(path) - 1] == '/') {
        httpd_report_warning(report, ROW(OIDCRedirectURI),
                             "OIDCRedirectURI %s ends with '/': the page there can't be shown any "
                             "more; use a path of its own such as /oidc/callback", uri);
    }
    if (!origin->scheme) {
        return;
    }
    if (report->s->server_hostname && !check_is_name(report->s, origin->host)) {
        httpd_report_warning(report, ROW(OIDCRedirectURI),
                             "the host of OIDCRedirectURI (%s) is neither ServerName nor a "
                             "ServerAlias: browsers come back to another virtual host, and "
                             "cookies of this one are not sent there",
                             origin->host);
    }
    if (scheme && strcmp(scheme, origin->scheme) != 0) {
        httpd_report_warning(report, ROW(OIDCRedirectURI),
                             "OIDCRedirectURI is %s, but ServerName says %s", origin->scheme,
                             scheme);
    }
}

/* ---- what works but should not stay so ---- */

/* Names below localhost never leave the machine either (RFC 6761 6.3). */
static int check_is_local(const struct oidc_url *url)
{
    return oidc_url_is_loopback(url) || check_within(url->host, "localhost");
}

static void check_http(struct httpd_report *report, int row, const char *name, const char *url)
{
    struct oidc_ctx ctx;
    struct oidc_url parsed;
    oidc_ctx_init(&ctx, report->pool, NULL, NULL);
    if (url && strncasecmp(url, "http://", 7) == 0 &&
        oidc_url_parse(&ctx, url, name, &parsed) == OIDC_OK && !check_is_local(&parsed)) {
        httpd_report_warning(report, row,
                             "%s is not https: anybody in between can read and change it",
                             name);
    }
}

static void check_transport(struct httpd_report *report)
{
    const struct rp_conf *rp = &check_conf(report)->rp;
    if (!rp->http_long.tls_verify) {
        httpd_report_warning(report, ROW(OIDCSSLValidateServer),
                             "OIDCSSLValidateServer Off: anybody in between can pose as the "
                             "provider; OIDCCABundlePath makes a private authority known");
    }
    if (!rp->provider.validate_issuer) {
        httpd_report_warning(report, ROW(OIDCValidateIssuer),
                             "OIDCValidateIssuer Off: tokens of every issuer that this provider's "
                             "keys sign for are accepted");
    }
    check_http(report, ROW(OIDCProviderMetadataURL), "OIDCProviderMetadataURL",
               rp->provider.metadata_url);
    check_http(report, ROW(OIDCProviderIssuer), "OIDCProviderIssuer", rp->provider.issuer);
    check_http(report, ROW(OIDCProviderAuthorizationEndpoint), "OIDCProviderAuthorizationEndpoint",
               rp->provider.authorization_endpoint);
    check_http(report, ROW(OIDCProviderTokenEndpoint), "OIDCProviderTokenEndpoint",
               rp->provider.token_endpoint);
    check_http(report, ROW(OIDCProviderUserInfoEndpoint), "OIDCProviderUserInfoEndpoint",
               rp->provider.userinfo_endpoint);
    check_http(report, ROW(OIDCProviderJwksUri), "OIDCProviderJwksUri", rp->provider.jwks_uri);
    check_http(report, ROW(OIDCRedirectURI), "OIDCRedirectURI",
               rp->redirect_uri[0] == '/' ? NULL : rp->redirect_uri);
}

static void check_proxies(struct httpd_report *report)
{
    const struct httpd_conf *conf = check_conf(report);
    if (conf->forwarded.headers && !conf->forwarded.trusted) {
        httpd_report_warning(report, ROW(OIDCXForwardedHeaders),
                             "OIDCXForwardedHeaders without OIDCTrustedProxies: whoever reaches this server past "
                             "the proxy can say which site was asked for; list the proxy's address");
    } else if (conf->forwarded.trusted && !conf->forwarded.headers) {
        httpd_report_warning(report, ROW(OIDCTrustedProxies),
                             "OIDCTrustedProxies without OIDCXForwardedHeaders says nothing");
    }
}

static void check_habits(struct httpd_report *report)
{
    const struct rp_conf *rp = &check_conf(report)->rp;
    const char *issuer = rp->provider.issuer;
    if (!oidc_str_has_word(rp->provider.scope, "openid")) {
        httpd_report_warning(report, ROW(OIDCScope),
                             "OIDCScope lacks openid: most providers then send no ID token");
    }
    if (issuer && strstr(issuer, "/.well-known/")) {
        httpd_report_warning(report, ROW(OIDCProviderIssuer),
                             "OIDCProviderIssuer looks like the address of the provider's "
                             "document: that is OIDCProviderMetadataURL");
    }
    if (rp->remote_user.claim && strcmp(rp->remote_user.claim, "email") == 0 &&
        !oidc_str_has_word(rp->provider.scope, "email")) {
        httpd_report_notice(report, ROW(OIDCRemoteUserClaim),
                            "OIDCRemoteUserClaim email: OIDCScope does not ask for email");
    }
    if (rp->provider.pkce != RP_PKCE_S256) {
        httpd_report_warning(report, ROW(OIDCPKCEMethod),
                             "OIDCPKCEMethod is not S256: whoever sees the code can use it");
    }
    if (!*rp->claims.prefix && !rp->claims.allow) {
        httpd_report_warning(report, ROW(OIDCClaimPrefix),
                             "OIDCClaimPrefix is empty and there is no OIDCWhiteListedClaims: "
                             "clients can send headers of every claim's name where nobody is "
                             "signed in");
    }
}

static void check_passphrase(struct httpd_report *report)
{
    const struct oidc_secret *secret = check_conf(report)->passphrase.current;
    if (secret && oidc_secret_expose(secret).n < PASSPHRASE_LEAST) {
        httpd_report_notice(report, ROW(OIDCCryptoPassphrase),
                            "OIDCCryptoPassphrase has fewer than %d characters: it can be guessed "
                            "from one cookie",
                            PASSPHRASE_LEAST);
    }
}

/* ---- all virtual hosts ---- */

/* Is it meant as a relying party? A redirect URI that is merely inherited says nothing. */
static int check_is_meant(const struct httpd_conf *conf, const server_rec *main_server)
{
    int provider = conf->rp.provider.metadata_url || conf->rp.provider.issuer;
    if (!conf->is_virtual && main_server->next) {
        /* its values may be meant for the virtual hosts */
        return provider && conf->rp.redirect_uri;
    }
    return provider || (conf->is_virtual ? conf->own_redirect_uri : conf->rp.redirect_uri != NULL);
}

static void check_server(struct httpd_report *report)
{
    check_provider(report);
    check_client(report);
    check_cookies(report);
    if (check_conf(report)->rp.redirect_uri) {
        check_redirect_uri(report);
        check_transport(report);
    }
    check_proxies(report);
    check_habits(report);
    check_passphrase(report);
}

/* A virtual host without a directive of ours shares its outer structure: it gets its own. */
static struct httpd_conf *check_own(apr_pool_t *pool, server_rec *s, struct httpd_conf *outer)
{
    struct httpd_conf *conf = ap_get_module_config(s->module_config, httpd_module);
    if (conf == outer) {
        conf = apr_pmemdup(pool, outer, sizeof *conf);
        conf->is_virtual = 1;
        conf->own_redirect_uri = 0;
        ap_set_module_config(s->module_config, httpd_module, conf);
    }
    return conf;
}

static void check_all(struct httpd_report *report, server_rec *s)
{
    struct httpd_conf *outer = ap_get_module_config(s->module_config, httpd_module);
    for (server_rec *v = s; v; v = v->next) {
        report->s = v;
        report->head = ap_get_module_config(v->module_config, httpd_module);
        if (check_is_meant(check_conf(report), s)) {
            check_server(report);
        }
    }
    report->s = s;
    report->head = &outer->head;
    httpd_tree_check(report);
}

int httpd_conf_check(apr_pool_t *pool, apr_pool_t *log, apr_pool_t *temp, server_rec *s)
{
    struct httpd_conf *outer = ap_get_module_config(s->module_config, httpd_module);
    struct httpd_report report = {.pool = temp};
    (void)log;
    for (server_rec *v = s; v; v = v->next) {
        struct httpd_conf *conf = v == s ? outer : check_own(pool, v, outer);
        httpd_conf_finish(conf, pool);
    }
    report.warnings = ap_state_query(AP_SQ_RUN_MODE) == AP_SQ_RM_CONFIG_TEST;
    check_all(&report, s);
    return report.mistakes ? HTTP_INTERNAL_SERVER_ERROR : OK;
}

void httpd_conf_warn(apr_pool_t *temp, server_rec *s)
{
    struct httpd_report report = {.pool = temp, .serving = 1, .warnings = 1};
    check_all(&report, s);
}
