/* SPDX-License-Identifier: Apache-2.0 */
/* Dynamic client registration: the request, and the answer or the file that it was kept in. */
#include "oidc/registration.h"

#include "oidc/wire.h"
#include "proto/answer.h"

#define CLIENT_ID_MAX 1024

static const struct oidc_answer_kind registration_answer = {
    "the registration answer", OIDC_E_REGISTRATION, OIDC_REGISTRATION_MAX};

static void put_one(json_t *doc, const char *name, const char *value)
{
    const char *list[] = {value, NULL};
    if (value) {
        oidc_json_put_strings(doc, name, list);
    }
}

/* What the response type needs (Registration 2). */
static void put_grants(json_t *doc, const char *response_type)
{
    const char *list[4] = {NULL};
    int n = 0;
    if (!response_type || oidc_str_has_word(response_type, "code")) {
        list[n++] = OIDC_GRANT_AUTHORIZATION_CODE;
        list[n++] = OIDC_GRANT_REFRESH_TOKEN;
    }
    if (response_type
        && (oidc_str_has_word(response_type, "id_token")
            || oidc_str_has_word(response_type, "token"))) {
        list[n] = "implicit";
    }
    oidc_json_put_strings(doc, "grant_types", list);
}

const char *oidc_registration_print(apr_pool_t *pool, const struct oidc_registration_req *req)
{
    json_t *doc = oidc_json_object(pool), *value;
    const char *name;
    oidc_json_put_string(doc, "client_name", req->client_name);
    put_one(doc, "contacts", req->contact);
    put_one(doc, "redirect_uris", req->redirect_uri);
    put_one(doc, "response_types", req->response_type);
    put_grants(doc, req->response_type);
    put_one(doc, "post_logout_redirect_uris", req->post_logout_redirect_uri);
    oidc_json_put_string(doc, "token_endpoint_auth_method", req->token_endpoint_auth_method);
    oidc_json_put_string(doc, OIDC_META_JWKS_URI, req->jwks_uri);
    oidc_json_put_string(doc, "initiate_login_uri", req->initiate_login_uri);
    oidc_json_put_string(doc, "frontchannel_logout_uri", req->frontchannel_logout_uri);
    oidc_json_put_string(doc, "backchannel_logout_uri", req->backchannel_logout_uri);
    oidc_json_put_string(doc, "id_token_signed_response_alg", req->id_token_signed_response_alg);
    oidc_json_put_string(doc, "id_token_encrypted_response_alg",
                         req->id_token_encrypted_response_alg);
    oidc_json_put_string(doc, "id_token_encrypted_response_enc",
                         req->id_token_encrypted_response_enc);
    oidc_json_put_string(doc, "userinfo_signed_response_alg", req->userinfo_signed_response_alg);
    oidc_json_put_string(doc, "userinfo_encrypted_response_alg",
                         req->userinfo_encrypted_response_alg);
    oidc_json_put_string(doc, "userinfo_encrypted_response_enc",
                         req->userinfo_encrypted_response_enc);
    oidc_json_put_string(doc, "request_object_signing_alg", req->request_object_signing_alg);
    if (req->certificate_bound) {
        oidc_json_put_bool(doc, "tls_client_certificate_bound_access_tokens", 1);
    }
    json_object_foreach((json_t *)req->overrides, name, value)
    { /* NULL has no members; iterating changes nothing */
        oidc_json_put_copy(doc, name, value);
    }
    return oidc_json_print(pool, doc);
}

/* An optional string: NULL when absent. */
static enum oidc_rc get_optional(struct oidc_ctx *ctx, const json_t *doc, const char *name,
                                 const char **out)
{
    *out = NULL;
    if (oidc_json_get_string(doc, name, out) == OIDC_FAILED) {
        return oidc_fail(ctx, OIDC_E_REGISTRATION, "%s of the client is no string", name);
    }
    return OIDC_OK;
}

static enum oidc_rc read_client(struct oidc_ctx *ctx, const json_t *doc,
                                struct oidc_registration *out)
{
    memset(out, 0, sizeof *out);
    if (oidc_json_get_string(doc, OIDC_PARAM_CLIENT_ID, &out->client_id) != OIDC_OK
        || !*out->client_id || strlen(out->client_id) > CLIENT_ID_MAX) {
        return oidc_fail(ctx, OIDC_E_REGISTRATION, "client_id is missing or malformed");
    }
    if (oidc_json_get_time(doc, "client_secret_expires_at", &out->secret_expires_at)
        == OIDC_FAILED) {
        return oidc_fail(ctx, OIDC_E_REGISTRATION, "client_secret_expires_at is no time");
    }
    out->raw = doc;
    if (get_optional(ctx, doc, OIDC_PARAM_CLIENT_SECRET, &out->client_secret) != OIDC_OK
        || get_optional(ctx, doc, "token_endpoint_auth_method", &out->token_endpoint_auth_method)
               != OIDC_OK) {
        return OIDC_FAILED;
    }
    return get_optional(ctx, doc, "id_token_signed_response_alg",
                        &out->id_token_signed_response_alg);
}

enum oidc_rc oidc_registration_check(struct oidc_ctx *ctx, const struct oidc_http_answer *answer,
                                     struct oidc_registration *out)
{
    const char *error, *description;
    json_t *doc;
    if (answer->status != 201 && answer->status != 200) {
        oidc_answer_error(ctx, answer, OIDC_REGISTRATION_MAX, &error, &description);
        return oidc_fail(ctx, OIDC_E_REGISTRATION,
                         "the registration endpoint answered with %s, error %s, description %s",
                         oidc_answer_describe(ctx->pool, answer), oidc_log_quote(ctx->pool, error),
                         oidc_log_quote(ctx->pool, description));
    }
    if (oidc_answer_parse(ctx, answer, &registration_answer, &doc) != OIDC_OK) {
        return OIDC_FAILED;
    }
    return read_client(ctx, doc, out);
}

enum oidc_rc oidc_registration_parse(struct oidc_ctx *ctx, apr_pool_t *pool, struct oidc_str text,
                                     struct oidc_registration *out)
{
    json_t *doc;
    if (oidc_json_parse(ctx, pool, text, OIDC_E_REGISTRATION, "the client file", &doc) != OIDC_OK) {
        return OIDC_FAILED;
    }
    return read_client(ctx, doc, out);
}
