# SPDX-License-Identifier: Apache-2.0
"""Without a session: who is redirected, who gets a 401, who passes; and the pages of errors."""
import re

import pytest

from harness.backend import MARK
from harness.client import raw_exchange, raw_status
from harness.faults import put
from harness.op import query_of
from harness.site import Site


@pytest.fixture(scope="module")
def site(serve, op, backend):
    places = """
<Location /app/>
  AuthType openid-connect
  Require valid-user
</Location>
<Location /cgi/>
  AuthType openid-connect
  Require valid-user
</Location>
<Location /app/auth/>
  OIDCUnAuthAction auth
</Location>
<Location /app/401/>
  OIDCUnAuthAction 401
</Location>
<Location /app/407/>
  OIDCUnAuthAction 407
</Location>
<Location /app/410/>
  OIDCUnAuthAction 410
</Location>
<Location /app/expr/>
  OIDCUnAuthAction 401 "%{HTTP:X-Api} == 'yes'"
</Location>
<Location /app/pass/>
  OIDCUnAuthAction pass
  Require valid-user
</Location>
<Location /app/Mixed/>
  AuthType OpenID-Connect
  Require valid-user
</Location>
<Location /app/scope/>
  OIDCPathScope address
  OIDCPathAuthRequestParams "acr_values=gold&login_hint=#"
</Location>
"""
    site = Site("localhost", op.issuer("unauth"), backend, places=places)
    serve(site)
    return site


SCRIPTS = {
    "xhr": [("X-Requested-With", "XMLHttpRequest"), ("Accept", "*/*")],
    "json": [("Accept", "application/json")],
    "fetch": [("Sec-Fetch-Mode", "cors"), ("Sec-Fetch-Dest", "empty"), ("Accept", "*/*")],
    "image": [("Sec-Fetch-Mode", "no-cors"), ("Sec-Fetch-Dest", "image"), ("Accept", "image/*")],
    "iframe": [("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "iframe"), ("Accept", "text/html")],
    "plain_text": [("Accept", "text/plain")],
}


@pytest.mark.parametrize("kind", SCRIPTS)
def test_scripts_get_401_with_json(site, browser, backend, kind):
    before = backend.bytes_in
    answer = browser.get(site.url("/app/x"), plain=True, headers=SCRIPTS[kind])
    assert answer.status == 401 and backend.bytes_in == before
    assert answer.header("location") is None and not answer.cookies
    assert re.match(r"application/(problem\+)?json", answer.header("content-type"))
    assert answer.json["error"]
    assert "no-store" in answer.header("cache-control", "")
    assert MARK not in answer.text
    site.httpd.expect("OIDC-LOGIN_REQUIRED")


@pytest.mark.parametrize("headers", [
    [("Accept", "text/html")], [("Accept", "*/*")], [], [("Accept", "application/xhtml+xml")],
    [("Accept", "application/json, text/html;q=0.5")],
    [("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document"), ("Accept", "text/html")]], ids=str)
def test_browsers_are_redirected(site, browser, headers):
    answer = browser.get(site.url("/app/x"), plain=True, headers=headers)
    assert site.wants_login(answer)
    assert "no-store" in answer.header("cache-control", "")       # N249


def test_methods_that_cannot_be_repeated(site, browser, backend):
    """A POST without a session: a login or a refusal; the application gets nothing."""
    before = backend.bytes_in
    answer = browser.post(site.url("/app/x"), {"a": "b"})
    assert answer.status in (302, 303, 401) and backend.bytes_in == before
    site.httpd.expect("OIDC-LOGIN_REQUIRED")


@pytest.mark.parametrize("action,status", [("401", 401), ("407", 407), ("410", 410)])
def test_unauth_action(site, browser, action, status):
    answer = browser.get(site.url("/app/%s/x" % action))
    assert answer.status == status and MARK not in answer.text
    assert answer.header("location") is None
    site.httpd.expect("OIDC-LOGIN_REQUIRED")


def test_unauth_action_auth_and_expression(site, browser):
    assert site.wants_login(browser.get(site.url("/app/auth/x")))
    assert site.wants_login(browser.get(site.url("/app/expr/x")))
    assert browser.get(site.url("/app/expr/x"), headers=[("X-Api", "yes")]).status == 401
    site.httpd.expect("OIDC-LOGIN_REQUIRED")


def test_pass(site, browser):
    answer = browser.get(site.url("/app/pass/x"))
    assert answer.status == 200 and "OIDC_CLAIM" not in answer.text
    site.login(browser)
    assert "OIDC_CLAIM_sub" in browser.get(site.url("/app/pass/x")).text


def test_auth_type_in_any_case(site, browser):
    assert site.wants_login(browser.get(site.url("/app/Mixed/x")))


def test_path_scope_and_parameters(site, browser):
    params = query_of(browser.get(site.url("/app/scope/x?login_hint=bob")).location)
    assert params["acr_values"] == "gold" and params["login_hint"] == "bob"
    assert set(params["scope"].split()) == {"openid", "profile", "email", "address"}


METHODS = ["TRACE", "CONNECT", "get", "gEt", "FOO", "PROPFIND", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS",
           "BREW", "POST"]


@pytest.mark.p0
@pytest.mark.parametrize("method", METHODS)
def test_n251_every_method_is_protected(site, backend, method):
    before = backend.bytes_in
    for path in ("/app/x", "/cgi/env.cgi"):
        got = raw_exchange(site.httpd.port, (
            "%s %s HTTP/1.1\r\nHost: localhost:%d\r\nAccept: text/html\r\nContent-Length: 0\r\n"
            "Connection: close\r\n\r\n" % (method, path, site.httpd.port)).encode())
        assert MARK.encode() not in got
        if method == "TRACE" and b"Content-Type: message/http" in got:
            continue        # httpd's own echo of the request, before any page is looked for
        assert raw_status(got) in (302, 303, 400, 401, 403, 405, 501), got[:200]
    assert backend.bytes_in == before
    site.httpd.expect("OIDC-", "AH")


@pytest.mark.p0
@pytest.mark.parametrize("line", ["GET http://localhost/app/x HTTP/1.1", "GET http://evil.test/app/x HTTP/1.1",
                                  "GET * HTTP/1.1", "GET app/x HTTP/1.1", "GET /app/x HTTP/1.0",
                                  "GET /app/x HTTP/9.9", "GET  /app/x HTTP/1.1", "GET /app/x\tHTTP/1.1"])
def test_n251_request_lines(site, backend, line):
    before = backend.bytes_in
    got = raw_exchange(site.httpd.port, ("%s\r\nHost: localhost:%d\r\nConnection: close\r\n\r\n"
                                         % (line, site.httpd.port)).encode())
    assert MARK.encode() not in got and backend.bytes_in == before
    site.httpd.expect("OIDC-", "AH")


@pytest.mark.p0
@pytest.mark.parametrize("headers", [
    [("Accept", "application/vnd.paos+xml"), ("PAOS", 'ver="urn:liberty:paos:2003-08"')],
    [("X-Requested-With", "XMLHttpRequest")], [("Upgrade", "websocket"), ("Connection", "Upgrade"),
                                               ("Sec-WebSocket-Key", "AAAA"), ("Sec-WebSocket-Version", "13")],
    [("Expect", "100-continue")], [("Range", "bytes=0-1")], [("Authorization", "Basic YWxpY2U6eA==")],
    [("Authorization", "Bearer x")], [("Authorization", "Negotiate x")], [("Cookie", "a=b")],
    [("Origin", "https://evil.test"), ("Access-Control-Request-Method", "GET")],
    [("X-Forwarded-User", "root")], [("Remote-User", "root")], [("Proxy-Authorization", "Basic eDp5")]], ids=str)
def test_n243_n250_headers_open_nothing(site, browser, backend, headers):
    before = backend.bytes_in
    for method in ("GET", "OPTIONS"):
        answer = browser.request(method, site.url("/app/x"), headers=headers)
        assert answer.status in (302, 401, 417) and MARK not in answer.text
    assert backend.bytes_in == before
    site.httpd.expect("OIDC-")


# --- error pages ------------------------------------------------------------------------------

def test_error_page_for_a_person(site, browser):
    """What happened, who can mend it, an id that stands in the log line; nothing active."""
    mark = site.httpd.log.mark()
    answer = browser.get(site.callback + "?code=a&state=b")
    assert answer.status == 400
    assert answer.header("content-type").startswith("text/html")
    policy = answer.header("content-security-policy")
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert answer.header("x-content-type-options") == "nosniff"
    assert "no-store" in answer.header("cache-control")
    line = site.httpd.log.failures(mark)[0]
    assert line.incident in answer.text
    assert "<title>" in answer.text and "<script" not in answer.text
    site.httpd.expect("OIDC-")


def test_error_document_for_a_program(site, browser):
    """RFC 9457, with the OAuth member error."""
    mark = site.httpd.log.mark()
    answer = browser.get(site.callback + "?code=a&state=b", plain=True,
                         headers=[("Accept", "application/json")])
    assert answer.status == 400
    assert answer.header("content-type").startswith("application/problem+json")
    doc = answer.json
    assert doc["status"] == 400 and doc["error"] and doc["title"]
    assert doc["incident"] == site.httpd.log.failures(mark)[0].incident
    site.httpd.expect("OIDC-")


@pytest.mark.p0
@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "\"'><img src=x onerror=alert(1)>",
                                  "</title><script>alert(1)</script>", "+ADw-script+AD4-alert(1)",
                                  "\u202e\u2066evil", "%3Cscript%3E", "{{7*7}}", "a\0b", "\x1b[31m"])
@pytest.mark.parametrize("name", ["error", "error_description", "error_uri", "state", "code", "iss"])
def test_n224_markup_in_parameters(site, browser, name, text):
    from urllib.parse import quote
    values = {"state": "x", "error": "access_denied", name: text}
    query = "&".join("%s=%s" % (k, quote(v, safe="")) for k, v in values.items())
    answer = browser.get(site.callback + "?" + query)
    assert answer.status == 400
    for bad in ("<script", "<img", "onerror=alert", "\u202e", "\x1b"):
        assert bad not in answer.text
    log = site.httpd.log.text(0)
    assert "\x1b" not in log
    site.httpd.expect("OIDC-")


@pytest.mark.p0
@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "\"'><b>", "\u202e", "\x07\x1b[2J"])
def test_n224_markup_from_the_provider(site, browser, text):
    """The provider's own error text, with a valid state."""
    site.issuer.fault = {"authz": lambda m, t: put(error=text, error_description=text,
                                                   error_uri="javascript:" + text)(m, t)}
    mark = site.mark()
    try:
        answer = site.attempt(browser)
        assert "<script" not in answer.text and "<b>" not in answer.text
        mark.denied(browser, answer, token=0)
        assert "\x1b" not in site.httpd.log.text(mark.log)
    finally:
        site.issuer.fault = {}
