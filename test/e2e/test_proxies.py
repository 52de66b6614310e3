# SPDX-License-Identifier: Apache-2.0
"""Behind a proxy: whose word on the browser's address counts (N017, N109)."""
import re

import pytest

from harness.client import Browser
from harness.op import query_of
from harness.site import Site

ALL = "OIDCXForwardedHeaders X-Forwarded-Host X-Forwarded-Port X-Forwarded-Proto Forwarded\n"
QUIET = ('SetEnvIf Host . "OIDC_CHECK_X_FORWARDED_HDR_LOG_DISABLE=X-Forwarded-Host X-Forwarded-Port '
         'X-Forwarded-Proto Forwarded"\n')
ANYBODY = "OIDCXForwardedHeaders without OIDCTrustedProxies: whoever reaches"
UNEXPECTED = r"X-Forwarded-\w+ is in the request, but OIDCXForwardedHeaders does not name it"


@pytest.fixture(scope="module")
def sites(serve, op, backend):
    """listed: we are the proxy; strangers: we are not; open: everybody is; off: nobody is asked."""
    conf = {"listed": ALL + QUIET + "OIDCTrustedProxies ::1 127.0.0.0/8",
            "strangers": ALL + QUIET + "OIDCTrustedProxies 192.0.2.1 10.0.0.0/8",
            "open": ALL + QUIET, "off": ""}
    made = {name: Site(name + ".localhost", op.issuer("fwd-" + name), backend, text, relative=True)
            for name, text in conf.items()}
    httpd = serve(list(made.values()))
    httpd.expect(ANYBODY)
    return made


def ask(site, **headers):
    pairs = [(k.replace("_", "-"), v) for k, v in headers.items()]
    return Browser().request("GET", site.url("/app/page"), headers=pairs)


def redirect_uri(answer):
    assert answer.status == 302, (answer.status, answer.text[:300])
    return query_of(answer.location)["redirect_uri"]


TOLD = dict(X_Forwarded_Host="www.example.com", X_Forwarded_Proto="https")


@pytest.mark.parametrize("name", ["listed", "open"])
def test_the_proxy_says_the_address(sites, name):
    answer = ask(sites[name], **TOLD)
    assert redirect_uri(answer) == "https://www.example.com/oidc/callback"
    assert answer.cookies and all(c.attributes.get("secure") for c in answer.cookies)
    assert redirect_uri(ask(sites[name], X_Forwarded_Host="a.example:8443, b.example",
                            X_Forwarded_Proto="https")) == "https://a.example:8443/oidc/callback"
    assert redirect_uri(ask(sites[name], Forwarded='for=1.2.3.4;host="b.example";proto=https', **TOLD)) \
        == "https://b.example/oidc/callback"


@pytest.mark.p0
@pytest.mark.parametrize("name", ["strangers", "off"])
def test_n017_nobody_else_does(sites, name):
    """Neither without the directive nor from an address that is not listed; malformed or not."""
    site = sites[name]
    if name == "off":
        site.httpd.expect(UNEXPECTED)
    assert redirect_uri(ask(site, **TOLD)) == site.callback
    assert redirect_uri(ask(site, X_Forwarded_Host=", ,", X_Forwarded_Port="x")) == site.callback


@pytest.mark.parametrize("headers", [
    dict(X_Forwarded_Host=""), dict(X_Forwarded_Host=", a.example"), dict(X_Forwarded_Host="a b"),
    dict(X_Forwarded_Host="a.example/x"), dict(X_Forwarded_Host="u@a.example"),
    dict(X_Forwarded_Host="a" * 7000), dict(X_Forwarded_Proto="javascript"),
    dict(X_Forwarded_Port="99999"), dict(Forwarded="host=a;host=b"), dict(Forwarded=",")], ids=repr)
def test_n109_malformed(sites, headers):
    site = sites["listed"]
    mark = site.mark()
    browser = Browser()
    pairs = [(k.replace("_", "-"), v) for k, v in headers.items()]
    answer = browser.request("GET", site.url("/app/page"), headers=pairs)
    mark.denied(browser, answer, code="FORWARDED", status=400)


def test_a_whole_login(sites):
    """Begun and ended behind the proxy, at the address that it says."""
    site, browser = sites["listed"], Browser()
    told = [("X-Forwarded-Host", site.url("").split("//")[1])]
    start = browser.request("GET", site.url("/app/page"), headers=told)
    at_op = browser.get(start.location)
    back = browser.request("GET", at_op.location, headers=told)
    assert back.status == 302 and back.location == site.url("/app/page"), back.text[:300]
    assert browser.request("GET", back.location, headers=told).status == 200


def test_one_warning_a_minute(sites):
    """Of a header that nobody expects; not one for each request."""
    site = sites["off"]
    site.httpd.expect(UNEXPECTED)
    for _ in range(5):
        ask(site, **TOLD)
    lines = [x for x in site.httpd.log.text().split("\n") if re.search(UNEXPECTED, x)]
    assert 1 <= len(lines) <= 2 * len(site.httpd.children()), len(lines)
    assert "is named by OIDCXForwardedHeaders" not in site.httpd.log.text()


def test_said_at_the_start(sites):
    log = sites["open"].httpd.log.text()
    assert len(re.findall(ANYBODY, log)) == 1
