/* SPDX-License-Identifier: Apache-2.0 */
/* An HTTP answer while it comes in. */
#include "io/http_answer.h"

#include <apr_strings.h>
#include <limits.h>

#include "oidc/http_curl.h"

void oidc_http_answer_init(struct oidc_http_receiver *r, apr_pool_t *pool, size_t max_body)
{
    memset(r, 0, sizeof *r);
    r->pool = pool;
    r->max_age = -1;
    oidc_buf_init(&r->body, pool, max_body);
}

static struct oidc_str trim(struct oidc_str s)
{
    while (s.n > 0 && strchr(" \t\r\n", s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n > 0 && strchr(" \t\r\n", s.p[s.n - 1])) {
        s.n--;
    }
    return s;
}

/* Cuts the part before the first `c` off the front of *rest; all of it when there is none. */
static struct oidc_str cut(struct oidc_str *rest, char c)
{
    const char *end = memchr(rest->p, c, rest->n);
    struct oidc_str part = oidc_str(rest->p, end ? (size_t)(end - rest->p) : rest->n);
    size_t used = part.n + (end != NULL);
    rest->p += used;
    rest->n -= used;
    return part;
}

/* max-age of a Cache-Control line (RFC 9111 5.2.2.1); of several, the shortest. */
static void read_cache_control(struct oidc_http_receiver *r, struct oidc_str value)
{
    while (value.n > 0) {
        struct oidc_str number = cut(&value, ',');
        struct oidc_str name = trim(cut(&number, '='));
        apr_int64_t age = 0;
        number = trim(number);
        if (number.n >= 2 && number.p[0] == '"' && number.p[number.n - 1] == '"') {
            number = oidc_str(number.p + 1, number.n - 2);
        }
        if (!oidc_str_eq_case(name, oidc_str_z("max-age"))
            || oidc_str_to_int64(number, 0, APR_INT64_MAX, &age) != OIDC_OK) {
            continue;
        }
        int capped = age > INT_MAX ? INT_MAX : (int)age;
        r->max_age = r->max_age < 0 || capped < r->max_age ? capped : r->max_age;
    }
}

static void read_field(struct oidc_http_receiver *r, struct oidc_str line)
{
    struct oidc_str name = cut(&line, ':');
    struct oidc_str value = trim(line);
    if (oidc_str_eq_case(name, oidc_str_z("Content-Type"))) {
        r->content_type = oidc_str_dup(r->pool, value);
    } else if (oidc_str_eq_case(name, oidc_str_z("DPoP-Nonce"))) {
        r->dpop_nonce = oidc_str_dup(r->pool, value);
    } else if (oidc_str_eq_case(name, oidc_str_z("WWW-Authenticate"))) {
        const char *one = oidc_str_dup(r->pool, value);
        r->www_authenticate =
            r->www_authenticate ? apr_pstrcat(r->pool, r->www_authenticate, ", ", one, NULL) : one;
    } else if (oidc_str_eq_case(name, oidc_str_z("Cache-Control"))) {
        read_cache_control(r, value);
    }
}

/*
 * A status line begins an answer: what an interim one said is forgotten, what it took of the limits
 * is not.
 */
static void read_status_line(struct oidc_http_receiver *r)
{
    r->content_type = r->dpop_nonce = r->www_authenticate = NULL;
    r->max_age = -1;
}

size_t oidc_http_answer_header(char *p, size_t size, size_t n, void *receiver)
{
    struct oidc_http_receiver *r = receiver;
    struct oidc_str line = oidc_str(p, size * n);
    int is_status = line.n >= 5 && memcmp(line.p, "HTTP/", 5) == 0;
    r->header_bytes += line.n;
    r->header_lines += !is_status && trim(line).n > 0;
    /* CHECK http_headers: an answer's header is bounded in bytes and lines; N216 */
    if (r->header_bytes > OIDC_HTTP_CURL_HEADER_BYTES
        || r->header_lines > OIDC_HTTP_CURL_HEADER_LINES) {
        r->too_large = "the header";
        return 0;
    }
    if (is_status) {
        read_status_line(r);
    } else if (memchr(line.p, ':', line.n)) {
        read_field(r, line);
    }
    return line.n;
}

size_t oidc_http_answer_body(char *p, size_t size, size_t n, void *receiver)
{
    struct oidc_http_receiver *r = receiver;
    oidc_buf_add(&r->body, p, size * n);
    /* CHECK http_body: an answer beyond its limit is refused while it comes in; N216 */
    if (r->body.overflowed) {
        r->too_large = "the body";
        return 0;
    }
    return size * n;
}

enum oidc_rc oidc_http_answer_take(struct oidc_ctx *ctx, struct oidc_http_receiver *r, long status,
                                   struct oidc_http_answer *out)
{
    struct oidc_str body;
    if (oidc_buf_take(ctx, &r->body, "the answer", &body) != OIDC_OK) {
        return OIDC_FAILED;
    }
    *out = (struct oidc_http_answer){.status = (int)status,
                                     .content_type = r->content_type ? r->content_type : "",
                                     .body = body,
                                     .dpop_nonce = r->dpop_nonce,
                                     .www_authenticate = r->www_authenticate,
                                     .max_age = r->max_age};
    return OIDC_OK;
}
