/* SPDX-License-Identifier: Apache-2.0 */
/* The type that says: these claims were verified. */
#include "oidc/claims_make.h"

struct oidc_claims {
    const json_t *json;
};

const struct oidc_claims *oidc_claims_make(apr_pool_t *pool, const json_t *checked)
{
    struct oidc_claims *claims = apr_palloc(pool, sizeof *claims);
    claims->json = checked;
    return claims;
}

const json_t *oidc_claims_json(const struct oidc_claims *claims)
{
    return claims->json;
}

enum oidc_rc oidc_claims_get_string(const struct oidc_claims *claims, const char *name,
                                    const char **out)
{
    return oidc_json_get_string(claims->json, name, out);
}

enum oidc_rc oidc_claims_get_time(const struct oidc_claims *claims, const char *name,
                                  apr_int64_t *out)
{
    return oidc_json_get_time(claims->json, name, out);
}
