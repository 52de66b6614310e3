/* SPDX-License-Identifier: Apache-2.0 */
/* The one writer of HTML: each kind of place in a page has its function. */
#include "oidc/html.h"

#include <apr_strings.h>
#include <stdio.h>
#include "core/ascii.h"
#include "core/utf8.h"

#define REPLACEMENT 0xfffd

static const char style[] =
    ":root{color-scheme:light dark}"
    "body{margin:0;font:1rem/1.5 system-ui,sans-serif;background:#f4f5f7;color:#1c2330}"
    "main{max-width:36rem;margin:12vh auto 2rem;padding:1.5rem 2rem;background:#fff;"
    "border:1px solid #d5d9e0;border-radius:.5rem}"
    "h1{margin:0 0 .75rem;font-size:1.4rem;line-height:1.25}"
    "h2{margin:1.25rem 0 .25rem;font-size:1rem}"
    "p{margin:.25rem 0 .75rem}"
    "dl{margin:1.25rem 0 0;padding-top:.75rem;border-top:1px solid #d5d9e0;font-size:.85rem}"
    "dt{float:left;clear:left;min-width:7rem;color:#5a6374}"
    "dd{margin:0 0 .15rem 7rem;font-family:ui-monospace,monospace;overflow-wrap:anywhere}"
    "a{color:#0b57d0}"
    "label{display:block;margin:.75rem 0 .25rem}"
    "input[type=text],input[type=password],select{box-sizing:border-box;width:100%;padding:.5rem;"
    "font:inherit;border:1px solid #8a93a3;border-radius:.3rem}"
    "button{margin:.75rem .5rem 0 0;padding:.5rem 1.1rem;font:inherit;color:#fff;"
    "background:#0b57d0;border:1px solid #0b57d0;border-radius:.3rem;cursor:pointer}"
    "button.second{color:inherit;background:transparent;border-color:#8a93a3}"
    "pre{overflow:auto}"
    "@media (max-width:40rem){main{margin:1rem;padding:1rem}}"
    "@media (prefers-color-scheme:dark){"
    "body{background:#14171c;color:#e4e7ec}main{background:#1d2229;border-color:#353c47}"
    "dl{border-color:#353c47}dt{color:#9aa4b5}a{color:#8ab4f8}"
    "button{color:#10141a;background:#8ab4f8;border-color:#8ab4f8}}";

/* The code point at *p, or U+FFFD for a byte that begins none; moves *p behind it. */
static unsigned html_next(const unsigned char **p, size_t *n)
{
    unsigned cp = REPLACEMENT;
    size_t step = utf8_step(*p, *n, &cp);
    step = step ? step : 1;
    *p += step;
    *n -= step;
    return cp;
}

/* What turns the direction of text, so that it reads as something else; N224. */
static int html_is_bidi(unsigned cp)
{
    return (cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069) || cp == 0x200e
           || cp == 0x200f || cp == 0x61c;
}

/* CHECK text: nothing foreign ends its element or attribute; N224-N226 */
static const char *html_escape_of(unsigned cp)
{
    switch (cp) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        break;
    }
    int is_control = (cp < 0x20 && cp != '\t' && cp != '\n') || (cp >= 0x7f && cp < 0xa0);
    return is_control || cp == REPLACEMENT || html_is_bidi(cp) ? "\xef\xbf\xbd" : NULL;
}

void oidc_html_add_text(struct oidc_buf *b, const char *text)
{
    const unsigned char *p = (const unsigned char *)(text ? text : "");
    size_t n = text ? strlen(text) : 0;
    while (n > 0) {
        const unsigned char *start = p;
        const char *escape = html_escape_of(html_next(&p, &n));
        if (escape) {
            oidc_buf_add_z(b, escape);
        } else {
            oidc_buf_add(b, start, (size_t)(p - start));
        }
    }
}

static void html_add_js_unit(struct oidc_buf *b, unsigned unit)
{
    char text[8];
    snprintf(text, sizeof text, "\\u%04x", unit & 0xffff);
    oidc_buf_add_z(b, text);
}

static int html_is_js_plain(unsigned cp)
{
    return cp < 0x80
           && (ascii_is_alnum((unsigned char)cp) || strchr(" -._~:/?#=,;+*()!$%", (int)cp));
}

/* CHECK script: letters, digits and a few signs; all else by number, so </script> can't be; N228 */
void oidc_html_add_js(struct oidc_buf *b, const char *text)
{
    const unsigned char *p = (const unsigned char *)(text ? text : "");
    size_t n = text ? strlen(text) : 0;
    oidc_buf_add_char(b, '"');
    while (n > 0) {
        unsigned cp = html_next(&p, &n);
        if (html_is_js_plain(cp)) {
            oidc_buf_add_char(b, (char)cp);
        } else if (cp < 0x10000) {
            html_add_js_unit(b, cp);
        } else {
            html_add_js_unit(b, 0xd800 + ((cp - 0x10000) >> 10));
            html_add_js_unit(b, 0xdc00 + ((cp - 0x10000) & 0x3ff));
        }
    }
    oidc_buf_add_char(b, '"');
}

void oidc_html_begin(struct oidc_buf *b, const char *title, const char *nonce)
{
    oidc_buf_add_z(b, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                      "<meta name=\"robots\" content=\"noindex\">\n<title>");
    oidc_html_add_text(b, title);
    oidc_buf_add_z(b, "</title>\n");
    if (nonce) {
        oidc_buf_add_z(b, "<style nonce=\"");
        oidc_html_add_text(b, nonce);
        oidc_buf_add_z(b, "\">");
        oidc_buf_add_z(b, style);
        oidc_buf_add_z(b, "</style>\n");
    }
    oidc_buf_add_z(b, "</head>\n<body>\n<main>\n");
}

void oidc_html_end(struct oidc_buf *b)
{
    oidc_buf_add_z(b, "</main>\n</body>\n</html>\n");
}

char *oidc_html_policy(apr_pool_t *pool, const char *nonce, int script)
{
    const char *rest = "base-uri 'none'; frame-ancestors 'none'";
    if (!nonce) {
        return apr_pstrcat(pool, "default-src 'none'; ", rest, NULL);
    }
    return apr_pstrcat(pool, "default-src 'none'; style-src 'nonce-", nonce, "'; ",
                       script ? "script-src 'nonce-" : "", script ? nonce : "",
                       script ? "'; " : "", rest, NULL);
}
