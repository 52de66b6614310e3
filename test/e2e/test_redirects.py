# SPDX-License-Identifier: Apache-2.0
"""Where the browser may be sent after logout (group A), and nowhere else."""
import itertools
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest

from harness import node
from harness.client import Browser, raw_exchange, raw_status
from harness.faults import drop
from harness.op import query_of
from harness.site import Site


@pytest.fixture(scope="module")
def site(serve, op, backend):
    """direct: the provider has no logout of its own, so that the target is the Location."""
    quiet = {"metadata": drop("end_session_endpoint")}
    listed = Site("listed.localhost", op.issuer("listed", fault=quiet), backend,
                  "OIDCRedirectURLsAllowed ^https://example\\.com(/.*)?$ ^/ ")
    site = Site("localhost", op.issuer("direct", fault=quiet), backend)
    site.listed = listed
    serve([listed, site])
    return site


def logout(site, browser, target, encode=True):
    value = quote(target, safe="") if encode else target
    return browser.get(site.callback + "?logout=" + value)


REFUSED = {
    "n001": ["https://evil.test/", "//evil.test", "http://evil.test", "HTTPS://evil.test"],
    "n002": ["///evil.test/x", "////evil.test", "/////evil.test"],
    "n003": ["/\\evil.test", "\\\\evil.test", "\\/evil.test", "https:\\\\evil.test",
             "//evil.test\\@localhost", "\\evil.test"],
    "n004": ["/\t/evil.test", "/\r\n/evil.test", "\t//evil.test",
             " //evil.test", "/\x00/evil.test", "\x01//evil.test", "/a\x7fb", "//evil.test%00",
             "\x1fhttps://evil.test", "htt\tps://evil.test/", "/a\rb"],
    "n005": ["javascript:alert(1)", "data:text/html,x", "JaVa\nscript:alert(1)", "vbscript:x",
             "x:1/:///%01javascript:alert(1)/", "mailto:a@evil.test", "file:///etc/passwd",
             "ftp://localhost/", "about:blank", "blob:http://localhost/1"],
    "n006": ["http:evil.test", "https:/evil.test", "https:evil.test", "http:3627734734", "http:",
             "http:/", "http://", "http:///evil.test", "https:?x", "http:localhost"],
    "n007": ["http://localhost@evil.test/", "http://localhost:80@evil.test", "http://a@localhost/",
             "http://localhost:443@evil.test", "http://a:b@localhost/", "http://@localhost/",
             "http://evil.test#@localhost/", "http://evil.test?@localhost/"],
    "n008": ["http://evil-localhost/", "http://localhost.evil.test/", "http://xlocalhost/",
             "http://localhos/", "http://a.localhost/", "http://localhost./"],
    "n010": ["http://localhost\u3002evil.test/", "http://evil\uff0etest/", "\uff0f\uff0fevil.test", "\u3031\u3031evil.test", "http://l\u043ecalhost/",
             "http://127.0.0.1/", "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/",
             "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://%6c%6fcalhost/",
             "http://localhost%E3%80%82evil.test/"],
}


@pytest.mark.p0
@pytest.mark.parametrize("case,target", [(k, t) for k, ts in REFUSED.items() for t in ts],
                         ids=lambda v: repr(v))
def test_n001_n010_logout_target_refused(site, browser, case, target):
    mark = site.mark()
    answer = logout(site, browser, target)
    assert answer.header("location") is None, answer.header("location")
    mark.denied(browser, answer, ("REDIRECT", "URL", "FORM", "HOST"), status=400, token=0)


@pytest.mark.parametrize("target", ["/%5cevil.test", "/%5c%5cevil.test", "/%09/evil.test", "/%00",
                                    "/%0d%0aX-Evil:%201", "/%2fevil.test", "/%2f%2fevil.test"])
def test_n004_encoded_once_more(site, browser, target):
    """Percent signs that survive the query's decoding are plain path bytes, or refused."""
    answer = logout(site, browser, target)
    if answer.status in (302, 303):
        assert answer.location == site.url(target)
    else:
        assert answer.status == 400
        site.httpd.expect("OIDC-REDIRECT", "OIDC-URL")


def test_n009_other_port_or_scheme(site, browser):
    port = site.httpd.port
    for target in ("https://localhost:%d/" % port, "http://localhost:%d/" % (port + 1),
                   "http://localhost/", "http://localhost:0/", "http://localhost:99999/",
                   "http://localhost:%d%%20/" % port, "http://localhost:+%d/" % port):
        mark = site.mark()
        mark.denied(browser, logout(site, browser, target), status=400, token=0)


def test_own_targets_are_accepted(site, browser):
    own = site.url("/bye?x=1")
    for target, want in ((own, own), ("/bye", site.url("/bye")), ("/", site.url("/")),
                         (own.replace("localhost", "LOCALHOST"), own),
                         ("/bye?next=//evil.test/", site.url("/bye?next=//evil.test/")),
                         ("/a%20b", site.url("/a%20b"))):
        answer = logout(site, browser, target)
        assert answer.status in (302, 303), (target, answer.status)
        assert answer.location == want


def test_n008_allowed_list(site, browser):
    """OIDCRedirectURLsAllowed: the expression decides, on the address as we print it."""
    listed = site.listed
    for target in ("https://example.com/", "https://example.com/a?b", "/rel"):
        assert logout(listed, browser, target).status in (302, 303), target
    for target in ("https://example.com.evil.test/", "https://evil-example.com/",
                   "http://example.com/", "https://example.com@evil.test/",
                   "https://example.com\\.evil.test/", "https://example.com:8443/"):
        answer = logout(listed, browser, target)
        assert answer.status == 400, target
        assert answer.header("location") is None
    listed.httpd.expect("OIDC-REDIRECT", "OIDC-URL")


def corpus():
    """Hostile targets by construction: scheme x slashes x host x tail, each also encoded once more."""
    schemes = ["", "http:", "https:", "HTTP:", "hTtPs:", "javascript:", "data:", "x:", " http:", "\thttp:",
               "http\t:", "\u0000http:", "ftp:"]
    slashes = ["//", "/\\", "\\/", "\\\\", "///", "/", "\\", "////", "/\t/", "/\n/", "/%2f", "%2f%2f", "/ /",
               "\u2044\u2044", "/.//", "/..//"]
    hosts = ["evil.test", "localhost@evil.test", "localhost:1@evil.test", "evil.test\\@localhost",
             "evil.test#localhost", "evil\u3002test", "EVIL.test", "[::1]", "0x7f.1"]
    for scheme, slash, host in itertools.product(schemes, slashes, hosts):
        yield scheme + slash + host + "/x"


def test_n011_corpus_against_a_whatwg_parser(site):
    """Whatever is accepted leads a browser (WHATWG URL) to our own origin: no exception."""
    own = site.url("")
    targets = list(dict.fromkeys(itertools.chain.from_iterable(
        (t, quote(t, safe="/:@")) for t in corpus())))
    assert len(targets) > 1500
    with ThreadPoolExecutor(4) as pool:
        accepted = [x for x in pool.map(lambda t: send_one(site, t), targets) if x]
    locations = [loc for _, loc in accepted]
    origins = node.run("origins.mjs", {"base": own + "/", "targets": locations})
    bad = [(a, o) for a, o in zip(accepted, origins) if o != own]
    assert bad == []
    site.httpd.expect("OIDC-REDIRECT", "OIDC-URL", "OIDC-FORM", "OIDC-HOST")


def send_one(site, target):
    """(target, Location) of a logout that was answered with a redirect, else None."""
    answer = Browser().get(site.callback + "?logout=" + quote(target, safe=""))
    assert answer.status in (302, 303, 400, 414), (target, answer.status)
    if answer.header("location") is None:
        return None
    return target, answer.header("location").encode("latin-1").decode("utf-8", "replace")


def test_n004_header_is_never_split(site):
    for evil in ("/%0d%0aSet-Cookie:%20a=b", "/%0aSet-Cookie:%20a=b", "/%E5%98%8D%E5%98%8ASet-Cookie:a=b",
                 "/a%250d%250aSet-Cookie:%20a=b"):
        got = raw_exchange(site.httpd.port, (
            "GET /oidc/callback?logout=%s HTTP/1.1\r\nHost: localhost:%d\r\nConnection: close\r\n\r\n"
            % (evil, site.httpd.port)).encode())
        assert b"\nSet-Cookie: a=b" not in got
    site.httpd.expect("OIDC-")


@pytest.mark.p0
@pytest.mark.parametrize("size", [8193, 20000])
def test_n015_too_long(site, browser, size):
    answer = logout(site, browser, "/" + "a" * size)
    assert answer.status in (400, 414)
    assert answer.header("location") is None
    site.httpd.expect("OIDC-")


def test_n015_too_long_request_url(site, browser):
    """A very long protected address: a login for the whole of it, or one that ends at the site's
    root, or a refusal; never a cut."""
    path = "/app/" + "a" * 6000
    answer = browser.get(site.url(path))
    site.httpd.expect("OIDC-")
    if answer.status in (302, 303):
        assert browser.follow(answer, until=lambda a: a.url.startswith(site.callback)).location \
            in (site.url(path), path, site.url("/"))
    else:
        assert answer.status in (400, 414, 500)


def test_n013_login_uri_of_the_silent_check(site, browser):
    """Session management or not: login_uri never leads away."""
    for query in ("session=iframe_rp&login_uri=https%3A%2F%2Fevil.test%2F", "session=check&login_uri=%2F%2Fevil.test",
                  "session=logout&login_uri=https%3A%2F%2Fevil.test%2F"):
        answer = browser.get(site.callback + "?" + query)
        assert answer.status in (302, 400, 401, 403, 404)
        assert "evil.test" not in (answer.header("location") or "") + answer.text
    site.httpd.expect("OIDC-")


def test_n012_third_party_login_target(site, browser):
    """iss + target_link_uri from anywhere: never a foreign place, whatever else is done."""
    for target in ("https://evil.test/", "//evil.test", "/\\evil.test", "javascript:x"):
        answer = browser.get(site.callback + "?iss=%s&target_link_uri=%s" % (
            quote(site.issuer.url, safe=""), quote(target, safe="")))
        assert answer.status in (400, 401, 404, 500)
        assert "evil.test" not in (answer.header("location") or "")
    site.httpd.expect("OIDC-")


@pytest.fixture(scope="module")
def relative(serve, op, backend):
    """OIDCRedirectURI as a path, in the default virtual host."""
    site = Site("localhost", op.issuer("relative"), backend, relative=True)
    serve(site)
    return site


HOSTS = ["evil.test", "evil.test:80", "localhost.evil.test", "localhost@evil.test", "", "local host",
         "localhost:99999", "[::1", "localhost/evil.test", "localhost#", "a" * 300]


@pytest.mark.parametrize("host", HOSTS, ids=repr)
def test_n016_unknown_host(relative, host):
    """The default host answers any Host header: nothing of it may go into the redirect URI."""
    got = raw_exchange(relative.httpd.port, (
        "GET /app/x HTTP/1.1\r\nHost: %s\r\nAccept: text/html\r\nConnection: close\r\n\r\n"
        % host).encode())
    status = raw_status(got)
    assert status == 400 or (status in (302, 303) and b"evil" not in got), got[:500]
    relative.httpd.expect("OIDC-HOST", "OIDC-URL", "AH")


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "X-Forwarded-Server", "X-Host", "Forwarded",
                                    "X-Forwarded-Proto", "X-Forwarded-Port"])
def test_n017_forwarded_headers_are_ignored(relative, browser, header):
    value = {"Forwarded": "host=evil.test;proto=https", "X-Forwarded-Proto": "https",
             "X-Forwarded-Port": "4443"}.get(header, "evil.test")
    answer = browser.get(relative.url("/app/x"), headers=[(header, value)])
    assert answer.status in (302, 303)
    assert query_of(answer.location)["redirect_uri"] == relative.callback
    relative.httpd.expect("orwarded")


def test_relative_redirect_uri_works(relative, browser):
    relative.login(browser)


def test_n020_state_of_the_logout_answer(serve, op, backend, browser):
    """Back from the provider with a changed state: a page, and no redirect to what is in it."""
    site = Site("localhost", op.issuer("answered"), backend)
    serve(site)
    site.login(browser)
    for query in ("state=https://evil.test/", "state=x", ""):
        answer = browser.get(site.callback + "?" + query)
        assert "evil.test" not in (answer.header("location") or "")
        assert answer.status < 500
    site.httpd.expect("OIDC-")
