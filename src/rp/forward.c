/* SPDX-License-Identifier: Apache-2.0 */
/* Pages that send the browser on. Everything foreign goes in through the function of its context (N226, N228). */
#include "rp/forward.h"

#include <apr_strings.h>

#include "oidc/b64.h"
#include "oidc/html.h"

#define PAGE_MAX ((size_t)1024 * 1024)
#define NONCE_BYTES 16

/* A field could be called submit and hide the form's method of that name: the prototype's is called. */
#define SUBMIT "HTMLFormElement.prototype.submit.call"

static enum oidc_rc forward_nonce(struct oidc_ctx *ctx, const char **out)
{
    unsigned char bytes[NONCE_BYTES];
    if (oidc_ctx_random(ctx, bytes, sizeof bytes) != OIDC_OK) {
        return OIDC_FAILED;
    }
    *out = oidc_b64url_print(ctx->pool, oidc_str((const char *)bytes, sizeof bytes));
    return OIDC_OK;
}

static void forward_begin(struct oidc_buf *b, const char *title, const char *nonce)
{
    oidc_html_begin(b, title, nonce);
    oidc_buf_add_z(b, "<h1>");
    oidc_html_add_text(b, title);
    oidc_buf_add_z(b, "</h1>\n");
}

static void forward_add_form(struct oidc_buf *b, const char *url, const struct oidc_form *fields)
{
    oidc_buf_add_z(b, "<form id=\"f\" method=\"post\" action=\"");
    oidc_html_add_text(b, url);
    oidc_buf_add_z(b, "\">\n");
    for (int i = 0; i < fields->n; i++) {
        oidc_buf_add_z(b, "<input type=\"hidden\" name=\"");
        oidc_html_add_text(b, fields->fields[i].name);
        oidc_buf_add_z(b, "\" value=\"");
        oidc_html_add_text(b, fields->fields[i].value);
        oidc_buf_add_z(b, "\">\n");
    }
    oidc_buf_add_z(b, "<button>Continue</button>\n</form>\n");
}

static void forward_open_script(struct oidc_buf *b, const char *nonce)
{
    oidc_buf_add_z(b, "<script nonce=\"");
    oidc_html_add_text(b, nonce);
    oidc_buf_add_z(b, "\">\n");
}

static enum oidc_rc forward_send(struct oidc_ctx *ctx, const struct rp_call *call, struct oidc_buf *b,
                                 const char *nonce)
{
    struct oidc_str page;
    oidc_html_end(b);
    if (oidc_buf_take(ctx, b, "a page that leads on", &page) != OIDC_OK) {
        return OIDC_FAILED;
    }
    oidc_reply_html(call->reply, 200, page, oidc_html_policy(ctx->pool, nonce, 1));
    return OIDC_OK;
}

/* The kept text, as a string of the script: what is in it is never code. */
static void forward_add_keep(struct oidc_buf *b, const struct rp_forward *f)
{
    oidc_buf_add_z(b, "sessionStorage.setItem(");
    oidc_html_add_js(b, f->key);
    oidc_buf_add_char(b, ',');
    oidc_html_add_js(b, f->keep);
    oidc_buf_add_z(b, ");\n");
}

enum oidc_rc rp_forward_answer(struct oidc_ctx *ctx, const struct rp_call *call,
                               const struct rp_forward *f)
{
    const char *nonce;
    struct oidc_buf b;
    if (forward_nonce(ctx, &nonce) != OIDC_OK) {
        return OIDC_FAILED;
    }
    oidc_buf_init(&b, ctx->pool, PAGE_MAX);
    forward_begin(&b, "Signing in", nonce);
    if (f->keep) {
        oidc_buf_add_z(&b, "<noscript><p>What you sent can only be kept while you sign in where "
                           "JavaScript is allowed.</p></noscript>\n");
    }
    if (f->fields) {
        forward_add_form(&b, f->url, f->fields);
    }
    forward_open_script(&b, nonce);
    if (f->keep) {
        forward_add_keep(&b, f);
    }
    if (f->fields) {
        oidc_buf_add_z(&b, SUBMIT "(document.getElementById(\"f\"));\n</script>\n");
    } else {
        oidc_buf_add_z(&b, "location.replace(");
        oidc_html_add_js(&b, f->url);
        oidc_buf_add_z(&b, ");\n</script>\n");
    }
    return forward_send(ctx, call, &b, nonce);
}

/*
 * CHECK own address, once: where the form goes comes from the sealed state, never from the browser's storage; the
 * entry is taken out before it is used; N231
 */
static const char restore_script[] =
    "var t=sessionStorage.getItem(k);"
    "sessionStorage.removeItem(k);"
    "if(!t){location.replace(u);}else{"
    "var d=JSON.parse(t),f=document.createElement('form');"
    "f.method='post';f.action=u;f.acceptCharset='utf-8';"
    "f.enctype=d.multipart?'multipart/form-data':'application/x-www-form-urlencoded';"
    "d.fields.forEach(function(p){var i=document.createElement('input');"
    "i.type=p.length===1?'file':'hidden';i.name=p[0];"
    "if(p.length===2){i.value=p[1];}f.appendChild(i);});"
    "f.style.display='none';document.body.appendChild(f);"
    SUBMIT "(f);}\n";

enum oidc_rc rp_forward_restore(struct oidc_ctx *ctx, const struct rp_call *call, const char *url,
                                const char *key)
{
    const char *nonce;
    struct oidc_buf b;
    if (forward_nonce(ctx, &nonce) != OIDC_OK) {
        return OIDC_FAILED;
    }
    oidc_buf_init(&b, ctx->pool, PAGE_MAX);
    forward_begin(&b, "You are signed in", nonce);
    oidc_buf_add_z(&b, "<p>What you sent before is on its way.</p>\n<noscript><p><a href=\"");
    oidc_html_add_text(&b, url);
    oidc_buf_add_z(&b, "\">Continue</a></p></noscript>\n");
    forward_open_script(&b, nonce);
    oidc_buf_add_z(&b, "var k=");
    oidc_html_add_js(&b, key);
    oidc_buf_add_z(&b, ",u=");
    oidc_html_add_js(&b, url);
    oidc_buf_add_z(&b, ";\n");
    oidc_buf_add_z(&b, restore_script);
    oidc_buf_add_z(&b, "</script>\n");
    if (forward_send(ctx, call, &b, nonce) != OIDC_OK) {
        return OIDC_FAILED;
    }
    /* the application may look at Origin, as it would have done the first time; no-referrer would make it null */
    oidc_reply_add_header(call->reply, "Referrer-Policy", "same-origin");
    return OIDC_OK;
}
