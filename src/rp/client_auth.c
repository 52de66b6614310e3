/* SPDX-License-Identifier: Apache-2.0 */
/* Authentication at the provider (OpenID Connect Core 9), and the keys by which the provider checks it. */
#include "rp/client_auth.h"

#include <apr_strings.h>

#include "rp/endpoints.h"

/* ---- the method ---- */

static int client_auth_can_sign(const struct rp_conf *conf)
{
    enum oidc_alg alg;
    return oidc_jwks_signer(conf->client.private_keys, conf->provider.token_auth_alg, &alg) != NULL;
}

static int client_auth_can_sign_by_secret(const struct rp_conf *conf)
{
    return conf->client.secret
           && oidc_secret_expose(conf->client.secret).n >= OIDC_CLIENT_AUTH_SECRET_JWT_LEAST;
}

enum oidc_rc rp_client_auth_check(struct oidc_ctx *ctx, const struct rp_conf *conf)
{
    const enum oidc_client_auth_method m = conf->provider.token_auth;
    const char *name = oidc_client_auth_name(m);
    switch (m) {
    case OIDC_CLIENT_AUTH_UNSET:
    case OIDC_CLIENT_AUTH_NONE:
        return OIDC_OK;
    case OIDC_CLIENT_AUTH_BASIC:
    case OIDC_CLIENT_AUTH_POST:
        return conf->client.secret
                   ? OIDC_OK
                   : oidc_fail(ctx, OIDC_E_CONFIG, "OIDCProviderTokenEndpointAuth %s needs OIDCClientSecret", name);
    case OIDC_CLIENT_AUTH_SECRET_JWT:
        return client_auth_can_sign_by_secret(conf)
                   ? OIDC_OK
                   : oidc_fail(ctx, OIDC_E_CONFIG,
                               "OIDCProviderTokenEndpointAuth %s needs an OIDCClientSecret of at least %d bytes", name,
                               OIDC_CLIENT_AUTH_SECRET_JWT_LEAST);
    case OIDC_CLIENT_AUTH_PRIVATE_KEY_JWT:
        if (client_auth_can_sign(conf)) {
            return OIDC_OK;
        }
        return conf->provider.token_auth_alg == OIDC_ALG_UNKNOWN
                   ? oidc_fail(ctx, OIDC_E_CONFIG,
                               "OIDCProviderTokenEndpointAuth %s needs a key for signatures in OIDCPrivateKeyFiles", name)
                   : oidc_fail(ctx, OIDC_E_CONFIG,
                               "OIDCProviderTokenEndpointAuth %s:%s needs a key for it in OIDCPrivateKeyFiles", name,
                               oidc_alg_name(conf->provider.token_auth_alg));
    default:
        return oidc_fail(ctx, OIDC_E_CONFIG, "OIDCProviderTokenEndpointAuth %s is not supported", name);
    }
}

enum oidc_client_auth_method rp_client_auth_method(const struct rp_conf *conf, unsigned announced)
{
    const unsigned basic = OIDC_CLIENT_AUTH_BIT(OIDC_CLIENT_AUTH_BASIC), post = OIDC_CLIENT_AUTH_BIT(OIDC_CLIENT_AUTH_POST);
    const unsigned secret_jwt = OIDC_CLIENT_AUTH_BIT(OIDC_CLIENT_AUTH_SECRET_JWT);
    const unsigned by_key = OIDC_CLIENT_AUTH_BIT(OIDC_CLIENT_AUTH_PRIVATE_KEY_JWT);
    const unsigned others = basic | post | secret_jwt | OIDC_CLIENT_AUTH_BIT(OIDC_CLIENT_AUTH_NONE);
    if (conf->provider.token_auth != OIDC_CLIENT_AUTH_UNSET) {
        return conf->provider.token_auth;
    }
    if ((announced & by_key) && !(announced & others) && client_auth_can_sign(conf)) {
        return OIDC_CLIENT_AUTH_PRIVATE_KEY_JWT;
    }
    if (!conf->client.secret) {
        return OIDC_CLIENT_AUTH_NONE;
    }
    if (!(announced & basic) && (announced & post)) {
        return OIDC_CLIENT_AUTH_POST;
    }
    if (!(announced & basic) && (announced & secret_jwt) && client_auth_can_sign_by_secret(conf)) {
        return OIDC_CLIENT_AUTH_SECRET_JWT;
    }
    return OIDC_CLIENT_AUTH_BASIC; /* also where nothing is announced (Discovery 3) */
}

enum oidc_rc rp_client_auth_print(struct oidc_ctx *ctx, const struct rp_conf *conf, const struct rp_provider *provider,
                             struct oidc_form *body, const char **authorization)
{
    struct oidc_client_auth auth = {.method = provider->token_auth,
                                    .client_id = conf->client.id,
                                    .secret = conf->client.secret,
                                    .audience = provider->issuer};
    auth.key = oidc_jwks_signer(conf->client.private_keys, conf->provider.token_auth_alg, &auth.alg);
    return oidc_client_auth_print(ctx, &auth, body, authorization);
}

/* ---- the keys ---- */

/* The key of that kid, or NULL. */
static const struct oidc_jwk *client_auth_find(const struct oidc_jwks *set, const char *kid)
{
    for (int i = 0; i < oidc_jwks_count(set); i++) {
        if (strcmp(oidc_jwk_info(oidc_jwks_at(set, i))->kid, kid) == 0) {
            return oidc_jwks_at(set, i);
        }
    }
    return NULL;
}

static enum oidc_rc client_auth_add(struct oidc_ctx *ctx, struct oidc_jwks *set, const struct oidc_jwk *key)
{
    const char *kid = oidc_jwk_info(key)->kid, *mine, *theirs;
    const struct oidc_jwk *other = client_auth_find(set, kid);
    if (!other) {
        oidc_jwks_add(set, key);
        return OIDC_OK;
    }
    if (oidc_jwk_thumbprint(ctx, key, &mine) != OIDC_OK || oidc_jwk_thumbprint(ctx, other, &theirs) != OIDC_OK) {
        return OIDC_FAILED;
    }
    /* CHECK kid_once: under one name the provider finds one key, the one that signs; RFC 7517 4.5 */
    return strcmp(mine, theirs) == 0
               ? OIDC_OK
               : oidc_fail(ctx, OIDC_E_CONFIG,
                           "OIDCPublicKeyFiles, OIDCPrivateKeyFiles: the kid %s names two different keys",
                           oidc_log_quote(ctx->pool, kid));
}

static enum oidc_rc client_auth_collect(struct oidc_ctx *ctx, const struct rp_conf *conf, struct oidc_jwks **out)
{
    const struct oidc_jwks *const sources[] = {conf->client.public_keys, conf->client.private_keys};
    *out = oidc_jwks_make(ctx->pool);
    for (int s = 0; s < 2; s++) {
        for (int i = 0; sources[s] && i < oidc_jwks_count(sources[s]); i++) {
            if (client_auth_add(ctx, *out, oidc_jwks_at(sources[s], i)) != OIDC_OK) {
                return OIDC_FAILED;
            }
        }
    }
    return OIDC_OK;
}

enum oidc_rc rp_client_auth_check_keys(struct oidc_ctx *ctx, const struct rp_conf *conf)
{
    struct oidc_jwks *set;
    return client_auth_collect(ctx, conf, &set);
}

enum oidc_rc rp_client_auth_print_jwks(struct oidc_ctx *ctx, apr_pool_t *pool, const struct rp_conf *conf, const char **out)
{
    struct oidc_jwks *set;
    const char *text;
    if (client_auth_collect(ctx, conf, &set) != OIDC_OK
        || oidc_jwks_print_public(ctx, set, OIDC_ALG_UNKNOWN, &text) != OIDC_OK) {
        return OIDC_FAILED;
    }
    *out = apr_pstrdup(pool, text);
    return OIDC_OK;
}

enum oidc_rc rp_jwks_answer(struct oidc_ctx *ctx, const struct rp_call *call, const struct oidc_form *query,
                            const struct rp_session *session)
{
    (void)ctx, (void)query, (void)session;
    oidc_reply_json(call->reply, 200, oidc_str_z(call->site->jwks));
    return OIDC_OK;
}
