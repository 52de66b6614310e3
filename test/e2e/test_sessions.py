# SPDX-License-Identifier: Apache-2.0
"""Sessions: limits in time, restarts, sharing between children, both kinds."""
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.backend import MARK
from harness.client import Browser
from harness.faults import compute
from harness.site import SESSION, Site

KINDS = {"server": "server-cache", "cookie": "client-cookie"}


@pytest.fixture(scope="module")
def sites(serve, op, backend):
    made = {}
    for kind, value in KINDS.items():
        base = "OIDCSessionType %s\n" % value
        made[kind] = Site("%s.localhost" % kind, op.issuer("session-" + kind), backend, base)
        made[kind + "-idle"] = Site("%s-idle.localhost" % kind, op.issuer("idle-" + kind), backend,
                                    base + "OIDCSessionInactivityTimeout 10")
        made[kind + "-hard"] = Site("%s-hard.localhost" % kind, op.issuer("hard-" + kind), backend,
                                    base + "OIDCSessionMaxDuration 15")
        made[kind + "-exp"] = Site("%s-exp.localhost" % kind, op.issuer("exp-" + kind), backend,
                                   base + "OIDCSessionMaxDuration 0")
        made[kind + "-keep"] = Site("%s-keep.localhost" % kind, op.issuer("keep-" + kind), backend,
                                    "OIDCSessionType %s:persistent" % value)
    made["cookie-chunks"] = Site("chunks.localhost", op.issuer("chunks"), backend,
                                 "OIDCSessionType client-cookie\nOIDCSessionCookieChunkSize 500")
    made["strict"] = Site("strict.localhost", op.issuer("strict"), backend,
                          "OIDCCookieSameSite Strict")
    made["named"] = Site("named.localhost", op.issuer("named"), backend,
                         "OIDCCookie my_session\nOIDCStateCookiePrefix my_state_\n"
                         "OIDCCookieHTTPOnly Off", session="my_session")
    serve(list(made.values()))
    return made


def alive(site, browser):
    answer = browser.get(site.url("/app/x"))
    if answer.status == 200:
        assert MARK in answer.text
        return True
    assert site.wants_login(answer), answer.status
    return False


@pytest.mark.parametrize("kind", KINDS)
def test_session_serves_all_children(sites, browser, kind):
    """Many requests over many connections, in parallel: no child asks for a login."""
    site = sites[kind]
    site.login(browser)
    with ThreadPoolExecutor(12) as pool:
        assert all(pool.map(lambda _: alive(site, browser.clone()), range(120)))
    assert site.issuer.count("authorize") == 1


def idle_limit(site):
    """10 seconds idle: used every few seconds it lives on, left alone it ends."""
    used, left = Browser(), Browser()
    site.login(left)
    site.login(used)
    for _ in range(3):
        time.sleep(3.9)
        assert alive(site, used), "a session in use ended"
    assert not alive(site, left), "a session that nobody used lives on"


def hard_limit(site):
    """15 seconds of life, however busy it is."""
    browser = Browser()
    site.login(browser)
    start = time.monotonic()
    while time.monotonic() - start < 13:
        assert alive(site, browser), "ended too early"
        time.sleep(1)
    time.sleep(max(0, 16.5 - (time.monotonic() - start)))
    assert not alive(site, browser), "lives on"


def id_token_limit(site):
    """OIDCSessionMaxDuration 0: the session ends with the ID token."""
    browser = Browser()
    site.issuer.fault = {"claims": compute("exp", lambda t: int(time.time()) + 4)}
    site.login(browser)
    assert alive(site, browser)
    time.sleep(5.5)
    assert not alive(site, browser), "outlives its ID token"


def test_limits_in_time(sites):
    """All limits, of both kinds of session, side by side: they take their time."""
    limits = {"idle": idle_limit, "hard": hard_limit, "exp": id_token_limit}
    with ThreadPoolExecutor(6) as pool:
        running = {(kind, name): pool.submit(check, sites["%s-%s" % (kind, name)])
                   for kind in KINDS for name, check in limits.items()}
        failed = {key: one.exception() for key, one in running.items() if one.exception()}
    assert failed == {}


@pytest.mark.parametrize("kind", KINDS)
def test_persistent_cookie(sites, browser, kind):
    site = sites[kind + "-keep"]
    site.login(browser)
    cookie = browser.named(SESSION)[0]
    assert "expires" in cookie.attributes or "max-age" in cookie.attributes
    assert alive(site, browser)


def test_chunked_cookie_session(sites, browser):
    """A cookie session longer than the chunk size comes in pieces and is read again."""
    site = sites["cookie-chunks"]
    site.issuer.extra_claims = {"groups": ["group-%d" % i for i in range(60)]}
    site.login(browser)
    pieces = browser.named(SESSION)
    assert len(pieces) > 2
    assert all(len(c.value) <= 500 for c in pieces)
    assert alive(site, browser)
    # N123: one piece missing, swapped, foreign
    for spoil in ("missing", "swapped", "foreign"):
        twin = browser.clone()
        parts = {c.name: c for c in twin.named(SESSION)}
        names = sorted(n for n in parts if n[-1].isdigit())
        if spoil == "missing":
            twin.jar = [c for c in twin.jar if c.name != names[1]]
        else:
            other = Browser()
            site.login(other)
            source = {c.name: c.value for c in other.named(SESSION)}
            swap = {names[0]: parts[names[1]].value, names[1]: parts[names[0]].value} \
                if spoil == "swapped" else {names[1]: source[names[1]]}
            for name, value in swap.items():
                twin.set_cookie(name, value, site.host)
        assert not alive(site, twin), spoil
    site.httpd.expect("OIDC-")


@pytest.mark.parametrize("size", list(range(0, 40, 3)) + [480, 500, 520, 980, 1000])
def test_n124_chunk_boundaries(sites, size):
    """Whatever the length: what was written can be read."""
    site, browser = sites["cookie-chunks"], Browser()
    site.issuer.extra_claims = {"pad": "x" * size}
    site.login(browser)
    assert alive(site, browser)


def test_n126_too_large_for_cookies(sites, browser):
    """More than the cookies can hold: the login fails and says why; no loop."""
    site = sites["cookie-chunks"]
    import random
    noise = random.Random(5)
    site.issuer.extra_claims = {"big": "".join(noise.choice("abcdefghijklmnopqrstuvwxyz0123456789")
                                               for _ in range(60000))}
    mark = site.mark()
    try:
        answer = site.attempt(browser)
    finally:
        site.issuer.extra_claims = {}
    mark.denied(browser, answer, ("SESSION_TOO_LARGE", "TOO_LARGE"), status=500, token=1, userinfo=1)


def test_strict_cookie(sites, browser):
    """SameSite=Strict: issued so that the way back from the provider works, strict in the end."""
    site = sites["strict"]
    begun = site.begin(browser)
    assert all(c.attributes["samesite"].lower() == "lax" for c in begun.cookies)
    browser.follow(begun)
    for _ in range(2):
        browser.get(site.url("/app/x"))
    cookie = browser.named(SESSION)[0]
    assert cookie.attributes["samesite"].lower() == "strict"


def test_other_names(sites, browser):
    site = sites["named"]
    begun = site.begin(browser)
    assert [c for c in begun.cookies if c.name.startswith("my_state_")]
    browser.follow(begun)
    cookie = browser.named("my_session")[0]
    assert "httponly" not in cookie.attributes
    assert not browser.named(SESSION)


def test_session_does_not_carry_the_tokens_in_the_clear(sites, browser):
    """A cookie session is sealed: neither subject nor token can be read from it."""
    import base64
    site = sites["cookie"]
    site.login(browser)
    value = "".join(c.value for c in browser.named(SESSION))
    raw = base64.urlsafe_b64decode(value.replace(".", "") + "===")
    for secret in site.issuer.secrets() + [site.issuer.sub]:
        assert secret not in value and secret.encode() not in raw


@pytest.mark.parametrize("kind", KINDS)
def test_graceful_restart_keeps_sessions(sites, kind):
    """Sessions and logins under way survive, several times over."""
    site = sites[kind]
    before = Browser()
    site.login(before)
    for _ in range(2):
        during = Browser()
        move = site.reach_callback(during)
        site.httpd.graceful()
        assert alive(site, before)
        assert site.call(during, move).status in (302, 303)
        assert alive(site, during)


def test_restart_needs_no_new_metadata(sites):
    """A graceful restart does not send every child to the provider again."""
    site = sites["server"]
    site.login(Browser())
    before = site.issuer.count(".well-known/openid-configuration")
    site.httpd.graceful()
    for _ in range(8):
        site.login(Browser())
    assert site.issuer.count(".well-known/openid-configuration") - before <= 1
