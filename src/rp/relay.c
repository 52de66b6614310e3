/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fragments never reach a server (RFC 3986 3.5): the bare redirect URI answers with a page whose script sends the fields
 * of the fragment on as a form. It says so in response_mode, and the state decides as ever whether that was asked for.
 */
#include "oidc/b64.h"
#include "oidc/html.h"
#include "rp/endpoints.h"

#define PAGE_MAX ((size_t)32 * 1024)
#define NONCE_BYTES 16

/*
 * The fragment is taken out of the address first, so that it stays in no history. Fields are sent as they came, twice if
 * they came twice: judging them is the server's.
 */
static const char relay_script[] =
    "(function(){"
    "var f=document.createElement('form'),h=location.hash.substring(1);"
    "history.replaceState(null,'',location.pathname);"
    "if(!h){document.getElementById('w').textContent='There is nothing to do at this address.';return;}"
    "function add(n,v){var i=document.createElement('input');"
    "i.type='hidden';i.name=n;i.value=v;f.appendChild(i);}"
    "new URLSearchParams(h).forEach(function(v,n){add(n,v);});"
    "add('response_mode','fragment');"
    "f.method='post';f.action=location.pathname;document.body.appendChild(f);"
    /* a field could be called submit and hide the method of that name */
    "HTMLFormElement.prototype.submit.call(f);"
    "})();";

static void relay_add_page(struct oidc_buf *b, const char *nonce)
{
    oidc_html_begin(b, "Signing in", nonce);
    oidc_buf_add_z(b, "<h1>Signing in</h1>\n<p id=\"w\">One moment ...</p>\n"
                      "<noscript><p>This page needs JavaScript: the sign-in service answers in a way "
                      "that only a script can read.</p></noscript>\n<script nonce=\"");
    oidc_html_add_text(b, nonce);
    oidc_buf_add_z(b, "\">");
    oidc_buf_add_z(b, relay_script);
    oidc_buf_add_z(b, "</script>\n");
    oidc_html_end(b);
}

enum oidc_rc rp_relay_answer(struct oidc_ctx *ctx, const struct rp_call *call,
                             const struct oidc_form *query, const struct rp_session *session)
{
    unsigned char bytes[NONCE_BYTES];
    struct oidc_buf b;
    struct oidc_str page;
    (void)query, (void)session;
    if (oidc_ctx_random(ctx, bytes, sizeof bytes) != OIDC_OK) {
        return OIDC_FAILED;
    }
    const char *nonce = oidc_b64url_print(ctx->pool, oidc_str((const char *)bytes, sizeof bytes));
    oidc_buf_init(&b, ctx->pool, PAGE_MAX);
    relay_add_page(&b, nonce);
    if (oidc_buf_take(ctx, &b, "the relay page", &page) != OIDC_OK) {
        return OIDC_FAILED;
    }
    oidc_reply_html(call->reply, 200, page, oidc_html_policy(ctx->pool, nonce, 1));
    return OIDC_OK;
}
