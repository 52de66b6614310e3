/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys (RFC 7517). A key is immutable and belongs to the pool it was made in; any number of threads may use it.
 * Limits: RSA 2048..8192 bits with an odd exponent above 1; P-256, P-384, P-521; Ed25519; oct at least as long as the
 * hash it is used with (checked at use).
 */
#ifndef OIDC_JWK_H
#define OIDC_JWK_H

#include "oidc/alg.h"
#include "oidc/json.h"
#include "oidc/secret.h"

#define OIDC_JWKS_MAX_KEYS 100

struct oidc_jwk;

struct oidc_jwk_info {
    const char *kty; /* "RSA", "EC", "OKP", "oct" */
    const char *kid; /* or NULL */
    const char *use; /* "sig", "enc" or NULL */
    const char *enc_alg; /* of a key file for "enc": what encrypts to it; else NULL */
    enum oidc_alg alg; /* of the key's "alg" member, UNKNOWN when none or not a signature algorithm */
    int is_private;
};
const struct oidc_jwk_info *oidc_jwk_info(const struct oidc_jwk *jwk);

/* A symmetric key from bytes (client secret); kid may be NULL. */
enum oidc_rc oidc_jwk_make_oct(struct oidc_ctx *ctx, apr_pool_t *pool, struct oidc_str bytes, const char *kid,
                               struct oidc_jwk **out) OIDC_MUST_CHECK;
/* A fresh private key for a signature algorithm (RS*, PS*: 2048 bits; ES*; EdDSA); kid is its RFC 7638 thumbprint. */
enum oidc_rc oidc_jwk_generate(struct oidc_ctx *ctx, apr_pool_t *pool, enum oidc_alg alg, struct oidc_jwk **out) OIDC_MUST_CHECK;
/* A PEM private or public key, or certificate. kid NULL: the thumbprint. OIDC_E_CONFIG names the problem. */
enum oidc_rc oidc_jwk_parse_pem(struct oidc_ctx *ctx, apr_pool_t *pool, struct oidc_str pem, const char *kid,
                                struct oidc_jwk **out) OIDC_MUST_CHECK;
/* What an operator says of a key file. */
struct oidc_jwk_terms {
    const char *kid; /* NULL: the thumbprint */
    const char *use; /* "sig", "enc"; NULL: not said */
    const char *alg; /* one that oidc_jwk_knows_alg; NULL: not said */
    int alg_in_kid;  /* 1: kid is followed by "-" and alg: one file under several algorithms */
};
/* 1 for signature algorithms, and for those of encryption to a public key. */
int oidc_jwk_knows_alg(struct oidc_str name);
/* The same under terms that must fit the key, and each other (OIDC_E_CONFIG). */
enum oidc_rc oidc_jwk_parse_pem_as(struct oidc_ctx *ctx, apr_pool_t *pool, struct oidc_str pem,
                                   const struct oidc_jwk_terms *terms, struct oidc_jwk **out) OIDC_MUST_CHECK;
/* PKCS#8 PEM of a private key, for a key file. */
enum oidc_rc oidc_jwk_print_pem(struct oidc_ctx *ctx, const struct oidc_jwk *jwk, const char **out) OIDC_MUST_CHECK;
/* The public members, with kid, use ("sig" unless the key is for "enc") and alg, as one element of a JWKS. */
enum oidc_rc oidc_jwk_print_public(struct oidc_ctx *ctx, const struct oidc_jwk *jwk, enum oidc_alg alg, json_t **out) OIDC_MUST_CHECK;
/* RFC 7638 SHA-256 thumbprint, base64url. */
enum oidc_rc oidc_jwk_thumbprint(struct oidc_ctx *ctx, const struct oidc_jwk *jwk, const char **out) OIDC_MUST_CHECK;

/* ---- sets ---- */

struct oidc_jwks;

/*
 * A set from outside. Keys of unknown or weak kind, with private members, or off their curve are left out (counted in
 * a debug log line); a document that is no JWKS or has more than OIDC_JWKS_MAX_KEYS keys fails with OIDC_E_JWKS.
 * The set lives in `pool`.
 */
enum oidc_rc oidc_jwks_parse(struct oidc_ctx *ctx, apr_pool_t *pool, struct oidc_str text, struct oidc_jwks **out) OIDC_MUST_CHECK;
/* A set of our own keys. */
struct oidc_jwks *oidc_jwks_make(apr_pool_t *pool);
void oidc_jwks_add(struct oidc_jwks *set, const struct oidc_jwk *jwk);
int oidc_jwks_count(const struct oidc_jwks *set);
const struct oidc_jwk *oidc_jwks_at(const struct oidc_jwks *set, int i);
/* 1 when a key of that kid is there. */
int oidc_jwks_has_kid(const struct oidc_jwks *set, const char *kid);
/*
 * The first private key for signatures that may be used with `alg` (UNKNOWN: with any), or NULL; `set` may be NULL. *out
 * is the algorithm to sign with: the asked one, else the key's own, else the first of its type and curve (RS256, ES256 ...).
 */
const struct oidc_jwk *oidc_jwks_signer(const struct oidc_jwks *set, enum oidc_alg alg, enum oidc_alg *out);
/* {"keys":[...]} of the public parts. */
enum oidc_rc oidc_jwks_print_public(struct oidc_ctx *ctx, const struct oidc_jwks *set, enum oidc_alg alg, const char **out) OIDC_MUST_CHECK;

#endif
