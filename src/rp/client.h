/* SPDX-License-Identifier: Apache-2.0 */
/* Calls to the provider in which this site says who it is: token requests, pushed authorization requests. */
#ifndef RP_CLIENT_H
#define RP_CLIENT_H

#include "oidc/form.h"
#include "oidc/http.h"
#include "rp/providers.h"

struct rp_client_request {
    const char *url;
    const struct oidc_form *body; /* without the client's credentials */
    size_t max_answer;
};
/*
 * POSTs the form, authenticated as OIDCProviderTokenEndpointAuth says; any complete answer is OIDC_OK. With
 * OIDCDPoPMode the request carries a proof, and is sent once more when the server asks for another nonce.
 */
enum oidc_rc rp_client_post(struct oidc_ctx *ctx, const struct rp_call *call, const struct rp_provider *provider,
                            const struct rp_client_request *request, struct oidc_http_answer *out) OIDC_MUST_CHECK;

#endif
