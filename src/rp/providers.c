/* SPDX-License-Identifier: Apache-2.0 */
/* The provider's endpoints and keys: the configuration over what its documents say. */
#include "rp/providers.h"

#include <apr_strings.h>

#include "oidc/discovery.h"
#include "oidc/wire.h"
#include "rp/client_auth.h"
#include "rp/documents.h"
#include "rp/flow.h"

#define JWKS_MAX ((size_t)512 * 1024)
/* OIDCIDTokenSignedResponseAlg unset and nothing announced: what providers must support (Core 15.1). */
#define ALGS_DEFAULT OIDC_ALG_BIT(OIDC_ALG_RS256)

struct rp_providers {
    struct rp_documents shared;
    struct rp_slot metadata, jwks;
    const struct rp_provider *fixed;     /* without OIDCProviderMetadataURL */
    const struct oidc_jwks *secret_keys; /* the client secret, or an empty set */
};

/* ---- endpoints ---- */

/* CHECK algorithms: the configured one alone, or announced ones; HS* only with a secret; never "none"; N047, N072 */
static oidc_alg_set providers_algs(const struct rp_conf *conf, oidc_alg_set announced)
{
    if (conf->provider.id_token_alg != OIDC_ALG_UNKNOWN) {
        return OIDC_ALG_BIT(conf->provider.id_token_alg);
    }
    if (announced == 0) {
        return ALGS_DEFAULT;
    }
    announced &= OIDC_ALG_SET_ASYMMETRIC | (conf->client.secret ? OIDC_ALG_SET_HMAC : 0);
    return announced ? announced : OIDC_ALG_BIT(OIDC_ALG_UNKNOWN); /* which allows nothing */
}

/* CHECK profile algorithms: FAPI 2.0 5.4.1; an empty set allows nothing */
static oidc_alg_set providers_profile_algs(enum rp_profile profile, oidc_alg_set algs)
{
    const oidc_alg_set strong = OIDC_ALG_BIT(OIDC_ALG_PS256) | OIDC_ALG_BIT(OIDC_ALG_ES256)
                                | OIDC_ALG_BIT(OIDC_ALG_EDDSA);
    if (profile != RP_PROFILE_FAPI20) {
        return algs;
    }
    return algs & strong ? algs & strong : OIDC_ALG_BIT(OIDC_ALG_UNKNOWN);
}

/* "" in the configuration switches off what the document has. */
static const char *providers_choose(const char *configured, const char *announced)
{
    const char *chosen = configured ? configured : announced;
    return chosen && *chosen ? chosen : NULL;
}

static const struct rp_provider *providers_merge(apr_pool_t *pool, const struct rp_conf *conf,
                                                 const struct oidc_provider_meta *meta)
{
    const struct rp_provider_conf *p = &conf->provider;
    struct rp_provider *out = apr_pcalloc(pool, sizeof *out);
    out->issuer = providers_choose(p->issuer, meta->issuer);
    out->authorization_endpoint = providers_choose(p->authorization_endpoint,
                                                   meta->authorization_endpoint);
    out->token_endpoint = providers_choose(p->token_endpoint, meta->token_endpoint);
    out->userinfo_endpoint = providers_choose(p->userinfo_endpoint, meta->userinfo_endpoint);
    out->jwks_uri = providers_choose(p->jwks_uri, meta->jwks_uri);
    out->end_session_endpoint = providers_choose(p->end_session_endpoint,
                                                 meta->end_session_endpoint);
    out->par_endpoint = providers_choose(p->par_endpoint,
                                         meta->pushed_authorization_request_endpoint);
    out->token_auth = rp_client_auth_method(conf, meta->token_auth_methods);
    out->id_token_algs = providers_profile_algs(p->profile, providers_algs(conf, meta->id_token_algs));
    out->iss_required = meta->iss_parameter_supported || p->profile == RP_PROFILE_FAPI20;
    return out;
}

/* ---- documents ---- */

/* 1 when the document needs no jwks_uri. */
static int providers_has_keys(const struct rp_conf *conf)
{
    return conf->provider.jwks_uri || conf->provider.verify_keys
           || (OIDC_ALG_BIT(conf->provider.id_token_alg) & OIDC_ALG_SET_HMAC);
}

static enum oidc_rc providers_parse_metadata(struct oidc_ctx *ctx, const struct rp_slot *slot,
                                             apr_pool_t *pool, struct oidc_str text,
                                             const void **out)
{
    const struct rp_conf *conf = slot->site->conf;
    const char *url = conf->provider.metadata_url;
    const struct oidc_discovery_rules rules = {.issuer = conf->provider.issuer,
                                               .url = url,
                                               .check_issuer = conf->provider.validate_issuer,
                                               .allow_http = strncmp(url, "http:", 5) == 0,
                                               .keys_elsewhere = providers_has_keys(conf)};
    struct oidc_provider_meta *meta;
    if (oidc_discovery_parse(ctx, pool, text, &meta) != OIDC_OK
        || oidc_discovery_check(ctx, meta, &rules) != OIDC_OK) {
        return OIDC_FAILED;
    }
    const struct rp_provider *p = providers_merge(pool, conf, meta);
    int needs_token = (rp_site_flow(slot->site) & RP_FLOW_CODE) != 0;
    if (!p->issuer || (needs_token && !p->token_endpoint)) {
        return oidc_fail(ctx, OIDC_E_METADATA, "%s has no %s", oidc_log_quote(ctx->pool, url),
                         p->issuer ? OIDC_META_TOKEN_ENDPOINT : OIDC_META_ISSUER);
    }
    *out = p;
    return OIDC_OK;
}

/* The live keys first: a stale file can't take the place of a rotated key (N097). */
static enum oidc_rc providers_parse_jwks(struct oidc_ctx *ctx, const struct rp_slot *slot,
                                         apr_pool_t *pool, struct oidc_str text, const void **out)
{
    const struct oidc_jwks *more = slot->site->conf->provider.verify_keys;
    struct oidc_jwks *keys;
    if (oidc_jwks_parse(ctx, pool, text, &keys) != OIDC_OK) {
        return OIDC_FAILED;
    }
    for (int i = 0; more && i < oidc_jwks_count(more); i++) {
        oidc_jwks_add(keys, oidc_jwks_at(more, i));
    }
    *out = keys;
    return OIDC_OK;
}

static const struct rp_document_kind metadata_kind = {
    OIDC_STORE_METADATA, "the provider's metadata", OIDC_DISCOVERY_MAX, OIDC_E_METADATA,
    providers_parse_metadata};
static const struct rp_document_kind jwks_kind = {OIDC_STORE_JWKS, "the provider's JWKS", JWKS_MAX,
                                                  OIDC_E_JWKS, providers_parse_jwks};

/* ---- the site's part ---- */

static enum oidc_rc providers_make_secret_keys(struct oidc_ctx *ctx, apr_pool_t *pool,
                                               const struct oidc_secret *secret,
                                               const struct oidc_jwks **out)
{
    struct oidc_jwks *keys = oidc_jwks_make(pool);
    struct oidc_jwk *key;
    if (secret) {
        if (oidc_jwk_make_oct(ctx, pool, oidc_secret_expose(secret), NULL, &key) != OIDC_OK) {
            return OIDC_FAILED;
        }
        oidc_jwks_add(keys, key);
    }
    *out = keys;
    return OIDC_OK;
}

enum oidc_rc rp_providers_make(struct oidc_ctx *ctx, apr_pool_t *pool, struct rp_site *site)
{
    const struct rp_conf *conf = site->conf;
    const struct oidc_provider_meta nothing = {.s256_supported = -1};
    struct rp_providers *p = apr_pcalloc(pool, sizeof *p);
    p->shared.pool = pool;
    p->metadata.kind = &metadata_kind;
    p->metadata.http = &conf->http_short;
    p->metadata.refresh = conf->provider.metadata_refresh;
    p->jwks.kind = &jwks_kind;
    p->jwks.http = &conf->http_long;
    p->jwks.refresh = conf->provider.jwks_refresh;
    p->metadata.site = p->jwks.site = site;
    p->metadata.shared = p->jwks.shared = &p->shared;
    if (!conf->provider.metadata_url) {
        p->fixed = providers_merge(pool, conf, &nothing);
    }
    site->providers = p;
    return providers_make_secret_keys(ctx, pool, conf->client.secret, &p->secret_keys);
}

enum oidc_rc rp_providers_start_process(struct oidc_ctx *ctx, const struct rp_site *site,
                                        apr_pool_t *process_pool)
{
    return rp_documents_start_process(ctx, &site->providers->shared, process_pool);
}

enum oidc_rc rp_providers_get(struct oidc_ctx *ctx, const struct rp_site *site,
                              const struct rp_provider **out)
{
    struct rp_providers *p = site->providers;
    const void *parsed = p->fixed;
    if (!parsed
        && rp_documents_get(ctx, &p->metadata, site->conf->provider.metadata_url, &parsed)
               != OIDC_OK) {
        return OIDC_FAILED;
    }
    *out = parsed;
    return OIDC_OK;
}

/* Without a URL there are only the operator's keys. */
static enum oidc_rc providers_get_fixed_keys(struct oidc_ctx *ctx, const struct rp_site *site,
                                             const struct oidc_jwks **out)
{
    *out = site->conf->provider.verify_keys;
    if (!*out) {
        return oidc_fail(ctx, OIDC_E_METADATA,
                         "neither the provider's metadata nor OIDCProviderJwksUri names a jwks_uri");
    }
    return OIDC_OK;
}

enum oidc_rc rp_providers_get_keys(struct oidc_ctx *ctx, const struct rp_site *site,
                                   enum oidc_alg alg, const struct oidc_jwks *unfit,
                                   const struct oidc_jwks **out)
{
    struct rp_providers *p = site->providers;
    const struct rp_provider *provider;
    const void *parsed = NULL;
    enum oidc_rc rc;
    /* CHECK family: a secret verifies HS* alone, public keys never do; N049 */
    if (OIDC_ALG_BIT(alg) & OIDC_ALG_SET_HMAC) {
        *out = p->secret_keys;
        return unfit ? OIDC_ABSENT : OIDC_OK;
    }
    if (rp_providers_get(ctx, site, &provider) != OIDC_OK) {
        return OIDC_FAILED;
    }
    if (!provider->jwks_uri) {
        return unfit ? OIDC_ABSENT : providers_get_fixed_keys(ctx, site, out);
    }
    rc = unfit ? rp_documents_get_newer(ctx, &p->jwks, provider->jwks_uri, unfit, &parsed)
               : rp_documents_get(ctx, &p->jwks, provider->jwks_uri, &parsed);
    *out = parsed;
    return rc;
}
