/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions that live in the browser's cookie (OIDCSessionType client-cookie): session.c sends its work here. */
#ifndef RP_SEALED_H
#define RP_SEALED_H

#include "rp/session.h"

enum rp_found rp_sealed_find(struct oidc_ctx *ctx, const struct rp_call *call, struct rp_session *out) OIDC_MUST_CHECK;
/* Seals s->record and s->cold and sets the cookie. */
enum oidc_rc rp_sealed_put(struct oidc_ctx *ctx, const struct rp_call *call, const struct rp_session *s) OIDC_MUST_CHECK;
enum oidc_rc rp_sealed_make(struct oidc_ctx *ctx, const struct rp_call *call, struct rp_session *s,
                            struct oidc_str cold) OIDC_MUST_CHECK;
/* The store remembers the id until then: when the session would have ended by itself. */
enum oidc_rc rp_sealed_drop(struct oidc_ctx *ctx, const struct rp_site *site, const char *id, apr_time_t until) OIDC_MUST_CHECK;

#endif
