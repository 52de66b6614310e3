/* SPDX-License-Identifier: Apache-2.0 */
/* The endpoints of provider metadata: which member of the document is which member of the struct.
 */
#ifndef PROTO_DISCOVERY_ROWS_H
#define PROTO_DISCOVERY_ROWS_H

#include "oidc/discovery.h"

struct oidc_discovery_row {
    const char *name;
    size_t at; /* offset of its const char * in struct oidc_provider_meta */
};

/* Ends with a row whose name is NULL. */
extern const struct oidc_discovery_row oidc_discovery_endpoints[];

const char *oidc_discovery_get(const struct oidc_provider_meta *meta,
                               const struct oidc_discovery_row *row);

#endif
