/* SPDX-License-Identifier: Apache-2.0 */
/* Forms of the type multipart/form-data (RFC 7578), as far as they hold text. */
#ifndef RP_MULTIPART_H
#define RP_MULTIPART_H

#include "oidc/form.h"

/*
 * The fields in their order, values byte by byte; a file input in which nothing was chosen has the value NULL.
 * OIDC_E_FORM: malformed, not UTF-8, more than OIDC_FORM_MAX_FIELDS. OIDC_E_POST_NOT_KEPT: it holds a file.
 */
enum oidc_rc rp_multipart_parse(struct oidc_ctx *ctx, const char *content_type, struct oidc_str body,
                                struct oidc_form **out) OIDC_MUST_CHECK;

#endif
