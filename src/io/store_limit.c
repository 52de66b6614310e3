/* SPDX-License-Identifier: Apache-2.0 */
/* Limits that every back end of the store keeps in the same way. */
#include "io/store_limit.h"

#define LIMIT_AHEAD apr_time_from_sec(366 * 86400LL)

enum oidc_rc oidc_store_limit_key(struct oidc_ctx *ctx, struct oidc_str key)
{
    /* CHECK store_key: a key is stored whole or not at all; N138, N143 */
    if (key.n == 0 || key.n > OIDC_STORE_KEY_MAX) {
        return oidc_fail(ctx, OIDC_E_INTERNAL, "a store key of %zu bytes", key.n);
    }
    return OIDC_OK;
}

enum oidc_rc oidc_store_limit_value(struct oidc_ctx *ctx, struct oidc_str value)
{
    /* CHECK store_value: a value is stored whole or not at all; N138 */
    if (value.n > OIDC_STORE_VALUE_MAX) {
        return oidc_fail(ctx, OIDC_E_TOO_LARGE, "a value of %zu bytes for the store, at most %d",
                         value.n, OIDC_STORE_VALUE_MAX);
    }
    return OIDC_OK;
}

enum oidc_rc oidc_store_limit_add(struct oidc_ctx *ctx, apr_time_t expires, apr_time_t now)
{
    /*
     * CHECK store_add_expiry: a mark that is gone at once would let everybody be the first; N083,
     * N197
     */
    if (expires <= now) {
        return oidc_fail(ctx, OIDC_E_INTERNAL, "an entry to be added expired %lld ms ago",
                         (long long)apr_time_as_msec(now - expires));
    }
    return OIDC_OK;
}

apr_time_t oidc_store_limit_expiry(apr_time_t expires, apr_time_t now)
{
    return expires > now && expires - now > LIMIT_AHEAD ? now + LIMIT_AHEAD : expires;
}

int oidc_store_limit_over(apr_time_t expires, apr_time_t now)
{
    /* CHECK store_expiry: in 64 bits, and nothing is immortal; N135, N157 */
    return expires <= now || expires - now > 2 * LIMIT_AHEAD;
}
