# SPDX-License-Identifier: Apache-2.0
"""OIDCUnAutzAction: what a signed-in user gets whom Require does not let in, whatever Require is made of."""
import pytest

from harness.backend import MARK
from harness.client import Browser
from harness.op import query_of
from harness.site import Site

HIGH = "Require claim acr:high"
LINES = {
    "one": HIGH,
    "all": "<RequireAll>\nRequire valid-user\n%s\n</RequireAll>" % HIGH,
    "any": "<RequireAny>\nRequire claim groups:nobody\n%s\n</RequireAny>" % HIGH,
    "any_first": "<RequireAny>\n%s\nRequire user nobody\n</RequireAny>" % HIGH,
    "lines": "%s\nRequire claim acr:higher" % HIGH,
    "none": "<RequireAll>\nRequire valid-user\nRequire not claim acr:low\n</RequireAll>",
}
ACTIONS = {"401": "401", "403": '403 "ask the owner"', "302": "302 /open/sorry"}
QUIET = ("OIDC-NOT_AUTHORIZED", "AH01631", "AH01617", "AH01630")


@pytest.fixture(scope="module")
def site(serve, op, backend):
    issuer = op.issuer("stepup")
    places = "<Location /app/>\nAuthType openid-connect\nRequire valid-user\n</Location>\n"
    for name, lines in LINES.items():
        places += """<Location /app/%s/>
  OIDCUnAutzAction auth
  OIDCPathAuthRequestParams acr_values=high
  OIDCPathScope step
  %s
</Location>
""" % (name, lines)
        for action, text in ACTIONS.items():
            places += "<Location /app/%s-%s/>\nOIDCUnAutzAction %s\n%s\n</Location>\n" % (
                name, action, text, lines)
    places += """<Location /app/any-open/>
  OIDCUnAutzAction auth
  <RequireAny>
  Require claim acr:high
  Require user user-subject-1234531
  </RequireAny>
</Location>
"""
    site = Site("localhost", issuer, backend, places=places)
    serve(site)
    return site


@pytest.fixture(autouse=True)
def provider(site):
    """acr is what was asked for, low otherwise."""
    def claims(message, turn):
        message["acr"] = turn.params.get("acr_values", "low")
    site.issuer.fault = {"claims": claims}
    site.issuer.complaints.clear()
    yield
    assert site.issuer.complaints == []


def cookie_of(site, browser):
    return [c.value for c in browser.named(site.session)]


@pytest.mark.parametrize("name", LINES)
def test_step_up(site, browser, backend, name):
    site.login(browser)
    before, bytes_before = cookie_of(site, browser), backend.bytes_in
    answer = browser.get(site.url("/app/%s/page?a=1" % name))
    assert answer.status == 302 and site.wants_login(answer)
    assert backend.bytes_in == bytes_before and MARK not in answer.text
    sent = query_of(answer.location)
    assert sent["acr_values"] == "high" and "step" in sent["scope"].split()
    page = browser.follow(answer)
    assert page.status == 200 and MARK in page.text
    assert page.url == site.url("/app/%s/page?a=1" % name)
    assert cookie_of(site, browser) != before
    site.httpd.expect("AH01631", "AH01617", "AH01630")


@pytest.mark.p0
@pytest.mark.parametrize("name", LINES)
def test_no_loop(site, browser, name):
    """A provider that never sends the claim: one redirect, then 403 with a page that says so."""
    site.issuer.fault = {"claims": lambda message, turn: message.update(acr="low")}
    site.login(browser)
    calls = len(site.issuer.calls)
    answer = browser.follow(browser.get(site.url("/app/%s/page" % name)))
    assert answer.status == 403 and "STEP_UP_IN_VAIN" in answer.text
    assert site.issuer.count("authorize", calls) == 1
    # again and again: no further redirect
    assert browser.get(site.url("/app/%s/page" % name)).status == 403
    # the session is good elsewhere, and another page may ask once
    assert browser.get(site.url("/app/page")).status == 200
    assert site.wants_login(browser.get(site.url("/app/%s/other" % name)))
    site.httpd.expect("OIDC-STEP_UP_IN_VAIN", "AH01631", "AH01617", "AH01630")


def test_the_alternative_counts(site, browser):
    """RequireAny: a line that fails asks for nothing where another one lets in."""
    site.login(browser)
    assert browser.get(site.url("/app/any-open/x")).status == 200


def test_a_script_gets_no_redirect(site, browser, backend):
    site.login(browser)
    before = backend.bytes_in
    answer = browser.get(site.url("/app/one/x"), plain=True, headers=[("Accept", "application/json")])
    assert answer.status == 403 and not answer.header("location")
    assert backend.bytes_in == before
    assert not [c for c in answer.cookies if c.name.startswith("mod_auth_openidc_state")]
    site.httpd.expect(*QUIET)


def test_without_a_session_it_is_a_login(site, browser):
    answer = browser.get(site.url("/app/one/x"))
    assert site.wants_login(answer)
    page = browser.follow(answer)
    assert page.status == 200 and MARK in page.text


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("name", LINES)
def test_other_actions(site, backend, action, name):
    browser = Browser()
    site.login(browser)
    before = backend.bytes_in
    answer = browser.get(site.url("/app/%s-%s/x" % (name, action)))
    assert answer.status == int(action) and backend.bytes_in == before
    assert (answer.header("location") or "").endswith("/open/sorry") == (action == "302")
    site.httpd.expect(*QUIET)
