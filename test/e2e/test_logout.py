# SPDX-License-Identifier: Apache-2.0
"""Logout: local, at the provider, with a broken provider; and the session's own information."""

import pytest

from harness.backend import MARK
from harness.client import Browser
from harness.faults import drop
from harness.op import query_of
from harness.site import SESSION, Site

ALL = ("iat access_token access_token_expires id_token id_token_hint userinfo refresh_token exp timeout "
       "remote_user session")


@pytest.fixture(scope="module", params=["server-cache", "client-cookie"])
def sites(request, serve, op, backend):
    kind = request.param
    base = "OIDCSessionType %s\n" % kind
    hint = "OIDCSessionType client-cookie:store_id_token\n" if kind == "client-cookie" else base

    def issuer(name, **kw):
        return op.issuer("logout-%s-%s" % (name, kind), **kw)
    quiet = {"metadata": drop("end_session_endpoint")}
    made = {
        "rp": Site("rp.localhost", issuer("rp"), backend,
                   hint + "OIDCDefaultLoggedOutURL /goodbye\nOIDCInfoHook " + ALL),
        "plain": Site("plain.localhost", issuer("plain"), backend,
                      base + "OIDCLogoutRequestParams foo=bar&client_id=other"),
        "local": Site("local.localhost", issuer("local", fault=quiet), backend, base),
        "default": Site("default.localhost", issuer("default", fault=quiet), backend,
                        base + "OIDCDefaultLoggedOutURL https://elsewhere.example/out"),
        "few": Site("few.localhost", issuer("few"), backend,
                    base + "OIDCInfoHook userinfo exp remote_user"),
        "down": Site("down.localhost", issuer("down"), backend, base),
    }
    serve(list(made.values()))
    for site in made.values():
        site.kind = kind
    return made


def logout(site, browser, query="logout="):
    return browser.get(site.callback + "?" + query)


def test_local_logout(sites, browser):
    site = sites["local"]
    site.login(browser)
    answer = logout(site, browser, "logout=%2Fbye")
    assert answer.status in (302, 303) and answer.location == site.url("/bye")
    assert browser.named(SESSION) == []
    assert site.is_anonymous(browser)


def test_local_logout_page(sites, browser):
    """No address given, none configured: a page that says so."""
    site = sites["local"]
    site.login(browser)
    answer = logout(site, browser)
    assert answer.status == 200
    assert "default-src 'none'" in answer.header("content-security-policy", "")
    assert "no-store" in answer.header("cache-control", "")
    assert site.is_anonymous(browser)


def test_default_logged_out_url(sites, browser):
    site = sites["default"]
    site.login(browser)
    assert logout(site, browser).location == "https://elsewhere.example/out"
    assert site.is_anonymous(browser)


def test_rp_initiated_logout(sites, browser):
    """OpenID Connect RP-Initiated Logout: hint, return address, and back."""
    site = sites["rp"]
    site.login(browser)
    issued = [t.id_token for t in site.issuer.turns.values() if t.id_token]
    answer = logout(site, browser, "logout=%2Fafter")
    assert answer.location.startswith(site.issuer.url + "end_session?")
    params = query_of(answer.location)
    assert params["id_token_hint"] == issued[-1]
    assert params["post_logout_redirect_uri"] == site.url("/after")
    assert site.is_anonymous(browser)
    back = browser.get(answer.location)
    assert back.location.startswith(site.url("/after"))
    assert site.issuer.complaints == []


def test_rp_initiated_logout_to_the_default(sites, browser):
    site = sites["rp"]
    site.login(browser)
    assert query_of(logout(site, browser).location)["post_logout_redirect_uri"] == \
        site.url("/goodbye")


def test_extra_logout_parameters(sites, browser):
    site = sites["plain"]
    site.login(browser)
    params = query_of(logout(site, browser, "logout=%2Fx").location)
    assert params["foo"] == "bar" and params["client_id"] == "other"


def test_logout_without_a_session(sites, browser):
    answer = logout(sites["local"], browser, "logout=%2Fbye")
    assert answer.status in (302, 303) and answer.location == sites["local"].url("/bye")


def test_logout_twice(sites, browser):
    site = sites["rp"]
    site.login(browser)
    logout(site, browser)
    answer = logout(site, browser)
    assert answer.status in (200, 302, 303)


def test_other_sessions_stay(sites, browser):
    site, other = sites["local"], Browser()
    site.login(browser)
    site.login(other)
    logout(site, browser)
    assert site.is_anonymous(browser)
    assert other.get(site.url("/app/x")).status == 200


def test_n203_provider_down(sites, browser, op):
    """The local session ends whatever the provider does."""
    site = sites["down"]
    site.login(browser)
    site.issuer.fault = {"metadata_reply": put_status(500), "logout_reply": put_status(500)}
    answer = logout(site, browser, "logout=%2Fbye")
    assert answer.status in (302, 303)
    assert site.is_anonymous(browser)
    site.issuer.fault = {}


def put_status(status):
    def change(reply, turn):
        reply.status = status
    return change


def test_n205_controls_only_at_the_redirect_uri(sites, browser):
    """?logout= anywhere else is the application's own parameter."""
    site = sites["rp"]
    site.login(browser)
    for query in ("logout=%2Fbye", "info=json", "code=a&state=b", "refresh=x"):
        answer = browser.get(site.url("/app/x?" + query))
        assert answer.status == 200 and MARK in answer.text
    for path in ("/oidc/callback/", "/oidc/callback/x", "/oidc/callbackx", "/oidc"):
        browser.get(site.url(path + "?logout=%2Fbye"))
    assert browser.get(site.url("/app/x")).status == 200


def test_info(sites, browser):
    site = sites["rp"]
    site.login(browser)
    answer = browser.get(site.callback + "?info=json")
    assert answer.status == 200
    assert answer.header("content-type").startswith("application/json")
    assert answer.header("x-content-type-options") == "nosniff"
    assert "no-store" in answer.header("cache-control")
    assert answer.header("access-control-allow-origin") is None
    doc = answer.json
    assert doc["userinfo"]["email"] == "user@example.com"
    assert doc["id_token"]["sub"] == "user-subject-1234531"
    assert doc["remote_user"] == "user-subject-1234531"
    assert doc["access_token"] == [t for t in site.issuer.tokens][-1]
    assert abs(doc["iat"] - doc["id_token"]["iat"]) < 60
    assert doc["exp"] > doc["iat"] and "timeout" in doc
    assert "refresh_token" not in doc


def test_n206_info_shows_what_was_chosen(sites, browser):
    site = sites["few"]
    site.login(browser)
    doc = browser.get(site.callback + "?info=json").json
    assert set(doc) == {"userinfo", "exp", "remote_user"}


def test_info_needs_a_session_and_the_hook(sites, browser):
    answer = browser.get(sites["rp"].callback + "?info=json")
    assert answer.status in (401, 302)
    assert "user-subject" not in answer.text
    off = sites["plain"]
    off.login(browser)
    assert browser.get(off.callback + "?info=json").status == 404
    assert browser.get(sites["rp"].callback + "?info=xml").status in (401, 302, 415)
    sites["rp"].httpd.expect("OIDC-NOT_ENABLED", "OIDC-LOGIN_REQUIRED", "OIDC-")


def test_info_formats(sites, browser):
    site = sites["rp"]
    site.login(browser)
    assert browser.get(site.callback + "?info=xml").status == 415
    site.httpd.expect("OIDC-CONTENT_TYPE", "OIDC-")


def test_n225_markup_in_claims(sites, browser):
    site = sites["rp"]
    site.issuer.extra_userinfo = {"name": "</pre><script>alert(1)</script>"}
    site.login(browser)
    site.issuer.extra_userinfo = {}
    for form in ("json", "html"):
        answer = browser.get(site.callback + "?info=" + form)
        if "html" in answer.header("content-type", ""):
            assert "<script>alert" not in answer.text
            assert "default-src 'none'" in answer.header("content-security-policy")
    site.httpd.expect("OIDC-CONTENT_TYPE", "OIDC-")
