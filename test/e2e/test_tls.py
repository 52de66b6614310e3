# SPDX-License-Identifier: Apache-2.0
"""Calls to the provider over TLS are verified (N213); our own cookies over https are Secure."""
import pathlib

import pytest

from harness.client import Browser
from harness.op import Op
from harness.server import Httpd
from harness.site import SESSION, STATE, Site
from harness.tls import Ca


@pytest.fixture(scope="module")
def world(backend, tmp_path_factory):
    folder = pathlib.Path(tmp_path_factory.mktemp("tls"))
    ca, other = Ca(), Ca()
    contexts = {
        "good": ca.server_context(folder, "localhost", "127.0.0.1"),
        "other_ca": other.server_context(folder, "localhost", "127.0.0.1"),
        "wrong_name": ca.server_context(folder, "elsewhere.test"),
        "expired": ca.server_context(folder, "localhost", "127.0.0.1", days=5, start=-10),
        "unchecked": other.server_context(folder, "localhost", "127.0.0.1"),
    }
    ops, sites = [], {}
    bundle = folder / "ca.pem"
    bundle.write_text(ca.pem())
    bundle.chmod(0o644)
    for path in [folder] + list(folder.parents)[:2]:
        path.chmod(0o755)
    for name, context in contexts.items():
        op = Op(tls=context, host="localhost")
        ops.append(op)
        conf = "OIDCHTTPTimeoutShort 3 2 0\nOIDCHTTPTimeoutLong 3 2 0\nOIDCCABundlePath %s\n" % bundle
        if name == "unchecked":
            conf += "OIDCSSLValidateServer Off\n"
        sites[name] = Site(name.replace("_", "-") + ".localhost", op.issuer("tls-" + name), backend, conf)
    cert, key = ca.issue("secure.localhost")
    secure = Site("secure.localhost", ops[0].issuer("tls-secure"), backend,
                  "OIDCCABundlePath %s" % bundle)
    secure_post = Site("post.localhost", ops[0].issuer("tls-post"), backend,
                       "OIDCCABundlePath %s\nOIDCResponseMode form_post" % bundle)
    sites.update(secure=secure, post=secure_post)

    def body(httpd):
        names = httpd.write("conf/cert.pem", cert), httpd.write("conf/key.pem", key, 0o600)
        for one in (secure, secure_post):
            one.tls = "SSLEngine on\nSSLCertificateFile %s\nSSLCertificateKeyFile %s" % names
            one.port = httpd.ports[1]
        return "".join(s.vhost(httpd) for s in sites.values())
    httpd = Httpd(body, modules=["ssl"])
    httpd.another_port()
    httpd.allowed += ["OIDCSSLValidateServer"]
    httpd.start()
    yield sites
    httpd.destroy()
    for op in ops:
        op.close()


def test_good_certificate(world, browser):
    world["good"].login(browser)


@pytest.mark.parametrize("name", ["other_ca", "wrong_name", "expired"])
def test_n213_bad_certificate(world, browser, name):
    site = world[name]
    mark = site.httpd.log.mark()
    answer = browser.get(site.url("/app/x"))
    assert answer.status in (500, 502, 503) and answer.header("location") is None
    lines = site.httpd.log.failures(mark)
    assert len(lines) == 1 and lines[0].error_id in ("HTTP_TLS", "METADATA"), [str(x) for x in lines]
    site.httpd.expect("OIDC-" + lines[0].error_id)
    assert site.issuer.calls == []


def test_verification_off_needs_a_directive_and_warns(world, browser):
    site = world["unchecked"]
    site.login(browser)
    assert "OIDCSSLValidateServer" in site.httpd.log.text()


def test_cookies_over_https(world, browser):
    """Secure on both; the state cookie of form_post is SameSite=None so that a cross-site POST has it."""
    site = world["secure"]
    begun = site.begin(browser)
    assert all(c.attributes.get("secure") for c in begun.cookies)
    page = browser.follow(begun)
    assert page.status == 200
    cookie = browser.named(SESSION)[0]
    assert cookie.attributes.get("secure") and cookie.attributes["samesite"].lower() == "lax"
    begun = world["post"].begin(Browser())
    state = [c for c in begun.cookies if STATE in c.name][0]
    assert state.attributes.get("secure") and state.attributes["samesite"].lower() == "none"


def test_login_over_https_by_form_post(world, browser):
    world["post"].login(browser)
    assert browser.named(SESSION)[0].attributes["samesite"].lower() == "lax"


def test_plain_http_to_an_https_site_has_no_session(world, browser):
    """A Secure cookie does not travel over http; the plain site asks for its own login."""
    site = world["secure"]
    site.login(browser)
    assert SESSION not in browser.cookie_header("http://secure.localhost/app/x")
