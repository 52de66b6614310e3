/* SPDX-License-Identifier: Apache-2.0 */
/* multipart/form-data: what is kept, what is refused. */
#include "rig.h"

#include "rp/multipart.h"

#define TYPE "multipart/form-data; boundary=B"
#define PART(head, value) "--B\r\nContent-Disposition: form-data; " head "\r\n\r\n" value "\r\n"

static enum oidc_rc parse(struct rig *r, const char *type, struct oidc_str body, struct oidc_form **out)
{
    return rp_multipart_parse(rig_ctx(r), type, body, out);
}

static void test_fields_in_order(void **state)
{
    struct rig *r = *state;
    struct oidc_form *f;
    static const char body[] = PART("name=\"items[]\"", "1") PART("name=\"items[]\"", "a\r\n--b\r\n")
        PART("name=\"q%22%0D%0a%\"", "") PART("name=\"f\"; filename=\"\"", "") "--B--\r\n";
    assert_int_equal(parse(r, TYPE, oidc_str_z(body), &f), OIDC_OK);
    assert_int_equal(f->n, 4);
    assert_string_equal(f->fields[0].name, "items[]");
    assert_string_equal(f->fields[0].value, "1");
    assert_string_equal(f->fields[1].name, "items[]");
    assert_string_equal(f->fields[1].value, "a\r\n--b\r\n");
    assert_string_equal(f->fields[2].name, "q\"\r\n%");
    assert_string_equal(f->fields[2].value, "");
    assert_null(f->fields[3].value);
    assert_int_equal(parse(r, "multipart/form-data; charset=x; BOUNDARY=\"B\"", oidc_str_z(body), &f), OIDC_OK);
    assert_int_equal(parse(r, TYPE, oidc_str_z("--B--\r\n"), &f), OIDC_OK);
    assert_int_equal(f->n, 0);
}

static void test_refused(void **state)
{
    struct rig *r = *state;
    struct oidc_form *f;
    static const struct {
        const char *type, *body;
        enum oidc_code code;
    } rows[] = {
        {"multipart/form-data", "--B--", OIDC_E_FORM},
        {"multipart/form-data; boundary=", "--B--", OIDC_E_FORM},
        {TYPE, "", OIDC_E_FORM},
        {TYPE, "--B", OIDC_E_FORM},
        {TYPE, "--C--", OIDC_E_FORM},
        {TYPE, PART("name=\"a\"", "1"), OIDC_E_FORM},
        {TYPE, "--B\r\nX: y\r\n--B--", OIDC_E_FORM},
        {TYPE, "--B\r\n\r\n\r\n--B--", OIDC_E_FORM},
        {TYPE, PART("nome=\"a\"", "1") "--B--", OIDC_E_FORM},
        {TYPE, PART("name=\"a\"", "\xff") "--B--", OIDC_E_FORM},
        {TYPE, PART("name=\"\xff\"", "1") "--B--", OIDC_E_FORM},
        {TYPE, PART("name=\"a\"; filename=\"x\"", "") "--B--", OIDC_E_POST_NOT_KEPT},
        {TYPE, PART("name=\"a\"; filename=\"\"", "1") "--B--", OIDC_E_POST_NOT_KEPT},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(parse(r, rows[i].type, oidc_str_z(rows[i].body), &f), OIDC_FAILED);
        assert_code(r, rows[i].code);
    }
}

static void test_limits(void **state)
{
    struct rig *r = *state;
    struct oidc_form *f;
    const char *body = "";
    for (int i = 0; i < OIDC_FORM_MAX_FIELDS; i++) {
        body = apr_pstrcat(r->pool, body, PART("name=\"a\"", "1"), NULL);
    }
    assert_int_equal(parse(r, TYPE, oidc_str_z(apr_pstrcat(r->pool, body, "--B--", NULL)), &f), OIDC_OK);
    body = apr_pstrcat(r->pool, body, PART("name=\"a\"", "1"), "--B--", NULL);
    assert_int_equal(parse(r, TYPE, oidc_str_z(body), &f), OIDC_FAILED);
    assert_code(r, OIDC_E_FORM);
    /* every cut of a good body is refused, and nothing is read beyond it */
    static const char good[] = PART("name=\"a\"", "1") "--B--";
    for (size_t n = 0; n < sizeof good - 1; n++) {
        char *copy = apr_pmemdup(r->pool, good, n ? n : 1);
        assert_int_equal(parse(r, TYPE, oidc_str(copy, n), &f), OIDC_FAILED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_fields_in_order, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_refused, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_limits, rig_setup, rig_teardown),
    };
    return cmocka_run_group_tests_name("rp/multipart", tests, NULL, NULL);
}
