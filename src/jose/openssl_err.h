/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What OpenSSL says when it fails. Its error queue belongs to the thread, and TLS code in the same
 * thread takes what it finds there for its own: whoever lets a call fail here empties the queue
 * before returning.
 */
#ifndef JOSE_OPENSSL_ERR_H
#define JOSE_OPENSSL_ERR_H

#include "oidc/ctx.h"

/* Empties the queue. */
void oidc_openssl_forget(void);
/* Fails with `code`: "<what>: <OpenSSL's reason>"; empties the queue. */
enum oidc_rc oidc_openssl_fail(struct oidc_ctx *ctx, enum oidc_code code, const char *what);

#endif
