/* SPDX-License-Identifier: Apache-2.0 */
/* The registered clients. */
#include "op/clients.h"

const struct op_client *op_clients_find(const struct op_conf *conf, const char *id)
{
    for (int i = 0; i < conf->n_clients; i++) {
        if (strcmp(conf->clients[i].id, id) == 0) {
            return &conf->clients[i];
        }
    }
    return NULL;
}

/* Equal but for the port, both http on a loopback address: a native application listens where there
 * is room. */
static int same_loopback(struct oidc_ctx *ctx, const char *registered, const char *asked)
{
    struct oidc_url r, a;
    struct oidc_ctx scratch;

    oidc_ctx_init(&scratch, ctx->pool, ctx->env, ctx->log_baton);
    if (oidc_url_parse(&scratch, registered, "redirect_uri", &r) != OIDC_OK
        || oidc_url_parse(&scratch, asked, "redirect_uri", &a) != OIDC_OK) {
        return 0;
    }
    if (strcmp(r.scheme, "http") != 0 || !oidc_url_is_loopback(&r)
        || strcmp(r.host, "localhost") == 0 || a.fragment) {
        return 0;
    }
    a.port = r.port;
    return strcmp(oidc_url_print(ctx->pool, &r), oidc_url_print(ctx->pool, &a)) == 0;
}

/* CHECK op-redirect-uri: RFC 9700 4.1.3, N282 */
int op_clients_allow_uri(struct oidc_ctx *ctx, const char *const *list, const char *uri)
{
    for (int i = 0; list && list[i]; i++) {
        if (strcmp(list[i], uri) == 0 || same_loopback(ctx, list[i], uri)) {
            return 1;
        }
    }
    return 0;
}

/* CHECK op-client-secret: RFC 6749 2.3.1 */
enum oidc_rc op_clients_authenticate(struct oidc_ctx *ctx, const struct op_conf *conf,
                                     const char *authorization, const struct oidc_form *body,
                                     const struct op_client **out)
{
    struct oidc_client_credentials given;
    const struct op_client *client;
    int good;

    if (oidc_client_auth_parse(ctx, authorization, body, &given) != OIDC_OK) {
        return OIDC_FAILED;
    }
    client = op_clients_find(conf, given.client_id);
    good = client && client->auth == given.method;
    if (given.method != OIDC_CLIENT_AUTH_NONE) {
        struct oidc_str expected = oidc_secret_expose(client ? client->secret : NULL);
        good &= expected.n > 0 && oidc_str_eq_secret(expected, given.secret);
    }
    if (!good) {
        return oidc_fail(
            ctx, OIDC_E_OP_CLIENT_AUTH,
            "client %s, method %s: unknown client, other method registered, or wrong secret",
            oidc_log_quote(ctx->pool, given.client_id), oidc_client_auth_name(given.method));
    }
    *out = client;
    return OIDC_OK;
}
