/* SPDX-License-Identifier: Apache-2.0 */
/* A server on loopback that behaves as badly as it is told: one thread per connection. */
#include "http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_CONNECTIONS 512

struct http_server {
    int listener, port, stopping;
    SSL_CTX *tls;
    pthread_t thread;
    pthread_t workers[MAX_CONNECTIONS];
    int n, connections, requests, resets, now, busiest;
    pthread_mutex_t lock;
};

struct conn {
    struct http_server *server;
    int fd;
    SSL *ssl;
    char request[70000];
    size_t n; /* of the request's header */
    int open;
};

/* Waits, but not beyond the end of the server. */
static int pause_ms(struct conn *c, int ms)
{
    for (; ms > 0 && !__atomic_load_n(&c->server->stopping, __ATOMIC_RELAXED); ms -= 10) {
        usleep(10000);
    }
    return !__atomic_load_n(&c->server->stopping, __ATOMIC_RELAXED);
}

static void send_bytes(struct conn *c, const char *p, size_t n)
{
    while (c->open && n > 0) {
        int sent = c->ssl ? SSL_write(c->ssl, p, n > 16384 ? 16384 : (int)n)
                          : (int)send(c->fd, p, n > 65536 ? 65536 : n, MSG_NOSIGNAL);
        if (sent <= 0) {
            c->open = 0;
            return;
        }
        p += sent;
        n -= (size_t)sent;
    }
}

__attribute__((format(printf, 2, 3))) static void say(struct conn *c, const char *fmt, ...)
{
    char text[4096];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    send_bytes(c, text, (size_t)n);
}

static void send_zeros(struct conn *c, size_t n)
{
    static const char zeros[65536];
    for (; c->open && n > 0;) {
        size_t here = n < sizeof zeros ? n : sizeof zeros;
        send_bytes(c, zeros, here);
        n -= here;
    }
}

static void answer(struct conn *c, int status, const char *body)
{
    say(c, "HTTP/1.1 %d Whatever\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
        status, strlen(body));
    send_bytes(c, body, strlen(body));
}

/* The next close is a reset. */
static void reset(struct conn *c)
{
    struct linger hard = {1, 0};
    setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    c->open = 0;
}

static void behave_headers(struct conn *c, const char *how, long arg)
{
    say(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"); /* the first line of the count */
    if (strcmp(how, "lines") == 0) {
        for (long i = 1; i < arg; i++) {
            say(c, "X-Line-%ld: x\r\n", i);
        }
    } else {
        for (long left = arg - 36 - 2;
             c->open && left > 0;) { /* what is above, and the empty line */
            long here = left > 1500 ? 1000 : left;
            say(c, "X: %0*d\r\n", (int)here - 5, 0);
            left -= here;
        }
    }
    say(c, "\r\n{}");
}

static void behave_drip(struct conn *c, int header)
{
    say(c, header ? "HTTP/1.1 200 OK\r\nX-Slow: "
                  : "HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n");
    while (c->open && pause_ms(c, 50)) {
        send_bytes(c, "x", 1);
    }
    c->open = 0;
}

static void behave_chunked(struct conn *c, long n, long trailers)
{
    say(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (long left = n; c->open && left > 0;) {
        long here = left < 65536 ? left : 65536;
        say(c, "%lx\r\n", (unsigned long)here);
        send_zeros(c, (size_t)here);
        say(c, "\r\n");
        left -= here;
    }
    say(c, "0\r\n");
    for (long i = 0; i < trailers; i++) {
        say(c, "X-Trailer: %ld\r\n", i);
    }
    say(c, "\r\n");
}

static void behave_fields(struct conn *c)
{
    say(c,
        "HTTP/1.1 200 OK\r\ncontent-type:  application/jwk-set+json; charset=utf-8 \r\n"
        "Cache-Control: public, max-age=\"7200\"\r\nCACHE-CONTROL: no-transform, Max-Age=3600\r\n"
        "Dpop-Nonce: n-1\r\nWWW-Authenticate: DPoP error=\"use_dpop_nonce\"\r\nWWW-Authenticate: "
        "Basic\r\n"
        "Content-Length: 2\r\n\r\n{}");
}

/* Ways to end without a proper answer; 0 when `how` is none of them. */
static int behave_broken(struct conn *c, const char *how)
{
    if (strcmp(how, "reset") == 0) {
        reset(c);
    } else if (strcmp(how, "resetmid") == 0) {
        say(c, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n0123456789");
        pause_ms(c, 50);
        reset(c);
    } else if (strcmp(how, "short") == 0) {
        say(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789");
        c->open = 0;
    } else if (strcmp(how, "surplus") == 0) {
        /* one answer more than was asked for, a moment later */
        say(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        pause_ms(c, 50);
        say(c, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged");
    } else if (strcmp(how, "garbage") == 0) {
        say(c, "hello, this is no HTTP\r\n");
        c->open = 0;
    } else if (strcmp(how, "upgrade") == 0) {
        say(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
        c->open = 0;
    } else if (strcmp(how, "length2") == 0) {
        say(c, "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n0123456789");
        c->open = 0;
    } else {
        return 0;
    }
    return 1;
}

/* Ways to take too long or to send too much; 0 when `how` is none of them. */
static int behave_badly(struct conn *c, const char *how, long arg)
{
    if (strcmp(how, "drip") == 0 || strcmp(how, "dripheader") == 0) {
        behave_drip(c, how[4] != '\0');
    } else if (strcmp(how, "silent") == 0) {
        while (pause_ms(c, 100)) {
        }
        c->open = 0;
    } else if (strcmp(how, "endless100") == 0) {
        while (c->open) {
            say(c, "HTTP/1.1 100 Continue\r\nX: y\r\n\r\n");
        }
    } else if (strcmp(how, "big") == 0) {
        say(c, "HTTP/1.1 200 OK\r\nContent-Length: %ld\r\n\r\n", arg);
        send_zeros(c, (size_t)arg);
    } else if (strcmp(how, "chunked") == 0 || strcmp(how, "trailer") == 0) {
        behave_chunked(c, how[0] == 'c' ? arg : 10, how[0] == 't' ? arg : 0);
    } else if (strcmp(how, "lines") == 0 || strcmp(how, "headerbytes") == 0) {
        behave_headers(c, how, arg);
    } else {
        return behave_broken(c, how);
    }
    return 1;
}

static void behave(struct conn *c, const char *how, long arg)
{
    if (strcmp(how, "echo") == 0) {
        answer(c, 200, c->request);
    } else if (strcmp(how, "status") == 0 && arg == 204) {
        say(c, "HTTP/1.1 204 No Content\r\n\r\n");
    } else if (strcmp(how, "status") == 0) {
        answer(c, (int)arg, "{\"error\":\"x\"}");
    } else if (strcmp(how, "slow") == 0) {
        pause_ms(c, (int)arg);
        answer(c, 200, "{}");
    } else if (strcmp(how, "fields") == 0) {
        behave_fields(c);
    } else if (strcmp(how, "nolength") == 0) {
        say(c, "HTTP/1.1 200 OK\r\n\r\nup to the end");
        c->open = 0;
    } else if (strcmp(how, "redirect") == 0) {
        say(c, "HTTP/1.1 302 Found\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n");
    } else if (strcmp(how, "reset1") == 0
               && __atomic_add_fetch(&c->server->resets, 1, __ATOMIC_RELAXED) == 1) {
        reset(c);
    } else if (!behave_badly(c, how, arg)) {
        answer(c, 200, "{\"ok\":true}");
    }
}

static int receive(struct conn *c, char *p, size_t room)
{
    struct pollfd wait = {c->fd, POLLIN, 0};
    while (!(c->ssl && SSL_pending(c->ssl)) && poll(&wait, 1, 50) == 0) {
        if (__atomic_load_n(&c->server->stopping, __ATOMIC_RELAXED)) {
            return 0;
        }
    }
    return c->ssl ? SSL_read(c->ssl, p, (int)room) : (int)recv(c->fd, p, room, 0);
}

/* Reads one request, header and body, into c->request. */
static int read_request(struct conn *c)
{
    size_t have = 0, want = sizeof c->request - 1;
    c->n = 0;
    while (have < want) {
        int n = receive(c, c->request + have, want - have);
        if (n <= 0) {
            return 0;
        }
        have += (size_t)n;
        c->request[have] = '\0';
        const char *end = c->n ? NULL : strstr(c->request, "\r\n\r\n");
        if (end) {
            const char *length = strstr(c->request, "Content-Length: ");
            c->n = (size_t)(end - c->request) + 4;
            want = c->n + (length && length < end ? (size_t)atol(length + 16) : 0);
        }
    }
    return 1;
}

static void count(struct http_server *s, int change)
{
    pthread_mutex_lock(&s->lock);
    s->now += change;
    s->requests += change > 0;
    s->busiest = s->now > s->busiest ? s->now : s->busiest;
    pthread_mutex_unlock(&s->lock);
}

static void serve_request(struct conn *c)
{
    char how[64] = "";
    long arg = 0;
    const char *path = strchr(c->request, ' ');
    const char *absolute = strstr(c->request, " http://"); /* a request to a proxy */
    path = absolute == path && path ? strchr(path + 8, '/') : path ? path + 1 : "/";
    if (path) {
        sscanf(path, "/%63[a-z0-9]/%ld", how, &arg);
    }
    count(c->server, 1);
    behave(c, how, arg);
    count(c->server, -1);
}

static void *serve(void *data)
{
    struct conn *c = data;
    int one = 1;
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    c->open = 1;
    if (c->server->tls) {
        c->ssl = SSL_new(c->server->tls);
        SSL_set_fd(c->ssl, c->fd);
        c->open = SSL_accept(c->ssl) == 1;
    }
    while (c->open && read_request(c)) {
        serve_request(c);
    }
    if (c->ssl) {
        SSL_shutdown(c->ssl);
        SSL_free(c->ssl);
    }
    close(c->fd);
    free(c);
    return NULL;
}

static void *accept_all(void *data)
{
    struct http_server *s = data;
    for (;;) {
        int fd = accept(s->listener, NULL, NULL);
        if (fd < 0 || __atomic_load_n(&s->stopping, __ATOMIC_RELAXED) || s->n == MAX_CONNECTIONS) {
            if (fd >= 0) {
                close(fd);
            }
            return NULL;
        }
        struct conn *c = calloc(1, sizeof *c);
        c->server = s;
        c->fd = fd;
        pthread_mutex_lock(&s->lock);
        s->connections++;
        pthread_mutex_unlock(&s->lock);
        pthread_create(&s->workers[s->n++], NULL, serve, c);
    }
}

static SSL_CTX *make_tls(const struct http_server_tls *tls)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    if (SSL_CTX_use_certificate_file(ctx, tls->cert, SSL_FILETYPE_PEM) != 1
        || SSL_CTX_use_PrivateKey_file(ctx, tls->key, SSL_FILETYPE_PEM) != 1) {
        abort();
    }
    if (tls->client_ca) {
        SSL_CTX_load_verify_locations(ctx, tls->client_ca, NULL);
        SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    }
    return ctx;
}

static int listen_at(struct http_server *s, const char *address)
{
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    int is_v6 = strchr(address, ':') != NULL;
    socklen_t n = is_v6 ? sizeof v6 : sizeof v4;
    struct sockaddr *at = is_v6 ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4;
    inet_pton(is_v6 ? AF_INET6 : AF_INET, address,
              is_v6 ? (void *)&v6.sin6_addr : (void *)&v4.sin_addr);
    s->listener = socket(is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM, 0);
    if (s->listener < 0 || bind(s->listener, at, n) != 0 || listen(s->listener, 128) != 0
        || getsockname(s->listener, at, &n) != 0) {
        return 0;
    }
    s->port = ntohs(is_v6 ? v6.sin6_port : v4.sin_port);
    return 1;
}

struct http_server *http_server_start(const char *address, const struct http_server_tls *tls)
{
    struct http_server *s = calloc(1, sizeof *s);
    pthread_mutex_init(&s->lock, NULL);
    if (!listen_at(s, address)) {
        free(s);
        return NULL;
    }
    s->tls = tls ? make_tls(tls) : NULL;
    pthread_create(&s->thread, NULL, accept_all, s);
    return s;
}

void http_server_stop(struct http_server *s)
{
    __atomic_store_n(&s->stopping, 1, __ATOMIC_RELAXED);
    shutdown(s->listener, SHUT_RDWR);
    pthread_join(s->thread, NULL);
    close(s->listener);
    for (int i = 0; i < s->n; i++) {
        pthread_join(s->workers[i], NULL);
    }
    SSL_CTX_free(s->tls);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

int http_server_port(const struct http_server *s)
{
    return s->port;
}

static int counted(struct http_server *s, const int *what)
{
    pthread_mutex_lock(&s->lock);
    int n = *what;
    pthread_mutex_unlock(&s->lock);
    return n;
}

int http_server_connections(struct http_server *s)
{
    return counted(s, &s->connections);
}

int http_server_requests(struct http_server *s)
{
    return counted(s, &s->requests);
}

int http_server_busiest(struct http_server *s)
{
    return counted(s, &s->busiest);
}

void http_server_make_cert(const char *cert, const char *key, const char *host,
                           const char *password)
{
    char san[300];
    EVP_PKEY *pkey = EVP_EC_gen("P-256");
    X509 *x = X509_new();
    X509_NAME *name = X509_get_subject_name(x);
    X509V3_CTX v3;
    snprintf(san, sizeof san, "%s:%s", strspn(host, "0123456789.") == strlen(host) ? "IP" : "DNS",
             host);
    X509_set_version(x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
    X509_gmtime_adj(X509_getm_notBefore(x), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x), 86400);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)host, -1, -1, 0);
    X509_set_issuer_name(x, name);
    X509_set_pubkey(x, pkey);
    X509V3_set_ctx(&v3, x, x, NULL, NULL, 0);
    X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, &v3, NID_subject_alt_name, san);
    X509_add_ext(x, ext, -1);
    X509_EXTENSION_free(ext);
    X509_sign(x, pkey, EVP_sha256());
    FILE *f = fopen(cert, "w");
    PEM_write_X509(f, x);
    fclose(f);
    f = fopen(key, "w");
    PEM_write_PrivateKey(f, pkey, password ? EVP_aes_256_cbc() : NULL, NULL, 0, NULL,
                         (void *)(uintptr_t)password);
    fclose(f);
    X509_free(x);
    EVP_PKEY_free(pkey);
}
