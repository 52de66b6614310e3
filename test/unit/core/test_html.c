/* SPDX-License-Identifier: Apache-2.0 */
/* The writer of HTML: nothing foreign gets out of its place. */
#include "fixture.h"

#include "oidc/html.h"

static struct oidc_buf buf(void)
{
    struct oidc_buf b;
    oidc_buf_init(&b, t.pool, 100000);
    return b;
}

static const char *text(const char *in)
{
    struct oidc_buf b = buf();
    oidc_html_add_text(&b, in);
    return oidc_str_dup(t.pool, oidc_str(b.p, b.n));
}

static const char *js(const char *in)
{
    struct oidc_buf b = buf();
    oidc_html_add_js(&b, in);
    return oidc_str_dup(t.pool, oidc_str(b.p, b.n));
}

static void test_n224_n225_text_is_escaped(void **state)
{
    (void)state;
    assert_string_equal(text("a<b>&\"'c"), "a&lt;b&gt;&amp;&quot;&#39;c");
    assert_string_equal(text("</pre><script>"), "&lt;/pre&gt;&lt;script&gt;");
    assert_string_equal(text("caf\xc3\xa9 \xe2\x82\xac\n\t"), "caf\xc3\xa9 \xe2\x82\xac\n\t");
    assert_string_equal(text("\xe2\x80\xae" "a\x01\xc2\x85\r\x7f"),
                        "\xef\xbf\xbd" "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    assert_string_equal(text("x\xff\xc3"), "x\xef\xbf\xbd\xef\xbf\xbd");
    assert_string_equal(text(""), "");
    assert_string_equal(text(NULL), "");
}

static void test_n228_script_strings(void **state)
{
    (void)state;
    assert_string_equal(js("a b-1"), "\"a b-1\"");
    assert_string_equal(js("\"</script>\\'&"),
        "\"\\u0022\\u003c/script\\u003e\\u005c\\u0027\\u0026\"");
    assert_string_equal(js("\n\r\t"), "\"\\u000a\\u000d\\u0009\"");
    assert_string_equal(js("\xe2\x80\xa8\xc3\xa9"), "\"\\u2028\\u00e9\"");
    assert_string_equal(js("\xf0\x9f\x98\x80"), "\"\\ud83d\\ude00\"");
    assert_string_equal(js("\xff"), "\"\\ufffd\"");
    assert_string_equal(js("<!--]]>`${x}"),
        "\"\\u003c!--\\u005d\\u005d\\u003e\\u0060$\\u007bx\\u007d\"");
    assert_string_equal(js(NULL), "\"\"");
}

/* No byte leaves in a form that can end the element, attribute or literal. */
static void every_byte(void **state)
{
    (void)state;
    for (int c = 1; c < 256; c++) {
        char in[2] = {(char)c, 0};
        const char *h = text(in), *j = js(in);
        assert_null(strpbrk(h, "<>\"'"));
        assert_true(*h != '&' || h[1]);
        assert_null(strpbrk(apr_pstrndup(t.pool, j + 1, strlen(j) - 2), "<>\"'&`\r\n"));
    }
}

static void a_whole_page(void **state)
{
    (void)state;
    struct oidc_buf b = buf();
    oidc_html_begin(&b, "a<b", "n0nce");
    oidc_buf_add_z(&b, "<p>x</p>");
    oidc_html_end(&b);
    const char *page = oidc_str_dup(t.pool, oidc_str(b.p, b.n));
    assert_true(strncmp(page, "<!DOCTYPE html>\n<html lang=\"en\">", 32) == 0);
    assert_non_null(strstr(page, "<title>a&lt;b</title>"));
    assert_non_null(strstr(page, "<meta charset=\"utf-8\">"));
    assert_non_null(strstr(page, "name=\"viewport\""));
    assert_non_null(strstr(page, "<style nonce=\"n0nce\">"));
    assert_non_null(strstr(page, "color-scheme"));
    assert_non_null(strstr(page, "<main>\n<p>x</p></main>\n</body>\n</html>\n"));
    b = buf();
    oidc_html_begin(&b, "a", NULL);
    assert_null(strstr(oidc_str_dup(t.pool, oidc_str(b.p, b.n)), "<style"));
}

static void policies(void **state)
{
    (void)state;
    assert_string_equal(oidc_html_policy(t.pool, "x", 0),
                        "default-src 'none'; style-src 'nonce-x'; base-uri 'none'; "
                        "frame-ancestors 'none'");
    assert_string_equal(oidc_html_policy(t.pool, "x", 1),
                        "default-src 'none'; style-src 'nonce-x'; script-src 'nonce-x'; "
                        "base-uri 'none'; frame-ancestors 'none'");
    assert_string_equal(oidc_html_policy(t.pool, NULL, 1),
                        "default-src 'none'; base-uri 'none'; frame-ancestors 'none'");
}

static const struct CMUnitTest tests[] = {
    CASE(test_n224_n225_text_is_escaped), CASE(test_n228_script_strings), CASE(every_byte),
    CASE(a_whole_page),                   CASE(policies),
};

RUN(tests)
