/* SPDX-License-Identifier: Apache-2.0 */
/* The endpoints' functions, called through the table in endpoints.c, and what they share. */
#ifndef OP_ENDPOINTS_H
#define OP_ENDPOINTS_H

#include "op/site.h"

typedef enum oidc_rc op_endpoint_fn(struct oidc_ctx *ctx, struct op_site *site, struct op_exchange *ex, struct oidc_reply *reply);

op_endpoint_fn op_authorize, op_token, op_userinfo, op_end_session;

/* The urlencoded body of a POST, at most 64 KiB; another content type fails. */
enum oidc_rc op_endpoints_read_form(struct oidc_ctx *ctx, const struct oidc_request *req, struct oidc_form **out) OIDC_MUST_CHECK;
/* JSON {"error", "error_description"} for ctx->err (RFC 6749 5.2); the failure stays there for the log. */
void op_endpoints_reply_error(struct oidc_ctx *ctx, struct oidc_reply *reply);

#endif
