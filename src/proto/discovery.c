/* SPDX-License-Identifier: Apache-2.0 */
/* Provider metadata: reading a document, printing our own. Whether to believe it is
 * discovery_check.c's. */
#include "proto/discovery_rows.h"

#include "oidc/wire.h"

#define ENDPOINT(name, member) {name, offsetof(struct oidc_provider_meta, member)}

const struct oidc_discovery_row oidc_discovery_endpoints[] = {
    ENDPOINT(OIDC_META_AUTHORIZATION_ENDPOINT, authorization_endpoint),
    ENDPOINT(OIDC_META_TOKEN_ENDPOINT, token_endpoint),
    ENDPOINT(OIDC_META_USERINFO_ENDPOINT, userinfo_endpoint),
    ENDPOINT(OIDC_META_JWKS_URI, jwks_uri),
    ENDPOINT(OIDC_META_END_SESSION_ENDPOINT, end_session_endpoint),
    ENDPOINT(OIDC_META_REVOCATION_ENDPOINT, revocation_endpoint),
    ENDPOINT(OIDC_META_CHECK_SESSION_IFRAME, check_session_iframe),
    ENDPOINT(OIDC_META_PAR_ENDPOINT, pushed_authorization_request_endpoint),
    ENDPOINT(OIDC_META_INTROSPECTION_ENDPOINT, introspection_endpoint),
    ENDPOINT(OIDC_META_REGISTRATION_ENDPOINT, registration_endpoint),
    {NULL, 0},
};

const char *oidc_discovery_get(const struct oidc_provider_meta *meta,
                               const struct oidc_discovery_row *row)
{
    const char *value;
    memcpy(&value, (const char *)meta + row->at, sizeof value);
    return value;
}

/* ---- reading ---- */

static enum oidc_rc discovery_bad(struct oidc_ctx *ctx, const char *name)
{
    return oidc_fail(ctx, OIDC_E_METADATA, "%s in the provider's metadata has a wrong type", name);
}

static enum oidc_rc discovery_parse_endpoints(struct oidc_ctx *ctx, struct oidc_provider_meta *meta)
{
    for (const struct oidc_discovery_row *row = oidc_discovery_endpoints; row->name; row++) {
        const char *value = NULL;
        /* CHECK metadata-type: an endpoint that is an array or object is no endpoint; N102 */
        if (oidc_json_get_string(meta->raw, row->name, &value) == OIDC_FAILED) {
            return discovery_bad(ctx, row->name);
        }
        memcpy((char *)meta + row->at, &value, sizeof value);
    }
    if (oidc_json_get_string(meta->raw, OIDC_META_ISSUER, &meta->issuer) == OIDC_FAILED) {
        return discovery_bad(ctx, OIDC_META_ISSUER);
    }
    return OIDC_OK;
}

/* The bit of a word, or the lowest one when the word is not known. */
typedef unsigned discovery_bit_fn(const char *word);

static unsigned discovery_alg_bit(const char *word)
{
    return OIDC_ALG_BIT(oidc_alg_parse(oidc_str_z(word)));
}

static unsigned discovery_auth_bit(const char *word)
{
    return OIDC_CLIENT_AUTH_BIT(oidc_client_auth_parse_name(word));
}

static unsigned discovery_s256_bit(const char *word)
{
    return strcmp(word, OIDC_PKCE_S256) == 0 ? 2u : 1u;
}

/* An array of words as a set of bits: 0 when there is none, 1 when nothing in it is known. */
static enum oidc_rc discovery_parse_set(struct oidc_ctx *ctx, const json_t *raw, const char *name,
                                        discovery_bit_fn *bit, unsigned *out)
{
    const json_t *list;
    enum oidc_rc rc = oidc_json_get_array(raw, name, &list);
    *out = 0;
    if (rc != OIDC_OK) {
        return rc == OIDC_ABSENT ? OIDC_OK : discovery_bad(ctx, name);
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *word = json_string_value(json_array_get(list, i));
        if (!word) {
            return discovery_bad(ctx, name);
        }
        *out |= bit(word);
    }
    *out = *out & ~1u ? *out & ~1u : 1u;
    return OIDC_OK;
}

static enum oidc_rc discovery_parse_sets(struct oidc_ctx *ctx, struct oidc_provider_meta *meta)
{
    unsigned s256;
    if (discovery_parse_set(ctx, meta->raw, OIDC_META_TOKEN_AUTH_METHODS, discovery_auth_bit,
                            &meta->token_auth_methods)
            != OIDC_OK
        || discovery_parse_set(ctx, meta->raw, OIDC_META_ID_TOKEN_ALGS, discovery_alg_bit,
                               &meta->id_token_algs)
               != OIDC_OK
        || discovery_parse_set(ctx, meta->raw, OIDC_META_CODE_CHALLENGE_METHODS, discovery_s256_bit,
                               &s256)
               != OIDC_OK) {
        return OIDC_FAILED;
    }
    meta->s256_supported = s256 == 0 ? -1 : s256 > 1;
    return OIDC_OK;
}

static enum oidc_rc discovery_parse_flags(struct oidc_ctx *ctx, struct oidc_provider_meta *meta)
{
    if (oidc_json_get_bool(meta->raw, OIDC_META_ISS_PARAMETER, &meta->iss_parameter_supported)
        == OIDC_FAILED) {
        return discovery_bad(ctx, OIDC_META_ISS_PARAMETER);
    }
    if (oidc_json_get_bool(meta->raw, OIDC_META_BACKCHANNEL_LOGOUT,
                           &meta->backchannel_logout_supported)
        == OIDC_FAILED) {
        return discovery_bad(ctx, OIDC_META_BACKCHANNEL_LOGOUT);
    }
    return OIDC_OK;
}

enum oidc_rc oidc_discovery_parse(struct oidc_ctx *ctx, apr_pool_t *pool, struct oidc_str text,
                                  struct oidc_provider_meta **out)
{
    static const char what[] = "the provider's metadata";
    struct oidc_provider_meta *meta = apr_pcalloc(pool, sizeof *meta);
    json_t *doc;
    if (text.n > OIDC_DISCOVERY_MAX) {
        return oidc_fail(ctx, OIDC_E_METADATA, "%s has %" APR_SIZE_T_FMT " bytes", what, text.n);
    }
    if (text.n && *text.p == '<') {
        return oidc_fail(ctx, OIDC_E_METADATA, "%s is no JSON but begins with %s", what,
                         oidc_log_quote_n(ctx->pool, text.p, text.n > 60 ? 60 : text.n));
    }
    if (oidc_json_parse(ctx, pool, text, OIDC_E_METADATA, what, &doc) != OIDC_OK) {
        return OIDC_FAILED;
    }
    meta->raw = doc;
    if (discovery_parse_endpoints(ctx, meta) != OIDC_OK
        || discovery_parse_sets(ctx, meta) != OIDC_OK
        || discovery_parse_flags(ctx, meta) != OIDC_OK) {
        return OIDC_FAILED;
    }
    *out = meta;
    return OIDC_OK;
}

/* ---- printing ---- */

/* The names of a set's members; names has room for max of them and a NULL. */
static void discovery_put_algs(json_t *doc, oidc_alg_set set)
{
    const char *names[OIDC_ALG_COUNT + 1] = {NULL};
    int n = 0;
    for (int alg = OIDC_ALG_UNKNOWN + 1; alg < OIDC_ALG_COUNT; alg++) {
        if (set & OIDC_ALG_BIT(alg)) {
            names[n++] = oidc_alg_name((enum oidc_alg)alg);
        }
    }
    if (set) {
        oidc_json_put_strings(doc, OIDC_META_ID_TOKEN_ALGS, names);
    }
}

static void discovery_put_auth_methods(json_t *doc, unsigned set)
{
    const char *names[OIDC_CLIENT_AUTH_COUNT + 1] = {NULL};
    int n = 0;
    for (int m = OIDC_CLIENT_AUTH_UNSET + 1; m < OIDC_CLIENT_AUTH_COUNT; m++) {
        if (set & OIDC_CLIENT_AUTH_BIT(m)) {
            names[n++] = oidc_client_auth_name((enum oidc_client_auth_method)m);
        }
    }
    if (set) {
        oidc_json_put_strings(doc, OIDC_META_TOKEN_AUTH_METHODS, names);
    }
}

static void discovery_put_flags(json_t *doc, const struct oidc_provider_meta *meta)
{
    static const char *const s256[] = {OIDC_PKCE_S256, NULL}, *const none[] = {NULL};
    if (meta->s256_supported >= 0) {
        oidc_json_put_strings(doc, OIDC_META_CODE_CHALLENGE_METHODS,
                              meta->s256_supported ? s256 : none);
    }
    if (meta->iss_parameter_supported) {
        oidc_json_put_bool(doc, OIDC_META_ISS_PARAMETER, 1);
    }
    if (meta->backchannel_logout_supported) {
        oidc_json_put_bool(doc, OIDC_META_BACKCHANNEL_LOGOUT, 1);
    }
}

/* What the struct has no member for. */
static void discovery_put_rest(json_t *doc, const json_t *raw)
{
    static const char *const code[] = {OIDC_PARAM_CODE, NULL}, *const public[] = {"public", NULL};
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)raw, name, value)
    { /* NULL has no members; iterating changes nothing */
        if (!json_object_get(doc, name)) {
            oidc_json_put_copy(doc, name, value);
        }
    }
    if (!json_object_get(doc, OIDC_META_RESPONSE_TYPES)) {
        oidc_json_put_strings(doc, OIDC_META_RESPONSE_TYPES, code);
    }
    if (!json_object_get(doc, OIDC_META_SUBJECT_TYPES)) {
        oidc_json_put_strings(doc, OIDC_META_SUBJECT_TYPES, public);
    }
}

const char *oidc_discovery_print(apr_pool_t *pool, const struct oidc_provider_meta *meta)
{
    json_t *doc = oidc_json_object(pool);
    oidc_json_put_string(doc, OIDC_META_ISSUER, meta->issuer);
    for (const struct oidc_discovery_row *row = oidc_discovery_endpoints; row->name; row++) {
        oidc_json_put_string(doc, row->name, oidc_discovery_get(meta, row));
    }
    discovery_put_auth_methods(doc, meta->token_auth_methods);
    discovery_put_algs(doc, meta->id_token_algs);
    discovery_put_flags(doc, meta);
    discovery_put_rest(doc, meta->raw);
    return oidc_json_print(pool, doc);
}
