/* SPDX-License-Identifier: Apache-2.0 */
/* The registered clients: who asks, where answers may go, and proof of being the client. */
#ifndef OP_CLIENTS_H
#define OP_CLIENTS_H

#include "op/site.h"

/* The client of that id, or NULL. */
const struct op_client *op_clients_find(const struct op_conf *conf, const char *id);
/*
 * 1 when the list holds the URI, byte by byte (RFC 9700 4.1.3); for a registered http URI of a loopback address the
 * port may be another one (RFC 8252 7.3).
 */
int op_clients_allow_uri(struct oidc_ctx *ctx, const char *const *list, const char *uri);
/*
 * The client that presented these credentials, by the one method it is registered for. An unknown client and a wrong
 * secret look alike, also in time. OIDC_E_OP_CLIENT_AUTH.
 */
enum oidc_rc op_clients_authenticate(struct oidc_ctx *ctx, const struct op_conf *conf, const char *authorization,
                                     const struct oidc_form *body, const struct op_client **out) OIDC_MUST_CHECK;

#endif
