/* SPDX-License-Identifier: Apache-2.0 */
/* Names that no claim may take. */
#ifndef RP_RESERVED_H
#define RP_RESERVED_H

/*
 * 1 when a header or variable of that name would be read as something other than a claim: our own OIDC_ names, the
 * variables of CGI (RFC 3875), what frames or routes a message, what the loaders of programs obey. Compared folded.
 */
int rp_reserved_is(const char *header);

#endif
