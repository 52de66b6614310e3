# SPDX-License-Identifier: Apache-2.0
"""httpd's phases: our answers are only ours, and no detour leads around the check (group O)."""
import base64
import hashlib

import pytest

from harness.backend import MARK
from harness.client import Browser
from harness.site import SESSION, Site

SECRET = "TOP-SECRET-FILE"


@pytest.fixture(scope="module")
def site(backend, op):
    from harness.server import Httpd
    issuer = op.issuer("phases")
    site = Site("localhost", issuer, backend)

    def body(httpd):
        import os
        for d in ("static", "listing", "ssi", "rewritten", "multi", "public"):
            os.makedirs(httpd.path("htdocs", d), exist_ok=True)
        httpd.write("htdocs/static/index.html", "<p>%s index</p>" % SECRET)
        httpd.write("htdocs/static/file.txt", SECRET)
        httpd.write("htdocs/listing/%s.txt" % SECRET, "x")
        httpd.write("htdocs/multi/page.html", SECRET)
        httpd.write("htdocs/public/include.shtml", 'before <!--#include virtual="/static/file.txt" --> after '
                    '<!--#echo var="REMOTE_USER" -->')
        httpd.write("htdocs/ssi/page.shtml", 'user=<!--#echo var="REMOTE_USER" --> '
                    'claim=<!--#echo var="OIDC_CLAIM_sub" --> <!--#include virtual="/cgi/env.cgi" -->')
        httpd.write("htdocs/public/error.shtml", 'error page user=<!--#echo var="REMOTE_USER" -->')
        for d in ("basic/claim", "app/own"):
            os.makedirs(httpd.path("htdocs", d), exist_ok=True)
        httpd.write("htdocs/basic/page.shtml", 'basic <!--#echo var="REMOTE_USER" --> '
                    '<!--#include virtual="/static/file.txt" -->')
        httpd.write("htdocs/basic/claim/f.txt", SECRET)
        passwords = httpd.write("conf/passwords", "bea:{SHA}%s\n" % base64.b64encode(
            hashlib.sha1(b"pw").digest()).decode())
        guard = "AuthType openid-connect\nRequire valid-user\n"
        site.places = "".join("<Location %s>\n%s%s</Location>\n" % (p, guard, extra) for p, extra in [
            ("/app/", ""), ("/cgi/", ""), ("/static/", ""), ("/listing/", "Options +Indexes\n"),
            ("/ssi/", "Options +Includes\nSetOutputFilter INCLUDES\n"), ("/multi/", "Options +MultiViews\n"),
            ("/rewritten/", ""), ("/app/whole/", ""), ("/gone/", "ErrorDocument 404 /public/error.shtml\n"),
            ("/app/handler/", "SetHandler server-status\n"), ("/app/own/", "OIDCCookie own_session\n"), ("/app/satisfy/", "Order deny,allow\nDeny from all\nSatisfy Any\n"),
            ("/loop/", "ErrorDocument 401 /loop/401\nErrorDocument 403 /loop/403\nErrorDocument 500 /loop/500\n"
                       "Require user nobody\nAuthMerging And\n"),
        ])
        site.conf = """
AddType text/html .shtml
<Location /public/>
  Options +Includes
  SetOutputFilter INCLUDES
</Location>
<Location /oidc/>
  SetOutputFilter INCLUDES
  Options +Includes
</Location>
<Location /basic/>
  AuthType Basic
  AuthName basic
  AuthBasicProvider file
  AuthUserFile %s
  Require valid-user
  Options +Includes
  SetOutputFilter INCLUDES
</Location>
<Location /basic/claim/>
  Require claim sub:user-subject-1234531
</Location>
<Location /app/own/>
  AuthType openid-connect
  Require valid-user
</Location>
RewriteEngine On
RewriteRule ^/jump/(.*)$ /static/$1 [PT]
RewriteRule ^/rewritten/to-proxy$ http://127.0.0.1:%d/app/via-rewrite [P]
Alias /alias/ %s/htdocs/static/
<Directory %s/htdocs/static>
  DirectoryIndex index.html
</Directory>
<Location /alias/>
  AuthType openid-connect
  Require valid-user
</Location>
ProxyPass /oidc/ http://127.0.0.1:%d/leak/
""" % (passwords, backend.port, httpd.root, httpd.root, backend.port)
        return site.vhost(httpd)
    httpd = Httpd(body, modules=["access_compat", "negotiation"])
    httpd.allowed.append("AH01797: client denied by server configuration: .*/app/satisfy/x")
    httpd.start()
    yield site
    httpd.destroy()


PROTECTED = ["/static/", "/static/file.txt", "/static/index.html", "/listing/", "/multi/page", "/app/x",
             "/cgi/env.cgi", "/ssi/page.shtml", "/jump/file.txt", "/rewritten/to-proxy", "/alias/file.txt",
             "/alias/", "/app/handler/", "/app/satisfy/x"]


@pytest.mark.p0
@pytest.mark.parametrize("path", PROTECTED)
def test_n241_n242_redirect_has_only_our_bytes(site, browser, path):
    """The answer to a stranger holds nothing of the page, whatever would have made it."""
    before = site.backend.bytes_in
    answer = browser.get(site.url(path))
    assert site.wants_login(answer), (answer.status, answer.text[:200])
    for leak in (SECRET, MARK, "Server Status", "Index of", "error page"):
        assert leak not in answer.text
    assert site.backend.bytes_in == before
    assert len(answer.body) < 2000


@pytest.mark.p0
@pytest.mark.parametrize("path", PROTECTED)
def test_with_a_session_they_all_work(site, path):
    browser = Browser()
    site.login(browser)
    answer = browser.get(site.url(path))
    assert answer.status == 200, (answer.status, answer.text[:200])


@pytest.mark.p0
@pytest.mark.parametrize("query", ["?logout=", "?info=json", "?code=a&state=b", "", "?session=check", "?jwks=rsa",
                                   "?x=y", "?refresh=/", "?remove_at_cache=x", "?revoke_session=x"])
def test_n241_own_endpoints(site, query):
    """/oidc/ is even proxied: the redirect URI answers itself, with our bytes only."""
    before = site.backend.bytes_in
    browser = Browser()
    site.login(browser)
    before = site.backend.bytes_in
    for who in (browser, Browser()):
        answer = who.get(site.callback + query)
        assert MARK not in answer.text
        assert answer.status != 200 or query in ("?logout=", "?jwks=rsa", "?info=json")
    assert site.backend.bytes_in == before
    site.httpd.expect("OIDC-")


def test_n244_include_of_a_protected_file(site, browser):
    """A public page that includes a protected one: a stranger does not get it, a member does."""
    answer = browser.get(site.url("/public/include.shtml"))
    assert SECRET not in answer.text and "user-subject" not in answer.text
    assert not [c for c in answer.cookies if c.name == SESSION]
    member = Browser()
    site.login(member)
    answer = member.get(site.url("/public/include.shtml"))
    assert "before" in answer.text
    site.httpd.expect("OIDC-", "AH01374", "unable to include")


def test_n244_subrequests_have_the_same_user(site):
    browser = Browser()
    site.login(browser)
    answer = browser.get(site.url("/ssi/page.shtml"))
    assert "user=user-subject-1234531" in answer.text
    assert "claim=user-subject-1234531" in answer.text
    assert '"REMOTE_USER": "user-subject-1234531"' in answer.text
    assert '"OIDC_CLAIM_sub": "user-subject-1234531"' in answer.text


def test_n244_another_auth_type(site):
    """A place with Basic: its user is not ours, has no claims, and opens no place of ours."""
    member, stranger = Browser(), Browser()
    site.login(member)
    for who in (member, stranger):
        who.credentials = {site.url("/basic/"): ("bea", "pw")}
        page = who.get(site.url("/basic/page.shtml"))
        assert page.status == 200 and "basic bea" in page.text
        assert "user-subject" not in page.text
        answer = who.get(site.url("/basic/claim/f.txt"))
        assert answer.status in (401, 403) and SECRET not in answer.text
    assert SECRET not in stranger.get(site.url("/basic/page.shtml")).text
    site.httpd.expect("AH0163", "AH01617", "OIDC-", "unable to include", "AH01374")


def test_place_with_a_session_of_its_own(site):
    """OIDCCookie per path: the session cookie of one place is nothing in the other."""
    browser = Browser()
    site.login(browser)
    assert site.wants_login(browser.get(site.url("/app/own/x")))
    browser.set_cookie("own_session", browser.named(SESSION)[0].value, site.host)
    answer = browser.get(site.url("/app/own/x"))
    assert answer.status in (200, 302)      # the same session under another name, or none
    assert browser.get(site.url("/app/x")).status == 200


def test_n244_directory_index_and_negotiation(site):
    browser = Browser()
    site.login(browser)
    assert SECRET in browser.get(site.url("/static/")).text
    assert SECRET in browser.get(site.url("/multi/page")).text


def test_n244_error_document_of_a_protected_place(site):
    browser = Browser()
    site.login(browser)
    answer = browser.get(site.url("/gone/x"))
    assert answer.status == 404 and "error page" in answer.text


def test_n234_error_documents_inside_the_protected_tree(site, browser):
    """No recursion, no state cookie per round, an answer."""
    member = Browser()
    site.login(member)
    for who in (browser, member):
        answer = who.get(site.url("/loop/x"))
        assert answer.status in (302, 401, 403, 404, 500)
        assert len(answer.all_headers("set-cookie")) <= 2
    site.httpd.expect("OIDC-", "AH0163", "AH01617")


def test_n249_caching(site):
    """A member's page is not for shared caches unless the application says so."""
    browser = Browser()
    answer = site.begin(browser)
    assert "no-store" in answer.header("cache-control", "")


def test_n252_keep_alive_users(site):
    """On one connection: a member, a stranger, another member."""
    import http.client
    one, two = Browser(), Browser()
    site.login(one)
    site.issuer.sub = "second-user"
    try:
        site.login(two)
    finally:
        site.issuer.sub = "user-subject-1234531"
    conn = http.client.HTTPConnection("127.0.0.1", site.httpd.port)
    seen = []
    for who in (one, None, two, None, one):
        head = {"Host": "localhost:%d" % site.httpd.port, "Accept": "text/html"}
        if who:
            head["Cookie"] = who.cookie_header(site.url())
        conn.request("GET", "/cgi/env.cgi", headers=head)
        answer = conn.getresponse()
        text = answer.read().decode()
        seen.append("302" if answer.status == 302 else
                    text.split('"REMOTE_USER": "')[1].split('"')[0])
    conn.close()
    assert seen == ["user-subject-1234531", "302", "second-user", "302", "user-subject-1234531"]
