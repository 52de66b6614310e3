# SPDX-License-Identifier: Apache-2.0
"""A real browser, chromium: logs in, sees its claims, logs out; cross-site POST; many tabs."""
import pytest

from harness import counterparts, node
from harness.counterparts import NAME
from harness.procs import free_port
from harness.server import Httpd
from harness.site import SESSION, STATE, Site
from harness.tls import Ca


@pytest.fixture(scope="module")
def world(op, backend):
    """An https host with form_post, one with query, and the certified provider behind another."""
    port = free_port()
    form = Site("localhost", op.issuer("browser-form"), backend, "OIDCResponseMode form_post")
    query = Site("query.localhost", op.issuer("browser-query"), backend)
    from test_counterparts import Foreign
    url = "http://127.0.0.1:%d" % port
    issuer = Foreign("oidc-provider", "client_secret_basic", port, url, url + "/.well-known/openid-configuration")
    real = Site("real.localhost", issuer, backend,
                override={"OIDCClientSecret": '"%s"' % issuer.client_secret})
    for one in (form, query, real):
        one.issuer.extra_userinfo = {"name": NAME}
    cert, key = Ca().issue("localhost", "query.localhost", "real.localhost")

    def body(httpd):
        names = httpd.write("conf/cert.pem", cert), httpd.write("conf/key.pem", key, 0o600)
        tls = "SSLEngine on\nSSLCertificateFile %s\nSSLCertificateKeyFile %s" % names
        tls_port = tls_ports[0] if tls_ports else tls_ports.append(httpd.another_port()) or tls_ports[0]
        for one in (form, query, real):
            one.tls, one.port = tls, tls_port
        httpd.write("htdocs/open.html", "<title>open</title>")
        return "".join(s.vhost(httpd) for s in (form, query, real))
    tls_ports = []
    rp = Httpd(lambda self: "", modules=["ssl"])
    body(rp)
    rp.body = body
    rp.start()
    import test_counterparts
    provider = counterparts.node_provider(port, [test_counterparts.client_document(real)])
    yield form, query, real
    rp.destroy()
    provider.close()


def drive(scenario, site, **more):
    assert counterparts.have_chromium(), "no chromium on this machine"
    return node.run("browser.mjs", {"chromium": counterparts.have_chromium(), "scenario": scenario,
                                    "site": site.url(""), **more}, 100)


def names(cookies):
    return [c["name"] for c in cookies]


def sent_to_login(answer, site):
    return answer[0] in (302, 303) and answer[1].startswith(site.issuer.url)


def headers_seen(result):
    out = {}
    for name, value in result["seen"]["headers"]:
        out[name.lower()] = value.encode("latin-1").decode("utf-8")
    return out


@pytest.mark.parametrize("kind", ["form_post", "query"])
def test_login_claims_logout(world, kind):
    """form_post is a cross-site POST: the state cookie must be there (SameSite=None; Secure)."""
    site = world[0] if kind == "form_post" else world[1]
    got = drive("whole", site, page=site.url("/app/x"), logout=site.callback + "?logout=%2Fbye")
    assert headers_seen(got)["oidc_claim_name"] == NAME
    cookie = [c for c in got["cookies"] if c["name"].endswith(SESSION)][0]
    assert cookie["httpOnly"] and cookie["secure"] and cookie["sameSite"] == "Lax"
    assert not [n for n in names(got["cookies"]) if STATE in n]
    assert got["stays"]
    assert got["out"]["url"].startswith(site.url("/bye")), got["out"]
    assert not [n for n in got["after"] if SESSION in n]
    assert sent_to_login(got["again"], site)
    assert got["problems"] == [] and site.issuer.complaints == []


def test_certified_provider_in_a_browser(world):
    """The provider's own pages, filled in like a person would."""
    site = world[2]
    got = drive("whole", site, page=site.url("/app/x"), logout=site.callback + "?logout=%2Fbye",
                fields={"login": "alice", "password": "x"}, confirm=['button[value="yes"]'])
    assert headers_seen(got)["oidc_claim_name"] == NAME
    assert got["stays"] and sent_to_login(got["again"], site)
    assert not [n for n in got["after"] if SESSION in n]
    assert got["out"]["url"].startswith(site.url("/bye")), got["out"]


@pytest.mark.parametrize("kind", ["form_post", "query"])
def test_tabs_at_once(world, kind):
    site = world[0] if kind == "form_post" else world[1]
    pages = [site.url("/app/tab%d" % i) for i in range(5)]
    got = drive("tabs", site, pages=pages)
    assert got["urls"] == pages
    assert all("PROTECTED-CONTENT" in str(s) for s in got["seen"])
    assert not [n for n in got["cookies"] if STATE in n]


def test_scripts_of_a_page(world):
    """fetch() without a session: 401 and JSON, not a redirect; with one: the data."""
    site = world[1]
    got = drive("script", site, open=site.url("/open.html"), page=site.url("/app/data"))
    assert got["before"][0] == 401 and "json" in got["before"][1] and not got["before"][2]
    assert got["after"] == [200, True]
    site.httpd.expect("OIDC-LOGIN_REQUIRED")


def test_error_page(world):
    """Markup in every parameter: shown as text or not at all, nothing runs."""
    site = world[1]
    evil = "%3Cimg%20src%3Dx%20onerror%3D%22globalThis.pwned%3D1%22%3E"
    got = drive("error", site, page=site.callback + "?error=%s&error_description=%s&state=%s" % (evil, evil, evil))
    assert got["status"] == 400 and got["title"] and not got["pwned"]
    assert got["scripts"] == 0
    assert got["problems"] == []
    site.httpd.expect("OIDC-")
