/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a key is strong and sound enough to be used at all. */
#ifndef JOSE_JWK_CHECK_H
#define JOSE_JWK_CHECK_H

#include "jose/jwk_key.h"

/* Fails with `code`; fills kty and crv. */
enum oidc_rc oidc_jwk_check(struct oidc_ctx *ctx, enum oidc_code code,
                            struct oidc_jwk *jwk) OIDC_MUST_CHECK;

#endif
