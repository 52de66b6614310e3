/* SPDX-License-Identifier: Apache-2.0 */
/* The optional functions of mod_oidc.h. */
#include "httpd/offer.h"

#include "httpd/request.h"
#include "mod_oidc.h"
#include "oidc/packed.h"

static const struct rp_session *offer_session(request_rec *r)
{
    const struct httpd_request *q = httpd_request_decided(r);
    return q && q->stage == HTTPD_SIGNED_IN ? &q->session : NULL;
}

static int oidc_is_signed_in(request_rec *r)
{
    return offer_session(r) != NULL;
}

static const char *oidc_issuer(request_rec *r)
{
    const struct rp_session *s = offer_session(r);
    return s ? s->issuer : NULL;
}

static const char *oidc_subject(request_rec *r)
{
    const struct rp_session *s = offer_session(r);
    return s ? s->sub : NULL;
}

static const char *oidc_claim(request_rec *r, const char *name)
{
    const struct rp_session *s = offer_session(r);
    struct oidc_packed_claim claim;
    const char *found = NULL;
    size_t pos = 0;
    while (s && oidc_packed_next(s->packed, &pos, &claim)) {
        if (!claim.passed || !oidc_str_eq(claim.name, oidc_str_z(name))) {
            continue;
        }
        if (!found || claim.source == OIDC_FROM_ID_TOKEN) {
            found = claim.text.p;
        }
        if (claim.source == OIDC_FROM_ID_TOKEN) {
            break;
        }
    }
    return found;
}

void httpd_offer_register(void)
{
    APR_REGISTER_OPTIONAL_FN(oidc_is_signed_in);
    APR_REGISTER_OPTIONAL_FN(oidc_issuer);
    APR_REGISTER_OPTIONAL_FN(oidc_subject);
    APR_REGISTER_OPTIONAL_FN(oidc_claim);
}
