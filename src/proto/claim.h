/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules for single claims of a verified payload, shared by the checkers of whole tokens. Each fails
 * with its own code OIDC_E_TOKEN_*; missing, null and of a wrong type are as bad as wrong, unless
 * it says "if present".
 */
#ifndef PROTO_CLAIM_H
#define PROTO_CLAIM_H

#include "oidc/json.h"

#define OIDC_CLAIM_SKEW 60 /* seconds that two clocks may be apart */

/* iss is there; equal to issuer, byte by byte, unless `compare` is 0. */
enum oidc_rc oidc_claim_check_iss(struct oidc_ctx *ctx, const json_t *payload, const char *issuer,
                                  int compare) OIDC_MUST_CHECK;
/* aud is the string or an array of strings that holds it. */
enum oidc_rc oidc_claim_check_aud(struct oidc_ctx *ctx, const json_t *payload,
                                  const char *audience) OIDC_MUST_CHECK;
/* sub has 1..255 bytes and no control character. */
enum oidc_rc oidc_claim_check_sub(struct oidc_ctx *ctx, const json_t *payload) OIDC_MUST_CHECK;
/* exp is strictly later than now. */
enum oidc_rc oidc_claim_check_exp(struct oidc_ctx *ctx, const json_t *payload) OIDC_MUST_CHECK;
/* iat is at most `past` seconds ago (-1: any time) and at most `future` seconds ahead. */
enum oidc_rc oidc_claim_check_iat(struct oidc_ctx *ctx, const json_t *payload, apr_int64_t past,
                                  apr_int64_t future) OIDC_MUST_CHECK;
/* nbf, if present, is at most OIDC_CLAIM_SKEW seconds ahead. */
enum oidc_rc oidc_claim_check_nbf(struct oidc_ctx *ctx, const json_t *payload) OIDC_MUST_CHECK;

/* A claim's value for a detail: quoted JSON text, or (none). */
const char *oidc_claim_quote(struct oidc_ctx *ctx, const json_t *payload, const char *name);

#endif
