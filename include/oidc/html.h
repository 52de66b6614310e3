/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one writer of HTML. Text goes in through the function of its context, so nothing foreign reaches a page unescaped
 * (N225-N228). Every page comes with its Content-Security-Policy.
 */
#ifndef OIDC_HTML_H
#define OIDC_HTML_H

#include "oidc/buf.h"

/* As element content or inside a double-quoted attribute. */
void oidc_html_add_text(struct oidc_buf *b, const char *text);
/* As a JavaScript string literal, quotes included, safe inside <script>. */
void oidc_html_add_js(struct oidc_buf *b, const char *text);
/* Everything up to the opening of <main>; title is escaped. Inline style carries the nonce of the policy. */
void oidc_html_begin(struct oidc_buf *b, const char *title, const char *nonce);
void oidc_html_end(struct oidc_buf *b);
/* Content-Security-Policy value: default-src 'none', style and (when script) script by nonce, frame-ancestors 'none'. */
char *oidc_html_policy(apr_pool_t *pool, const char *nonce, int script);

#endif
