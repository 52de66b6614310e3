/* SPDX-License-Identifier: Apache-2.0 */
/* The table of directives as a whole: defaults, limits, merging. */
#include "fixture.h"

static void each_default_passes_its_own_parser(void **state)
{
    (void)state;
    struct httpd_conf *conf = apr_pcalloc(pool, sizeof *conf);
    struct httpd_dir *dir = apr_pcalloc(pool, sizeof *dir);
    assert_null(httpd_table_preset(&httpd_conf_table, HTTPD_SERVER, pool, conf));
    assert_null(httpd_table_preset(&httpd_conf_table, HTTPD_DIR, pool, dir));
    assert_int_equal(conf->head.set[0] | conf->head.set[1], 0);
}

static void defaults_are_the_documented_ones(void **state)
{
    (void)state;
    struct httpd_conf *c = apr_pcalloc(pool, sizeof *c);
    struct httpd_dir *d = apr_pcalloc(pool, sizeof *d);
    assert_null(httpd_table_preset(&httpd_conf_table, HTTPD_SERVER, pool, c));
    assert_null(httpd_table_preset(&httpd_conf_table, HTTPD_DIR, pool, d));
    assert_int_equal(c->rp.session.inactivity_timeout, 300);
    assert_int_equal(c->rp.session.max_duration, 28800);
    assert_int_equal(c->rp.session.type, RP_SESSION_SERVER);
    assert_int_equal(c->rp.session.chunk_size, 4000);
    assert_int_equal(c->rp.state.timeout, 300);
    assert_int_equal(c->rp.state.max_cookies, 7);
    assert_int_equal(c->rp.state.delete_oldest, 1);
    assert_int_equal(c->rp.cookie.http_only, 1);
    assert_int_equal(c->rp.cookie.same_site, OIDC_SAMESITE_LAX);
    assert_int_equal(c->rp.cookie.state_same_site, OIDC_SAMESITE_LAX);
    assert_int_equal(c->rp.http_long.timeout_ms, 30000);
    assert_int_equal(c->rp.http_long.connect_timeout_ms, 10000);
    assert_int_equal(c->rp.http_long.retries, 1);
    assert_int_equal(c->rp.http_long.retry_interval_ms, 500);
    assert_int_equal(c->rp.http_short.timeout_ms, 5000);
    assert_int_equal(c->rp.http_long.tls_verify, 1);
    assert_int_equal(c->rp.provider.validate_issuer, 1);
    assert_int_equal(c->rp.provider.pkce, RP_PKCE_S256);
    assert_string_equal(c->rp.provider.scope, "openid");
    assert_string_equal(c->rp.claims.prefix, "OIDC_CLAIM_");
    assert_string_equal(c->rp.claims.delimiter, ",");
    assert_string_equal(d->rp.cookie, "mod_auth_openidc_session");
    assert_string_equal(d->rp.state_cookie_prefix, "mod_auth_openidc_state_");
    assert_int_equal(d->rp.pass_as, RP_PASS_HEADERS | RP_PASS_ENVIRONMENT);
    assert_int_equal(d->rp.pass_encoding, RP_PASS_UTF8);
    assert_int_equal(d->rp.pass_access_token, 1);
    assert_int_equal(d->rp.pass_refresh_token, 0);
    assert_int_equal(d->rp.unauth_action, RP_UNAUTH_AUTH);
    assert_int_equal(d->unautz.status, 403);
}

/* n-1, n and n+1 at both ends, and what is no number. */
static void each_limit_holds(void **state)
{
    (void)state;
    struct httpd_conf *conf = apr_pcalloc(pool, sizeof *conf);
    int limited = 0;
    for (int i = 0; i < HTTPD_ROWS; i++) {
        const struct httpd_row *row = &httpd_conf_rows[i];
        const struct httpd_limits *l = &row->limits;
        if (l->max == 0) {
            continue;
        }
        limited++;
        apr_int64_t step = l->multiple ? l->multiple : 1;
        struct {
            apr_int64_t value;
            int good;
        } cases[] = {{l->min - step, l->min - step == l->also}, {l->min, 1}, {l->min + step, 1},
                     {l->max - step, 1}, {l->max, 1}, {l->max + step, 0}, {l->also, 1}, {-7, 0}};
        for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
            const char *text = apr_psprintf(pool, "%" APR_INT64_T_FMT, cases[c].value);
            const char *message = read_line(conf, (enum httpd_row_number)i, text);
            if (cases[c].good ? message != NULL : message == NULL) {
                fail_msg("%s %s: %s", row->name, text, message ? message : "accepted");
            }
            if (message) {
                assert_non_null(strstr(message, row->name));
                assert_non_null(strstr(message, text));
            }
        }
        static const char *const bad[] = {"x", "300x", "0x10", "1e3", "+5", " ",
"9223372036854775808",
                                          "-1", "1.5", "05"};
        for (size_t b = 0; b < sizeof bad / sizeof *bad; b++) {
            assert_non_null(read_line(conf, (enum httpd_row_number)i, bad[b]));
        }
        if (l->multiple) {
            assert_non_null(read_line(conf, (enum httpd_row_number)i,
                                      apr_psprintf(pool, "%" APR_INT64_T_FMT, l->min + 1)));
        }
    }
    assert_true(limited >= 10);
}

static void rows_are_sound(void **state)
{
    (void)state;
    assert_int_equal(httpd_conf_table.n, HTTPD_ROWS);
    for (int i = 0; i < HTTPD_ROWS; i++) {
        const struct httpd_row *row = &httpd_conf_rows[i];
        size_t all = row->scope == HTTPD_SERVER ? sizeof(struct httpd_conf) : sizeof(struct httpd_dir);
        assert_int_equal(row->index, i);
        assert_int_equal(strncmp(row->name, "OIDC", 4), 0);
        assert_true(row->offset >= sizeof(struct httpd_head));
        assert_true(row->size > 0 && row->offset + row->size <= all);
        for (int j = 0; j < i; j++) {
            const struct httpd_row *other = &httpd_conf_rows[j];
            assert_string_not_equal(row->name, other->name);
            if (other->scope == row->scope) {
                assert_true(row->offset >= other->offset + other->size ||
                            other->offset >= row->offset + row->size);
            }
        }
    }
}

/*
 * What the inner section sets wins, as a whole; what it does not set stays, also where the inner
 * default differs.
 */
static void each_row_merges(void **state)
{
    (void)state;
    for (int i = 0; i < HTTPD_ROWS; i++) {
        const struct httpd_row *row = &httpd_conf_rows[i];
        size_t all = row->scope == HTTPD_SERVER ? sizeof(struct httpd_conf) : sizeof(struct httpd_dir);
        struct httpd_head *inner = apr_pcalloc(pool, all), *out = apr_pcalloc(pool, all);
        memset((char *)inner + sizeof *inner, 0x11, all - sizeof *inner);
        memset((char *)out + sizeof *out, 0x22, all - sizeof *out);
        httpd_table_merge(&httpd_conf_table, row->scope, inner, out);
        assert_int_equal(((unsigned char *)out)[row->offset], 0x22);
        assert_false(httpd_table_is_set(out, row));
        inner->set[i / 64] |= (apr_uint64_t)1 << (i % 64);
        httpd_table_merge(&httpd_conf_table, row->scope, inner, out);
        assert_true(httpd_table_is_set(out, row));
        for (size_t b = sizeof *out; b < all; b++) {
            int within = b >= row->offset && b < row->offset + row->size;
            assert_int_equal(((unsigned char *)out)[b], within ? 0x11 : 0x22);
        }
    }
}

static void count_of_arguments(void **state)
{
    (void)state;
    struct httpd_conf *c = apr_pcalloc(pool, sizeof *c);
    for (int i = 0; i < HTTPD_ROWS; i++) {
        const struct httpd_row *row = &httpd_conf_rows[i];
        if (row->scope != HTTPD_SERVER) {
            continue;
        }
        if (row->kind->min > 0) {
            const char *message = read_line(c, (enum httpd_row_number)i, "");
            assert_non_null(message);
            assert_non_null(strstr(message, "takes"));
        }
        if (row->kind->max > 0) {
            assert_non_null(strstr(read_line(c, (enum httpd_row_number)i, "a b c d e f"), "takes"));
        }
    }
}

static const struct CMUnitTest tests[] = {
    CASE(each_default_passes_its_own_parser),
    CASE(defaults_are_the_documented_ones),
    CASE(each_limit_holds),
    CASE(rows_are_sound),
    CASE(each_row_merges),
    CASE(count_of_arguments),
};

RUN(tests)
