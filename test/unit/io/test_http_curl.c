/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP calls against a server that behaves as badly as a provider can. */
#include "fixture.h"

#include <apr_strings.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "http_server.h"
#include "oidc/http_curl.h"

static struct http_server *server;
static struct oidc_http *http;
static struct oidc_http_options options;
static char dir[] = "/tmp/oidc-http-XXXXXX";

static const char *file(const char *name)
{
    return apr_pstrcat(t.pool, dir, "/", name, NULL);
}

static void start_http(void)
{
    assert_ok(oidc_http_curl_start(&t.ctx));
    assert_ok(oidc_http_curl_make(&t.ctx, &http));
    options = (struct oidc_http_options){.timeout_ms = 5000,
                                         .connect_timeout_ms = 2000,
                                         .tls_verify = 1,
                                         .user_agent = "test/1",
                                         .retry_interval_ms = 20};
}

static int start(void **state)
{
    fixture_start(state);
    server = http_server_start("127.0.0.1", NULL);
    start_http();
    return server == NULL;
}

static int start_alone(void **state)
{
    fixture_start(state);
    server = NULL;
    start_http();
    return 0;
}

static int end(void **state)
{
    fixture_end(state); /* closes the connections */
    if (server) {
        http_server_stop(server);
    }
    return 0;
}

#define HTTP_CASE(f) cmocka_unit_test_setup_teardown(f, start, end)
#define ALONE_CASE(f) cmocka_unit_test_setup_teardown(f, start_alone, end)

static const char *url(const char *path)
{
    return apr_psprintf(t.pool, "http://127.0.0.1:%d%s", http_server_port(server), path);
}

static enum oidc_rc call_url(const char *method, const char *address, struct oidc_http_answer *out)
{
    struct oidc_http_call c = {
        .method = method, .url = address, .max_body = 100000, .options = &options};
    if (strcmp(method, "POST") == 0) {
        c.content_type = "application/x-www-form-urlencoded";
        c.body = oidc_str_z("a=b");
    }
    return http->call(&t.ctx, http, &c, out);
}

static enum oidc_rc get(const char *path, struct oidc_http_answer *out)
{
    return call_url("GET", url(path), out);
}

static enum oidc_rc post(const char *path, struct oidc_http_answer *out)
{
    return call_url("POST", url(path), out);
}

static struct oidc_http_curl_stats stats(void)
{
    struct oidc_http_curl_stats s;
    oidc_http_curl_stats(http, &s);
    return s;
}

static void gets(void **state)
{
    (void)state;
    struct oidc_http_answer a;
    assert_ok(get("/ok", &a));
    assert_int_equal(a.status, 200);
    assert_string_equal(a.content_type, "application/json");
    assert_str(a.body, "{\"ok\":true}");
    assert_int_equal(a.body.p[a.body.n], 0);
    assert_null(a.dpop_nonce);
    assert_null(a.www_authenticate);
    assert_int_equal(a.max_age, -1);
}

static void any_status_is_an_answer(void **state)
{
    (void)state;
    struct oidc_http_answer a;
    static const int status[] = {200, 204, 400, 401, 404, 429, 500, 503};
    for (size_t i = 0; i < sizeof status / sizeof *status; i++) {
        assert_ok(get(apr_psprintf(t.pool, "/status/%d", status[i]), &a));
        assert_int_equal(a.status, status[i]);
    }
}

/* What stands in the request, and what does not: no Expect, no encodings, no credentials. */
static void the_request(void **state)
{
    (void)state;
    struct oidc_http_answer a;
    const struct oidc_reply_header headers[] = {{"Authorization", "Basic eDp5"}, {"X-Empty", ""}};
    struct oidc_http_call c = {.method = "POST",
                               .url = url("/echo?x=1"),
                               .headers = headers,
                               .n_headers = 2,
                               .accept = "application/json",
                               .content_type = "application/x-www-form-urlencoded",
                               .body = oidc_str("a=\0&b", 5),
                               .max_body = 10000,
                               .options = &options};
    assert_ok(http->call(&t.ctx, http, &c, &a));
    const char *text = a.body.p;
    assert_non_null(strstr(text, "POST /echo?x=1 HTTP/1.1\r\n"));
    assert_non_null(strstr(text, "User-Agent: test/1\r\n"));
    assert_non_null(strstr(text, "Authorization: Basic eDp5\r\n"));
    assert_non_null(strstr(text, "X-Empty:\r\n"));
    assert_non_null(strstr(text, "Accept: application/json\r\n"));
    assert_non_null(strstr(text, "Content-Type: application/x-www-form-urlencoded\r\n"));
    assert_non_null(strstr(text, "Content-Length: 5\r\n"));
    assert_null(strstr(text, "Expect"));
    assert_null(strstr(text, "Accept-Encoding"));
    assert_null(strstr(text, "Cookie"));
    assert_ok(get("/echo", &a));
    assert_null(strstr(a.body.p, "Content-Type"));
    assert_null(strstr(a.body.p, "Accept"));
}

static void a_large_body_goes_out(void **state)
{
    (void)state;
    struct oidc_http_answer a;
    char *body = apr_palloc(t.pool, 60000);
    memset(body, 'x', 60000);
    struct oidc_http_call c = {.method = "POST",
                               .url = url("/echo"),
                               .body = oidc_str(body, 60000),
                               .max_body = 100000,
                               .options = &options};
    assert_ok(http->call(&t.ctx, http, &c, &a));
    assert_true(a.body.n > 60000);
    c.body = oidc_str(NULL, 0);
    assert_ok(http->call(&t.ctx, http, &c, &a));
    assert_non_null(strstr(a.body.p, "Content-Length: 0\r\n"));
}

static void a_field_with_a_line_end_is_refused(void **state)
{
    (void)state;
    struct oidc_http_answer a;
    struct oidc_reply_header bad = {"X", "y\r\nInjected: z"};
    struct oidc_http_call c = {.method = "GET",
                               .url = url("/echo"),
                               .headers = &bad,
                               .n_headers = 1,
                               .max_body = 10000,
                               .options = &options};
    assert_fails(http->call(&t.ctx, http, &c, &a), OIDC_E_INTERNAL);
    bad.value = "y\nz";
    assert_fails(http->call(&t.ctx, http, &c, &a), OIDC_E_INTERNAL);
    assert_int_equal(http_server_requests(server), 0);
}

static void only_get_and_post(void **state)
{
    (void)state;
    struct oidc_http_answer a;
    assert_fails(call_url("DELETE", url("/ok"), &a), OIDC_E_INTERNAL);
    assert_fails(call_url("get", url("/ok"), &a), OIDC_E_INTERNAL);
}

/* N215 */
static void only_http_and_https(void **state)
{
    (void)state;
    struct oidc_http_answer a;
    static const char *const bad[] = {"file:///etc/passwd",
                                      "ftp://127.0.0.1/",
                                      "gopher://127.0.0.1/",
                                      "127.0.0.1",
                                      "",
                                      "http://user:pass@127.0.0.1/",
                                      "http://127.0.0.1:0/",
                                      "http://"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_fails(call_url("GET", bad[i], &a), OIDC_E_HTTP_CONNECT);
    }
}

static void fields(void **state)
{
    (void)state;
    struct oidc_http_answer a;
    assert_ok(get("/fields", &a));
    assert_string_equal(a.content_type, "application/jwk-set+json; charset=utf-8");
    assert_string_equal(a.dpop_nonce, "n-1");
    assert_string_equal(a.www_authenticate, "DPoP error=\"use_dpop_nonce\", Basic");
    assert_int_equal(a.max_age, 3600);
}

/* CHECK http_redirect, N214 */
static void a_redirect_is_not_followed(void **state)
{
    (void)state;
    struct oidc_http_answer a;
    assert_ok(get("/redirect", &a));
    assert_int_equal(a.status, 302);
    assert_ok(post("/redirect", &a));
    assert_int_equal(a.status, 302);
    assert_int_equal(http_server_requests(server), 2);
}

static void ends_in_time(const char *path, int ms)
{
    struct oidc_http_answer a;
    options.timeout_ms = ms;
    options.connect_timeout_ms = 100000;
    options.retries = 3; /* a timeout is not tried again */
    double begin = fixture_ms();
    assert_fails(get(path, &a), OIDC_E_HTTP_TIMEOUT);
    double took = fixture_ms() - begin;
    assert_true(took > ms - 50 && took < ms + 700);
}

/* CHECK http_deadline, N099, N216 */
static void deadlines(void **state)
{
    (void)state;
    ends_in_time("/silent", 200);
    ends_in_time("/drip", 300);
    ends_in_time("/dripheader", 300);
    ends_in_time("/slow/5000", 250);
    assert_int_equal(http_server_requests(server), 4);
}

/* A socket that takes connections and never says a word to a TLS client. */
static void deadline_of_a_silent_handshake(void **state)
{
    (void)state;
    struct oidc_http_answer a;
    options.connect_timeout_ms = 200;
    double begin = fixture_ms();
    const char *address = apr_psprintf(t.pool, "https://127.0.0.1:%d/ok", http_server_port(server));
    assert_fails(call_url("GET", address, &a), OIDC_E_HTTP_TIMEOUT);
    assert_true(fixture_ms() - begin < 1500);
}

/* CHECK http_body, N216 */
static void body_limit(void **state)
{
    (void)state;
    struct oidc_http_answer a;
    static const char *const how[] = {"big", "chunked"};
    for (int i = 0; i < 2; i++) {
        assert_ok(get(apr_psprintf(t.pool, "/%s/99999", how[i]), &a));
        assert_ok(get(apr_psprintf(t.pool, "/%s/100000", how[i]), &a));
        assert_int_equal(a.body.n, 100000);
        assert_fails(get(apr_psprintf(t.pool, "/%s/100001", how[i]), &a), OIDC_E_HTTP_TOO_LARGE);
    }
}

static void a_hundred_megabytes(void **state)
{
    (void)state;
    struct oidc_http_answer a;
    double begin = fixture_ms();
    options.retries = 2;
    assert_fails(get("/big/100000000", &a), OIDC_E_HTTP_TOO_LARGE);
    assert_fails(get("/chunked/100000000", &a), OIDC_E_HTTP_TOO_LARGE);
    assert_true(fixture_ms() - begin < 1000);
    assert_int_equal(http_server_requests(server), 2);
}

/* CHECK http_headers, N216 */
static void header_limits(void **state)
{
    (void)state;
    struct oidc_http_answer a;
    assert_ok(get("/lines/99", &a));
    assert_ok(get("/lines/100", &a));
    assert_fails(get("/lines/101", &a), OIDC_E_HTTP_TOO_LARGE);
    assert_fails(get("/lines/100000", &a), OIDC_E_HTTP_TOO_LARGE);
    assert_ok(get("/headerbytes/65535", &a));
    assert_ok(get("/headerbytes/65536", &a));
    assert_fails(get("/headerbytes/65537", &a), OIDC_E_HTTP_TOO_LARGE);
    assert_fails(get("/headerbytes/1000000", &a), OIDC_E_HTTP_TOO_LARGE);
    assert_fails(get("/endless100", &a), OIDC_E_HTTP_TOO_LARGE);
    assert_ok(get("/trailer/50", &a));
    assert_fails(get("/trailer/100", &a), OIDC_E_HTTP_TOO_LARGE);
}

static void broken_answers(void **state)
{
    (void)state;
    struct oidc_http_answer a;
    static const char *const how[] = {"/reset",   "/resetmid", "/short",
                                      "/garbage", "/upgrade",  "/length2"};
    for (size_t i = 0; i < sizeof how / sizeof *how; i++) {
        assert_fails(get(how[i], &a), OIDC_E_HTTP_BROKEN);
        assert_fails(post(how[i], &a), OIDC_E_HTTP_BROKEN);
        assert_ok(get("/ok", &a)); /* the next call is not affected */
        assert_str(a.body, "{\"ok\":true}");
    }
    assert_ok(get("/nolength", &a));
    assert_str(a.body, "up to the end");
}

static void a_get_is_tried_again(void **state)
{
    (void)state;
    struct oidc_http_answer a;
    options.retries = 1;
    assert_ok(get("/reset1", &a));
    assert_int_equal(http_server_requests(server), 2);
    assert_fails(get("/reset", &a), OIDC_E_HTTP_BROKEN);
    assert_true(http_server_requests(server)
                <= 5); /* libcurl does so once by itself, for a kept connection */
}

/*
 * CHECK http_once: a code must not be sent twice, neither by us nor by libcurl when a kept
 * connection breaks.
 */
static void a_post_is_not(void **state)
{
    (void)state;
    struct oidc_http_answer a;
    options.retries = 1;
    assert_fails(post("/reset1", &a), OIDC_E_HTTP_BROKEN);
    assert_int_equal(http_server_requests(server), 1);
    assert_ok(post("/ok", &a));
    assert_fails(post("/reset", &a), OIDC_E_HTTP_BROKEN);
    assert_int_equal(http_server_requests(server), 3);
}

/* A port where nobody listens: one that was bound and given back. */
static int closed_port(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, n), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
    close(fd);
    return ntohs(at.sin_port);
}

static void nobody_there(void **state)
{
    (void)state;
    struct oidc_http_answer a;
    const char *address =
        apr_psprintf(t.pool, "http://127.0.0.1:%d/token?secret=canary", closed_port());
    options.retries = 2;
    assert_int_equal(call_url("POST", address, &a), OIDC_FAILED);
    assert_int_equal(t.ctx.err.code, OIDC_E_HTTP_CONNECT);
    assert_non_null(strstr(t.ctx.err.detail, "http://127.0.0.1:"));
    assert_null(strstr(t.ctx.err.detail, "canary"));
    assert_int_equal(stats().calls, 3); /* nothing was sent: tried again */
    oidc_ctx_clear(&t.ctx);
    assert_fails(call_url("GET", "http://name.invalid/", &a), OIDC_E_HTTP_CONNECT);
}

static void connections_are_reused(void **state)
{
    (void)state;
    struct oidc_http_answer a;
    for (int i = 0; i < 20; i++) {
        assert_ok(i % 2 ? get("/ok", &a) : post("/ok", &a));
    }
    assert_int_equal(http_server_connections(server), 1);
    assert_int_equal(stats().connections, 1);
    assert_int_equal(stats().idle, 1);
    assert_fails(get("/short", &a), OIDC_E_HTTP_BROKEN);
    assert_int_equal(stats().idle, 0); /* after a failure the connection is not trusted */
    assert_ok(get("/ok", &a));
    assert_int_equal(http_server_connections(server), 2);
}

/* N216: what came unasked on a kept connection is not the answer to the next call. */
static void test_n216_surplus_answers_nothing(void **state)
{
    (void)state;
    struct oidc_http_answer a;
    assert_ok(get("/surplus", &a));
    apr_sleep(apr_time_from_msec(150));
    assert_ok(get("/ok", &a));
    assert_false(a.body.n == 6 && memcmp(a.body.p, "forged", 6) == 0);
    assert_int_equal(http_server_connections(server), 2);
}

static void no_connection_serves_another_profile(void **state)
{
    (void)state;
    struct oidc_http_answer a;
    assert_ok(get("/ok", &a));
    options.tls_verify = 0;
    assert_ok(get("/ok", &a));
    options.client_cert = "/dev/null";
    assert_ok(get("/ok", &a));
    assert_int_equal(http_server_connections(server), 3);
    assert_ok(get("/ok", &a));
    options.client_cert = NULL;
    assert_ok(get("/ok", &a));
    options.tls_verify = 1;
    assert_ok(get("/ok", &a));
    assert_int_equal(http_server_connections(server), 3);
}

static void idle_handles_are_bounded(void **state)
{
    (void)state;
    struct oidc_http_answer a;
    for (int i = 0; i < OIDC_HTTP_CURL_IDLE_MAX + 5; i++) {
        options.client_cert = apr_psprintf(t.pool, "/nowhere/%d", i);
        assert_ok(get("/ok", &a));
    }
    assert_int_equal(stats().idle, OIDC_HTTP_CURL_IDLE_MAX);
    options.client_cert = NULL;
}

struct caller {
    const char *path;
    enum oidc_rc rc;
    enum oidc_code code;
};

static void *call_alone(void *data)
{
    struct caller *c = data;
    struct oidc_http_answer a;
    struct oidc_ctx ctx;
    fixture_fork_ctx(&ctx);
    struct oidc_http_call call = {
        .method = "GET", .url = c->path, .max_body = 100000, .options = &options};
    c->rc = http->call(&ctx, http, &call, &a);
    c->code = ctx.err.code;
    apr_pool_destroy(ctx.pool);
    return NULL;
}

/* CHECK http_in_flight: more calls than allowed wait, and those that wait too long end in time. */
static void calls_in_flight_are_bounded(void **state)
{
    (void)state;
    struct caller callers[20];
    pthread_t id[20];
    for (int i = 0; i < 20; i++) {
        callers[i] = (struct caller){.path = url("/slow/60")};
        pthread_create(&id[i], NULL, call_alone, &callers[i]);
    }
    for (int i = 0; i < 20; i++) {
        pthread_join(id[i], NULL);
        assert_int_equal(callers[i].rc, OIDC_OK);
    }
    assert_true(http_server_busiest(server) <= OIDC_HTTP_CURL_PER_ORIGIN);
    assert_true(http_server_busiest(server) > 2);
    assert_int_equal(stats().in_flight, 0);
    options.timeout_ms = 400;
    double begin = fixture_ms();
    for (int i = 0; i < 20; i++) {
        callers[i] = (struct caller){.path = url("/silent")};
        pthread_create(&id[i], NULL, call_alone, &callers[i]);
    }
    for (int i = 0; i < 20; i++) {
        pthread_join(id[i], NULL);
        assert_int_equal(callers[i].code, OIDC_E_HTTP_TIMEOUT);
    }
    assert_true(fixture_ms() - begin < 1500);
}

/* The child's pool goes while a call is under way: the call ends as if nothing were. */
static void the_end_waits_for_nobody(void **state)
{
    (void)state;
    apr_pool_t *child;
    struct oidc_ctx ctx;
    pthread_t id;
    struct caller caller = {.path = url("/slow/300")};
    apr_pool_create(&child, NULL);
    oidc_ctx_init(&ctx, child, &t.env, NULL);
    assert_ok(oidc_http_curl_make(&ctx, &http));
    pthread_create(&id, NULL, call_alone, &caller);
    while (http_server_requests(server) == 0) {
        usleep(1000);
    }
    apr_pool_destroy(child);
    pthread_join(id, NULL);
    assert_int_equal(caller.rc, OIDC_OK);
}

/* CHECK http_proxy, N220 */
static void the_environment_has_no_say(void **state)
{
    (void)state;
    struct oidc_http_answer a;
    const char *dead = apr_psprintf(t.pool, "http://127.0.0.1:%d", closed_port());
    setenv("http_proxy", dead, 1);
    setenv("all_proxy", dead, 1);
    enum oidc_rc direct = get("/ok", &a);
    unsetenv("http_proxy");
    unsetenv("all_proxy");
    assert_ok(direct);
    setenv("no_proxy", "*", 1);
    options.proxy = dead;
    enum oidc_rc around = get("/ok", &a);
    unsetenv("no_proxy");
    assert_fails(around, OIDC_E_HTTP_CONNECT);
}

static void goes_through_a_proxy(void **state)
{
    (void)state;
    struct oidc_http_answer a;
    options.proxy = url("");
    options.proxy_user = "user:pass:w%41rd";
    options.proxy_auth = "basic";
    assert_ok(call_url("GET", "http://provider.invalid/echo", &a));
    assert_non_null(strstr(a.body.p, "GET http://provider.invalid/echo HTTP/1.1\r\n"));
    assert_non_null(strstr(a.body.p, "Proxy-Authorization: Basic dXNlcjpwYXNzOndBcmQ=\r\n"));
    options.proxy_auth = "nonsense";
    assert_fails(call_url("GET", "http://provider.invalid/echo", &a), OIDC_E_INTERNAL);
    options.proxy_auth = NULL;
    options.proxy = "odd://us3r:s3cret@127.0.0.1:1";
    assert_int_equal(get("/ok", &a), OIDC_FAILED);
    assert_null(strstr(t.ctx.err.detail, "s3cret"));
    oidc_ctx_clear(&t.ctx);
}

static void reaches_ipv6(void **state)
{
    (void)state;
    struct oidc_http_answer a;
    server = http_server_start("::1", NULL);
    if (!server) {
        skip();
    }
    const char *address = apr_psprintf(t.pool, "http://[::1]:%d/ok", http_server_port(server));
    assert_ok(call_url("GET", address, &a));
    assert_str(a.body, "{\"ok\":true}");
}

static const char *start_tls(const char *host, const char *client_ca)
{
    struct http_server_tls tls = {file("cert.pem"), file("key.pem"), client_ca};
    http_server_make_cert(tls.cert, tls.key, host, NULL);
    server = http_server_start("127.0.0.1", &tls);
    assert_non_null(server);
    return apr_psprintf(t.pool, "https://127.0.0.1:%d/ok", http_server_port(server));
}

/* CHECK http_tls, N215 */
static void an_untrusted_certificate_is_refused(void **state)
{
    (void)state;
    struct oidc_http_answer a;
    const char *address = start_tls("127.0.0.1", NULL);
    options.retries = 1;
    assert_fails(call_url("GET", address, &a), OIDC_E_HTTP_TLS);
    assert_fails(call_url("POST", address, &a), OIDC_E_HTTP_TLS);
    assert_int_equal(http_server_requests(server), 0);
    options.ca_bundle = file("cert.pem");
    assert_ok(call_url("GET", address, &a));
    assert_ok(call_url("GET", address, &a));
    assert_int_equal(http_server_requests(server), 2);
    options.ca_bundle = NULL;
    /* What was trusted for one bundle is not for another. */
    assert_fails(call_url("GET", address, &a), OIDC_E_HTTP_TLS);
    options.tls_verify = 0;
    assert_ok(call_url("GET", address, &a));
    options.tls_verify = 1;
    assert_fails(call_url("GET", address, &a), OIDC_E_HTTP_TLS);
    options.ca_bundle = file("missing.pem");
    assert_fails(call_url("GET", address, &a), OIDC_E_HTTP_TLS);
}

static void a_certificate_for_another_host_is_refused(void **state)
{
    (void)state;
    struct oidc_http_answer a;
    const char *address = start_tls("other.example", NULL);
    options.ca_bundle = file("cert.pem");
    assert_fails(call_url("GET", address, &a), OIDC_E_HTTP_TLS);
    assert_int_equal(http_server_requests(server), 0);
}

static void shows_a_client_certificate(void **state)
{
    (void)state;
    struct oidc_http_answer a;
    http_server_make_cert(file("client.pem"), file("client.key"), "client.example", "p4ss");
    const char *address = start_tls("127.0.0.1", file("client.pem"));
    options.ca_bundle = file("cert.pem");
    assert_int_equal(call_url("GET", address, &a), OIDC_FAILED);
    oidc_ctx_clear(&t.ctx);
    options.client_cert = file("client.pem");
    options.client_key = file("client.key");
    options.client_key_password = "p4ss";
    assert_ok(call_url("GET", address, &a));
    options.client_key_password = "wrong";
    assert_fails(call_url("GET", address, &a), OIDC_E_HTTP_TLS);
}

/* What a child does with what it inherited, and with an adapter of its own; 0 when all is well. */
static int use_in_child(const char *address)
{
    struct oidc_http_answer a;
    struct oidc_ctx own;
    int bad = call_url("GET", address, &a) != OIDC_FAILED || t.ctx.err.code != OIDC_E_INTERNAL;
    oidc_ctx_clear(&t.ctx);
    fixture_fork_ctx(&own);
    bad |= oidc_http_curl_make(&own, &http) != OIDC_OK;
    bad |= call_url("GET", address, &a) != OIDC_OK;
    apr_pool_destroy(own.pool);
    apr_pool_destroy(t.pool);
    return bad;
}

/*
 * CHECK http_fork: the child can neither use nor harm what its parent opened; not even by ending
 * its TLS session.
 */
static void nothing_crosses_a_fork(void **state)
{
    (void)state;
    struct oidc_http_answer a;
    int status = 0;
    const char *address = start_tls("127.0.0.1", NULL);
    options.ca_bundle = file("cert.pem");
    assert_ok(call_url("GET", address, &a));
    pid_t pid = fork();
    if (pid == 0) {
        _exit(use_in_child(address));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_ok(call_url("GET", address, &a));
    assert_int_equal(stats().connections, 1); /* still the first */
    assert_int_equal(http_server_connections(server), 2);
}

static void a_call_needs_its_limits(void **state)
{
    (void)state;
    struct oidc_http_answer a;
    options.timeout_ms = 0;
    assert_fails(get("/ok", &a), OIDC_E_INTERNAL);
    options.timeout_ms = 100;
    options.connect_timeout_ms = 0;
    assert_fails(get("/ok", &a), OIDC_E_INTERNAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HTTP_CASE(gets),
        HTTP_CASE(any_status_is_an_answer),
        HTTP_CASE(the_request),
        HTTP_CASE(a_large_body_goes_out),
        HTTP_CASE(a_field_with_a_line_end_is_refused),
        HTTP_CASE(only_get_and_post),
        HTTP_CASE(only_http_and_https),
        HTTP_CASE(fields),
        HTTP_CASE(a_redirect_is_not_followed),
        HTTP_CASE(deadlines),
        HTTP_CASE(deadline_of_a_silent_handshake),
        HTTP_CASE(body_limit),
        HTTP_CASE(a_hundred_megabytes),
        HTTP_CASE(header_limits),
        HTTP_CASE(broken_answers),
        HTTP_CASE(a_get_is_tried_again),
        HTTP_CASE(a_post_is_not),
        ALONE_CASE(nobody_there),
        HTTP_CASE(connections_are_reused),
        HTTP_CASE(test_n216_surplus_answers_nothing),
        HTTP_CASE(no_connection_serves_another_profile),
        HTTP_CASE(idle_handles_are_bounded),
        HTTP_CASE(calls_in_flight_are_bounded),
        HTTP_CASE(the_end_waits_for_nobody),
        ALONE_CASE(nothing_crosses_a_fork),
        HTTP_CASE(the_environment_has_no_say),
        HTTP_CASE(goes_through_a_proxy),
        ALONE_CASE(reaches_ipv6),
        ALONE_CASE(an_untrusted_certificate_is_refused),
        ALONE_CASE(a_certificate_for_another_host_is_refused),
        ALONE_CASE(shows_a_client_certificate),
        HTTP_CASE(a_call_needs_its_limits),
    };
    signal(SIGPIPE, SIG_IGN); /* as httpd does: the TLS library writes without asking */
    if (!mkdtemp(dir)) {
        return 99;
    }
    int failures = fixture_run("http_curl", tests, sizeof tests / sizeof *tests);
    static const char *const made[] = {"cert.pem", "key.pem", "client.pem", "client.key"};
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        char path[64];
        snprintf(path, sizeof path, "%s/%s", dir, made[i]);
        unlink(path);
    }
    rmdir(dir);
    return failures;
}
