/* SPDX-License-Identifier: Apache-2.0 */
/* The key of DPoP proofs, the proofs, the nonces. */
#include "rp/proof.h"

#include <apr_strings.h>

#include "oidc/dpop.h"
#include "oidc/hash.h"
#include "oidc/json.h"
#include "oidc/wire.h"

#define KEY_NAME "key"
#define KEY_LIFE apr_time_from_sec((apr_int64_t)365 * 24 * 3600)
#define NONCE_LIFE apr_time_from_sec(24 * 3600)
#define NONCE_MAX 512
#define ANSWER_MAX ((size_t)64 * 1024)
#define CHALLENGE "use_dpop_nonce"

int rp_proof_is_on(const struct rp_site *site)
{
    return site->conf->provider.dpop != RP_DPOP_OFF;
}

int rp_proof_is_bound(const char *token_type)
{
    return token_type
           && oidc_str_eq_case(oidc_str_z(token_type), oidc_str_z(OIDC_TOKEN_TYPE_DPOP));
}

enum oidc_rc rp_proof_check_type(struct oidc_ctx *ctx, const struct rp_site *site,
                                 const char *token_type)
{
    /* CHECK bound: no way down to a token that anybody may use who finds it (RFC 9449 5) */
    if (site->conf->provider.dpop == RP_DPOP_REQUIRED && !rp_proof_is_bound(token_type)) {
        return oidc_fail(ctx, OIDC_E_TOKEN_RESPONSE,
                         "token_type is %s, OIDCDPoPMode required asks for " OIDC_TOKEN_TYPE_DPOP,
                         oidc_log_quote(ctx->pool, token_type));
    }
    return OIDC_OK;
}

/* ---- the key ---- */

static enum oidc_rc proof_open(struct oidc_ctx *ctx, const struct rp_site *site, struct oidc_str key,
                               struct oidc_str sealed, struct oidc_jwk **out)
{
    struct oidc_str pem;
    return oidc_unseal(ctx, site->sealer, OIDC_SEAL_STORE, key, sealed, &pem) == OIDC_OK
               ? oidc_jwk_parse_pem(ctx, ctx->pool, pem, NULL, out)
               : OIDC_FAILED;
}

/* A fresh key. `old` is the version of an entry that nobody can open any more, or 0. OIDC_ABSENT: another was first. */
static enum oidc_rc proof_generate(struct oidc_ctx *ctx, const struct rp_site *site,
                                   struct oidc_str key, apr_uint64_t old, struct oidc_jwk **out)
{
    struct oidc_store *store = ctx->env->store;
    const apr_time_t until = oidc_ctx_now(ctx) + KEY_LIFE;
    struct oidc_str sealed;
    const char *pem;
    if (oidc_jwk_generate(ctx, ctx->pool, OIDC_ALG_ES256, out) != OIDC_OK
        || oidc_jwk_print_pem(ctx, *out, &pem) != OIDC_OK
        || oidc_seal(ctx, site->sealer, OIDC_SEAL_STORE, key, oidc_str_z(pem), &sealed) != OIDC_OK) {
        return OIDC_FAILED;
    }
    return old ? store->ops->put(ctx, store, key, sealed, until, old, NULL)
               : store->ops->add(ctx, store, key, sealed, until);
}

static enum oidc_rc proof_key(struct oidc_ctx *ctx, const struct rp_site *site, struct oidc_jwk **out)
{
    struct oidc_store *store = ctx->env->store;
    struct oidc_store_value value;
    struct oidc_str key;
    if (oidc_store_key(ctx, site->name_space, OIDC_STORE_PROOF, oidc_str_z(KEY_NAME), &key) != OIDC_OK) {
        return OIDC_FAILED;
    }
    for (int turn = 0; turn < 2; turn++) {
        enum oidc_rc rc = store->ops->get(ctx, store, key, &value);
        if (rc == OIDC_OK && proof_open(ctx, site, key, value.bytes, out) == OIDC_OK) {
            return OIDC_OK;
        }
        if (rc == OIDC_FAILED || ctx->err.code != OIDC_E_NONE) {
            return OIDC_FAILED;
        }
        /* CHECK one key: of several processes that begin at once the first one's is everybody's */
        rc = proof_generate(ctx, site, key, rc == OIDC_OK ? value.version : 0, out);
        if (rc != OIDC_ABSENT) {
            return rc;
        }
    }
    return oidc_fail(ctx, OIDC_E_STORE, "the key of DPoP proofs changes all the time");
}

/* ---- nonces ---- */

static enum oidc_rc proof_nonce_key(struct oidc_ctx *ctx, const struct rp_site *site, const char *url,
                                    struct oidc_str *out)
{
    struct oidc_url parsed;
    const char *hash;
    if (oidc_url_parse(ctx, url, "the server of a nonce", &parsed) != OIDC_OK) {
        return OIDC_FAILED;
    }
    const struct oidc_origin origin = oidc_url_origin(&parsed);
    if (oidc_hash_sha256_b64url(ctx, oidc_str_z(oidc_url_print_origin(ctx->pool, &origin)), &hash)
        != OIDC_OK) {
        return OIDC_FAILED;
    }
    return oidc_store_key(ctx, site->name_space, OIDC_STORE_PROOF, oidc_str_z(hash), out);
}

/* NULL when there is none. A store that fails costs one more round trip, no more. */
static const char *proof_nonce(struct oidc_ctx *ctx, const struct rp_site *site, const char *url)
{
    struct oidc_store *store = ctx->env->store;
    struct oidc_store_value value;
    struct oidc_str key;
    if (proof_nonce_key(ctx, site, url, &key) == OIDC_OK
        && store->ops->get(ctx, store, key, &value) == OIDC_OK) {
        return oidc_str_dup(ctx->pool, value.bytes);
    }
    oidc_ctx_clear(ctx);
    return NULL;
}

static int proof_is_challenge(struct oidc_ctx *ctx, const struct oidc_http_answer *answer)
{
    struct oidc_ctx scratch;
    const char *error;
    json_t *doc;
    if (answer->status == 401 && answer->www_authenticate
        && strstr(answer->www_authenticate, CHALLENGE)) {
        return 1;
    }
    oidc_ctx_init(&scratch, ctx->pool, ctx->env, ctx->log_baton);
    return (answer->status == 400 || answer->status == 401) && answer->body.n <= ANSWER_MAX
           && oidc_json_parse(&scratch, ctx->pool, answer->body, OIDC_E_TOKEN_RESPONSE, "challenge",
                              &doc) == OIDC_OK
           && oidc_json_get_string(doc, OIDC_PARAM_ERROR, &error) == OIDC_OK
           && strcmp(error, CHALLENGE) == 0;
}

int rp_proof_note(struct oidc_ctx *ctx, const struct rp_site *site, const char *url,
                  const struct oidc_http_answer *answer)
{
    struct oidc_store *store = ctx->env->store;
    const struct oidc_str nonce = oidc_str_z(answer->dpop_nonce);
    struct oidc_str key;
    /* CHECK nonce: what it may be made of (RFC 9449 8.1), and how long */
    if (!rp_proof_is_on(site) || nonce.n == 0 || nonce.n > NONCE_MAX
        || !oidc_str_is_printable(nonce) || !oidc_str_is_utf8(nonce)) {
        return 0;
    }
    if (proof_nonce_key(ctx, site, url, &key) != OIDC_OK
        || store->ops->put(ctx, store, key, nonce, oidc_ctx_now(ctx) + NONCE_LIFE, 0, NULL) != OIDC_OK) {
        oidc_log(ctx, OIDC_LOG_WARNING, "the nonce of a server could not be kept: %s",
                 ctx->err.detail ? ctx->err.detail : "no reason given");
        oidc_ctx_clear(ctx);
        return 0;
    }
    return proof_is_challenge(ctx, answer);
}

enum oidc_rc rp_proof_make(struct oidc_ctx *ctx, const struct rp_site *site,
                           const struct rp_proof_wish *wish, const char **out)
{
    const struct oidc_dpop proof = {wish->method, wish->url, wish->access_token,
                                    proof_nonce(ctx, site, wish->url)};
    struct oidc_jwk *key;
    return proof_key(ctx, site, &key) == OIDC_OK
               ? oidc_dpop_print(ctx, &proof, key, OIDC_ALG_ES256, out)
               : OIDC_FAILED;
}
