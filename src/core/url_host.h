/* SPDX-License-Identifier: Apache-2.0 */
/* The host of a URL, read so strictly that every browser reads it the same way. */
#ifndef CORE_URL_HOST_H
#define CORE_URL_HOST_H

#include "oidc/str.h"

/* The host in its one spelling (lower case, IPv6 in brackets and shortest form), or NULL. */
char *oidc_url_host_parse(apr_pool_t *pool, struct oidc_str text);

#endif
