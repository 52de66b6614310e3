# SPDX-License-Identifier: Apache-2.0
"""The authorization response: state, browser binding, mix-up, code injection (group B)."""
import time
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from harness.backend import MARK
from harness.client import Browser
from harness.faults import drop, put, suffix, twice
from harness.op import query_of
from harness.site import STATE, Site


@pytest.fixture(scope="module")
def site(serve, op, backend):
    short = Site("short.localhost", op.issuer("short"), backend, "OIDCStateTimeout 1")
    form = Site("form.localhost", op.issuer("form"), backend,
                "OIDCResponseMode form_post\nOIDCCookieSameSite Lax Disabled")
    query = Site("query.localhost", op.issuer("query"), backend, "OIDCResponseMode query")
    old = Site("old.localhost", op.issuer("old", iss_parameter=False), backend)
    extra = Site("extra.localhost", op.issuer("extra"), backend,
                 'OIDCAuthRequestParams "prompt=consent&resource=a&resource=b&ui_locales=ko"')
    site = Site("localhost", op.issuer("response"), backend)
    for name, one in (("short", short), ("form", form), ("query", query), ("old", old),
                      ("extra", extra)):
        setattr(site, name, one)
    serve([site, short, form, query, old, extra])
    return site


@pytest.fixture(autouse=True)
def honest(site):
    for one in (site, site.short, site.form, site.query, site.old):
        one.issuer.fault = {}
    yield


def callback(site, **params):
    return site.callback + "?" + urlencode(params)


REFUSED_STATES = {
    "n021_code_only": {"code": "abc"},
    "n021_error_only": {"error": "access_denied"},
    "n022_empty": {"code": "abc", "state": ""},
    "n022_garbage": {"code": "abc", "state": "%%%"},
    "n022_unknown": {"code": "abc", "state": "A" * 43},
    "n022_4k": {"code": "abc", "state": "A" * 4096},
    "n022_non_ascii": {"code": "abc", "state": "상태\xff"},
    "n022_nul": {"code": "abc", "state": "a\0b"},
    "n022_separator": {"code": "abc", "state": "a=b; c"},
    "n022_crlf": {"code": "abc", "state": "a\r\nSet-Cookie: x=y"},
    "n022_error": {"error": "login_required", "state": "nope"},
    "empty_code": {"code": "", "state": "A" * 43},
}


@pytest.mark.p0
@pytest.mark.parametrize("case", REFUSED_STATES)
def test_n021_n022_state(site, browser, case):
    mark = site.mark()
    answer = browser.get(callback(site, **REFUSED_STATES[case]))
    mark.denied(browser, answer, status=400, token=0)


def test_n021_nothing(site, browser):
    """The bare redirect URI."""
    mark = site.mark()
    answer = browser.get(site.callback)
    mark.denied(browser, answer, status=(400, 404), token=0)


@pytest.mark.parametrize("case", REFUSED_STATES)
def test_n022_state_in_form_post(site, browser, case):
    mark = site.form.mark()
    answer = browser.post(site.form.callback, REFUSED_STATES[case])
    mark.denied(browser, answer, status=400, token=0)


def test_n023_expired_state(site, browser):
    one = site.short
    move = one.reach_callback(browser)
    time.sleep(2.2)
    mark = one.mark()
    mark.denied(browser, one.call(browser, move), ("STATE_EXPIRED", "STATE_COOKIE_MISSING"),
                status=400, token=0)


@pytest.mark.p0
def test_n024_state_of_another_browser(site, browser):
    move = site.reach_callback(browser)
    victim = Browser()
    mark = site.mark()
    mark.denied(victim, site.call(victim, move), "STATE_COOKIE_MISSING", status=400, token=0)


@pytest.mark.p0
def test_n025_callback_twice(site, browser):
    move = site.reach_callback(browser)
    twin = browser.clone()
    assert site.call(browser, move).status in (302, 303)
    mark = site.mark()
    answer = site.call(twin, move)      # with the state cookie still there
    mark.denied(twin, answer, status=(400, 502), token=None)
    assert site.issuer.count("token", mark.calls) == 0, "the code was sent a second time"


def test_n025_reload_of_the_callback(site, browser):
    """The same browser again: no second token call; it may be led back to its page."""
    move = site.reach_callback(browser)
    site.call(browser, move)
    before = site.issuer.count("token")
    answer = site.call(browser, move)
    assert site.issuer.count("token") == before
    assert answer.status in (302, 303, 400)
    if answer.status == 400:
        site.httpd.expect("OIDC-STATE_")


@pytest.mark.p0
def test_n026_login_csrf(site, browser):
    """The attacker's own code and state pushed to a victim who has a login under way."""
    attacker = Browser()
    move = site.reach_callback(attacker)
    site.begin(browser)
    mark = site.mark()
    mark.denied(browser, site.call(browser, move), "STATE_COOKIE_MISSING", status=400, token=0)


def tampered(value, at):
    pool = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return value[:at] + (pool[(pool.find(value[at]) + 1) % 26]) + value[at + 1:]


@pytest.mark.p0
@pytest.mark.parametrize("how", ["first", "middle", "last", "truncated", "empty", "doubled",
                                 "garbage", "swapped"])
def test_n027_state_cookie_changed(site, browser, how):
    move = site.reach_callback(browser)
    cookie = browser.named(STATE)[0]
    value = cookie.value
    if how == "swapped":
        other = Browser()
        site.begin(other)
        value = other.named(STATE)[0].value
    else:
        value = {"first": lambda v: tampered(v, 0), "middle": lambda v: tampered(v, len(v) // 2),
                 "last": lambda v: tampered(v, len(v) - 3), "truncated": lambda v: v[:-6],
                 "empty": lambda v: "", "doubled": lambda v: v + v,
                 "garbage": lambda v: "x"}[how](value)
    cookie.value = value
    mark = site.mark()
    mark.denied(browser, site.call(browser, move), status=400, token=0)


@pytest.mark.p0
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_n028_tabs(site, browser, order):
    """Several logins of one browser at once, finished in any order, each to its own page."""
    moves = [site.reach_callback(browser, "/app/tab%d" % i) for i in range(3)]
    for i in order:
        answer = site.call(browser, moves[i])
        assert answer.status in (302, 303)
        assert answer.location == site.url("/app/tab%d" % i)
        assert MARK in browser.get(answer.location).text


def test_n029_cookie_from_a_sibling_domain(site, browser):
    """A state cookie made for the attacker's login, planted in the victim's browser."""
    attacker = Browser()
    move = site.reach_callback(attacker)
    stolen = attacker.named(STATE)[0]
    # a cookie of another name but the attacker's value does not help either
    browser.set_cookie(STATE + "x", stolen.value, "localhost")
    mark = site.mark()
    mark.denied(browser, site.call(browser, move), status=400, token=0)


DUPLICATES = ["state", "code", "iss"]


@pytest.mark.p0
@pytest.mark.parametrize("name", DUPLICATES + ["error", "id_token", "access_token"])
@pytest.mark.parametrize("same", [True, False], ids=["same", "other"])
def test_n030_duplicate_parameter(site, browser, name, same):
    if name in DUPLICATES:
        site.issuer.fault = {"authz": twice(name, None if same else "other")}
    else:
        value = "x" if same else "y"
        site.issuer.fault = {"authz": lambda m, t: m.extend([(name, "x"), (name, value)])}
    mark = site.mark()
    answer = site.attempt(browser)
    mark.denied(browser, answer, status=400, token=0)


@pytest.mark.parametrize("name", DUPLICATES)
def test_n030_duplicate_parameter_in_form_post(site, browser, name):
    site.form.issuer.fault = {"authz": twice(name)}
    mark = site.form.mark()
    mark.denied(browser, site.form.attempt(browser), status=400, token=0)


@pytest.mark.parametrize("name", ["all", "code", "state", "iss", "error", "id_token", "access_token"])
@pytest.mark.parametrize("how", ["also", "instead"])
def test_n031_query_and_body(site, browser, name, how):
    """form_post with response parameters in the query: as well, or taken out of the body."""
    _, url, fields = site.form.reach_callback(browser)
    query = fields if name == "all" else [kv for kv in fields if kv[0] == name] or [(name, "x")]
    body = fields if how == "also" else [kv for kv in fields if kv not in query]
    mark = site.form.mark()
    answer = browser.post(url + "?" + urlencode(query), body)
    mark.denied(browser, answer, status=(400, 405), token=0)


ISS = {
    "n032_other": lambda m, t: put(iss="https://evil.test/")(m, t),
    "suffix": suffix("iss"), "empty": put(iss=""),
    "no_slash": lambda m, t: put(iss=t.issuer.url.rstrip("/"))(m, t),
    "case": lambda m, t: put(iss=t.issuer.url.upper())(m, t),
    "missing_though_advertised": drop("iss"),
}


@pytest.mark.p0
@pytest.mark.parametrize("case", ISS)
def test_n032_iss_parameter(site, browser, case):
    """RFC 9207, before any token call."""
    site.issuer.fault = {"authz": ISS[case]}
    mark = site.mark()
    mark.denied(browser, site.attempt(browser), "RESPONSE_ISS", token=0)


def test_n032_iss_wrong_though_not_advertised(site, browser):
    site.old.issuer.fault = {"authz": lambda m, t: m.append(("iss", "https://evil.test/"))}
    mark = site.old.mark()
    mark.denied(browser, site.old.attempt(browser), "RESPONSE_ISS", token=0)


def test_iss_not_sent_and_not_advertised_is_fine(site, browser):
    site.old.login(browser)


def test_n036_query_delivered_where_form_post_was_asked(site, browser):
    _, url, fields = site.form.reach_callback(browser)
    mark = site.form.mark()
    answer = browser.get(url + "?" + urlencode(fields))
    mark.denied(browser, answer, status=400, token=0)


def test_n036_form_post_delivered_where_query_was_asked(site, browser):
    _, url, _ = site.query.reach_callback(browser)
    mark = site.query.mark()
    answer = browser.post(url.split("?")[0], parse_qsl(urlsplit(url).query))
    mark.denied(browser, answer, status=400, token=0)


def test_n039_code_of_another_login(site, browser):
    """The victim's code in the attacker's own, valid response: PKCE stops it at the provider."""
    victim = Browser()
    stolen = query_of(site.reach_callback(victim)[1])["code"]
    site.issuer.fault = {"authz": put(code=stolen)}
    mark = site.mark()
    answer = site.attempt(browser)
    site.issuer.complaints.clear()
    mark.denied(browser, answer, ("TOKEN_ENDPOINT", "TOKEN_NONCE"), token=1)


ERRORS = {
    "access_denied": {"error": "access_denied"},
    "markup": {"error": "access_denied", "error_description": "<script>alert(1)</script>"},
    "unknown": {"error": "zzz\"'><b>", "error_uri": "javascript:alert(1)"},
    "long": {"error": "server_error", "error_description": "x" * 6000},
    "login_required": {"error": "login_required"},
}


@pytest.mark.parametrize("case", ERRORS)
def test_n041_error_response(site, browser, case):
    """The provider's refusal: a page, no loop, the state is used up."""
    site.issuer.fault = {"authz": lambda m, t: (drop("code")(m, t), put(**ERRORS[case])(m, t))[1]}
    move = site.reach_callback(browser)
    twin = browser.clone()
    mark = site.mark()
    answer = site.call(browser, move)
    assert "<script>alert" not in answer.text and "<b>" not in answer.text
    assert "javascript:" not in answer.text
    mark.denied(browser, answer, "PROVIDER_REFUSED", token=0)
    assert site.call(twin, move).status >= 400
    site.httpd.expect("OIDC-")


def test_error_and_code_together(site, browser):
    site.issuer.fault = {"authz": put(error="server_error")}
    mark = site.mark()
    mark.denied(browser, site.attempt(browser), token=0)


def test_error_without_iss_is_the_provider_s_error(site, browser):
    """An error response may come from a provider that forgets iss: still refused, no session."""
    site.issuer.fault = {"authz": lambda m, t: (drop("code", "iss")(m, t),
                                                put(error="access_denied")(m, t))[1]}
    mark = site.mark()
    mark.denied(browser, site.attempt(browser), ("PROVIDER_REFUSED", "RESPONSE_ISS"), token=0)


def test_n044_extra_parameters(site, browser):
    """Ours are sent once; repeatable foreign ones stay."""
    pairs = parse_qsl(urlsplit(site.extra.begin(browser).location).query)
    names = [k for k, _ in pairs]
    for name in ("client_id", "redirect_uri", "scope", "nonce", "state", "response_type",
                 "code_challenge", "code_challenge_method"):
        assert names.count(name) == 1, name
    assert [v for k, v in pairs if k == "resource"] == ["a", "b"]
    assert ("ui_locales", "ko") in pairs and ("prompt", "consent") in pairs


def test_fresh_values_for_each_login(site):
    seen = set()
    for _ in range(20):
        params = query_of(site.begin(Browser()).location)
        assert params["code_challenge_method"] == "S256" and len(params["code_challenge"]) == 43
        for name in ("state", "nonce", "code_challenge"):
            assert params[name] not in seen
            seen.add(params[name])
            assert len(params[name]) >= 40


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_n211_state_survives_head_and_options(site, browser, method):
    _, url, _ = site.reach_callback(browser)
    answer = browser.clone().request(method, url)
    assert answer.status != 302
    site.httpd.expect("OIDC-METHOD", "OIDC-")
    assert site.call(browser, ("GET", url, None)).status in (302, 303)


def test_return_to_the_exact_url_n018(site, browser):
    """Odd but own addresses come back byte for byte."""
    for path in ("/app/a%20b?x=1&y=%0a;z=..%2f", "/app/%ED%95%9C%EA%B8%80?q=%ED%95%9C",
                 "/app/x?a=b?c", "/app/x;p=1?", "/app/x?u=http://evil.test/"):
        one = Browser()
        answer = site.attempt(one, path)
        assert answer.header("location") in (site.url(path), path), path


def test_unexpected_parameters_are_ignored(site, browser):
    site.issuer.fault = {"authz": lambda m, t: m.extend([("session_state", "a.b"), ("foo", "1")])}
    site.login(browser)


FORM = "application/x-www-form-urlencoded"
BODIES = {
    "empty_no_type": (b"", None), "empty_text": (b"", "text/plain"),
    "form_no_type": (b"code=a&state=b", None), "form_as_text": (b"code=a&state=b", "text/plain"),
    "json": (b"{}", "application/json"), "separators": (b"&&&", FORM), "equals": (b"=", FORM),
    "percent": (b"%", FORM), "nul": (b"code=%00&state=%00", FORM), "two_mb": (b"x" * 2000000, FORM),
    "many_fields": (b"&".join(b"f%d=1" % i for i in range(5000)), FORM),
    "multipart": (b"--b\r\n\r\n", "multipart/form-data; boundary=b"),
}


@pytest.mark.p0
@pytest.mark.parametrize("case", BODIES)
def test_n229_post_bodies(site, browser, case):
    """Anything posted to the redirect URI: a 4xx page, no crash."""
    body, kind = BODIES[case]
    mark = site.form.mark()
    headers = [("Content-Type", kind)] if kind else []
    answer = browser.request("POST", site.form.callback, body=body, headers=headers)
    mark.denied(browser, answer, status=tuple(range(400, 500)), token=0)
