/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of algorithms as this layer sees it: what each one needs of a key and of a signature.
 */
#ifndef JOSE_ALG_ROW_H
#define JOSE_ALG_ROW_H

#include "oidc/alg.h"

enum oidc_alg_kind {
    OIDC_ALG_KIND_PKCS1 = 1, /* RSASSA-PKCS1-v1_5 */
    OIDC_ALG_KIND_PSS,       /* RSASSA-PSS, MGF1 and salt of the hash's length (RFC 7518 3.5) */
    OIDC_ALG_KIND_ECDSA,     /* r || s, each of the curve's length (RFC 7518 3.4) */
    OIDC_ALG_KIND_EDDSA,
    OIDC_ALG_KIND_HMAC
};

struct oidc_alg_row {
    const char *name;
    const char *kty;
    const char *crv; /* the one curve it works on, or NULL */
    enum oidc_alg_kind kind;
    const char *md;  /* OpenSSL's name of the hash */
    size_t md_len;
    size_t sig_len;  /* of the one length a signature has; 0: the modulus' */
};

/* NULL for OIDC_ALG_UNKNOWN and anything that is no algorithm. */
const struct oidc_alg_row *oidc_alg_row(enum oidc_alg alg);
/* 1 when a key of that type and curve (NULL: none) may be used with the algorithm. */
int oidc_alg_fits(enum oidc_alg alg, const char *kty, const char *crv);

#endif
