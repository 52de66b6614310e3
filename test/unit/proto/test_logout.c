/* SPDX-License-Identifier: Apache-2.0 */
/* The RP-initiated logout request. */
#include "fixture.h"

#include "oidc/logout.h"

static const struct oidc_end_session_req full = {
    .id_token_hint = "a.b.c",
    .post_logout_redirect_uri = "https://rp.test/out?x=1&y",
    .state = "s t",
    .client_id = "c",
    .logout_hint = "alice",
    .ui_locales = "ko",
};

static void same(const struct oidc_end_session_req *a, const struct oidc_end_session_req *b)
{
    assert_same(a, b, id_token_hint);
    assert_same(a, b, post_logout_redirect_uri);
    assert_same(a, b, state);
    assert_same(a, b, client_id);
    assert_same(a, b, logout_hint);
    assert_same(a, b, ui_locales);
}

static void round_trip(void **state)
{
    (void)state;
    struct oidc_end_session_req back, none = {0};
    const char *text = oidc_form_print(t.pool, oidc_end_session_print(t.pool, &full, NULL));
    assert_ok(oidc_end_session_parse(&t.ctx, fixture_form(text), &back));
    same(&full, &back);
    assert_int_equal(oidc_end_session_print(t.pool, &none, NULL)->n, 0);
    assert_ok(oidc_end_session_parse(&t.ctx, fixture_form(""), &back));
    same(&none, &back);
}

static void extra_may_replace_ours(void **state)
{
    (void)state;
    struct oidc_end_session_req req = {.id_token_hint = "a.b.c",
                                       .post_logout_redirect_uri = "https://rp.test/"};
    const struct oidc_form *extra =
        fixture_form("post_logout_redirect_uri=x&returnTo=y&client_id=c");
    assert_string_equal(oidc_form_print(t.pool, oidc_end_session_print(t.pool, &req, extra)),
                        "id_token_hint=a.b.c&post_logout_redirect_uri=x&returnTo=y&client_id=c");
}

static void test_n030_duplicates_fail(void **state)
{
    (void)state;
    struct oidc_end_session_req req;
    const struct oidc_form *form = oidc_end_session_print(t.pool, &full, NULL);
    for (int i = 0; i < form->n; i++) {
        const char *name = form->fields[i].name;
        const char *text = apr_pstrcat(t.pool, name, "=1&", name, "=1", NULL);
        assert_fails(oidc_end_session_parse(&t.ctx, fixture_form(text), &req),
                     OIDC_E_DUPLICATE_PARAMETER);
    }
    assert_int_equal(form->n, 6);
}

static const struct CMUnitTest tests[] = {
    CASE(round_trip),
    CASE(extra_may_replace_ours),
    CASE(test_n030_duplicates_fail),
};
RUN(tests)
