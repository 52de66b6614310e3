/* SPDX-License-Identifier: Apache-2.0 */
/* DPoP proofs (RFC 9449), both directions. */
#ifndef OIDC_DPOP_H
#define OIDC_DPOP_H

#include "oidc/jwt.h"

struct oidc_dpop {
    const char *method; /* htm */
    const char *url;    /* htu: query and fragment are left out */
    const char *access_token; /* for ath at a resource, or NULL */
    const char *nonce;        /* the server's last, or NULL */
};
/* A proof with a fresh jti. The key is private; alg one of ES*, PS*, RS*, EdDSA that fits it. */
enum oidc_rc oidc_dpop_print(struct oidc_ctx *ctx, const struct oidc_dpop *d, const struct oidc_jwk *key, enum oidc_alg alg,
                             const char **out) OIDC_MUST_CHECK;

struct oidc_dpop_rules {
    const char *method, *url; /* of this request; url is compared normalised (RFC 3986 6.2.2 and 6.2.3), without query */
    const char *access_token; /* ath must be its hash; NULL at a token endpoint, where ath may not be */
    const char *nonce;        /* must be this, or NULL: any */
    apr_int64_t iat_slack;    /* seconds, both ways */
    oidc_alg_set algs;        /* asymmetric only */
};
struct oidc_dpop_verified {
    const char *jkt; /* RFC 7638 thumbprint of the key */
    const char *jti;
    apr_int64_t iat;
};
/*
 * The checks of RFC 9449 4.3: typ dpop+jwt, a public key in the header and no private member, signature, htm, htu, iat,
 * jti, ath, nonce. OIDC_E_DPOP names what is wrong. Replay of the jti is the caller's to refuse.
 */
enum oidc_rc oidc_dpop_check(struct oidc_ctx *ctx, const char *proof, const struct oidc_dpop_rules *rules,
                             struct oidc_dpop_verified *out) OIDC_MUST_CHECK;

#endif
