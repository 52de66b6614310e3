/* SPDX-License-Identifier: Apache-2.0 */
/* The answer of the pushed authorization request endpoint (RFC 9126 2.2 and 2.3). */
#ifndef OIDC_PAR_H
#define OIDC_PAR_H

#include "oidc/http.h"
#include "oidc/json.h"

#define OIDC_PAR_MAX (64 * 1024)

/*
 * request_uri of a 201 (or 200) answer: 1..512 printable characters. OIDC_E_PAR for everything else; never a reason to
 * send the parameters by the browser instead (N045).
 */
enum oidc_rc oidc_par_check(struct oidc_ctx *ctx, const struct oidc_http_answer *answer, const char **request_uri) OIDC_MUST_CHECK;

#endif
