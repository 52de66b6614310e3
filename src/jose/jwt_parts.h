/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a parsed token. */
#ifndef JOSE_JWT_PARTS_H
#define JOSE_JWT_PARTS_H

#include "oidc/jwt.h"

struct oidc_jwt {
    enum oidc_alg alg;
    const char *alg_text, *kid, *typ;
    struct oidc_str input;     /* header '.' payload as they came: what was signed */
    struct oidc_str payload;   /* decoded */
    struct oidc_str signature; /* decoded */
    const json_t *embedded;    /* the header's jwk: for oidc_jwt_verify_embedded alone */
};

#endif
