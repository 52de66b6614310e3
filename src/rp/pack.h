/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verified claims made ready for the hot path: claim lists applied, packed, and an index of those that the application
 * may see. Everything that takes thought is done here, once per login.
 *
 * The index has RP_INDEX_ENTRY bytes for each claim that may be passed on: mark and source (1 byte: mark | source << 4),
 * where in `packed` its header name begins (24 bits, big-endian), and that name's length (1 byte). Its text begins behind
 * the name and a NUL, as oidc/packed.h says, and ends with a NUL.
 */
#ifndef RP_PACK_H
#define RP_PACK_H

#include "rp/site.h"

#define RP_PACK_MAX_CLAIMS 1000 /* top-level claims of one login */

#define RP_INDEX_ENTRY 5

enum rp_mark {
    RP_MARK_NEVER = 0,           /* not in the index: null, a name that means something else, or one that came before */
    RP_MARK_PASS = 1,
    RP_MARK_UNLESS_USERINFO = 2, /* of the ID token, and userinfo has it too: the later one wins */
    RP_MARK_UNLESS_ID_TOKEN = 3, /* of userinfo, and its name folds into that of another claim of the ID token */
};

struct rp_claim_sets {
    const json_t *id_token; /* of verified sets, or NULL */
    const json_t *userinfo;
    const char *scope; /* of the token response, or NULL */
};

struct rp_packed {
    struct oidc_str packed, index;
    int plain; /* 1 when every text is fit for a header line as it is, and all together are far below a view's limit */
};

/* OIDC_E_SESSION_TOO_LARGE for too many or too large claims. */
enum oidc_rc rp_pack_claims(struct oidc_ctx *ctx, const struct rp_site *site, const struct rp_claim_sets *sets,
                            struct rp_packed *out) OIDC_MUST_CHECK;
/* The same from a record that was made in another style (OIDCClaimPrefix or OIDCClaimDelimiter changed since). */
enum oidc_rc rp_pack_again(struct oidc_ctx *ctx, const struct rp_site *site, struct oidc_str packed,
                           struct rp_packed *out) OIDC_MUST_CHECK;
/* The claims of one source as the JSON object that they were, in the pool. */
const json_t *rp_pack_json(apr_pool_t *pool, struct oidc_str packed, enum oidc_claim_source source);
/* "the biggest claim is name with 123 bytes", for a detail. */
const char *rp_pack_biggest(apr_pool_t *pool, struct oidc_str packed);

#endif
