/* SPDX-License-Identifier: Apache-2.0 */
/* Claims by scope. */
#include "op/claims.h"

#include <apr_strings.h>
#include <apr_tables.h>

/* OpenID Connect Core 5.4. */
static const struct {
    const char *name, *scope;
} standard[] = {
    {"name", "profile"},
    {"family_name", "profile"},
    {"given_name", "profile"},
    {"middle_name", "profile"},
    {"nickname", "profile"},
    {"preferred_username", "profile"},
    {"profile", "profile"},
    {"picture", "profile"},
    {"website", "profile"},
    {"gender", "profile"},
    {"birthdate", "profile"},
    {"zoneinfo", "profile"},
    {"locale", "profile"},
    {"updated_at", "profile"},
    {"email", "email"},
    {"email_verified", "email"},
    {"address", "address"},
    {"phone_number", "phone"},
    {"phone_number_verified", "phone"},
};
enum { N_STANDARD = sizeof(standard) / sizeof(standard[0]) };

/* Claims that the protocol itself owns: never from configuration. */
static int is_reserved(const char *name)
{
    static const char *const names[] = {"iss",     "sub",       "aud", "exp",    "iat", "nbf",
                                        "nonce",   "auth_time", "acr", "amr",    "azp", "sid",
                                        "at_hash", "c_hash",    "jti", "events", NULL};
    for (int i = 0; names[i]; i++) {
        if (strcmp(name, names[i]) == 0) {
            return 1;
        }
    }
    return 0;
}

/* Claims of other names belong to "profile", so that a file of claims needs no scopes of its own.
 */
static const char *scope_of(const char *name)
{
    for (int i = 0; i < N_STANDARD; i++) {
        if (strcmp(name, standard[i].name) == 0) {
            return standard[i].scope;
        }
    }
    return "profile";
}

static void add_word(apr_array_header_t *list, const char *word)
{
    for (int i = 0; i < list->nelts; i++) {
        if (strcmp(APR_ARRAY_IDX(list, i, const char *), word) == 0) {
            return;
        }
    }
    APR_ARRAY_PUSH(list, const char *) = word;
}

static const char *const *finish(apr_array_header_t *list)
{
    APR_ARRAY_PUSH(list, const char *) = NULL;
    return (const char *const *)list->elts;
}

const char *const *op_claims_scopes(apr_pool_t *pool, const struct op_conf *conf)
{
    apr_array_header_t *list = apr_array_make(pool, 8, sizeof(const char *));
    static const char *const known[] = {"openid", "profile", "email", "address", "phone"};

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        add_word(list, known[i]);
    }
    for (int i = 0; i < conf->n_claims; i++) {
        if (conf->claims[i].scope) {
            add_word(list, conf->claims[i].scope);
        }
    }
    return finish(list);
}

const char *const *op_claims_names(apr_pool_t *pool, const struct op_conf *conf)
{
    apr_array_header_t *list = apr_array_make(pool, 32, sizeof(const char *));
    const char *user, *name;
    json_t *claims, *value;

    add_word(list, "sub");
    for (int i = 0; i < N_STANDARD; i++) {
        add_word(list, standard[i].name);
    }
    for (int i = 0; i < conf->n_claims; i++) {
        add_word(list, conf->claims[i].name);
    }
    json_object_foreach((json_t *)conf->user_claims, user, claims)
        json_object_foreach(claims, name, value) if (!is_reserved(name)) add_word(list, name);
    return finish(list);
}

static int is_known_scope(apr_pool_t *pool, const struct op_conf *conf, const char *word)
{
    const char *const *known = op_claims_scopes(pool, conf);
    for (int i = 0; known[i]; i++) {
        if (strcmp(known[i], word) == 0) {
            return 1;
        }
    }
    return 0;
}

const char *op_claims_grant_scope(apr_pool_t *pool, const struct op_conf *conf, const char *allowed,
                                  const char *asked)
{
    char *state, *copy = apr_pstrdup(pool, asked);
    const char *granted = "";

    for (char *word = apr_strtok(copy, " ", &state); word; word = apr_strtok(NULL, " ", &state)) {
        if (oidc_str_has_word(granted, word) || !is_known_scope(pool, conf, word)) {
            continue;
        }
        if (allowed && !oidc_str_has_word(allowed, word) && strcmp(word, "openid") != 0) {
            continue;
        }
        granted = *granted ? apr_pstrcat(pool, granted, " ", word, NULL) : apr_pstrdup(pool, word);
    }
    return granted;
}

static void put_file_claims(json_t *out, const json_t *claims, const char *scope)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)claims, name,
                        value) if (!is_reserved(name) && oidc_str_has_word(scope, scope_of(name)))
        oidc_json_put_copy(out, name, value);
}

json_t *op_claims_collect(apr_pool_t *pool, const struct op_conf *conf, const char *user,
                          const char *scope, void *evaluate_baton)
{
    json_t *out = oidc_json_object(pool);

    if (oidc_str_has_word(scope, "profile")) {
        oidc_json_put_string(out, "preferred_username", user);
    }
    if (conf->user_claims) {
        put_file_claims(out, json_object_get(conf->user_claims, user), scope);
    }
    for (int i = 0; i < conf->n_claims; i++) {
        const struct op_claim *c = &conf->claims[i];
        const char *value;
        if (is_reserved(c->name) || (c->scope && !oidc_str_has_word(scope, c->scope))) {
            continue;
        }
        value = conf->evaluate(evaluate_baton, c->source);
        if (value && *value) {
            oidc_json_put_string(out, c->name, value);
        }
    }
    return out;
}
