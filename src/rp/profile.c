/* SPDX-License-Identifier: Apache-2.0 */
/* OIDCProfile FAPI20: what the FAPI 2.0 Security Profile asks of a client, section 5.3.3, as values of other directives. */
#include "oidc/rp.h"

enum oidc_rc rp_profile_apply(struct oidc_ctx *ctx, struct rp_conf *conf)
{
    static const char *const own_id[] = {"@", NULL};
    struct rp_provider_conf *p = &conf->provider;
    if (p->profile != RP_PROFILE_FAPI20) {
        return OIDC_OK;
    }
    if (p->response_type && !oidc_str_same_words(p->response_type, "code")) {
        return oidc_fail(ctx, OIDC_E_CONFIG, "OIDCProfile FAPI20 needs OIDCResponseType code");
    }
    p->auth_request_method = RP_AUTH_REQUEST_PAR;
    p->pkce = RP_PKCE_S256;
    p->dpop = RP_DPOP_REQUIRED;
    p->id_token_aud = p->id_token_aud ? p->id_token_aud : own_id;
    return OIDC_OK;
}
