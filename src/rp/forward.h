/* SPDX-License-Identifier: Apache-2.0 */
/* Pages that send the browser on by themselves: to the provider by POST, and before a login that keeps a form. */
#ifndef RP_FORWARD_H
#define RP_FORWARD_H

#include "oidc/form.h"
#include "rp/site.h"

struct rp_forward {
    const char *url;                /* http or https */
    const struct oidc_form *fields; /* sent to url as a form; NULL: the browser is led to url */
    const char *key, *keep;         /* JSON text that the browser keeps for this tab under a name; NULL: nothing */
};
/* Status 200, no-store, scripts by nonce. Works without a script, by a button, where nothing is to be kept. */
enum oidc_rc rp_forward_answer(struct oidc_ctx *ctx, const struct rp_call *call, const struct rp_forward *f) OIDC_MUST_CHECK;
/* The page that sends a kept form to url, once; where there is none it leads the browser to url. */
enum oidc_rc rp_forward_restore(struct oidc_ctx *ctx, const struct rp_call *call, const char *url, const char *key) OIDC_MUST_CHECK;

#endif
