/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Header field names and values. Names are compared folded: letters case-insensitively, everything that is neither
 * letter nor digit as '_', because that is how CGI and many back ends read them (N103-N106).
 */
#ifndef OIDC_HEADER_H
#define OIDC_HEADER_H

#include "oidc/str.h"

/* 1 when `name`, folded, equals / begins with `other`, folded. */
int oidc_header_same(const char *name, const char *other);
int oidc_header_starts(const char *name, const char *prefix, size_t prefix_len);
/*
 * A claim name as a header and variable name: control bytes, spaces and RFC 9110 delimiters become '-', and so do bytes
 * above 0x7e.
 */
char *oidc_header_name(apr_pool_t *pool, const char *prefix, struct oidc_str claim);
/* A value fit for a header line: CR, LF and tab become spaces, other control bytes are dropped. Returns v itself if fit. */
const char *oidc_header_value(apr_pool_t *pool, const char *v);
/* Text as an RFC 9110 quoted-string, quotes included; bytes outside printable ASCII become '?'. */
char *oidc_header_quote(apr_pool_t *pool, const char *text);
/* Removes from a comma-separated list (Connection) every token that matches; NULL when nothing is left; v if unchanged. */
const char *oidc_header_drop_tokens(apr_pool_t *pool, const char *v, int (*match)(void *baton, const char *token), void *baton);

#endif
