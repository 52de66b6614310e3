/* SPDX-License-Identifier: Apache-2.0 */
/* Making a provider from its configuration: checks, and the two public documents, printed once. */
#include "op/site.h"

#include <apr_strings.h>

#include "oidc/hash.h"
#include "op/claims.h"

const char *op_site_url(apr_pool_t *pool, const struct op_site *site, const char *leaf)
{
    const char *issuer = site->conf->issuer;
    size_t n = strlen(issuer);
    return apr_pstrcat(pool, issuer, n && issuer[n - 1] == '/' ? "" : "/", leaf, NULL);
}

/* The issuer is printed into every token, so it must be a plain URL (Discovery 3: no query, no
 * fragment). */
static enum oidc_rc check_issuer(struct oidc_ctx *ctx, const char *issuer, struct oidc_url *out)
{
    if (!issuer) {
        return oidc_fail(ctx, OIDC_E_CONFIG, "OIDCOPIssuer is missing");
    }
    if (oidc_url_parse(ctx, issuer, "OIDCOPIssuer", out) != OIDC_OK) {
        return OIDC_FAILED;
    }
    if (out->query || out->fragment) {
        return oidc_fail(ctx, OIDC_E_CONFIG, "OIDCOPIssuer must have neither query nor fragment");
    }
    return OIDC_OK;
}

static enum oidc_rc check_client(struct oidc_ctx *ctx, const struct op_client *c)
{
    if (!c->redirect_uris || !c->redirect_uris[0]) {
        return oidc_fail(ctx, OIDC_E_CONFIG,
                         "OIDCOPClient %s: at least one redirect_uri= is needed", c->id);
    }
    if (c->auth == OIDC_CLIENT_AUTH_NONE && c->secret) {
        return oidc_fail(ctx, OIDC_E_CONFIG, "OIDCOPClient %s: auth=none takes no secret=", c->id);
    }
    if (c->auth != OIDC_CLIENT_AUTH_NONE && !c->secret) {
        return oidc_fail(ctx, OIDC_E_CONFIG,
                         "OIDCOPClient %s: secret= is missing (auth=none makes a public client)",
                         c->id);
    }
    if (c->auth != OIDC_CLIENT_AUTH_NONE && c->auth != OIDC_CLIENT_AUTH_BASIC
        && c->auth != OIDC_CLIENT_AUTH_POST) {
        return oidc_fail(
            ctx, OIDC_E_CONFIG,
            "OIDCOPClient %s: auth= must be client_secret_basic, client_secret_post or none",
            c->id);
    }
    return OIDC_OK;
}

/* Every redirect URI must be one that our URL parser understands: a later comparison is then of
 * like with like. */
static enum oidc_rc check_client_urls(struct oidc_ctx *ctx, const struct op_client *c,
                                      const char *const *list, const char *what)
{
    struct oidc_url url;
    for (int i = 0; list && list[i]; i++) {
        if (oidc_url_parse(ctx, list[i], what, &url) != OIDC_OK) {
            return OIDC_FAILED;
        }
        if (url.fragment) {
            return oidc_fail(ctx, OIDC_E_CONFIG, "OIDCOPClient %s: %s must have no fragment", c->id,
                             what);
        }
    }
    return OIDC_OK;
}

static enum oidc_rc check_clients(struct oidc_ctx *ctx, const struct op_conf *conf)
{
    for (int i = 0; i < conf->n_clients; i++) {
        const struct op_client *c = &conf->clients[i];
        for (int j = 0; j < i; j++) {
            if (strcmp(c->id, conf->clients[j].id) == 0) {
                return oidc_fail(ctx, OIDC_E_CONFIG, "OIDCOPClient %s is there twice", c->id);
            }
        }
        if (check_client(ctx, c) != OIDC_OK
            || check_client_urls(ctx, c, c->redirect_uris, "redirect_uri") != OIDC_OK
            || check_client_urls(ctx, c, c->post_logout_redirect_uris, "post_logout_redirect_uri")
                   != OIDC_OK) {
            return OIDC_FAILED;
        }
    }
    return OIDC_OK;
}

static const char *print_discovery(apr_pool_t *pool, const struct op_site *site)
{
    json_t *doc = oidc_json_object(pool);
    static const char *const code[] = {"code", NULL};
    static const char *const modes[] = {"query", "form_post", NULL};
    static const char *const grants[] = {"authorization_code", NULL};
    static const char *const subjects[] = {"public", NULL};
    static const char *const s256[] = {"S256", NULL};
    static const char *const auth[] = {"client_secret_basic", "client_secret_post", "none", NULL};
    static const char *const prompts[] = {"none", "login", "consent", NULL};
    const char *algs[] = {oidc_alg_name(site->conf->alg), NULL};

    oidc_json_put_string(doc, "issuer", site->conf->issuer);
    oidc_json_put_string(doc, "authorization_endpoint", op_site_url(pool, site, "authorize"));
    oidc_json_put_string(doc, "token_endpoint", op_site_url(pool, site, "token"));
    oidc_json_put_string(doc, "userinfo_endpoint", op_site_url(pool, site, "userinfo"));
    oidc_json_put_string(doc, "jwks_uri", op_site_url(pool, site, "jwks"));
    oidc_json_put_string(doc, "end_session_endpoint", op_site_url(pool, site, "end_session"));
    oidc_json_put_strings(doc, "response_types_supported", code);
    oidc_json_put_strings(doc, "response_modes_supported", modes);
    oidc_json_put_strings(doc, "grant_types_supported", grants);
    oidc_json_put_strings(doc, "subject_types_supported", subjects);
    oidc_json_put_strings(doc, "id_token_signing_alg_values_supported", algs);
    oidc_json_put_strings(doc, "token_endpoint_auth_methods_supported", auth);
    oidc_json_put_strings(doc, "code_challenge_methods_supported", s256);
    oidc_json_put_strings(doc, "prompt_values_supported", prompts);
    oidc_json_put_strings(doc, "scopes_supported", op_claims_scopes(pool, site->conf));
    oidc_json_put_strings(doc, "claims_supported", op_claims_names(pool, site->conf));
    oidc_json_put_bool(doc, "authorization_response_iss_parameter_supported", 1);
    oidc_json_put_bool(doc, "claims_parameter_supported", 0);
    oidc_json_put_bool(doc, "request_parameter_supported", 0);
    oidc_json_put_bool(doc, "request_uri_parameter_supported", 0);
    return oidc_json_print(pool, doc);
}

static enum oidc_rc fill(struct oidc_ctx *ctx, apr_pool_t *pool, struct op_site *site,
                         const struct oidc_url *issuer)
{
    size_t n = strlen(issuer->path);
    const char *digest;

    while (n && issuer->path[n - 1] == '/') {
        n--;
    }
    site->base = apr_pstrmemdup(pool, issuer->path, n);
    if (oidc_hash_sha256_b64url(ctx, oidc_str_z(site->conf->issuer), &digest) != OIDC_OK
        || oidc_jwks_print_public(ctx, site->conf->keys, site->conf->alg, &site->jwks) != OIDC_OK) {
        return OIDC_FAILED;
    }
    site->name_space = oidc_str(apr_pstrmemdup(pool, digest, 16), 16);
    site->jwks = apr_pstrdup(pool, site->jwks);
    site->discovery = print_discovery(pool, site);
    return OIDC_OK;
}

enum oidc_rc op_site_make(struct oidc_ctx *ctx, apr_pool_t *pool, const struct op_conf *conf,
                          const struct oidc_sealer *sealer, struct op_site **out)
{
    struct op_site *site = apr_pcalloc(pool, sizeof(*site));
    struct oidc_url issuer;

    site->conf = conf;
    site->sealer = sealer;
    if (check_issuer(ctx, conf->issuer, &issuer) != OIDC_OK
        || check_clients(ctx, conf) != OIDC_OK) {
        return OIDC_FAILED;
    }
    if (!conf->keys || oidc_jwks_count(conf->keys) == 0) {
        return oidc_fail(ctx, OIDC_E_CONFIG, "OIDCOPKeysDir: there is no signing key");
    }
    if (conf->code_ttl <= 0 || conf->token_ttl <= 0) {
        return oidc_fail(ctx, OIDC_E_CONFIG,
                         "OIDCOPCodeLifetime and OIDCOPTokenLifetime must be above 0");
    }
    if (fill(ctx, pool, site, &issuer) != OIDC_OK) {
        return OIDC_FAILED;
    }
    *out = site;
    return OIDC_OK;
}
