# SPDX-License-Identifier: Apache-2.0
"""The session cookie: tampered, cut, foreign, replayed, tossed (group G)."""
import random

import pytest

from harness.backend import MARK
from harness.client import Browser, raw_exchange, raw_status
from harness.site import SESSION, STATE, Site

KINDS = {"server": "OIDCSessionType server-cache", "cookie": "OIDCSessionType client-cookie"}


@pytest.fixture(scope="module", params=KINDS)
def site(request, serve, op, backend):
    kind = request.param
    other = Site("other.localhost", op.issuer("cookies-other-" + kind), backend, KINDS[kind])
    strip = Site("strip.localhost", op.issuer("cookies-strip-" + kind), backend,
                 KINDS[kind] + "\nOIDCStripCookies secretcookie " + SESSION)
    site = Site("localhost", op.issuer("cookies-" + kind), backend,
                KINDS[kind] + "\nServerAlias alias.localhost\n"
                "<Location /app/own/>\nOIDCCookie own_session\n</Location>")
    site.other, site.strip, site.kind = other, strip, kind
    serve([site, other, strip])
    return site


def session_of(browser):
    cookies = browser.named(SESSION)
    assert len(cookies) == 1, cookies
    return cookies[0]


def outcome(site, value, path="/app/x"):
    """What a request with this session cookie leads to: 'in', 'login', or the status."""
    guest = Browser()
    guest.set_cookie(SESSION, value, site.host)
    answer = guest.get(site.url(path))
    if answer.status == 200 and MARK in answer.text:
        return "in"
    return "login" if site.wants_login(answer) else answer.status


@pytest.mark.p0
def test_n119_each_byte_flipped(site, browser):
    """One bit of each character changed: anonymous, and always the same answer."""
    site.login(browser)
    value = session_of(browser).value
    assert outcome(site, value) == "in"
    positions = range(len(value)) if len(value) < 120 else \
        sorted(random.Random(1).sample(range(len(value)), 120)) + [len(value) - 1]
    for at in positions:
        for bit in (1, 4):
            changed = value[:at] + chr(ord(value[at]) ^ bit) + value[at + 1:]
            if changed[at] in ';," \\' or not changed[at].isprintable():
                continue
            if site.kind == "cookie" or changed != value:
                assert outcome(site, changed) == "login", (at, bit)
    assert outcome(site, value) == "in"
    site.httpd.expect("OIDC-")


SHAPES = {"truncated": lambda v: v[:-1], "half": lambda v: v[:len(v) // 2], "one": lambda v: v[:1],
          "doubled": lambda v: v + v, "padded": lambda v: v + "=", "padded2": lambda v: v + "==",
          "longer": lambda v: v + "A", "empty": lambda v: "", "deleted": lambda v: "deleted",
          "quoted": lambda v: '"%s"' % v, "upper": lambda v: v.swapcase(), "zeros": lambda v: "0" * len(v),
          "spaces": lambda v: " ", "long": lambda v: "A" * 6000, "percent": lambda v: "%s%n%n%n",
          "nonascii": lambda v: "\u00ff\u00fe", "dots": lambda v: "..../..../etc/passwd",
          "a_jwt": lambda v: "eyJhbGciOiJub25lIn0.eyJzdWIiOiJyb290In0.",
          "json": lambda v: '{"sub":"root"}'}


@pytest.mark.p0
@pytest.mark.parametrize("shape", SHAPES)
def test_n122_misshapen(site, browser, shape):
    site.login(browser)
    value = SHAPES[shape](session_of(browser).value)
    assert outcome(site, value) == "login"
    site.httpd.expect("OIDC-")


def test_n122_dead_cookie_is_cleared_once(site):
    """An unusable cookie is deleted at the browser, and the next request is plain anonymous."""
    guest = Browser()
    guest.set_cookie(SESSION, "A" * 43, site.host)
    answer = guest.get(site.url("/app/x"))
    assert site.wants_login(answer)
    assert guest.named(SESSION) == []
    again = guest.get(site.url("/app/x"))
    assert not [c for c in again.cookies if c.name == SESSION]


@pytest.mark.p0
def test_n120_cookie_of_one_purpose_as_another(site, browser):
    """A state cookie is no session; a session cookie is no state."""
    move = site.reach_callback(browser)
    state = browser.named(STATE)[0]
    assert outcome(site, state.value) == "login"
    victim = Browser()
    site.login(victim)
    state.value = session_of(victim).value
    mark = site.mark()
    mark.denied(browser, site.call(browser, move), status=400, token=0)


def test_n120_cookie_under_another_name(site, browser):
    """The name of the cookie is sealed in; a stored session is found by its value alone."""
    site.login(browser)
    browser.set_cookie("own_session", session_of(browser).value, site.host)
    answer = browser.get(site.url("/app/own/x"))
    assert site.wants_login(answer) or (site.kind == "server" and answer.status == 200)


@pytest.mark.p0
def test_n130_cookie_of_another_virtual_host(site, browser):
    """Same passphrase, same store: a session of one host means nothing at the other."""
    site.other.login(browser)
    value = session_of(browser).value
    assert outcome(site.other, value) == "in"
    assert outcome(site, value) == "login"
    site.httpd.expect("OIDC-")


@pytest.mark.p0
def test_n130_cookie_of_another_name_of_the_host(site, browser):
    """One virtual host, two names: a session belongs to the name where it began."""
    alias = Site("alias.localhost", site.issuer, site.backend)
    alias.httpd = site.httpd
    site.login(browser)
    assert outcome(alias, session_of(browser).value) != "in"
    site.httpd.expect("OIDC-")


@pytest.mark.p0
def test_n130_state_of_another_virtual_host(site, browser):
    move = site.other.reach_callback(browser)
    state = browser.named(STATE)[0]
    browser.set_cookie(state.name, state.value, site.host)
    url = move[1].replace("other.localhost", "localhost")
    mark = site.mark()
    mark.denied(browser, browser.get(url), status=400, token=0)


@pytest.mark.p0
def test_n128_planted_session_id(site, browser):
    """A session cookie set before login does not become the session (fixation)."""
    for planted in ("A" * 40, "0" * 40, "A" * 43):
        victim = Browser()
        victim.set_cookie(SESSION, planted, site.host)
        site.login(victim)
        assert session_of(victim).value != planted
        assert outcome(site, planted) == "login"
    site.httpd.expect("OIDC-")


@pytest.mark.p0
def test_n128_new_id_at_each_login(site, browser):
    """A second login while a session is there: another cookie, and the old one is dead (server)."""
    site.login(browser)
    first = session_of(browser).value
    anonymous = Browser()
    at_op = anonymous.get(site.begin(anonymous).location)
    # the login of the second round happens in the browser that still holds the first session
    for cookie in anonymous.named(STATE):
        browser.store(cookie)
    answer = browser.get(at_op.location)
    assert answer.status in (302, 303)
    second = session_of(browser).value
    assert second != first
    assert outcome(site, second) == "in"
    if site.kind == "server":
        assert outcome(site, first) == "login"


@pytest.mark.p0
@pytest.mark.parametrize("cookie", ["", ";", "; ;", "=", "   ", "; =;=", "a", "a; b", ";;;;;;;", "=a=b",
                                    SESSION, SESSION + "=", SESSION + ";", STATE, STATE + "=",
                                    STATE + "x", STATE + "x=", "N" * 8192, STATE + "y" * 7000,
                                    SESSION + "=;" + SESSION + "=", "\t", ",", '"', "x=\"y; z\"",
                                    SESSION + "_0=a; " + SESSION + "_chunks=2"], ids=lambda c: repr(c[:30]))
def test_n131_n132_odd_cookie_headers(site, cookie):
    for path, want in (("/app/x", (302, 400)), ("/open/x", (200, 400)),
                       ("/oidc/callback?code=a&state=b", (400,))):
        got = raw_exchange(site.httpd.port, (
            "GET %s HTTP/1.1\r\nHost: localhost:%d\r\nAccept: text/html\r\nConnection: close\r\n"
            "Cookie: %s\r\n\r\n" % (path, site.httpd.port, cookie)).encode())
        assert raw_status(got) in want, (path, got[:200])
    site.httpd.expect("OIDC-", "AH00565")


def test_n131_stripping_leaves_the_others(site, browser):
    """OIDCStripCookies takes the named ones; the others arrive as they were."""
    strip = site.strip
    strip.login(browser)
    sent = "a=1; secretcookie=x; b=\"q r\"; c==; " + browser.cookie_header(strip.url()) + "; d"
    answer = browser.get(strip.url("/app/x"), headers=[("Cookie", sent)])
    assert answer.status == 200
    got = "; ".join(v for k, v in answer.json["headers"] if k.lower() == "cookie")
    assert "secretcookie" not in got and SESSION not in got
    for piece in ("a=1", 'b="q r"', "c=="):
        assert piece in got


@pytest.mark.parametrize("count", ["0", "-1", "99999999", "1e9", "007", " ", "", "18446744073709551616",
                                   "2", "1", "11", "x", "0x2"])
def test_n125_chunk_counters(site, count):
    guest = Browser()
    for i in range(3):
        guest.set_cookie("%s_%d" % (SESSION, i), "AAAA", site.host)
    guest.set_cookie(SESSION + "_chunks", count, site.host)
    answer = guest.get(site.url("/app/x"))
    assert site.wants_login(answer)
    assert answer.seconds < 1
    site.httpd.expect("OIDC-")


def test_attributes(site, browser):
    """HttpOnly, SameSite and Path on both cookies; no Expires unless persistent."""
    begun = site.begin(browser)
    state = [c for c in begun.cookies if c.name.startswith(STATE)][0]
    assert state.attributes.get("httponly") and state.attributes["samesite"].lower() == "lax"
    assert len("%s=%s" % (state.name, state.value)) <= 1100
    site.login(browser)
    cookie = session_of(browser)
    assert cookie.attributes.get("httponly") and cookie.attributes["samesite"].lower() == "lax"
    assert cookie.path == "/" and "expires" not in cookie.attributes
    assert not cookie.domain


@pytest.mark.p0
def test_n134_replayed_after_logout(site, browser):
    site.login(browser)
    value = session_of(browser).value
    browser.get(site.callback + "?logout=%2Fbye")
    assert browser.named(SESSION) == []
    assert site.is_anonymous(browser)
    assert outcome(site, value) == "login"


def test_n236_state_cookies_are_bounded(site, browser):
    """Many started logins: at most the cap, a short Cookie header, and the last one works."""
    for i in range(25):
        site.begin(browser, "/app/p%d" % i)
        assert len(browser.named(STATE)) <= 8
    assert len(browser.cookie_header(site.url())) < 8 * 1200
    site.login(browser)


def test_n236_requests_of_scripts_leave_no_state(site, browser):
    for _ in range(10):
        answer = browser.get(site.url("/app/x"), plain=True, headers=[
            ("X-Requested-With", "XMLHttpRequest"), ("Accept", "application/json")])
        assert answer.status == 401 and not answer.cookies
    assert browser.named(STATE) == []
    site.httpd.expect("OIDC-LOGIN_REQUIRED")
