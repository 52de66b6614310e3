/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A verified set of claims. Nothing but the checkers of the proto layer (and the unsealing of our own records) makes one:
 * an unverified claim can't reach a session because it has another type. Makers include oidc/claims_make.h, which the
 * layer check allows to them alone.
 */
#ifndef OIDC_CLAIMS_H
#define OIDC_CLAIMS_H

#include "oidc/json.h"

struct oidc_claims;

/* The claims as a read-only JSON object. */
const json_t *oidc_claims_json(const struct oidc_claims *claims);
/* Typed reading, as in oidc/json.h. */
enum oidc_rc oidc_claims_get_string(const struct oidc_claims *claims, const char *name, const char **out) OIDC_MUST_CHECK;
enum oidc_rc oidc_claims_get_time(const struct oidc_claims *claims, const char *name, apr_int64_t *out) OIDC_MUST_CHECK;

#endif
