/* SPDX-License-Identifier: Apache-2.0 */
/* What the application sees: names, encodings, choices of the path, limits. */
#include "rig.h"

static struct rp_view view;

static void look(struct rig *r)
{
    rig_request(r, "GET", "/app/page");
    assert_int_equal(rig_gate(r), RP_PASS);
    memset(&view, 0, sizeof view);
    r->rc = rp_view_make(&r->ctx, r->site, &r->dir, &r->session, &view);
    for (int i = 0; r->rc == OIDC_OK && i < view.n; i++) { /* each name once */
        for (int j = 0; j < i; j++) {
            assert_string_not_equal(view.variables[i].name, view.variables[j].name);
        }
    }
}

static const char *get(const char *name)
{
    for (int i = 0; i < view.n; i++) {
        if (strcmp(view.variables[i].name, name) == 0) {
            return view.variables[i].value;
        }
    }
    return NULL;
}

#define assert_absent(name) assert_null(get(name))
#define assert_is(name, value)                    \
    do {                                          \
        assert_non_null(get(name));               \
        assert_string_equal(get(name), value);    \
    } while (0)

static void test_default(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    rig_login(r, "/app/page");
    look(r);
    assert_is("OIDC_access_token", "at-1");
    assert_is("OIDC_access_token_type", "Bearer");
    assert_is("OIDC_access_token_expires", "1700000600");
    assert_is("OIDC_scope", "openid profile");
    assert_is("OIDC_CLAIM_sub", USER);
    assert_is("OIDC_CLAIM_iss", ISSUER);
    assert_is("OIDC_CLAIM_exp", "1700000300");
    assert_is("OIDC_CLAIM_name", "\xea\xb9\x80\xec\xb2\xa0\xec\x88\x98"); /* a Korean name stays itself */
    assert_is("OIDC_CLAIM_groups", "staff,a\\,b");
    assert_absent("OIDC_CLAIM_scope");
    assert_absent("OIDC_refresh_token");
    assert_absent("OIDC_id_token");
    assert_absent("OIDC_id_token_payload");
    assert_absent("OIDC_userinfo_json");
}

static void test_precedence(void **state)
{
    struct rig *r = *state;
    oidc_json_put_string(r->op.claims, "email", "id_token");
    r->op.userinfo = "{\"sub\":\"" USER "\",\"email\":\"userinfo\"}";
    rig_start(r);
    rig_login(r, "/app/page");
    look(r);
    assert_is("OIDC_CLAIM_email", "userinfo");
    r->dir.pass_userinfo = 0;
    look(r);
    assert_is("OIDC_CLAIM_email", "id_token");
    r->dir.pass_userinfo = RP_USERINFO_CLAIMS;
    r->dir.pass_id_token = 0;
    look(r);
    assert_is("OIDC_CLAIM_email", "userinfo");
    assert_absent("OIDC_CLAIM_iss");
}

static void test_folded(void **state)
{
    struct rig *r = *state;
    r->op.userinfo = "{\"sub\":\"" USER "\",\"SUB\":\"root\"}";
    rig_start(r);
    rig_login(r, "/app/page");
    look(r);
    assert_is("OIDC_CLAIM_sub", USER);
    assert_absent("OIDC_CLAIM_SUB");
    r->dir.pass_id_token = 0;
    look(r);
    assert_is("OIDC_CLAIM_sub", USER);
}

static void test_everything(void **state)
{
    struct rig *r = *state;
    r->dir.pass_refresh_token = 1;
    r->dir.pass_id_token = RP_ID_TOKEN_PAYLOAD | RP_ID_TOKEN_SERIALIZED;
    r->dir.pass_userinfo = RP_USERINFO_JSON;
    rig_start(r);
    rig_login(r, "/app/page");
    look(r);
    assert_is("OIDC_refresh_token", "rt-1");
    assert_int_equal(strncmp(get("OIDC_id_token"), "ey", 2), 0);
    assert_non_null(strstr(get("OIDC_id_token_payload"), "\"sub\":\"alice\""));
    assert_is("OIDC_userinfo_json", r->op.userinfo);
    assert_absent("OIDC_CLAIM_sub");
    r->dir.userinfo_json_name = "X-Userinfo";
    look(r);
    assert_is("X-Userinfo", r->op.userinfo);
    assert_absent("OIDC_userinfo_json");
    r->store.fail_get = "c";
    look(r);
    assert_int_equal(r->rc, OIDC_FAILED);
    assert_code(r, OIDC_E_STORE);
}

static void test_nothing(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    rig_login(r, "/app/page");
    r->dir.pass_as = 0;
    look(r);
    assert_int_equal(view.n, 0);
    r->dir.pass_as = RP_PASS_ENVIRONMENT;
    r->dir.pass_access_token = 0;
    r->dir.pass_id_token = r->dir.pass_userinfo = 0;
    look(r);
    assert_int_equal(view.n, 0);
}

static void test_absent_tokens(void **state)
{
    struct rig *r = *state;
    r->op.scope = NULL;
    r->op.expires_in = -1;
    r->op.refresh_token = NULL;
    r->dir.pass_refresh_token = 1;
    rig_start(r);
    rig_login(r, "/app/page");
    look(r);
    assert_is("OIDC_access_token", "at-1");
    assert_absent("OIDC_access_token_expires");
    assert_absent("OIDC_scope");
    assert_absent("OIDC_refresh_token");
}

static void test_encodings(void **state)
{
    struct rig *r = *state;
    oidc_json_put_string(r->op.claims, "city", "Z\xc3\xbcrich \xe2\x82\xac");
    rig_start(r);
    rig_login(r, "/app/page");
    r->dir.pass_encoding = RP_PASS_LATIN1;
    look(r);
    assert_is("OIDC_CLAIM_city", "Z\xfcrich ?");
    assert_is("OIDC_CLAIM_name", "???");
    r->dir.pass_encoding = RP_PASS_BASE64URL;
    look(r);
    assert_is("OIDC_CLAIM_sub", oidc_b64url_print(r->pool, oidc_str_z(USER)));
    assert_is("OIDC_CLAIM_city", oidc_b64url_print(r->pool, oidc_str_z("Z\xc3\xbcrich \xe2\x82\xac")));
    assert_is("OIDC_access_token", oidc_b64url_print(r->pool, oidc_str_z("at-1")));
}

/* N114: no control byte in what becomes a header. */
static void test_n114_control_bytes(void **state)
{
    struct rig *r = *state;
    oidc_json_put_string(r->op.claims, "bio", "one\r\nX-Admin: yes\x01\x7f\ttwo");
    r->op.scope = "openid\nX-Admin: yes";
    for (int encoding = RP_PASS_UTF8; encoding <= RP_PASS_LATIN1; encoding++) {
        r->dir.pass_encoding = (enum rp_pass_encoding)encoding;
        rig_start(r);
        rig_login(r, "/app/page");
        look(r);
        assert_true(oidc_str_is_printable(oidc_str_z(get("OIDC_CLAIM_bio"))));
        assert_true(oidc_str_is_printable(oidc_str_z(get("OIDC_scope"))));
        assert_non_null(strstr(get("OIDC_CLAIM_bio"), "one"));
        assert_int_equal(rig_endpoint(r, "GET", CALLBACK "?logout=%2Fbye"), OIDC_OK);
    }
}

static void test_authn_header(void **state)
{
    struct rig *r = *state;
    r->conf.claims.prefix = "";
    oidc_json_put_string(r->op.claims, "X_Remote_User", "root");
    rig_start(r);
    rig_login(r, "/app/page");
    look(r);
    assert_is("X_Remote_User", "root");
    r->dir.authn_header = "X-Remote-User";
    look(r);
    assert_absent("X_Remote_User");
    r->dir.authn_header = NULL;
    r->dir.userinfo_json_name = "x-remote-user";
    r->dir.pass_userinfo |= RP_USERINFO_JSON;
    look(r);
    assert_absent("X_Remote_User");
    assert_is("x-remote-user", r->op.userinfo);
}

/* A changed prefix or delimiter holds for sessions that are older than the change. */
static void test_style(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    rig_login(r, "/app/page");
    r->conf.claims.prefix = "X-";
    r->conf.claims.delimiter = ";";
    rig_start(r);
    look(r);
    assert_is("X-sub", USER);
    assert_is("X-groups", "staff;a,b");
    assert_absent("OIDC_CLAIM_sub");
}

/* N115. */
static void test_n115_limits(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    r->op.userinfo = "{\"sub\":\"" USER "\"}";
    r->dir.pass_userinfo = 0;
    /* 4 of the token, 7 of the ID token: 189 more are 200 */
    for (int i = 0; i < 189; i++) {
        oidc_json_put_int(r->op.claims, apr_psprintf(r->pool, "c%d", i), i);
    }
    rig_login(r, "/app/page");
    look(r);
    assert_int_equal(r->rc, OIDC_OK);
    assert_int_equal(view.n, 200);
    oidc_json_put_int(r->op.claims, "one_more", 1);
    rig_set_cookie(r, SESSION_COOKIE, NULL);
    rig_login(r, "/app/page");
    look(r);
    assert_int_equal(r->rc, OIDC_FAILED);
    assert_code(r, OIDC_E_CLAIMS_TOO_LARGE);
}

static void test_bytes(void **state)
{
    struct rig *r = *state;
    char *text = apr_palloc(r->pool, 100001);
    memset(text, 'x', 100000);
    text[100000] = '\0';
    oidc_json_put_string(r->op.claims, "one", text);
    oidc_json_put_string(r->op.claims, "two", text);
    rig_start(r);
    /* more than a token may have: as a provider without the limits of the token endpoint would send it */
    r->op.userinfo = apr_pstrcat(r->pool, "{\"sub\":\"" USER "\",\"three\":\"", text, "\",\"four\":\"", text,
                                 "\",\"five\":\"", text, "\"}", NULL);
    json_object_clear(r->op.claims);
    rig_login(r, "/app/page");
    look(r);
    assert_int_equal(r->rc, OIDC_FAILED);
    assert_code(r, OIDC_E_CLAIMS_TOO_LARGE);
    assert_non_null(strstr(r->ctx.err.detail, "with 100000 bytes"));
}

/* N140: an index that points anywhere stays within the claims. */
static void test_n140_wild_index(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    rig_login(r, "/app/page");
    look(r);
    struct rp_session s = r->session;
    for (int i = 0; i < 256; i++) {
        char wild[10] = {(char)i, (char)0xff, (char)0xff, (char)0xff, (char)0xff,
                         (char)i, 0, (char)(i * 7), (char)(i * 3), (char)i};
        s.index = oidc_str(wild, sizeof wild);
        assert_int_equal(rp_view_make(&r->ctx, r->site, &r->dir, &s, &view), OIDC_OK);
        for (int v = 0; v < view.n; v++) {
            assert_true(strlen(view.variables[v].name) + strlen(view.variables[v].value) < 100000);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_default, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_precedence, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_folded, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_everything, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_nothing, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_absent_tokens, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_encodings, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n114_control_bytes, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_authn_header, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_style, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n115_limits, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_bytes, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n140_wild_index, rig_setup, rig_teardown),
    };
    return cmocka_run_group_tests_name("rp/view", tests, NULL, NULL);
}
