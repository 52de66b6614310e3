/* SPDX-License-Identifier: Apache-2.0 */
/* Making, extending and ending sessions in the store; what the gate makes of them is in test_gate.c. */
#include "rig.h"
#include "rp/session.h"

static struct rp_call call_of(struct rig *r)
{
    return (struct rp_call){r->site, &r->dir, &r->req, &r->reply};
}

static struct rp_session sample(struct rig *r)
{
    return (struct rp_session){.user = USER, .issuer = ISSUER, .sub = USER, .sid = "", .access_token = "at",
                               .token_type = "Bearer", .scope = "", .hard_expires = r->now + apr_time_from_sec(28800),
                               .packed = {"\1\0\0\0\0", 5}, .index = {"", 0}};
}

static const struct rp_cold cold = {"rt", "idt", "hash", "https://rp.test/"};

static enum oidc_rc make(struct rig *r, struct rp_session *s)
{
    rig_request(r, "GET", "/app/page");
    struct rp_call call = call_of(r);
    return rp_session_make(&r->ctx, &call, s, &cold);
}

static void test_make(void **state)
{
    struct rig *r = *state;
    struct rp_cold out;
    rig_start(r);
    struct rp_session s = sample(r), again = sample(r);
    assert_int_equal(make(r, &s), OIDC_OK);
    assert_int_equal(strlen(s.id), RP_SESSION_ID_LEN);
    assert_string_equal(s.binding, HOST);
    assert_true(s.created == r->now && s.idle_expires == r->now + apr_time_from_sec(300));
    assert_true(s.cold_expires == r->now + apr_time_from_sec(600));
    assert_true(s.version > 0);
    assert_int_equal(rp_session_get_cold(&r->ctx, r->site, &s, &out), OIDC_OK);
    assert_string_equal(out.id_token, "idt");
    assert_int_equal(make(r, &again), OIDC_OK);
    assert_string_not_equal(s.id, again.id); /* always a new one */
}

static void test_drop(void **state)
{
    struct rig *r = *state;
    struct rp_cold out;
    rig_start(r);
    struct rp_session s = sample(r);
    assert_int_equal(make(r, &s), OIDC_OK);
    assert_int_equal(rp_session_drop(&r->ctx, r->site, &s), OIDC_OK);
    assert_int_equal(rp_session_get_cold(&r->ctx, r->site, &s, &out), OIDC_ABSENT);
    assert_int_equal(rp_session_drop(&r->ctx, r->site, &s), OIDC_OK); /* once more does no harm */
    r->store.fail_drop = "c";
    assert_int_equal(rp_session_drop(&r->ctx, r->site, &s), OIDC_FAILED);
}

/* A write that was under way when the session ended: the copy it had read is worth nothing (N268). */
static void test_n268_no_resurrection(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    struct rp_session s = sample(r);
    assert_int_equal(make(r, &s), OIDC_OK);
    struct rp_session in_flight = s;
    assert_int_equal(rp_session_drop(&r->ctx, r->site, &s), OIDC_OK);
    rig_tick(r, 200);
    struct rp_call call = call_of(r);
    rp_session_touch(&r->ctx, &call, &in_flight, r->now);
    assert_code(r, OIDC_E_NONE);
    struct oidc_store_value v;
    struct oidc_str key;
    assert_int_equal(rp_session_key(&r->ctx, r->site, OIDC_STORE_SESSION, s.id, &key), OIDC_OK);
    assert_int_equal(r->store.real->ops->get(&r->ctx, r->store.real, key, &v), OIDC_ABSENT);
    assert_int_equal(rp_session_key(&r->ctx, r->site, OIDC_STORE_COLD, s.id, &key), OIDC_OK);
    assert_int_equal(r->store.real->ops->get(&r->ctx, r->store.real, key, &v), OIDC_ABSENT);
}

/* The session lives on without its cold record (evicted), and is extended without it. */
static void test_cold_gone(void **state)
{
    struct rig *r = *state;
    struct rp_cold out;
    struct oidc_str key;
    rig_start(r);
    rig_login(r, "/app/page");
    assert_true(rig_is_in(r));
    assert_int_equal(rp_session_key(&r->ctx, r->site, OIDC_STORE_COLD, r->session.id, &key), OIDC_OK);
    assert_int_equal(r->store.real->ops->drop(&r->ctx, r->store.real, key), OIDC_OK);
    for (int i = 0; i < 5; i++) {
        rig_tick(r, 250);
        assert_true(rig_is_in(r));
        assert_int_equal(rp_session_get_cold(&r->ctx, r->site, &r->session, &out), OIDC_ABSENT);
    }
}

/* A damaged cold record is as good as none (N140). */
static void test_cold_damaged(void **state)
{
    struct rig *r = *state;
    struct rp_cold out;
    struct oidc_str key;
    rig_start(r);
    struct rp_session s = sample(r);
    assert_int_equal(make(r, &s), OIDC_OK);
    assert_int_equal(rp_session_key(&r->ctx, r->site, OIDC_STORE_COLD, s.id, &key), OIDC_OK);
    assert_int_equal(r->store.real->ops->put(&r->ctx, r->store.real, key, oidc_str("garbage", 7), s.cold_expires, 0, NULL),
                     OIDC_OK);
    assert_int_equal(rp_session_get_cold(&r->ctx, r->site, &s, &out), OIDC_ABSENT);
    assert_code(r, OIDC_E_NONE);
}

/* N138: what does not fit into the store is refused whole, with the size and the biggest claim. */
static void test_n138_too_large(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    struct rp_session s = sample(r);
    char *token = apr_palloc(r->pool, OIDC_STORE_VALUE_MAX + 1);
    memset(token, 'x', OIDC_STORE_VALUE_MAX);
    token[OIDC_STORE_VALUE_MAX] = '\0';
    s.access_token = token;
    assert_int_equal(make(r, &s), OIDC_FAILED);
    assert_code(r, OIDC_E_SESSION_TOO_LARGE);
    assert_int_equal(r->reply.n_headers, 0);
    assert_int_equal(r->store.puts, 0);
}

static void test_no_random(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    struct rp_session s = sample(r);
    r->random_fails = 1;
    assert_int_equal(make(r, &s), OIDC_FAILED);
    assert_code(r, OIDC_E_RANDOM);
    assert_int_equal(r->store.puts, 0);
}

static void test_due(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    struct rp_session s = sample(r);
    s.idle_expires = r->now + apr_time_from_sec(300);
    assert_false(rp_session_is_due(r->site, &s, r->now + apr_time_from_sec(30)));
    assert_true(rp_session_is_due(r->site, &s, r->now + apr_time_from_sec(30) + 1));
    s.hard_expires = s.idle_expires; /* nothing left to extend to */
    assert_false(rp_session_is_due(r->site, &s, r->now + apr_time_from_sec(299)));
    r->conf.session.inactivity_timeout = 10;
    s = sample(r);
    s.idle_expires = r->now + apr_time_from_sec(10);
    assert_false(rp_session_is_due(r->site, &s, r->now + apr_time_from_sec(1)));
    assert_true(rp_session_is_due(r->site, &s, r->now + apr_time_from_sec(2)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_make, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_drop, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n268_no_resurrection, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_cold_gone, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_cold_damaged, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n138_too_large, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_no_random, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_due, rig_setup, rig_teardown),
    };
    return cmocka_run_group_tests_name("rp/session", tests, NULL, NULL);
}
