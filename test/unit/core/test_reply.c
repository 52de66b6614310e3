/* SPDX-License-Identifier: Apache-2.0 */
/* Replies, and which requests can follow a login redirect. */
#include "fixture.h"

#include "oidc/exchange.h"
#include "oidc/json.h"

/* Headers of the request: name, value, name, value, NULL. */
static const char *get(void *baton, const char *name)
{
    for (const char *const *h = baton; *h; h += 2) {
        if (strcmp(h[0], name) == 0) {
            return h[1];
        }
    }
    return NULL;
}

static struct oidc_request request(const char *const *headers)
{
    struct oidc_request req = {.method = "GET", .path = "/", .uri = "/", .header = get};
    req.baton = (void *)(uintptr_t)headers;
    return req;
}

static const char *header_of(const struct oidc_reply *r, const char *name)
{
    const char *found = NULL;
    for (int i = 0; i < r->n_headers; i++) {
        if (strcmp(r->headers[i].name, name) == 0) {
            assert_null(found);
            found = r->headers[i].value;
        }
    }
    return found;
}

static void navigation(void **state)
{
    (void)state;
    static const struct {
        const char *headers[9];
        int yes;
    } cases[] = {
        {{NULL}, 1},
        {{"Accept", "text/html,application/xhtml+xml,*/*;q=0.8", NULL}, 1},
        {{"Accept", "*/*", NULL}, 1},
        {{"Accept", "application/json, Text/HTML ;q=0.5", NULL}, 1},
        {{"Accept", "application/json", NULL}, 0},
        {{"Accept", "text/htmlx", NULL}, 0},
        {{"Accept", "image/*, text/plain", NULL}, 0},
        {{"Accept", "", NULL}, 0},
        {{"Accept", "application/xhtml+xml", NULL}, 1},
        {{"X-Requested-With", "XMLHttpRequest", NULL}, 0},
        {{"X-Requested-With", "xmlhttprequest", "Accept", "*/*", NULL}, 0},
        {{"X-Requested-With", "com.example.app", NULL}, 1},
        {{"Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document", NULL}, 1},
        {{"Sec-Fetch-Mode", "cors", "Accept", "text/html", NULL}, 0},
        {{"Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe", NULL}, 0},
        {{"Sec-Fetch-Mode", "", NULL}, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct oidc_request req = request(cases[i].headers);
        assert_int_equal(oidc_request_navigates(&req), cases[i].yes);
    }
}

static void redirects(void **state)
{
    (void)state;
    struct oidc_reply r = {0};
    oidc_reply_redirect(&r, "https://op.test/a?b");
    assert_int_equal(r.status, 302);
    assert_string_equal(r.location, "https://op.test/a?b");
    assert_string_equal(header_of(&r, "Cache-Control"), "no-store");
    assert_null(r.content_type);
    oidc_reply_redirect(&r, "https://op.test/\r\nX: y");
    assert_int_equal(r.status, 500);
    assert_null(r.location);
    oidc_reply_redirect(&r, NULL);
    assert_int_equal(r.status, 500);
}

static void documents(void **state)
{
    (void)state;
    struct oidc_reply r = {0};
    oidc_reply_json(&r, 200, oidc_str_z("{}"));
    assert_string_equal(r.content_type, "application/json");
    assert_string_equal(header_of(&r, "X-Content-Type-Options"), "nosniff");
    assert_string_equal(header_of(&r, "Cache-Control"), "no-store");
    oidc_reply_html(&r, 200, oidc_str_z("<p>"), "default-src 'none'");
    assert_string_equal(r.content_type, "text/html; charset=utf-8");
    assert_string_equal(header_of(&r, "Content-Security-Policy"), "default-src 'none'");
    assert_string_equal(header_of(&r, "Referrer-Policy"), "no-referrer");
    assert_string_equal(header_of(&r, "X-Content-Type-Options"), "nosniff");
    oidc_reply_redirect(&r, "/x");
    assert_null(header_of(&r, "Content-Security-Policy"));
    assert_int_equal(r.body.n, 0);
}

static void errors_for_browsers(void **state)
{
    (void)state;
    static const char *const none[] = {NULL};
    struct oidc_request req = request(none);
    struct oidc_cookie c = {.name = "a", .value = "b"};
    for (int code = 0; code < OIDC_E_COUNT; code++) {
        struct oidc_reply r = {0};
        const struct oidc_error_row *row = oidc_error_row((enum oidc_code)code);
        oidc_ctx_clear(&t.ctx);
        t.ctx.err.code = (enum oidc_code)code;
        t.ctx.err.detail = "s3cret <detail>";
        oidc_reply_set_cookie(t.pool, &r, &c);
        oidc_reply_json(&r, 200, oidc_str_z("{}"));
        oidc_reply_error(&t.ctx, &req, "in<c>ident", &r);
        const char *page = oidc_str_dup(t.pool, r.body);
        assert_int_equal(r.status, row->status);
        assert_string_equal(r.content_type, "text/html; charset=utf-8");
        assert_non_null(strstr(page, "in&lt;c&gt;ident"));
        assert_non_null(strstr(page, row->id));
        assert_non_null(strstr(page, "What to do"));
        assert_null(strstr(page, "s3cret"));
        assert_null(strstr(page, "<script"));
        assert_non_null(strstr(page, "<style nonce=\"WlpaWlpaWlpaWlpaWlpaWg\">"));
        assert_non_null(strstr(header_of(&r, "Content-Security-Policy"),
            "nonce-WlpaWlpaWlpaWlpaWlpaWg"));
        assert_string_equal(header_of(&r, "Set-Cookie"), "a=b");
        assert_string_equal(header_of(&r, "Cache-Control"), "no-store");
        assert_int_equal(header_of(&r, "Retry-After") != NULL, row->status == 503);
        assert_int_equal(t.ctx.err.code, code);
    }
}

static void without_random_numbers_a_plain_page(void **state)
{
    (void)state;
    static const char *const none[] = {NULL};
    struct oidc_request req = request(none);
    struct oidc_reply r = {0};
    t.random_fails = 1;
    assert_int_equal(oidc_fail(&t.ctx, OIDC_E_STORE, "x"), OIDC_FAILED);
    oidc_reply_error(&t.ctx, &req, "id", &r);
    assert_int_equal(r.status, 503);
    assert_null(strstr(oidc_str_dup(t.pool, r.body), "<style"));
    assert_null(strstr(header_of(&r, "Content-Security-Policy"), "nonce"));
    assert_int_equal(t.ctx.err.code, OIDC_E_STORE);
}

static void errors_for_programs(void **state)
{
    (void)state;
    static const char *const xhr[] = {"Accept", "application/json", NULL};
    struct oidc_request req = request(xhr);
    for (int code = 1; code < OIDC_E_COUNT; code++) {
        struct oidc_reply r = {0};
        const struct oidc_error_row *row = oidc_error_row((enum oidc_code)code);
        json_t *doc;
        const char *s;
        oidc_ctx_clear(&t.ctx);
        t.ctx.err.code = (enum oidc_code)code;
        t.ctx.err.detail = "s3cret";
        oidc_reply_error(&t.ctx, &req, "i\"d", &r);
        assert_string_equal(r.content_type, "application/problem+json");
        assert_int_equal(r.status, row->status);
        assert_string_equal(header_of(&r, "X-Content-Type-Options"), "nosniff");
        assert_int_equal(header_of(&r, "Retry-After") != NULL, row->status == 503);
        assert_null(strstr(r.body.p, "s3cret"));
        oidc_ctx_clear(&t.ctx);
        assert_ok(oidc_json_parse(&t.ctx, t.pool, r.body, OIDC_E_URL, "x", &doc));
        static const char *const members[] = {"type", "title", "detail", "error",
            "error_description",
                                              "id", "incident", "remedy", NULL};
        for (const char *const *m = members; *m; m++) {
            assert_ok(oidc_json_get_string(doc, *m, &s));
            assert_true(strlen(s) > 0);
        }
        assert_int_equal(json_integer_value(json_object_get(doc, "status")), row->status);
        assert_ok(oidc_json_get_string(doc, "error", &s));
        assert_string_equal(s, row->oauth);
        assert_ok(oidc_json_get_string(doc, "incident", &s));
        assert_string_equal(s, "i\"d");
    }
}

static void too_many_headers_are_an_error(void **state)
{
    (void)state;
    struct oidc_reply r = {0};
    oidc_reply_redirect(&r, "/x");
    while (r.n_headers < OIDC_REPLY_HEADERS) {
        oidc_reply_add_header(&r, "Set-Cookie", "a=b");
    }
    assert_int_equal(r.status, 302);
    oidc_reply_add_header(&r, "Set-Cookie", "a=c");
    assert_int_equal(r.status, 500);
    assert_null(r.location);
    assert_int_equal(r.n_headers, OIDC_REPLY_HEADERS);
}

static const struct CMUnitTest tests[] = {
    CASE(navigation), CASE(redirects), CASE(documents), CASE(errors_for_browsers),
    CASE(without_random_numbers_a_plain_page), CASE(errors_for_programs),
    CASE(too_many_headers_are_an_error),
};

RUN(tests)
