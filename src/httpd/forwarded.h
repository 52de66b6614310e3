/* SPDX-License-Identifier: Apache-2.0 */
/* OIDCXForwardedHeaders and OIDCTrustedProxies: whose word on the browser's address counts. */
#ifndef HTTPD_FORWARDED_H
#define HTTPD_FORWARDED_H

#include "httpd/request.h"

/*
 * The origin as the proxy says it. OIDC_ABSENT when nobody who may say so says anything: then it is
 * the request's own. OIDC_E_FORWARDED when it is malformed.
 */
enum oidc_rc httpd_forwarded_origin(struct httpd_request *q,
                                    struct oidc_origin *out) OIDC_MUST_CHECK;
/* At the beginning of a sign-in: warns, once a minute at most, of headers that nobody expects. */
void httpd_forwarded_note(struct httpd_request *q);

#endif
