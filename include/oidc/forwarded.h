/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What proxies say of the address that the browser asked for: X-Forwarded-Host, X-Forwarded-Port,
 * X-Forwarded-Proto, and Forwarded (RFC 7239), which counts for more. Of a list the leftmost member
 * is used, which the outermost proxy wrote. Whether whoever sent them may say so is for the caller
 * to decide, before.
 */
#ifndef OIDC_FORWARDED_H
#define OIDC_FORWARDED_H

#include "oidc/exchange.h"

enum oidc_forwarded_header {
    OIDC_FORWARDED_HOST = 1,
    OIDC_FORWARDED_PORT = 2,
    OIDC_FORWARDED_PROTO = 4,
    OIDC_FORWARDED = 8,
};

struct oidc_forwarded {
    const char *scheme; /* "http" or "https"; NULL: not said */
    const char *host;   /* lower case; NULL: not said */
    int port;           /* 0: not said */
};

/* Name of the header. */
const char *oidc_forwarded_name(enum oidc_forwarded_header header);
/* Reads the headers of the set `allowed`. OIDC_E_FORWARDED when one of them is malformed. */
enum oidc_rc oidc_forwarded_parse(struct oidc_ctx *ctx, const struct oidc_request *req,
                                  unsigned allowed, struct oidc_forwarded *out) OIDC_MUST_CHECK;
/* The origin with what was said in it: a host or scheme without a port has its scheme's port. */
struct oidc_origin oidc_forwarded_apply(const struct oidc_forwarded *f, struct oidc_origin own,
                                        int own_port_was_sent);

#endif
