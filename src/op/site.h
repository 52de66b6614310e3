/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the provider share: the site at work and the pieces of one exchange. */
#ifndef OP_SITE_H
#define OP_SITE_H

#include "oidc/discovery.h"
#include "oidc/form.h"
#include "oidc/op.h"

struct op_site {
    const struct op_conf *conf;
    const struct oidc_sealer *sealer;
    struct oidc_str name_space; /* of the store's keys: one provider, one issuer */
    const char *base;           /* path of the issuer without a slash at its end; "" for the root */
    const char *discovery;      /* the documents, printed once */
    const char *jwks;
};

/* Endpoint URLs below the issuer. */
const char *op_site_url(apr_pool_t *pool, const struct op_site *site, const char *leaf);

#endif
