/* SPDX-License-Identifier: Apache-2.0 */
/* Grants and codes in the store. */
#include "op/grants.h"

#include <apr_strings.h>

#include "oidc/hash.h"
#include "oidc/rand.h"
#include "oidc/store.h"

enum { ID_BYTES = 24, CODE_BYTES = 32, ID_MAX = 64 };

static apr_time_t in_seconds(const struct oidc_ctx *ctx, apr_int64_t seconds)
{
    return oidc_ctx_now(ctx) + apr_time_from_sec(seconds);
}

static enum oidc_rc grant_key(struct oidc_ctx *ctx, const struct op_site *site, const char *id,
                              struct oidc_str *out)
{
    if (strlen(id) > ID_MAX) {
        return oidc_fail(ctx, OIDC_E_OP_TOKEN, "the grant's id has %lu bytes",
                         (unsigned long)strlen(id));
    }
    return oidc_store_key(ctx, site->name_space, OIDC_STORE_GRANT, oidc_str_z(id), out);
}

/* The store holds the hash of a code, so whoever reads the store can't redeem one. */
static enum oidc_rc code_key(struct oidc_ctx *ctx, const struct op_site *site, const char *code,
                             struct oidc_str *out)
{
    const char *digest;
    if (oidc_hash_sha256_b64url(ctx, oidc_str_z(code), &digest) != OIDC_OK) {
        return OIDC_FAILED;
    }
    return oidc_store_key(ctx, site->name_space, OIDC_STORE_CODE, oidc_str_z(digest), out);
}

static enum oidc_rc put_grant(struct oidc_ctx *ctx, const struct op_site *site,
                              const struct op_grant *grant)
{
    struct oidc_store *store = ctx->env->store;
    json_t *doc = oidc_json_object(ctx->pool);
    struct oidc_str key;

    oidc_json_put_string(doc, "user", grant->user);
    oidc_json_put_string(doc, "client_id", grant->client_id);
    oidc_json_put_string(doc, "scope", grant->scope);
    oidc_json_put_string(doc, "nonce", grant->nonce);
    oidc_json_put_int(doc, "auth_time", grant->auth_time);
    oidc_json_put_copy(doc, "claims", grant->claims);
    if (grant_key(ctx, site, grant->id, &key) != OIDC_OK) {
        return OIDC_FAILED;
    }
    return store->ops->put(ctx, store, key, oidc_str_z(oidc_json_print(ctx->pool, doc)),
                           in_seconds(ctx, site->conf->code_ttl + site->conf->token_ttl), 0, NULL);
}

static const char *print_code(struct oidc_ctx *ctx, const struct op_code_found *c, int used)
{
    json_t *doc = oidc_json_object(ctx->pool);
    oidc_json_put_string(doc, "grant", c->grant_id);
    oidc_json_put_string(doc, "client_id", c->client_id);
    oidc_json_put_string(doc, "redirect_uri", c->code.redirect_uri);
    oidc_json_put_string(doc, "challenge", c->code.challenge);
    oidc_json_put_bool(doc, "used", used);
    return oidc_json_print(ctx->pool, doc);
}

enum oidc_rc op_grants_make(struct oidc_ctx *ctx, const struct op_site *site,
                            struct op_grant *grant, const struct op_code *code,
                            const char **code_text)
{
    struct oidc_store *store = ctx->env->store;
    struct op_code_found record = {.client_id = grant->client_id, .code = *code};
    struct oidc_str key;

    if (oidc_rand_text(ctx, ID_BYTES, &grant->id) != OIDC_OK
        || oidc_rand_text(ctx, CODE_BYTES, code_text) != OIDC_OK
        || put_grant(ctx, site, grant) != OIDC_OK
        || code_key(ctx, site, *code_text, &key) != OIDC_OK) {
        return OIDC_FAILED;
    }
    record.grant_id = grant->id;
    return store->ops->put(ctx, store, key, oidc_str_z(print_code(ctx, &record, 0)),
                           in_seconds(ctx, site->conf->code_ttl), 0, NULL);
}

static enum oidc_rc parse_code(struct oidc_ctx *ctx, struct oidc_str bytes,
                               struct op_code_found *out, int *used)
{
    json_t *doc;
    if (oidc_json_parse(ctx, ctx->pool, bytes, OIDC_E_INTERNAL, "stored code", &doc) != OIDC_OK) {
        return OIDC_FAILED;
    }
    if (oidc_json_get_string(doc, "grant", &out->grant_id) != OIDC_OK
        || oidc_json_get_string(doc, "client_id", &out->client_id) != OIDC_OK
        || oidc_json_get_string(doc, "redirect_uri", &out->code.redirect_uri) != OIDC_OK
        || oidc_json_get_bool(doc, "used", used) != OIDC_OK) {
        return oidc_fail(ctx, OIDC_E_INTERNAL, "a stored code is damaged");
    }
    if (oidc_json_get_string(doc, "challenge", &out->code.challenge) != OIDC_OK) {
        out->code.challenge = NULL;
    }
    return OIDC_OK;
}

/* Somebody presents a code again: one of the two is a thief, so nobody keeps what came of it. */
static enum oidc_rc refuse_reuse(struct oidc_ctx *ctx, const struct op_site *site,
                                 const char *grant_id)
{
    if (op_grants_drop(ctx, site, grant_id) != OIDC_OK) {
        return OIDC_FAILED;
    }
    return oidc_fail(ctx, OIDC_E_OP_GRANT, "the code was used before; its tokens are revoked");
}

enum oidc_rc op_grants_find_code(struct oidc_ctx *ctx, const struct op_site *site,
                                 const char *code_text, struct op_code_found *out)
{
    struct oidc_store *store = ctx->env->store;
    struct oidc_store_value value;
    enum oidc_rc rc;
    int used;

    if (code_key(ctx, site, code_text, &out->key) != OIDC_OK) {
        return OIDC_FAILED;
    }
    rc = store->ops->get(ctx, store, out->key, &value);
    if (rc == OIDC_ABSENT) {
        return oidc_fail(ctx, OIDC_E_OP_GRANT, "the code is unknown or expired");
    }
    if (rc != OIDC_OK || parse_code(ctx, value.bytes, out, &used) != OIDC_OK) {
        return OIDC_FAILED;
    }
    out->version = value.version;
    out->expires = value.expires;
    /* CHECK op-code-once: RFC 6749 4.1.2, N283 */
    return used ? refuse_reuse(ctx, site, out->grant_id) : OIDC_OK;
}

enum oidc_rc op_grants_use_code(struct oidc_ctx *ctx, const struct op_site *site,
                                const struct op_code_found *found)
{
    struct oidc_store *store = ctx->env->store;
    /* The mark outlives the code, so that a replay is recognised as long as a token of the grant
     * could live. */
    apr_time_t until = found->expires + apr_time_from_sec(site->conf->token_ttl);
    enum oidc_rc rc = store->ops->put(ctx, store, found->key, oidc_str_z(print_code(ctx, found, 1)),
                                      until, found->version, NULL);

    return rc == OIDC_ABSENT ? refuse_reuse(ctx, site, found->grant_id) : rc;
}

enum oidc_rc op_grants_get(struct oidc_ctx *ctx, const struct op_site *site, const char *id,
                           struct op_grant *out)
{
    struct oidc_store *store = ctx->env->store;
    struct oidc_store_value value;
    struct oidc_str key;
    enum oidc_rc rc;
    json_t *doc;

    if (grant_key(ctx, site, id, &key) != OIDC_OK) {
        return OIDC_FAILED;
    }
    rc = store->ops->get(ctx, store, key, &value);
    if (rc != OIDC_OK) {
        return rc;
    }
    if (oidc_json_parse(ctx, ctx->pool, value.bytes, OIDC_E_INTERNAL, "stored grant", &doc)
        != OIDC_OK) {
        return OIDC_FAILED;
    }
    out->id = id;
    if (oidc_json_get_string(doc, "user", &out->user) != OIDC_OK
        || oidc_json_get_string(doc, "client_id", &out->client_id) != OIDC_OK
        || oidc_json_get_string(doc, "scope", &out->scope) != OIDC_OK
        || oidc_json_get_time(doc, "auth_time", &out->auth_time) != OIDC_OK
        || oidc_json_get_object(doc, "claims", &out->claims) != OIDC_OK) {
        return oidc_fail(ctx, OIDC_E_INTERNAL, "a stored grant is damaged");
    }
    if (oidc_json_get_string(doc, "nonce", &out->nonce) != OIDC_OK) {
        out->nonce = NULL;
    }
    return OIDC_OK;
}

enum oidc_rc op_grants_drop(struct oidc_ctx *ctx, const struct op_site *site, const char *id)
{
    struct oidc_store *store = ctx->env->store;
    struct oidc_str key;

    if (grant_key(ctx, site, id, &key) != OIDC_OK) {
        return OIDC_FAILED;
    }
    return store->ops->drop(ctx, store, key) == OIDC_FAILED ? OIDC_FAILED : OIDC_OK;
}
