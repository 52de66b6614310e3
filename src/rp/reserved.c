/* SPDX-License-Identifier: Apache-2.0 */
/* The list of names that a claim may not take (N117). */
#include "rp/reserved.h"

#include "oidc/header.h"

static const char *const names[] = {
    "OIDC_access_token", "OIDC_access_token_type", "OIDC_access_token_expires", "OIDC_scope",
    "OIDC_refresh_token", "OIDC_id_token", "OIDC_id_token_payload", "OIDC_userinfo_json",
    "OIDC_userinfo_jwt", "OIDC_signed_jwt",
    /* headers: identity, framing, routing, hop by hop (RFC 9110 7.6.1) */
    "Authorization", "Cookie", "Host", "Proxy", "Connection", "Keep-Alive", "TE", "Trailer",
    "Transfer-Encoding", "Upgrade", "Expect", "Via", "Range", "Forwarded", "X-Real-IP",
    "X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method", "X-HTTP-Method-Override", "X-Method-Override",
    /* variables */
    "GATEWAY_INTERFACE", "QUERY_STRING", "HTTPS", "UNIQUE_ID", "PATH", "SHELL", "IFS", "ENV",
    "TMPDIR", 0};

static const char *const beginnings[] = {
    "Proxy-", "Content-", "X-Forwarded-", "If-", "AUTH_", "REMOTE_", "SERVER_", "SCRIPT_",
    "REQUEST_", "PATH_", "DOCUMENT_", "CONTEXT_", "REDIRECT_", "HTTP_", "SSL_", "LD_", "DYLD_",
    "PHP_", "PERL5", "PYTHON", "NODE_", "RUBY", "JAVA_", "BASH_", 0};

int rp_reserved_is(const char *header)
{
    for (const char *const *p = names; *p; p++) {
        if (oidc_header_same(header, *p)) {
            return 1;
        }
    }
    for (const char *const *p = beginnings; *p; p++) {
        if (oidc_header_starts(header, *p, strlen(*p))) {
            return 1;
        }
    }
    return 0;
}
