/* SPDX-License-Identifier: Apache-2.0 */
/* Host names, IPv4 addresses and IPv6 literals in URLs. */
#include "core/url_host.h"

#include <stdio.h>
#include "core/ascii.h"

#define HOST_MAX 253
#define LABEL_MAX 63

/* A decimal number 0..255 without leading zeros. */
static int url_host_is_octet(struct oidc_str s)
{
    apr_int64_t v;
    return s.n > 0 && s.p[0] != '-' && oidc_str_to_int64(s, 0, 255, &v);
}

/* What browsers take for a number, and then the whole host for an IPv4 address: 10, 0x1f. */
static int url_host_is_number(struct oidc_str label)
{
    size_t i = 0;
    int is_hex = label.n > 1 && label.p[0] == '0' && ascii_lower((unsigned char)label.p[1]) == 'x';
    for (i = is_hex ? 2 : 0; i < label.n; i++) {
        unsigned char c = (unsigned char)label.p[i];
        if (is_hex ? ascii_hex(c) < 0 : !ascii_is_digit(c)) {
            return 0;
        }
    }
    return 1;
}

static int url_host_is_label(struct oidc_str label)
{
    if (label.n == 0 || label.n > LABEL_MAX) {
        return 0;
    }
    for (size_t i = 0; i < label.n; i++) {
        unsigned char c = (unsigned char)label.p[i];
        if (!ascii_is_alnum(c) && c != '-' && c != '_') {
            return 0;
        }
    }
    return 1;
}

/* Labels with dots between them: no empty one, none at the end. */
static int url_host_is_name(struct oidc_str text)
{
    int labels = 0, octets = 0;
    struct oidc_str label = {0};
    if (text.n > HOST_MAX) {
        return 0;
    }
    for (size_t at = 0; at <= text.n; at += label.n + 1) {
        const char *dot = memchr(text.p + at, '.', text.n - at);
        label = oidc_str(text.p + at, dot ? (size_t)(dot - text.p) - at : text.n - at);
        if (!url_host_is_label(label)) {
            return 0;
        }
        labels++;
        octets += url_host_is_octet(label);
    }
    /* CHECK one IPv4 spelling: no decimal, octal, hex or short form; N006, N010 */
    return !url_host_is_number(label) || (labels == 4 && octets == 4);
}

/* Groups up to the end or a "::"; moves *rest behind them and it; -1 when malformed. */
static int url_host_groups(struct oidc_str *rest, unsigned *groups, int max, int *gap)
{
    int n = 0;
    *gap = 0;
    while (rest->n > 0) {
        unsigned v = 0;
        size_t digits = 0;
        while (digits < rest->n && ascii_hex((unsigned char)rest->p[digits]) >= 0) {
            v = v << 4 | (unsigned)ascii_hex((unsigned char)rest->p[digits++]);
            if (digits > 4) {
                return -1;
            }
        }
        if (digits == 0 || n == max) {
            return -1;
        }
        groups[n++] = v;
        *rest = oidc_str(rest->p + digits, rest->n - digits);
        if (rest->n == 0) {
            return n;
        }
        if (rest->p[0] != ':' || rest->n == 1) {
            return -1;
        }
        *gap = rest->p[1] == ':';
        *rest = oidc_str(rest->p + 1 + *gap, rest->n - 1 - (size_t)*gap);
        if (*gap) {
            return n;
        }
    }
    return n;
}

/* RFC 4291 2.2 without the dotted form and without zones. */
static int url_host_parse_ip6(struct oidc_str text, unsigned out[8])
{
    unsigned tail[8];
    int gap = text.n >= 2 && text.p[0] == ':' && text.p[1] == ':';
    int head_n = 0, tail_n = 0, second_gap = 0;
    if (gap) {
        text = oidc_str(text.p + 2, text.n - 2);
    } else {
        head_n = url_host_groups(&text, out, 8, &gap);
    }
    if (gap) {
        tail_n = url_host_groups(&text, tail, 7, &second_gap);
    }
    if (head_n < 0 || tail_n < 0 || second_gap || (gap ? head_n + tail_n > 7 : head_n != 8)) {
        return 0;
    }
    for (int i = head_n; i < 8; i++) {
        out[i] = i < 8 - tail_n ? 0 : tail[i - (8 - tail_n)];
    }
    return 1;
}

/* Start of the longest run of at least two zero groups, or 8; *len is its length. */
static int url_host_zero_run(const unsigned groups[8], int *len)
{
    int best = 8;
    *len = 1;
    for (int i = 0; i < 8; i++) {
        int n = 0;
        while (i + n < 8 && groups[i + n] == 0) {
            n++;
        }
        if (n > *len) {
            best = i;
            *len = n;
        }
        i += n;
    }
    return best;
}

/* RFC 5952 4. */
static char *url_host_print_ip6(apr_pool_t *pool, const unsigned groups[8])
{
    char text[48] = "[", *w = text + 1;
    int len, run = url_host_zero_run(groups, &len);
    for (int i = 0; i < 8; i++) {
        if (i == run) {
            *w++ = ':';
            *w++ = ':';
            i += len - 1;
            continue;
        }
        w += snprintf(w, 8, i > 0 && i != run + len ? ":%x" : "%x", groups[i]);
    }
    *w++ = ']';
    return oidc_str_dup(pool, oidc_str(text, (size_t)(w - text)));
}

char *oidc_url_host_parse(apr_pool_t *pool, struct oidc_str text)
{
    unsigned groups[8];
    if (text.n > 2 && text.p[0] == '[' && text.p[text.n - 1] == ']') {
        return url_host_parse_ip6(oidc_str(text.p + 1, text.n - 2), groups)
                   ? url_host_print_ip6(pool, groups)
                   : NULL;
    }
    if (!url_host_is_name(text)) {
        return NULL;
    }
    char *host = oidc_str_dup(pool, text);
    for (char *p = host; *p; p++) {
        *p = (char)ascii_lower((unsigned char)*p);
    }
    return host;
}
