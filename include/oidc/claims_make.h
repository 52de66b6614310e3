/* SPDX-License-Identifier: Apache-2.0 */
/* Making a verified claim set: for the checkers alone (see oidc/claims.h). The document must live as long as pool. */
#ifndef OIDC_CLAIMS_MAKE_H
#define OIDC_CLAIMS_MAKE_H

#include "oidc/claims.h"

const struct oidc_claims *oidc_claims_make(apr_pool_t *pool, const json_t *checked);

#endif
