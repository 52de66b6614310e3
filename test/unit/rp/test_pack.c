/* SPDX-License-Identifier: Apache-2.0 */
/* Claim lists, names that claims may not take, names that fold into one, and the way back to JSON. */
#include "rig.h"
#include "rp/pack.h"

static struct rp_packed pack(struct rig *r, const char *id_token, const char *userinfo)
{
    const struct rp_claim_sets sets = {rig_json(r, id_token), userinfo ? rig_json(r, userinfo) : NULL,
                                       "openid email"};
    struct rp_packed out = {0};
    assert_int_equal(rp_pack_claims(rig_ctx(r), r->site, &sets, &out), OIDC_OK);
    return out;
}

/* What the index says of a claim's header: "P", "U" (unless userinfo), "I" (unless ID token), "-". With source. */
static const char *mark_of(struct rig *r, const struct rp_packed *p, const char *header,
                           enum oidc_claim_source source)
{
    for (size_t i = 0; i + RP_INDEX_ENTRY <= p->index.n; i += RP_INDEX_ENTRY) {
        const unsigned char *e = (const unsigned char *)p->index.p + i;
        const char *name = p->packed.p + ((size_t)e[1] << 16 | (size_t)e[2] << 8 | e[3]);
        assert_int_equal(strlen(name), e[4]);
        if (strcmp(name, header) == 0 && e[0] >> 4 == (int)source) {
            return apr_pstrndup(r->pool, &"-PUI"[e[0] & 15], 1);
        }
    }
    return "-";
}

static void test_plain(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    struct rp_packed p = pack(r, "{\"sub\":\"a\",\"email\":\"x@y\",\"gone\":null}", "{\"name\":\"n\"}");
    assert_string_equal(mark_of(r, &p, "OIDC_CLAIM_sub", OIDC_FROM_ID_TOKEN), "P");
    assert_string_equal(mark_of(r, &p, "OIDC_CLAIM_email", OIDC_FROM_ID_TOKEN), "P");
    assert_string_equal(mark_of(r, &p, "OIDC_CLAIM_name", OIDC_FROM_USERINFO), "P");
    assert_string_equal(mark_of(r, &p, "OIDC_CLAIM_gone", OIDC_FROM_ID_TOKEN), "-");
    /* of the token response: for Require, not for the application */
    assert_string_equal(mark_of(r, &p, "OIDC_CLAIM_scope", OIDC_FROM_TOKEN_RESPONSE), "-");
    assert_int_equal(p.plain, 1);
}

/* The same claim of both: the later one wins; a different one that folds into it does not. */
static void test_same_name(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    struct rp_packed p = pack(r, "{\"sub\":\"a\",\"email\":\"x\",\"given name\":\"1\",\"given-name\":\"2\"}",
                              "{\"sub\":\"a\",\"SUB\":\"root\",\"e-mail\":\"y\",\"EMAIL\":\"z\"}");
    assert_string_equal(mark_of(r, &p, "OIDC_CLAIM_sub", OIDC_FROM_ID_TOKEN), "U");
    assert_string_equal(mark_of(r, &p, "OIDC_CLAIM_sub", OIDC_FROM_USERINFO), "P");
    assert_string_equal(mark_of(r, &p, "OIDC_CLAIM_SUB", OIDC_FROM_USERINFO), "I");
    assert_string_equal(mark_of(r, &p, "OIDC_CLAIM_email", OIDC_FROM_ID_TOKEN), "P");
    assert_string_equal(mark_of(r, &p, "OIDC_CLAIM_EMAIL", OIDC_FROM_USERINFO), "I");
    assert_string_equal(mark_of(r, &p, "OIDC_CLAIM_e-mail", OIDC_FROM_USERINFO), "P");
    assert_non_null(strstr(r->log, "their names fold into one"));
}

static void test_same_source(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    struct rp_packed p = pack(r, "{\"given name\":\"1\",\"given-name\":\"2\",\"given_name\":\"3\"}", NULL);
    assert_int_equal(p.index.n, RP_INDEX_ENTRY);
    const char *first = p.packed.p + (unsigned char)p.index.p[3] + ((unsigned char)p.index.p[2] << 8);
    assert_string_equal(first + strlen(first) + 1, "1");
}

/* N117. */
static void test_n117_reserved_names(void **state)
{
    static const char *const bad[] = {
        "REMOTE_USER", "remote-user", "Authorization", "AUTHORIZATION", "HTTP_PROXY", "http-proxy",
        "Proxy", "Proxy-Authorization", "Host", "Cookie", "Content-Length", "content_type",
        "Transfer-Encoding", "Connection", "TE", "Upgrade", "X-Forwarded-For", "x_forwarded_proto",
        "OIDC_access_token", "oidc-access-token", "OIDC_id_token", "OIDC_scope", "SCRIPT_FILENAME",
        "PATH", "LD_PRELOAD", "PHP_VALUE", "SSL_CLIENT_S_DN", "HTTPS", "REQUEST_METHOD"};
    struct rig *r = *state;
    r->conf.claims.prefix = "";
    rig_start(r);
    for (size_t i = 0; i < COUNT(bad); i++) {
        const char *doc = apr_psprintf(r->pool, "{\"%s\":\"evil\",\"name\":\"n\"}", bad[i]);
        struct rp_packed p = pack(r, doc, doc);
        assert_string_equal(mark_of(r, &p, bad[i], OIDC_FROM_ID_TOKEN), "-");
        assert_string_equal(mark_of(r, &p, bad[i], OIDC_FROM_USERINFO), "-");
        assert_string_equal(mark_of(r, &p, "name", OIDC_FROM_USERINFO), "P");
    }
    r->conf.claims.prefix = "OIDC_";
    rig_start(r);
    struct rp_packed p = pack(r, "{\"access_token\":\"evil\",\"sub\":\"a\"}", NULL);
    assert_string_equal(mark_of(r, &p, "OIDC_access_token", OIDC_FROM_ID_TOKEN), "-");
    assert_string_equal(mark_of(r, &p, "OIDC_sub", OIDC_FROM_ID_TOKEN), "P");
}

static void test_odd_names(void **state)
{
    struct rig *r = *state;
    r->conf.claims.prefix = "";
    rig_start(r);
    char *longest = apr_palloc(r->pool, 257);
    memset(longest, 'n', 256);
    longest[256] = '\0';
    struct rp_packed p = pack(r, apr_psprintf(r->pool, "{\"\":\"e\",\"a\\r\\nb\":\"c\",\"%s\":\"l\",\"%s\":\"k\"}",
                                              longest, longest + 1), NULL);
    assert_string_equal(mark_of(r, &p, "", OIDC_FROM_ID_TOKEN), "-");
    assert_string_equal(mark_of(r, &p, "a--b", OIDC_FROM_ID_TOKEN), "P");
    assert_string_equal(mark_of(r, &p, longest, OIDC_FROM_ID_TOKEN), "-");
    assert_string_equal(mark_of(r, &p, longest + 1, OIDC_FROM_ID_TOKEN), "P");
}

static void test_lists(void **state)
{
    static const char *const allow[] = {"sub", "email", NULL}, *const deny[] = {"email", "iss", NULL};
    struct rig *r = *state;
    const char *doc = "{\"sub\":\"a\",\"email\":\"e\",\"iss\":\"i\",\"name\":\"n\"}";
    rig_start(r);
    r->conf.claims.allow = allow;
    struct rp_packed p = pack(r, doc, doc);
    assert_string_equal(oidc_json_print(r->pool, rp_pack_json(r->pool, p.packed, OIDC_FROM_ID_TOKEN)),
                        "{\"sub\":\"a\",\"email\":\"e\"}");
    r->conf.claims.deny = deny;
    p = pack(r, doc, doc);
    assert_string_equal(oidc_json_print(r->pool, rp_pack_json(r->pool, p.packed, OIDC_FROM_USERINFO)),
                        "{\"sub\":\"a\"}");
    r->conf.claims.allow = NULL;
    p = pack(r, doc, NULL);
    assert_string_equal(oidc_json_print(r->pool, rp_pack_json(r->pool, p.packed, OIDC_FROM_ID_TOKEN)),
                        "{\"sub\":\"a\",\"name\":\"n\"}");
    assert_string_equal(oidc_json_print(r->pool, rp_pack_json(r->pool, p.packed, OIDC_FROM_USERINFO)), "{}");
}

/* Nothing is lost on the way to packed and back. */
static void test_json_round_trip(void **state)
{
    struct rig *r = *state;
    const char *doc = "{\"s\":\"\xea\xb9\x80 \\\"q\\\" \\\\ \\n\",\"i\":-9223372036854775808,\"j\":9223372036854775807,"
                      "\"r\":1.5,\"t\":true,\"f\":false,\"n\":null,\"e\":\"\",\"a\":[],\"o\":{},"
                      "\"m\":[\"a\",1,2.25,true,null,[\"x\",[[]]],{\"k\":{\"l\":[1,\"2\"]}}],"
                      "\"address\":{\"street\":\"S 1\",\"zip\":[10,20],\"\":false}}";
    rig_start(r);
    struct rp_packed p = pack(r, doc, "{\"sub\":\"a\"}");
    assert_string_equal(oidc_json_print(r->pool, rp_pack_json(r->pool, p.packed, OIDC_FROM_ID_TOKEN)), doc);
    assert_string_equal(oidc_json_print(r->pool, rp_pack_json(r->pool, p.packed, OIDC_FROM_USERINFO)),
                        "{\"sub\":\"a\"}");
    assert_string_equal(oidc_json_print(r->pool, rp_pack_json(r->pool, p.packed, OIDC_FROM_TOKEN_RESPONSE)),
                        "{\"scope\":\"openid email\"}");
}

static void test_again(void **state)
{
    struct rig *r = *state;
    struct rp_packed again = {0};
    rig_start(r);
    struct rp_packed p = pack(r, "{\"sub\":\"a\",\"g\":[\"x\",\"y\"]}", "{\"name\":\"n\"}");
    r->conf.claims.prefix = "X-";
    r->conf.claims.delimiter = "|";
    rig_start(r);
    assert_int_equal(rp_pack_again(rig_ctx(r), r->site, p.packed, &again), OIDC_OK);
    assert_string_equal(mark_of(r, &again, "X-sub", OIDC_FROM_ID_TOKEN), "P");
    assert_string_equal(mark_of(r, &again, "X-name", OIDC_FROM_USERINFO), "P");
    assert_non_null(memmem(again.packed.p, again.packed.n, "x|y", 3));
}

/* Damage ends the walk, in the index as in the claims (N140); under ASan this says more. */
static void test_damage(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    struct rp_packed p = pack(r, "{\"sub\":\"a\",\"g\":[\"x\",{\"y\":[1,2]}],\"n\":17}", "{\"name\":\"n\"}");
    for (size_t i = 0; i < p.packed.n; i++) {
        char *copy = malloc(p.packed.n + 1);
        memcpy(copy, p.packed.p, p.packed.n);
        copy[p.packed.n] = '\0';
        copy[i] = (char)(copy[i] ^ 0x41);
        apr_pool_t *pool;
        apr_pool_create(&pool, r->pool);
        (void)rp_pack_json(pool, oidc_str(copy, p.packed.n), OIDC_FROM_ID_TOKEN);
        (void)rp_pack_json(pool, oidc_str(copy, i), OIDC_FROM_ID_TOKEN);
        (void)rp_pack_biggest(pool, oidc_str(copy, p.packed.n));
        apr_pool_destroy(pool);
        free(copy);
    }
}

static void test_limits(void **state)
{
    struct rig *r = *state;
    const struct rp_claim_sets sets = {oidc_json_object(r->pool), NULL, NULL};
    struct rp_packed p;
    rig_start(r);
    for (int i = 0; i < RP_PACK_MAX_CLAIMS; i++) {
        oidc_json_put_int((json_t *)sets.id_token, apr_psprintf(r->pool, "c%d", i), i);
    }
    assert_int_equal(rp_pack_claims(rig_ctx(r), r->site, &sets, &p), OIDC_OK);
    assert_int_equal(p.index.n, RP_PACK_MAX_CLAIMS * RP_INDEX_ENTRY);
    oidc_json_put_int((json_t *)sets.id_token, "one more", 1);
    assert_int_equal(rp_pack_claims(rig_ctx(r), r->site, &sets, &p), OIDC_FAILED);
    assert_code(r, OIDC_E_SESSION_TOO_LARGE);
}

static void test_control_bytes(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    assert_int_equal(pack(r, "{\"a\":\"x\\ny\"}", NULL).plain, 0);
    assert_int_equal(pack(r, "{\"a\":\"x\\u007fy\"}", NULL).plain, 0);
    assert_int_equal(pack(r, "{\"a\":\"\xea\xb9\x80\"}", NULL).plain, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_plain, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_same_name, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_same_source, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n117_reserved_names, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_odd_names, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_lists, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_json_round_trip, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_again, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_damage, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_limits, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_control_bytes, rig_setup, rig_teardown),
    };
    return cmocka_run_group_tests_name("rp/pack", tests, NULL, NULL);
}
