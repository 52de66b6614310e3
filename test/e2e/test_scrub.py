# SPDX-License-Identifier: Apache-2.0
"""Headers a client sends in our name never reach an application (group F)."""

import pytest

from harness.backend import MARK, headers_of
from harness.client import Browser, raw_exchange, raw_status
from harness.site import Site

EVIL = "EVIL-identity"

# Spellings that some application or gateway folds to one of our names.
SPELLINGS = ["OIDC_CLAIM_sub", "OIDC-CLAIM-sub", "oidc_claim_sub", "Oidc-Claim-Sub", "OIDC-CLAIM_SUB",
             "OIDC_access_token", "OIDC-Access-Token", "OIDC_CLAIM_anything", "oidc-claim-groups",
             "OIDC.CLAIM.sub", "OIDC_CLAIM__sub", "OIDC--CLAIM--sub", "OIDC_id_token",
             "OIDC_userinfo_json", "OIDC_REMOTE_USER", "OIDC_", "OIDC_x", "X-Remote-User",
             "x-remote-user", "X_Remote_User", "X_REMOTE-USER", "OIDC!CLAIM!sub", "OIDC~CLAIM~sub",
             "OIDC%CLAIM%sub", "OIDC*CLAIM*sub"]


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
<Location /pass/>
  AuthType openid-connect
  OIDCUnAuthAction pass
  Require all granted
</Location>
<Location /cgipass/>
  AuthType openid-connect
  OIDCUnAuthAction pass
  Require all granted
</Location>
<Location /any/>
  AuthType openid-connect
  OIDCUnAuthAction pass
  Require valid-user
</Location>
"""
    conf = """
OIDCAuthNHeader X-Remote-User
ProxyPass /pass/ http://127.0.0.1:%d/pass/
ProxyPass /any/ http://127.0.0.1:%d/any/
ScriptAliasMatch ^/cgipass/(.*) %s/$1
ScriptAlias /errors/ %s/
ErrorDocument 404 /errors/env.cgi
Alias /missing/ /nonexistent/
""" 
    issuer = op.issuer("scrub")
    custom = Site("custom.localhost", op.issuer("scrub2"), backend,
                  "OIDCClaimPrefix MY_\nOIDCAuthNHeader Remote-Person")
    site = Site("localhost", issuer, backend, places=places)
    site.custom = custom

    def body(httpd):
        apps = httpd.path("apps")
        site.conf = conf % (backend.port, backend.port, apps, apps)
        return site.vhost(httpd) + custom.vhost(httpd)
    from harness.server import Httpd
    site.server = Httpd(body, preamble="MergeTrailers On").start()
    yield site
    site.server.destroy()


def evil_headers():
    return [(name, EVIL) for name in SPELLINGS]


def raw_get(site, path, headers, method="GET", cookie=None, host="localhost"):
    lines = ["%s %s HTTP/1.1" % (method, path), "Host: %s:%d" % (host, site.httpd.port),
             "Accept: text/html", "Connection: close"]
    lines += ["%s: %s" % h for h in headers]
    if cookie:
        lines.append("Cookie: " + cookie)
    return raw_exchange(site.httpd.port, ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))


PUBLIC = {"n103_pass_proxy": "/pass/x", "n103_pass_cgi": "/cgipass/env.cgi",
          "n103_public_proxy": "/open/x", "n103_public_cgi": "/opencgi/env.cgi",
          "n103_pass_valid_user": "/any/x"}


@pytest.mark.p0
@pytest.mark.parametrize("method", ["GET", "OPTIONS", "POST", "HEAD"])
@pytest.mark.parametrize("place", PUBLIC)
def test_n103_n105_anonymous_places(site, backend, place, method):
    """Nobody is signed in; the application sees nothing that claims otherwise."""
    before = len(backend.requests)
    got = raw_get(site, PUBLIC[place], evil_headers(), method)
    assert raw_status(got) in (200, 401, 405, 302), got[:300]
    assert EVIL.encode() not in got
    for request in backend.requests[before:]:
        assert EVIL not in str(request.headers), request.headers
    site.httpd.expect("OIDC-LOGIN_REQUIRED")


@pytest.mark.p0
@pytest.mark.parametrize("path", ["/app/x", "/cgi/env.cgi"])
def test_n103_n106_with_a_session(site, browser, path):
    """Each spelling, several times: the application sees our values and only ours."""
    site.login(browser)
    cookie = browser.cookie_header(site.url())
    got = raw_get(site, path, evil_headers() + evil_headers(), cookie=cookie)
    assert raw_status(got) == 200
    assert EVIL.encode() not in got
    assert b"user-subject-1234531" in got


@pytest.mark.p0
@pytest.mark.parametrize("name", SPELLINGS)
def test_n105_each_spelling_alone(site, backend, name):
    for path in ("/open/x", "/opencgi/env.cgi", "/pass/x"):
        got = raw_get(site, path, [(name, EVIL)])
        assert raw_status(got) in (200, 400)
        assert EVIL.encode() not in got


def test_n105_configured_prefix_and_user_header(site, browser):
    """Both the own prefix and OIDC_ are ours."""
    custom = site.custom
    names = ["MY_sub", "my-sub", "My.Sub", "MY_anything", "Remote-Person", "REMOTE_PERSON",
             "remote.person", "OIDC_CLAIM_sub", "OIDC_access_token"]
    got = raw_get(custom, "/open/x", [(n, EVIL) for n in names], host="custom.localhost")
    assert raw_status(got) == 200 and EVIL.encode() not in got
    _, page = custom.login(browser)
    seen = headers_of(page)
    assert seen["my_sub"] == ["user-subject-1234531"]
    assert seen["remote-person"] == ["user-subject-1234531"]


def test_other_headers_stay(site):
    """Names that only look alike are not ours."""
    keep = [("X-OIDC-Trace", "keep-1"), ("OIDCX", "keep-2"), ("MYOIDC_CLAIM_sub", "keep-3"),
            ("Remote-User-Agent", "keep-4")]
    got = raw_get(site, "/open/x", keep)
    for _, value in keep:
        assert value.encode() in got


@pytest.mark.p0
@pytest.mark.parametrize("value", ["OIDC_CLAIM_sub, close", "close, OIDC_CLAIM_sub", "oidc_claim_sub",
                                   "X-Remote-User, close", "OIDC_CLAIM_sub,OIDC_CLAIM_email, close",
                                   "keep-alive,,OIDC_CLAIM_sub ,", "close,\tOIDC_CLAIM_sub"])
@pytest.mark.parametrize("header", ["Connection", "Proxy-Connection", "Keep-Alive", "TE"])
def test_n107_connection_names_our_header(site, browser, header, value):
    """mod_proxy deletes what Connection names: ours must arrive all the same."""
    site.login(browser)
    lines = ["GET /app/x HTTP/1.1", "Host: localhost:%d" % site.httpd.port, "Accept: text/html",
             "Cookie: " + browser.cookie_header(site.url()), "%s: %s" % (header, value)]
    if header != "Connection":
        lines.append("Connection: close")
    got = raw_exchange(site.httpd.port, ("\r\n".join(lines) + "\r\n\r\n").encode(), 5)
    assert raw_status(got) == 200
    assert b'"OIDC_CLAIM_sub", "user-subject-1234531"' in got, got
    assert b'"X-Remote-User", "user-subject-1234531"' in got
    assert b'"OIDC_CLAIM_email", "user@example.com"' in got


@pytest.mark.p0
@pytest.mark.parametrize("path", ["/open/x", "/pass/x", "/opencgi/env.cgi", "/cgipass/env.cgi"])
@pytest.mark.parametrize("name", ["OIDC_CLAIM_sub", "X-Remote-User", "oidc-claim-sub"])
def test_n108_trailers(site, path, name):
    """A claim as a trailer of a chunked request, with MergeTrailers On."""
    data = ("POST %s HTTP/1.1\r\nHost: localhost:%d\r\nTransfer-Encoding: chunked\r\nTrailer: %s\r\n"
            "Connection: close\r\n\r\n5\r\nhello\r\n0\r\n%s: %s\r\n\r\n" % (
                path, site.httpd.port, name, name, EVIL)).encode()
    got = raw_exchange(site.httpd.port, data)
    assert raw_status(got) in (200, 405)
    assert EVIL.encode() not in got
    site.httpd.expect("AH00574")    # of httpd, when a script is done before the body is


@pytest.mark.p0
@pytest.mark.parametrize("path", ["/app/x", "/cgi/env.cgi"])
def test_n108_trailers_with_a_session(site, browser, path):
    site.login(browser)
    data = ("POST %s HTTP/1.1\r\nHost: localhost:%d\r\nTransfer-Encoding: chunked\r\nCookie: %s\r\n"
            "Trailer: OIDC_CLAIM_sub\r\nConnection: close\r\n\r\n5\r\nhello\r\n0\r\n"
            "OIDC_CLAIM_sub: %s\r\nOIDC_CLAIM_extra: %s\r\n\r\n" % (
                path, site.httpd.port, browser.cookie_header(site.url()), EVIL, EVIL)).encode()
    got = raw_exchange(site.httpd.port, data)
    assert raw_status(got) == 200
    assert EVIL.encode() not in got and b"user-subject-1234531" in got
    site.httpd.expect("AH00574")


def test_n103_error_document(site, browser):
    """The page for a 404 is an application too."""
    got = raw_get(site, "/missing/x", evil_headers())
    assert raw_status(got) == 404 and MARK.encode() in got
    assert EVIL.encode() not in got


def test_n103_redirect_uri(site):
    got = raw_get(site, "/oidc/callback?info=json", evil_headers())
    assert raw_status(got) in (401, 404, 302) and EVIL.encode() not in got
    site.httpd.expect("OIDC-")


@pytest.mark.parametrize("header", ["X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Uri",
                                    "X-HTTP-Method-Override", "X-HTTP-Method", "X-Original-Method"])
def test_n110_headers_that_rename_the_request(site, backend, header):
    before = backend.bytes_in
    got = raw_get(site, "/app/x", [(header, "/open/x" if "Method" not in header else "OPTIONS")])
    assert raw_status(got) == 302 and backend.bytes_in == before


@pytest.mark.parametrize("path", [
    "//app/x", "/./app/x", "/x/../app/x", "/%61pp/x", "/app%2fx", "/app//x", "/app/./x", "/app/%2e/x",
    "/open/../app/x", "/open/%2e%2e/app/x", "/app/x?open", "/app/x%3fopen", "/app/x%23open",
    "/app/x;jsessionid=1", "/app/x#open", "/app\\x", "/APP/x", "/app/x/", "/app/..;/app/x",
    "//open//..//app/x", "/app/%2F", "/ap%70/x"])
def test_n111_n113_paths(site, backend, path):
    """Whatever httpd maps into the protected place is protected."""
    before = len(backend.requests)
    got = raw_get(site, path, [])
    assert raw_status(got) in (302, 400, 403, 404), got[:200]
    for request in backend.requests[before:]:
        assert not request.path.startswith("/app"), request.target
    site.httpd.expect("AH0", "OIDC-")


CLAIMS = {
    "n114_crlf": ("evil", "a\r\nX-Injected: 1"), "n114_lf": ("evil", "a\nX-Injected: 1"),
    "n114_cr": ("evil", "a\rX-Injected: 1"), "n114_control": ("evil", "a\x01\x1f\x7fb"),
    "n117_colon": ("sub:", "x"), "n117_space": ("x y", "x"), "n117_crlf": ("a\r\nX-Injected", "1"),
    "n117_empty": ("", "x"), "n117_long": ("n" * 1024, "x"), "n117_unicode": ("이름", "x"),
}


@pytest.mark.p0
@pytest.mark.parametrize("case", CLAIMS)
@pytest.mark.parametrize("path", ["/app/x", "/cgi/env.cgi"])
def test_n114_n117_hostile_claims(site, browser, case, path):
    """Names and values of claims cannot make a header of their own or split the request."""
    name, value = CLAIMS[case]
    site.issuer.extra_claims = {name: value, "after": "still-here"}
    try:
        answer = browser.follow(site.begin(browser, path))
    finally:
        site.issuer.extra_claims = {}
    site.httpd.expect("OIDC-")
    if answer.status != 200:        # refusing such a login is fine as well
        assert answer.status in (500, 502)
        return
    if path.startswith("/app"):
        for header, text in answer.json["headers"]:
            assert header.lower() != "x-injected"
            assert not any(ord(c) < 32 or ord(c) == 127 for c in header + text)
        assert headers_of(answer)["oidc_claim_after"] == ["still-here"]
    else:
        assert "HTTP_X_INJECTED" not in answer.json["env"]
        for key, text in answer.json["env"].items():
            assert "\n" not in key and "\r" not in text and "\n" not in text, (key, text)


@pytest.mark.p0
@pytest.mark.parametrize("name", ["REMOTE_USER", "AUTHORIZATION", "HTTP_PROXY", "PATH", "LD_PRELOAD",
                                  "HTTP_HOST", "AUTH_TYPE", "HTTPS"])
def test_n117_claims_named_like_variables(site, browser, name):
    """With the usual prefix no claim can be any other variable."""
    site.issuer.extra_claims = {name: "CLAIMED"}
    try:
        answer = browser.follow(site.begin(browser, "/cgi/env.cgi"))
    finally:
        site.issuer.extra_claims = {}
    env = answer.json["env"]
    assert env["OIDC_CLAIM_" + name] == "CLAIMED"
    assert env.get(name) != "CLAIMED"


def test_n116_delimiter_in_elements(site):
    """["a,b"] and ["a","b"] differ at the application."""
    seen = []
    for groups in (["a,b"], ["a", "b"], ["a\\", "b"], ["a\\,b"]):
        site.issuer.extra_claims = {"groups": groups}
        try:
            _, page = site.login(Browser())
        finally:
            site.issuer.extra_claims = {}
        seen.append(headers_of(page)["oidc_claim_groups"][0])
    assert len(set(seen)) == 4, seen
    assert seen[1] == "a,b" and seen[0] == "a\\,b"


def test_n115_too_much(site, browser):
    """Many claims: a clear failure, never a cut."""
    site.issuer.extra_claims = {"c%d" % i: "v" * 20 for i in range(400)}
    try:
        answer = browser.follow(site.begin(browser))
    finally:
        site.issuer.extra_claims = {}
    site.httpd.expect("OIDC-CLAIMS_TOO_LARGE", "OIDC-SESSION_TOO_LARGE", "OIDC-TOO_LARGE")
    assert answer.status == 500 or "c399" in answer.text
    if answer.status == 500:
        assert MARK not in answer.text


def test_n115_invalid_utf8_from_the_provider(site, browser):
    """JSON that is not UTF-8 is no JSON."""
    site.issuer.fault = {"userinfo_reply": lambda r, t: setattr(
        r, "body", r.body[:-1] + b',"x":"\xff"}')}
    try:
        mark = site.mark()
        mark.denied(browser, site.attempt(browser), token=1, userinfo=1)
    finally:
        site.issuer.fault = {}
