/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signing tokens. cjose signs with RSA and EC keys, under a header that is made here, so that what
 * we sign is verified by another implementation than the one that made it. Ed25519, which cjose
 * does not know, and HMAC, for which it would keep a copy of the client secret that it does not
 * wipe, are OpenSSL's.
 */
#include <apr_strings.h>
#include <cjose/cjose.h>
#include "jose/alg_row.h"
#include "jose/jws.h"
#include "jose/openssl_err.h"
#include "oidc/b64.h"
#include "oidc/jwt.h"

#define ED25519_SIG_LEN 64

/* One token in the making. */
struct jwt_draft {
    const struct oidc_jwk *key;
    const struct oidc_alg_row *row;
    enum oidc_alg alg;
    const char *typ;
    struct oidc_str payload;
    const json_t *embedded; /* public key for the header, instead of kid; or NULL */
};

/* ---- by cjose ---- */

static const char *jwt_cjose_export(apr_pool_t *pool, cjose_jws_t *jws)
{
    const char *compact = NULL;
    cjose_err err;
    return jws && cjose_jws_export(jws, &compact, &err) ? apr_pstrdup(pool, compact) : NULL;
}

static const char *jwt_cjose_sign(apr_pool_t *pool, const struct jwt_draft *d, cjose_header_t *h)
{
    cjose_err err;
    const char *kid = d->embedded ? NULL : d->key->info.kid;
    const char *jwk = d->embedded ? oidc_json_print(pool, d->embedded) : NULL;
    if (!h || !cjose_header_set(h, CJOSE_HDR_ALG, d->row->name, &err) ||
        (d->typ && !cjose_header_set(h, "typ", d->typ, &err)) ||
        (jwk && !cjose_header_set_raw(h, "jwk", jwk, &err)) ||
        (kid && !cjose_header_set(h, CJOSE_HDR_KID, kid, &err))) {
        return NULL;
    }
    cjose_jws_t *jws = cjose_jws_sign(d->key->cjose, h, (const uint8_t *)d->payload.p,
                                      d->payload.n, &err);
    const char *compact = jwt_cjose_export(pool, jws);
    cjose_jws_release(jws);
    return compact;
}

static enum oidc_rc jwt_sign_cjose(struct oidc_ctx *ctx, const struct jwt_draft *d,
                                   const char **out)
{
    cjose_err err;
    cjose_header_t *h = cjose_header_new(&err);
    *out = jwt_cjose_sign(ctx->pool, d, h);
    if (h) {
        cjose_header_release(h);
    }
    return *out ? OIDC_OK : oidc_openssl_fail(ctx, OIDC_E_CRYPTO, "signing");
}

/* ---- by OpenSSL ---- */

static enum oidc_rc jwt_sign_ed25519(struct oidc_ctx *ctx, const struct jwt_draft *d,
                                     struct oidc_str input, struct oidc_str *out)
{
    unsigned char *sig = apr_palloc(ctx->pool, ED25519_SIG_LEN);
    size_t n = ED25519_SIG_LEN;
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    int ok = md && EVP_DigestSignInit_ex(md, NULL, NULL, NULL, NULL, d->key->pkey, NULL) == 1 &&
             EVP_DigestSign(md, sig, &n, (const unsigned char *)input.p, input.n) == 1;
    EVP_MD_CTX_free(md);
    *out = oidc_str((const char *)sig, n);
    return ok ? OIDC_OK : oidc_openssl_fail(ctx, OIDC_E_CRYPTO, "signing");
}

static const char *jwt_print_header(apr_pool_t *pool, const struct jwt_draft *d)
{
    json_t *header = oidc_json_object(pool);
    oidc_json_put_string(header, "alg", d->row->name);
    oidc_json_put_string(header, "typ", d->typ);
    if (d->embedded) {
        oidc_json_put_copy(header, "jwk", d->embedded);
    } else {
        oidc_json_put_string(header, "kid", d->key->info.kid);
    }
    return oidc_b64url_print(pool, oidc_str_z(oidc_json_print(pool, header)));
}

static enum oidc_rc jwt_sign_openssl(struct oidc_ctx *ctx, const struct jwt_draft *d,
                                     const char **out)
{
    struct oidc_str signature;
    const char *input = apr_pstrcat(ctx->pool, jwt_print_header(ctx->pool, d), ".",
                                    oidc_b64url_print(ctx->pool, d->payload), NULL);
    enum oidc_rc rc = d->row->kind == OIDC_ALG_KIND_HMAC
                          ? oidc_jws_hmac(ctx, d->key, d->alg, oidc_str_z(input), &signature)
                          : jwt_sign_ed25519(ctx, d, oidc_str_z(input), &signature);
    if (rc != OIDC_OK) {
        return OIDC_FAILED;
    }
    *out = apr_pstrcat(ctx->pool, input, ".", oidc_b64url_print(ctx->pool, signature), NULL);
    return OIDC_OK;
}

static enum oidc_rc jwt_sign(struct oidc_ctx *ctx, struct jwt_draft *d, const json_t *claims,
                             const char **out)
{
    const struct oidc_jwk *key = d->key;
    const char *text = oidc_json_print(ctx->pool, claims);
    d->row = oidc_alg_row(d->alg);
    d->payload = oidc_str_z(text);
    /* CHECK sign_key: the family is the key's, and a public key signs nothing */
    if (!oidc_alg_fits(d->alg, key->info.kty, key->crv) || !key->info.is_private) {
        return oidc_fail(ctx, OIDC_E_JWT_KEY, "a %s key of type %s does not sign %s",
                         key->info.is_private ? "private" : "public", key->info.kty,
                         oidc_alg_name(d->alg));
    }
    if (!text) {
        return oidc_fail(ctx, OIDC_E_TOO_LARGE, "the claims to sign");
    }
    return key->cjose ? jwt_sign_cjose(ctx, d, out) : jwt_sign_openssl(ctx, d, out);
}

enum oidc_rc oidc_jwt_sign(struct oidc_ctx *ctx, const struct oidc_jwk *key, enum oidc_alg alg,
                           const char *typ, const json_t *claims, const char **out)
{
    struct jwt_draft d = {.key = key, .alg = alg, .typ = typ};
    return jwt_sign(ctx, &d, claims, out);
}

enum oidc_rc oidc_jwt_sign_embedded(struct oidc_ctx *ctx, const struct oidc_jwk *key,
                                    enum oidc_alg alg, const char *typ, const json_t *claims,
                                    const char **out)
{
    struct jwt_draft d = {.key = key, .alg = alg, .typ = typ};
    if (oidc_jwk_print_bare(ctx, key, &d.embedded) != OIDC_OK) {
        return OIDC_FAILED;
    }
    return jwt_sign(ctx, &d, claims, out);
}
