/* SPDX-License-Identifier: Apache-2.0 */
/* Digests (FIPS 180-4) and the left-half hashes of OpenID Connect Core 3.1.3.6 and 3.3.2.11. */
#ifndef OIDC_HASH_H
#define OIDC_HASH_H

#include "oidc/alg.h"
#include "oidc/ctx.h"

#define OIDC_SHA256_LEN 32

enum oidc_rc oidc_hash_sha256(struct oidc_ctx *ctx, struct oidc_str in, unsigned char out[OIDC_SHA256_LEN]) OIDC_MUST_CHECK;
/* base64url(SHA-256(in)): PKCE S256, thumbprints, cache keys. */
enum oidc_rc oidc_hash_sha256_b64url(struct oidc_ctx *ctx, struct oidc_str in, const char **out) OIDC_MUST_CHECK;
/* at_hash, c_hash, s_hash: the left half of the hash that belongs to the algorithm (Ed25519: SHA-512). */
enum oidc_rc oidc_hash_left_half(struct oidc_ctx *ctx, enum oidc_alg alg, struct oidc_str in, const char **out) OIDC_MUST_CHECK;

#endif
