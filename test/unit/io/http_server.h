/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server on loopback that behaves as badly as it is told. The path of a request says how:
 *
 *   /ok  /echo  /status/N  /slow/MS  /fields  /nolength
 *   /drip  /dripheader  /silent  /reset  /resetmid  /reset1 (the first time)  /short  /garbage
 * /endless100  /upgrade /big/N  /chunked/N  /lines/N  /headerbytes/N  /redirect  /trailer/N
 * /length2
 */
#ifndef IO_HTTP_SERVER_H
#define IO_HTTP_SERVER_H

struct http_server;

/* What a server with TLS shows and wants; PEM files. NULL: plain. */
struct http_server_tls {
    const char *cert, *key;
    const char *client_ca; /* a client must show a certificate signed by it; or NULL */
};

struct http_server *http_server_start(const char *address, const struct http_server_tls *tls);
void http_server_stop(struct http_server *server);

int http_server_port(const struct http_server *server);
int http_server_connections(struct http_server *server); /* accepted so far */
int http_server_requests(struct http_server *server);
int http_server_busiest(struct http_server *server); /* most requests at one time */

/*
 * Writes a self-signed certificate for `host` (a name or an IPv4 address) and its key; the key
 * encrypted if asked.
 */
void http_server_make_cert(const char *cert, const char *key, const char *host,
                           const char *password);

#endif
