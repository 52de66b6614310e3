/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ?logout=get and ?logout=img: the provider's page loads this address in a frame or as a picture
 * (OpenID Connect Front-Channel Logout 1.0). Any page can do so, so it ends a session only for who
 * knows its sid, and never touches tokens at the provider (N200).
 */
#include "rp/endpoints.h"

#include "rp/cookies.h"
#include "rp/index.h"
#include "rp/providers.h"

/* A transparent picture of one pixel. */
static const unsigned char pixel[] = {
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48,
    0x44, 0x52, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x06, 0x00, 0x00,
    0x00, 0x1f, 0x15, 0xc4, 0x89, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x44, 0x41, 0x54, 0x78,
    0xda, 0x63, 0x64, 0x60, 0x60, 0x60, 0x00, 0x00, 0x00, 0x05, 0x00, 0x01, 0xa5, 0xf6,
    0x45, 0x40, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82};

/* Both parameters; OIDC_ABSENT when one is missing: nobody says whose session it is. */
static enum oidc_rc frontchannel_whose(struct oidc_ctx *ctx, const struct oidc_form *query,
                                       struct rp_index_whose *out)
{
    enum oidc_rc iss = oidc_form_get(ctx, query, "iss", &out->issuer);
    enum oidc_rc sid = iss == OIDC_FAILED ? iss : oidc_form_get(ctx, query, "sid", &out->sid);
    if (iss == OIDC_FAILED || sid == OIDC_FAILED) {
        return OIDC_FAILED;
    }
    return iss == OIDC_OK && sid == OIDC_OK && *out->sid ? OIDC_OK : OIDC_ABSENT;
}

static enum oidc_rc frontchannel_end(struct oidc_ctx *ctx, const struct rp_call *call,
                                     const struct rp_index_whose *whose,
                                     const struct rp_session *session)
{
    const struct rp_provider *provider;
    int ended = 0;
    if (rp_providers_get(ctx, call->site, &provider) != OIDC_OK) {
        return OIDC_FAILED;
    }
    /* CHECK frontchannel-iss: the provider that speaks is the one whose session ends; N200 */
    if (strcmp(provider->issuer, whose->issuer) != 0) {
        return oidc_fail(ctx, OIDC_E_LOGOUT_TOKEN,
                         "front-channel logout of issuer %s, which is not ours",
                         oidc_log_quote(ctx->pool, whose->issuer));
    }
    if (rp_index_end(ctx, call->site, whose, &ended) != OIDC_OK) {
        return OIDC_FAILED;
    }
    /* CHECK frontchannel-sid: the browser's own session only if it is the one that is named; N200
     */
    if (session && strcmp(session->issuer, whose->issuer) == 0
        && oidc_str_eq_secret_z(session->sid, whose->sid)) {
        rp_cookies_drop_session(ctx, call);
    }
    oidc_log(ctx, OIDC_LOG_INFO, "front-channel logout ended %d sessions", ended);
    return OIDC_OK;
}

static void frontchannel_reply(const struct rp_call *call, int is_picture)
{
    static const char page[] = "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta "
                               "charset=\"utf-8\"><title>Signed out</title></head>\n"
                               "<body><p>Signed out</p></body>\n</html>\n";
    const char *frame = call->site->conf->logout_frame_options;
    struct oidc_reply *reply = call->reply;
    reply->status = 200;
    reply->content_type = is_picture ? "image/png" : "text/html; charset=utf-8";
    reply->body =
        is_picture ? oidc_str((const char *)pixel, sizeof pixel) : oidc_str(page, sizeof page - 1);
    oidc_reply_add_header(reply, "Cache-Control", "no-cache, no-store");
    oidc_reply_add_header(reply, "Pragma", "no-cache");
    oidc_reply_add_header(reply, "X-Content-Type-Options", "nosniff");
    if (frame) {
        oidc_reply_add_header(reply, "X-Frame-Options", frame);
    }
}

enum oidc_rc rp_frontchannel_answer(struct oidc_ctx *ctx, const struct rp_call *call,
                                    const struct oidc_form *query, const struct rp_session *session)
{
    struct rp_index_whose whose = {NULL, NULL, NULL};
    const char *kind;
    if (oidc_form_get(ctx, query, "logout", &kind) != OIDC_OK) {
        return OIDC_FAILED;
    }
    enum oidc_rc rc = frontchannel_whose(ctx, query, &whose);
    if (rc == OIDC_FAILED
        || (rc == OIDC_OK && frontchannel_end(ctx, call, &whose, session) != OIDC_OK)) {
        return OIDC_FAILED;
    }
    if (rc == OIDC_ABSENT) {
        oidc_log(ctx, OIDC_LOG_INFO, "front-channel logout without iss and sid ends nothing");
    }
    const char *accept = call->req->header(call->req->baton, "Accept");
    frontchannel_reply(
        call, strcmp(kind, "img") == 0
                  || (accept && strstr(accept, "image/png") && !strstr(accept, "text/html")));
    return OIDC_OK;
}
