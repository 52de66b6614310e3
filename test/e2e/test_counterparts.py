# SPDX-License-Identifier: Apache-2.0
"""Whole logins between parts of different makers.

Providers: npm's certified oidc-provider, Authlib with Flask, our own. Applications: CGI, PHP,
FastAPI behind mod_proxy. Client authentication: client_secret_basic, client_secret_post, none.
"""
import base64
import hashlib
import json

import pytest

from harness import counterparts
from harness.backend import MARK
from harness.client import Browser, fill
from harness.counterparts import NAME, USERS
from harness.op import query_of
from harness.procs import free_port
from harness.server import MODULE_ID, Httpd
from harness.site import SESSION, Site

METHODS = ["client_secret_basic", "client_secret_post", "none"]
ALGS = {"client_secret_basic": "RS256", "client_secret_post": "PS256", "none": "ES256"}
PROVIDERS = ["oidc-provider", "authlib", "ours"]


class Foreign:
    """A provider of somebody else, with what Site needs to know of an issuer."""

    def __init__(self, kind, auth, port, url, metadata_url):
        self.kind, self.auth, self.port, self.url, self.metadata_url = kind, auth, port, url, metadata_url
        self.client_id = "client-" + auth
        odd = "secret of %s: 100%% {&+}" % auth
        if kind == "authlib":       # which does not decode what RFC 6749 2.3.1 encodes
            odd = "plain-secret-of-" + auth
        self.client_secret = None if auth == "none" else odd
        self.alg = ALGS[auth]


def client_document(site):
    doc = {"client_id": site.issuer.client_id, "redirect_uris": [site.callback],
           "post_logout_redirect_uris": [site.url("/bye")], "response_types": ["code"],
           "grant_types": ["authorization_code"], "token_endpoint_auth_method": site.issuer.auth}
    if site.issuer.client_secret:
        doc["client_secret"] = site.issuer.client_secret
    if site.issuer.kind == "oidc-provider":
        doc["id_token_signed_response_alg"] = site.issuer.alg
    return doc


def our_provider(port_of, sites):
    """Configuration of mod_oidc_provider for the clients of these sites."""
    def body(httpd):
        users = httpd.write("conf/users.json", json.dumps(USERS, ensure_ascii=False))
        hashes = httpd.write("conf/passwords", "".join("%s:{SHA}%s\n" % (
            u, base64.b64encode(hashlib.sha1(p.encode()).digest()).decode())
            for u, p in (("alice", "wonderland"), ("bob", "builder"))))
        clients = ""
        for site in sites:
            secret = '"secret=%s" ' % site.issuer.client_secret if site.issuer.client_secret else ""
            clients += "OIDCOPClient %s %sauth=%s redirect_uri=%s post_logout_redirect_uri=%s\n" % (
                site.issuer.client_id, secret, site.issuer.auth, site.callback, site.url("/bye"))
        return f"""
OIDCOPIssuer http://127.0.0.1:{httpd.port}/op
OIDCOPKeysDir {httpd.path("data")}
OIDCOPClaimsFile {users}
OIDCOPClaim login_of "%{{REMOTE_USER}}@httpd" scope=profile
{clients}
<Location /op/authorize>
  AuthType Basic
  AuthName op
  AuthBasicProvider file
  AuthUserFile {hashes}
  Require valid-user
</Location>
"""
    return body


@pytest.fixture(scope="module")
def world(backend):
    """All of it: three providers, a relying party with nine virtual hosts, three applications."""
    running = []
    ports = {kind: free_port() for kind in PROVIDERS if kind != "ours"}
    op = Httpd("", rp=False, provider=True)
    ports["ours"] = op.port
    sites = {}
    for kind in PROVIDERS:
        url = "http://127.0.0.1:%d%s" % (ports[kind], "/op" if kind == "ours" else "")
        for auth in METHODS:
            issuer = Foreign(kind, auth, ports[kind], url, url + "/.well-known/openid-configuration")
            name = "%s-%s.localhost" % (kind, auth.replace("_", "-"))
            sites[kind, auth] = Site(name, issuer, backend, override={
                "OIDCClientSecret": '"%s"' % issuer.client_secret if issuer.client_secret else None})
    api = counterparts.uvicorn("fastapi_app:app")
    running.append(api)
    php = counterparts.Php()
    running.append(php)
    guard = "AuthType openid-connect\nRequire valid-user\n"
    places = "".join("<Location %s>\n%s</Location>\n" % (p, guard) for p in ("/cgi/", "/php/", "/api/"))
    places += "<Location /admin/>\nAuthType openid-connect\nRequire claim groups:admin\n</Location>\n"

    def body(httpd):
        more = "ScriptAlias /admin/ %s/\nProxyPass /api/ http://127.0.0.1:%d/api/\n" % (
            httpd.path("apps"), api.port)
        for site in sites.values():
            site.places, site.conf = places, more + php.lines(httpd)
        return php.global_lines() + "".join(s.vhost(httpd) for s in sites.values())
    rp = Httpd(body, mpm=php.mpm, modules=php.modules)
    rp.configure()      # now every site knows its addresses
    op.body = our_provider(ports, [s for (k, _), s in sites.items() if k == "ours"])
    if MODULE_ID == "oidc_module":
        running.append(op.start())
    else:
        op.destroy()
    start = {"oidc-provider": counterparts.node_provider, "authlib": counterparts.authlib_provider}
    for kind, make in start.items():
        running.append(make(ports[kind], [client_document(s) for (k, _), s in sites.items() if k == kind]))
    running.append(rp.start())
    yield sites, php
    for one in reversed(running):
        one.destroy() if isinstance(one, Httpd) else one.close()


def log_in(site, browser, path, user="alice"):
    """Through the provider's own pages, to the page that was asked for."""
    passwords = {"alice": "wonderland", "bob": "builder"}
    browser.credentials = {site.issuer.url + "/authorize": (user, passwords[user])} \
        if site.issuer.kind == "ours" else {}
    answer = browser.follow(browser.get(site.url(path)))
    for _ in range(6):
        if answer.url.startswith(site.url("")):
            return answer
        assert answer.status == 200, (answer.status, answer.url, answer.text[:500])
        answer = browser.follow(fill(browser, answer, login=user, password="x", user=user))
    raise AssertionError("the login does not end: " + answer.url)


PATHS = {"cgi": "/cgi/env.cgi", "php": "/php/claims.php", "fastapi": "/api/whoami"}


@pytest.mark.parametrize("application", PATHS)
@pytest.mark.parametrize("auth", METHODS)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_login(world, browser, provider, auth, application):
    sites, php = world
    if application == "php" and php.kind is None:
        pytest.fail("no PHP on this machine (php-fpm, php-cgi or libapache2-mod-php)")
    site = sites[provider, auth]
    page = log_in(site, browser, PATHS[application])
    assert page.status == 200 and MARK in page.text
    env = {k.lower(): v for k, v in page.json["env"].items()}
    assert env["oidc_claim_sub"] == "alice"
    assert env["oidc_claim_name"] == NAME
    assert env["oidc_claim_iss"] == site.issuer.url
    if application != "fastapi":
        assert env["remote_user"] == "alice"
    if provider != "authlib":
        assert env["oidc_claim_groups"] == "admin,staff"
    again = browser.get(site.url(PATHS[application]))
    assert again.status == 200 and again.json["env"]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_who_may_and_who_may_not(world, provider):
    """bob is signed in, but not in the group."""
    sites, _ = world
    site = sites[provider, "client_secret_basic"]
    alice, bob = Browser(), Browser()
    assert log_in(site, alice, "/cgi/env.cgi").status == 200
    assert alice.get(site.url("/admin/env.cgi")).status == 200
    assert log_in(site, bob, "/cgi/env.cgi", "bob").json["env"]["REMOTE_USER"] == "bob"
    answer = bob.get(site.url("/admin/env.cgi"))
    assert answer.status in (401, 403) and MARK not in answer.text
    site.httpd.expect("OIDC-NOT_AUTHORIZED", "AH0163", "AH01617")


@pytest.mark.parametrize("provider", ["oidc-provider", "ours"])
def test_logout_at_the_provider(world, browser, provider):
    """RP-initiated logout: the provider accepts hint and address, and sends the browser back."""
    sites, _ = world
    site = sites[provider, "client_secret_basic"]
    log_in(site, browser, "/cgi/env.cgi")
    answer = browser.get(site.callback + "?logout=%2Fbye")
    assert answer.location.startswith(site.issuer.url)
    assert query_of(answer.location)["id_token_hint"]
    answer = browser.follow(browser.get(answer.location), until=lambda a: a.url.startswith(site.url("/bye")))
    if not answer.url.startswith(site.url("/bye")):     # the provider asks first
        answer = browser.follow(fill(browser, answer, logout="yes"))
    assert answer.url.startswith(site.url("/bye")), (answer.url, answer.text[:300])
    assert browser.named(SESSION) == []
    again = browser.get(site.url("/cgi/env.cgi"))
    assert again.status in (302, 303)


def test_cancelled_at_the_provider(world, browser):
    """The person presses cancel: error=access_denied, a page, no session."""
    sites, _ = world
    site = sites["oidc-provider", "client_secret_basic"]
    answer = browser.follow(browser.get(site.url("/cgi/env.cgi")))
    abort = answer.url + "/abort"
    answer = browser.follow(browser.get(abort))
    assert answer.url.startswith(site.callback) and answer.status >= 400
    assert browser.named(SESSION) == []
    site.httpd.expect("OIDC-PROVIDER_REFUSED")


# --- the other direction: our provider, their relying party ------------------------------------

@pytest.fixture(scope="module", params=METHODS)
def their_rp(request):
    """Authlib's Starlette client in FastAPI, at our provider."""
    auth, port = request.param, free_port()
    base = "http://localhost:%d" % port
    secret = {"none": "", "client_secret_post": "s3cret:of+theirs %&"}.get(auth, "plain-s3cret")

    def body(httpd):
        users = httpd.write("conf/users.json", json.dumps(USERS, ensure_ascii=False))
        hashes = httpd.write("conf/passwords", "alice:{SHA}%s\n" % base64.b64encode(
            hashlib.sha1(b"wonderland").digest()).decode())
        given = '"secret=%s" ' % secret if secret else ""
        return f"""
OIDCOPIssuer http://127.0.0.1:{httpd.port}/op
OIDCOPKeysDir {httpd.path("data")}
OIDCOPClaimsFile {users}
OIDCOPClient theirs {given}auth={auth} redirect_uri={base}/callback post_logout_redirect_uri={base}/bye
<Location /op/authorize>
  AuthType Basic
  AuthName op
  AuthBasicProvider file
  AuthUserFile {hashes}
  Require valid-user
</Location>
"""
    op = Httpd(body, rp=False, provider=True).start()
    app = counterparts.uvicorn("authlib_rp:app", port, RP_BASE=base, RP_AUTH=auth, RP_CLIENT_ID="theirs",
                               RP_CLIENT_SECRET=secret,
                               RP_METADATA=op.url("/op/.well-known/openid-configuration", "127.0.0.1"))
    yield op, base
    app.close()
    op.destroy()


def test_authlib_client_at_our_provider(their_rp, browser):
    op, base = their_rp
    browser.credentials = {op.url("/op/authorize", "127.0.0.1"): ("alice", "wonderland")}
    assert browser.get(base + "/me").status == 401
    page = browser.follow(browser.get(base + "/login"))
    assert page.status == 200, page.text
    doc = page.json
    assert doc["claims"]["sub"] == "alice" and doc["claims"]["iss"] == op.url("/op", "127.0.0.1")
    assert doc["info"]["sub"] == "alice" and doc["info"]["name"] == NAME
    assert doc["info"]["groups"] == ["admin", "staff"]
    answer = browser.follow(browser.get(base + "/logout"))
    if not answer.url.startswith(base):
        answer = browser.follow(fill(browser, answer))
    assert answer.json == {"bye": True, "state": "s1"}
    assert browser.get(base + "/me").status == 401


def test_our_provider_asks_httpd_for_the_person(their_rp, browser):
    """Without the password there is no code."""
    op, base = their_rp
    answer = browser.follow(browser.get(base + "/login"))
    assert answer.status == 401 and "Basic" in answer.header("www-authenticate")
    browser.credentials = {op.url("/op/authorize", "127.0.0.1"): ("alice", "wrong")}
    assert browser.follow(browser.get(base + "/login")).status == 401
    op.expect("AH01617", "AH01618", "OIDC-")
