# SPDX-License-Identifier: Apache-2.0
"""Directives that no other file needs, each seen to work from outside."""
import http.client
import re
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives import serialization

from harness import jose
from harness.backend import MARK, headers_of
from harness.client import Browser
from harness.faults import put, suffix
from harness.op import query_of
from harness.server import Httpd
from harness.site import STATE, Site
from harness.web import Reply, Web


class Proxy:
    """A forward proxy for http that records what goes through it."""

    def __init__(self):
        self.seen = []
        self.web = Web(self._answer)

    def _answer(self, request):
        self.seen.append(request)
        u = urlsplit(request.target)
        conn = http.client.HTTPConnection(u.hostname, u.port, timeout=10)
        keep = {k: v for k, v in request.headers
                if k.lower() not in ("host", "proxy-authorization", "proxy-connection", "connection")}
        conn.request(request.method, u.path + ("?" + u.query if u.query else ""), request.body or None,
                     {**keep, "Host": u.netloc})
        answer = conn.getresponse()
        body = answer.read()
        conn.close()
        return Reply(answer.status, [(k, v) for k, v in answer.getheaders()
                                     if k.lower() not in ("content-length", "connection")], body)


@pytest.fixture(scope="module")
def proxy():
    one = Proxy()
    yield one
    one.web.close()


WARNED = [r"OIDCPKCEMethod is not S256.*plain\.localhost", r"OIDCValidateIssuer Off.*anyissuer\.localhost"]


@pytest.fixture(scope="module")
def sites(op, backend, proxy, tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    key = jose.rsa_key(3, kid="from-file")
    pem = key.private.public_key().public_bytes(serialization.Encoding.PEM,
                                                serialization.PublicFormat.SubjectPublicKeyInfo)
    (folder / "op.pem").write_bytes(pem)
    conf = {
        "params": 'OIDCProviderTokenEndpointParams "audience=api&resource=a&resource=b"',
        "keys": "OIDCProviderVerifyCertFiles sig:from-file#%s" % (folder / "op.pem"),
        "aud": "OIDCIDTokenAudValues @ second",
        "anyissuer": "OIDCValidateIssuer Off",
        "refresh": "OIDCPassRefreshToken On",
        "norefresh": "OIDCPassRefreshToken Off",
        "default": "OIDCDefaultURL /start",
        "proxied": "OIDCOutgoingProxy http://127.0.0.1:%d user:CANARY-proxy-password basic" % proxy.web.port,
        "domain": "OIDCCookieDomain sub.localhost",
        "path": "OIDCCookiePath /app",
        "capped": "OIDCStateMaxNumberOfCookies 2 Off",
        "slack": "OIDCIDTokenIatSlack 10",
        "plain": "OIDCPKCEMethod none",
    }
    hosts = {"domain": "a.sub.localhost"}
    made = {name: Site(hosts.get(name, name + ".localhost"), op.issuer("directive-" + name), backend, text)
            for name, text in conf.items()}
    made["keys"].issuer.keys = []
    made["keys"].issuer.fault = {"key": lambda turn: key}
    made["plain"].issuer.need_pkce = False
    places = """
<Location /app/>
  AuthType openid-connect
  Require valid-user
</Location>
<Location /app/redirect/>
  OIDCUnAutzAction 302 https://elsewhere.example/sorry
  Require claim groups:admin
</Location>
<Location /app/text/>
  OIDCUnAutzAction 403 "Ask the <b>owner</b>"
  Require claim groups:admin
</Location>
<Location /app/stepup/>
  OIDCUnAutzAction auth
  OIDCPathAuthRequestParams "acr_values=gold"
  Require claim acr:gold
</Location>
<Location /app/stepany/>
  OIDCUnAutzAction auth
  <RequireAny>
    Require claim acr:gold
    Require claim acr:silver
    Require user nobody
  </RequireAny>
</Location>
"""
    made["unautz"] = Site("unautz.localhost", op.issuer("directive-unautz"), backend, places=places)
    httpd = Httpd(lambda self: "".join(s.vhost(self) for s in made.values()))
    httpd.allowed += WARNED
    httpd.start()
    yield made
    httpd.destroy()


def test_n258_dangerous_settings_are_named_at_start(sites):
    text = sites["plain"].httpd.log.text()
    for pattern in WARNED:
        assert len(re.findall(pattern, text)) == 1


def test_token_endpoint_parameters(sites, browser):
    site = sites["params"]
    browser.follow(site.begin(browser))
    form = [c.request for c in site.issuer.calls if c.endpoint == "token"][0].form
    assert ("audience", "api") in form
    assert [v for k, v in form if k == "resource"] == ["a", "b"]
    site.issuer.complaints.clear()      # the provider of the tests wants each name once


def test_keys_from_a_file(sites, browser):
    """The provider publishes none; the key in the file, by its kid, verifies. Another does not."""
    site = sites["keys"]
    site.login(browser)
    site.issuer.fault = {"key": lambda turn: jose.rsa_key(2, kid="from-file")}
    mark = site.mark()
    guest = Browser()
    mark.denied(guest, site.attempt(guest), ("JWT_SIGNATURE", "JWT_KEY"), token=1)


AUDIENCES = [(lambda us: [us, "second"], True), (lambda us: ["second", us], True), (lambda us: us, True),
             (lambda us: [us, "second", "third"], False), (lambda us: ["second"], False),
             (lambda us: [us], False), (lambda us: "third", False), (lambda us: [us, "third"], False),
             (lambda us: [], False)]


@pytest.mark.parametrize("number", range(len(AUDIENCES)))
def test_audience_list(sites, browser, number):
    site = sites["aud"]
    make, works = AUDIENCES[number]
    aud = make(site.issuer.client_id)
    members = {"aud": aud, "azp": site.issuer.client_id} if isinstance(aud, list) else {"aud": aud}
    site.issuer.fault = {"claims": put(**members)}
    mark = site.mark()
    answer = site.attempt(browser)
    if works:
        assert answer.status in (302, 303), answer.text
    else:
        mark.denied(browser, answer, ("TOKEN_AUD", "TOKEN_AZP"), token=1)


def test_issuer_check_off(sites, browser):
    site = sites["anyissuer"]
    site.issuer.iss_parameter = False
    site.issuer.fault = {"claims": put(iss="https://tenant.example/")}
    site.login(browser)


def test_issuer_check_off_still_checks_the_rest(sites, browser):
    site = sites["anyissuer"]
    site.issuer.fault = {"claims": suffix("aud")}
    mark = site.mark()
    mark.denied(browser, site.attempt(browser), "TOKEN_AUD", token=1)


def test_refresh_token_is_passed_when_asked_for(sites):
    for name in ("refresh", "norefresh"):
        site = sites[name]
        site.issuer.fault = {"token": put(refresh_token="CANARY-refresh-token", expires_in=3600)}
        _, page = site.login(Browser())
        seen = headers_of(page)
        assert seen.get("oidc_refresh_token") == (["CANARY-refresh-token"] if name == "refresh" else None)
        assert int(seen["oidc_access_token_expires"][0]) > time.time() + 3000


def test_default_url_for_a_lost_state(sites, browser):
    """A browser without the state cookie: the configured place, no identity."""
    site = sites["default"]
    _, url, _ = site.reach_callback(browser)
    stranger = Browser()
    answer = stranger.get(url)
    assert answer.status in (302, 303) and answer.location == site.url("/start")
    assert site.is_anonymous(stranger)
    site.httpd.expect("OIDC-STATE_")


def test_outgoing_proxy(sites, browser, proxy):
    site = sites["proxied"]
    site.login(browser)
    assert {urlsplit(r.target).path.rsplit("/", 1)[1] for r in proxy.seen} >= {
        "openid-configuration", "token", "jwks", "userinfo"}
    assert all(r.header("proxy-authorization", "").startswith("Basic ") for r in proxy.seen)
    assert all(not c.request.header("proxy-authorization") for c in site.issuer.calls)


def test_cookie_domain_and_path(sites):
    for name, attribute, value in (("domain", "domain", "sub.localhost"), ("path", "path", "/app")):
        site, browser = sites[name], Browser()
        begun = site.begin(browser)
        for cookie in begun.cookies:
            if name == "domain" or STATE not in cookie.name:
                assert cookie.attributes[attribute].lstrip(".") == value
    browser = Browser()
    sites["domain"].login(browser)
    assert browser.named("mod_auth_openidc_session")[0].attributes["domain"].lstrip(".") == "sub.localhost"


def test_state_cookies_refused_beyond_the_cap(sites, browser):
    """Off: the oldest is not given up, the new one is refused, 503; the begun ones still work."""
    site = sites["capped"]
    moves = [site.reach_callback(browser, "/app/%d" % i) for i in range(2)]
    answer = browser.get(site.url("/app/third"))
    assert answer.status == 503 and not answer.cookies
    site.httpd.expect("OIDC-TOO_MANY_LOGINS")
    for move in moves:
        assert site.call(browser, move).status in (302, 303)


@pytest.mark.parametrize("age,works", [(5, True), (-5, True), (120, False), (-120, False)])
def test_iat_slack(sites, browser, age, works):
    site = sites["slack"]
    site.issuer.fault = {"claims": lambda c, t: c.update(iat=c["iat"] - age)}
    mark = site.mark()
    answer = site.attempt(browser)
    if works:
        assert answer.status in (302, 303)
    else:
        mark.denied(browser, answer, "TOKEN_IAT", token=1)


def test_pkce_off(sites, browser):
    site = sites["plain"]
    assert "code_challenge" not in query_of(site.begin(browser).location)
    site.login(Browser())


# --- signed in, but not let in -----------------------------------------------------------------

def test_unautz_redirect(sites, browser):
    site = sites["unautz"]
    site.login(browser)
    answer = browser.get(site.url("/app/redirect/x"))
    assert answer.status in (302, 303) and answer.location == "https://elsewhere.example/sorry"
    assert MARK not in answer.text
    assert site.wants_login(Browser().get(site.url("/app/redirect/x")))
    site.httpd.expect("OIDC-NOT_AUTHORIZED", "AH0163", "AH01617")


def test_unautz_text_is_escaped(sites, browser):
    site = sites["unautz"]
    site.login(browser)
    answer = browser.get(site.url("/app/text/x"))
    assert answer.status in (401, 403) and "<b>owner" not in answer.text
    site.httpd.expect("OIDC-NOT_AUTHORIZED", "AH0163", "AH01617")


@pytest.mark.parametrize("place", ["stepup", "stepany"])
def test_step_up(sites, place):
    """auth: once more to the provider; with the claim it opens, without it the answer is final."""
    site = sites["unautz"]
    browser = Browser()
    site.login(browser)
    again = browser.get(site.url("/app/%s/x" % place))
    assert site.wants_login(again), (again.status, again.text[:200])
    if place == "stepup":
        assert query_of(again.location)["acr_values"] == "gold"
    site.issuer.fault = {"claims": put(acr="gold")}
    page = browser.follow(again)
    assert page.status == 200 and MARK in page.text
    site.issuer.fault = {}
    stubborn = Browser()
    site.login(stubborn)
    end = stubborn.follow(stubborn.get(site.url("/app/%s/x" % place)))    # raises on a loop
    assert end.status in (401, 403) and MARK not in end.text
    site.httpd.expect("OIDC-NOT_AUTHORIZED", "AH0163", "AH01617")


def test_step_up_of_a_script_is_refused(sites, browser):
    site = sites["unautz"]
    site.login(browser)
    answer = browser.get(site.url("/app/stepup/x"), plain=True, headers=[("Accept", "application/json")])
    assert answer.status in (401, 403) and answer.header("location") is None
    site.httpd.expect("OIDC-NOT_AUTHORIZED", "AH0163", "AH01617")


# --- the shared memory when it is small ----------------------------------------------------------

@pytest.fixture(scope="module")
def small(op, backend):
    site = Site("localhost", op.issuer("small"), backend, "OIDCHTTPTimeoutLong 10 5 0")
    httpd = Httpd(lambda self: "OIDCCacheShmMax 128\nOIDCCacheShmEntrySizeMax 8736\n" + site.vhost(self)).start()
    yield site
    httpd.destroy()


def test_n138_large_session(small, browser):
    """Larger than an entry is said to be: stored whole."""
    small.issuer.extra_claims = {"big": "x" * 30000}
    try:
        small.login(browser)
    except AssertionError:
        small.httpd.expect("OIDC-CLAIMS_TOO_LARGE")
    finally:
        small.issuer.extra_claims = {}


def test_n137_store_full_of_sessions(small):
    """Many more sessions than fit: the newcomer always gets in, nobody gets another's data."""
    members = []

    def join(number):
        browser = Browser()
        begun = browser.get(small.begin(browser).location)
        browser.get(begun.location)
        return number, browser
    small.issuer.fault = {"claims": lambda c, t: c.update(pad="p" * 6000, tag=t.code)}
    with ThreadPoolExecutor(4) as pool:
        members = list(pool.map(join, range(260)))
    small.issuer.fault = {}
    tags, alive = set(), 0
    for _, browser in members:
        answer = browser.get(small.url("/app/x"))
        if answer.status == 200:
            alive += 1
            tags.add(headers_of(answer)["oidc_claim_tag"][0])
        else:
            assert small.wants_login(answer)
    assert alive == len(tags), "two browsers see one identity"
    assert alive >= 20
    fresh = Browser()
    small.login(fresh)
    assert fresh.get(small.url("/app/x")).status == 200
    small.httpd.expect("full", "evict", "OIDCCacheShmMax")
