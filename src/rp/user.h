/* SPDX-License-Identifier: Apache-2.0 */
/* REMOTE_USER from verified claims (OIDCRemoteUserClaim). */
#ifndef RP_USER_H
#define RP_USER_H

#include "rp/site.h"

struct rp_user_input {
    const struct oidc_claims *id_token;
    const struct oidc_claims *userinfo; /* or NULL */
    const char *issuer;
};
/*
 * The claim, of the ID token or else of userinfo; the expression applied; with '@' the issuer appended without
 * "https://". OIDC_E_REMOTE_USER when there is none, or none that is fit for a user's name.
 */
enum oidc_rc rp_user_make(struct oidc_ctx *ctx, const struct rp_remote_user *conf, const struct rp_user_input *in,
                          const char **out) OIDC_MUST_CHECK;

#endif
