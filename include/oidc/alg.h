/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of JOSE algorithms (RFC 7518, RFC 8037, RFC 9864). An algorithm that has no row does not exist for us;
 * "none" has no row.
 */
#ifndef OIDC_ALG_H
#define OIDC_ALG_H

#include "oidc/str.h"

enum oidc_alg {
    OIDC_ALG_UNKNOWN = 0,
    OIDC_ALG_RS256, OIDC_ALG_RS384, OIDC_ALG_RS512,
    OIDC_ALG_PS256, OIDC_ALG_PS384, OIDC_ALG_PS512,
    OIDC_ALG_ES256, OIDC_ALG_ES384, OIDC_ALG_ES512,
    OIDC_ALG_EDDSA, /* Ed25519; also spelt "Ed25519" (RFC 9864) */
    OIDC_ALG_HS256, OIDC_ALG_HS384, OIDC_ALG_HS512,
    OIDC_ALG_COUNT
};

/* A set of algorithms: 1u << alg. */
typedef unsigned oidc_alg_set;
#define OIDC_ALG_BIT(alg) (1u << (alg))
/* Everything that a public key verifies. */
#define OIDC_ALG_SET_ASYMMETRIC ((OIDC_ALG_BIT(OIDC_ALG_EDDSA + 1) - 1u) & ~1u)
#define OIDC_ALG_SET_HMAC (OIDC_ALG_BIT(OIDC_ALG_HS256) | OIDC_ALG_BIT(OIDC_ALG_HS384) | OIDC_ALG_BIT(OIDC_ALG_HS512))

/* Exact, case-sensitive name; UNKNOWN for everything else ("none" in any spelling included). */
enum oidc_alg oidc_alg_parse(struct oidc_str name);
const char *oidc_alg_name(enum oidc_alg alg);
/* "RSA", "EC", "OKP" or "oct": the key type decides the family, not the header (RFC 8725 3.1). */
const char *oidc_alg_kty(enum oidc_alg alg);

#endif
