/* SPDX-License-Identifier: Apache-2.0 */
/* Client authentication: names of the methods, making credentials, reading those that a client
 * presents. */
#include "oidc/client_auth.h"

#include <apr_strings.h>
#include "oidc/b64.h"
#include "oidc/client_assertion.h"
#include "oidc/wire.h"

#define CREDENTIALS_MAX 8192 /* of a Basic header */

static const char *const names[OIDC_CLIENT_AUTH_COUNT] = {
    [OIDC_CLIENT_AUTH_BASIC] = "client_secret_basic",
    [OIDC_CLIENT_AUTH_POST] = "client_secret_post",
    [OIDC_CLIENT_AUTH_NONE] = "none",
    [OIDC_CLIENT_AUTH_SECRET_JWT] = "client_secret_jwt",
    [OIDC_CLIENT_AUTH_PRIVATE_KEY_JWT] = "private_key_jwt",
    [OIDC_CLIENT_AUTH_TLS] = "tls_client_auth",
    [OIDC_CLIENT_AUTH_SELF_SIGNED_TLS] = "self_signed_tls_client_auth",
    [OIDC_CLIENT_AUTH_BEARER] = "bearer_access_token",
};

enum oidc_client_auth_method oidc_client_auth_parse_name(const char *name)
{
    for (int m = OIDC_CLIENT_AUTH_UNSET + 1; name && m < OIDC_CLIENT_AUTH_COUNT; m++) {
        if (strcmp(name, names[m]) == 0) {
            return (enum oidc_client_auth_method)m;
        }
    }
    return OIDC_CLIENT_AUTH_UNSET;
}

const char *oidc_client_auth_name(enum oidc_client_auth_method m)
{
    return (unsigned)m < OIDC_CLIENT_AUTH_COUNT ? names[m] : NULL;
}

/* ---- made by the relying party ---- */

/* The secret as a C string: a form value can't hold a NUL. */
static enum oidc_rc client_auth_secret(struct oidc_ctx *ctx, const struct oidc_client_auth *auth,
                                       const char **out)
{
    struct oidc_str secret = oidc_secret_expose(auth->secret);
    if (secret.n == 0 || memchr(secret.p, '\0', secret.n)) {
        return oidc_fail(ctx, OIDC_E_CONFIG, "%s needs OIDCClientSecret",
                         oidc_client_auth_name(auth->method));
    }
    *out = secret.p;
    return OIDC_OK;
}

/* RFC 6749 2.3.1: both parts are form-url-encoded, then joined, then base64; N222. */
static const char *client_auth_print_basic(apr_pool_t *pool, const char *client_id,
                                           const char *secret)
{
    char *pair = apr_pstrcat(pool, oidc_form_escape(pool, client_id), ":",
                             oidc_form_escape(pool, secret), NULL);
    const char *header =
        apr_pstrcat(pool, OIDC_SCHEME_BASIC " ", oidc_b64_print(pool, oidc_str_z(pair)), NULL);
    oidc_secret_wipe(pair, strlen(pair));
    return header;
}

/* CHECK assertion_aud: always the issuer, so that no other provider can use it (RFC 9700 2.5; N040) */
static enum oidc_rc client_auth_print_assertion(struct oidc_ctx *ctx, const struct oidc_client_auth *auth,
                                                struct oidc_form *body)
{
    const struct oidc_client_assertion a = {auth->client_id, auth->audience, auth->key, auth->alg};
    if (!a.audience || !*a.audience) {
        return oidc_fail(ctx, OIDC_E_CONFIG, "%s needs the provider's issuer",
                         oidc_client_auth_name(auth->method));
    }
    if (!a.key) {
        return oidc_fail(ctx, OIDC_E_CONFIG, "%s needs OIDCPrivateKeyFiles",
                         oidc_client_auth_name(auth->method));
    }
    return oidc_client_assertion_print(ctx, &a, body);
}

static enum oidc_rc client_auth_print_secret_jwt(struct oidc_ctx *ctx, struct oidc_client_auth auth,
                                                 struct oidc_form *body)
{
    const char *secret;
    struct oidc_jwk *key;
    if (client_auth_secret(ctx, &auth, &secret) != OIDC_OK) {
        return OIDC_FAILED;
    }
    /* CHECK secret_jwt_length: a short one is guessed from a single assertion (RFC 7518 3.2) */
    if (strlen(secret) < OIDC_CLIENT_AUTH_SECRET_JWT_LEAST) {
        return oidc_fail(ctx, OIDC_E_CONFIG, "client_secret_jwt needs an OIDCClientSecret of at least %d bytes",
                         OIDC_CLIENT_AUTH_SECRET_JWT_LEAST);
    }
    if (oidc_jwk_make_oct(ctx, ctx->pool, oidc_str_z(secret), NULL, &key) != OIDC_OK) {
        return OIDC_FAILED;
    }
    auth.key = key;
    auth.alg = OIDC_ALG_HS256;
    return client_auth_print_assertion(ctx, &auth, body);
}

enum oidc_rc oidc_client_auth_print(struct oidc_ctx *ctx, const struct oidc_client_auth *auth,
                                    struct oidc_form *body, const char **authorization)
{
    const char *secret;
    *authorization = NULL;
    if (!auth->client_id || !*auth->client_id) {
        return oidc_fail(ctx, OIDC_E_CONFIG, "OIDCClientID is missing");
    }
    switch (auth->method) {
    case OIDC_CLIENT_AUTH_NONE:
        oidc_form_set(body, OIDC_PARAM_CLIENT_ID, auth->client_id);
        return OIDC_OK;
    case OIDC_CLIENT_AUTH_POST:
        if (client_auth_secret(ctx, auth, &secret) != OIDC_OK) {
            return OIDC_FAILED;
        }
        oidc_form_set(body, OIDC_PARAM_CLIENT_ID, auth->client_id);
        oidc_form_set(body, OIDC_PARAM_CLIENT_SECRET, secret);
        return OIDC_OK;
    case OIDC_CLIENT_AUTH_BASIC:
        if (client_auth_secret(ctx, auth, &secret) != OIDC_OK) {
            return OIDC_FAILED;
        }
        *authorization = client_auth_print_basic(ctx->pool, auth->client_id, secret);
        return OIDC_OK;
    case OIDC_CLIENT_AUTH_SECRET_JWT:
        return client_auth_print_secret_jwt(ctx, *auth, body);
    case OIDC_CLIENT_AUTH_PRIVATE_KEY_JWT:
        return client_auth_print_assertion(ctx, auth, body);
    default:
        return oidc_fail(ctx, OIDC_E_CONFIG, "client authentication by %s is not supported",
                         oidc_log_quote(ctx->pool, oidc_client_auth_name(auth->method)));
    }
}

/* ---- presented to our own provider ---- */

/* What came in the body; members are NULL when absent. */
struct client_auth_body {
    const char *client_id, *client_secret, *client_assertion;
};

static enum oidc_rc client_auth_parse_body(struct oidc_ctx *ctx, const struct oidc_form *body,
                                           struct client_auth_body *out)
{
    const struct {
        const char *name, **value;
    } params[] = {
        {OIDC_PARAM_CLIENT_ID, &out->client_id},
        {OIDC_PARAM_CLIENT_SECRET, &out->client_secret},
        {OIDC_PARAM_CLIENT_ASSERTION, &out->client_assertion},
    };
    for (size_t i = 0; i < sizeof params / sizeof params[0]; i++) {
        const char *value = NULL;
        if (body && oidc_form_get(ctx, body, params[i].name, &value) == OIDC_FAILED) {
            return OIDC_FAILED;
        }
        *params[i].value = value && *value ? value : NULL;
    }
    return OIDC_OK;
}

/* The two parts of Basic credentials; OIDC_FAILED without a reason. The secret may hold a bare ':',
 * the id may not. */
static enum oidc_rc client_auth_parse_basic(apr_pool_t *pool, const char *text, char **client_id,
                                            char **secret)
{
    struct oidc_str pair;
    size_t n = strnlen(text, CREDENTIALS_MAX + 1);
    if (n > CREDENTIALS_MAX || oidc_b64_parse(pool, oidc_str(text, n), &pair) != OIDC_OK) {
        return OIDC_FAILED;
    }
    const char *colon = pair.n ? memchr(pair.p, ':', pair.n) : NULL;
    if (!colon) {
        return OIDC_FAILED;
    }
    size_t id_n = (size_t)(colon - pair.p);
    if (oidc_form_unescape(pool, oidc_str(pair.p, id_n), client_id) != OIDC_OK
        || oidc_form_unescape(pool, oidc_str(colon + 1, pair.n - id_n - 1), secret) != OIDC_OK) {
        return OIDC_FAILED;
    }
    /* CHECK client-secret-empty: an empty secret proves nothing */
    return **client_id && **secret ? OIDC_OK : OIDC_FAILED;
}

static enum oidc_rc client_auth_check_basic(struct oidc_ctx *ctx, const char *authorization,
                                            const struct client_auth_body *body,
                                            struct oidc_client_credentials *out)
{
    static const char scheme[] = OIDC_SCHEME_BASIC " ";
    size_t n = sizeof scheme - 1;
    char *client_id, *secret;
    if (!oidc_str_eq_case(oidc_str(authorization, strnlen(authorization, n)), oidc_str(scheme, n))
        || client_auth_parse_basic(ctx->pool, authorization + n, &client_id, &secret) != OIDC_OK) {
        return oidc_fail(ctx, OIDC_E_OP_CLIENT_AUTH,
                         "the Authorization header holds no well-formed Basic credentials");
    }
    /* CHECK client-auth-once: RFC 6749 2.3, one method per request */
    if (body->client_secret) {
        return oidc_fail(ctx, OIDC_E_OP_CLIENT_AUTH,
                         "credentials came in the header and in the body");
    }
    /* CHECK client-id-same: the id that was authenticated is the only one */
    if (body->client_id && strcmp(body->client_id, client_id) != 0) {
        return oidc_fail(
            ctx, OIDC_E_OP_CLIENT_AUTH, "the header names client %s, the body names %s",
            oidc_log_quote(ctx->pool, client_id), oidc_log_quote(ctx->pool, body->client_id));
    }
    out->method = OIDC_CLIENT_AUTH_BASIC;
    out->client_id = client_id;
    out->secret = oidc_str_z(secret);
    return OIDC_OK;
}

enum oidc_rc oidc_client_auth_parse(struct oidc_ctx *ctx, const char *authorization,
                                    const struct oidc_form *body,
                                    struct oidc_client_credentials *out)
{
    struct client_auth_body in;
    memset(out, 0, sizeof *out);
    if (client_auth_parse_body(ctx, body, &in) != OIDC_OK) {
        return OIDC_FAILED;
    }
    if (in.client_assertion) {
        return oidc_fail(ctx, OIDC_E_OP_CLIENT_AUTH, "client assertions are not supported");
    }
    if (authorization) {
        return client_auth_check_basic(ctx, authorization, &in, out);
    }
    if (!in.client_id) {
        return oidc_fail(ctx, OIDC_E_OP_CLIENT_AUTH, "the request names no client");
    }
    out->method = in.client_secret ? OIDC_CLIENT_AUTH_POST : OIDC_CLIENT_AUTH_NONE;
    out->client_id = in.client_id;
    out->secret = oidc_str_z(in.client_secret);
    return OIDC_OK;
}
