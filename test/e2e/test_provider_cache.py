# SPDX-License-Identifier: Apache-2.0
"""What is known of a provider is fetched once, shared by all children, kept when it is down."""
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.client import Browser
from harness.faults import put, reply
from harness.op import Op
from harness.procs import wait_for
from harness.site import Site

METADATA = ".well-known/openid-configuration"


@pytest.fixture(scope="module")
def own_op():
    """A provider server of its own, that can be taken down."""
    provider = Op()
    yield provider
    provider.close()


@pytest.fixture(scope="module")
def sites(serve, op, own_op, backend):
    times = "OIDCHTTPTimeoutLong 2 1 0\nOIDCHTTPTimeoutShort 2 1 0\n"
    made = {
        "shared": Site("shared.localhost", op.issuer("cache-shared"), backend, times),
        "short": Site("short.localhost", own_op.issuer("cache-short"), backend,
                      times + "OIDCProviderMetadataRefreshInterval 30\nOIDCJWKSRefreshInterval 300"),
        "down": Site("down.localhost", own_op.issuer("cache-down"), backend, times),
        "never": Site("never.localhost", own_op.issuer("cache-never"), backend, times),
        "recovers": Site("recovers.localhost", op.issuer("cache-recovers"), backend, times),
        "storm": Site("storm.localhost", op.issuer("cache-storm"), backend, times),
    }
    issuer = op.issuer("cache-static")
    made["static"] = Site("static.localhost", issuer, backend, times, override={
        "OIDCProviderMetadataURL": None, "OIDCProviderIssuer": issuer.url,
        "OIDCProviderAuthorizationEndpoint": issuer.url + "authorize",
        "OIDCProviderTokenEndpoint": issuer.url + "token",
        "OIDCProviderUserInfoEndpoint": issuer.url + "userinfo",
        "OIDCProviderJwksUri": issuer.url + "jwks",
        "OIDCProviderEndSessionEndpoint": issuer.url + "end_session"})
    both = op.issuer("cache-both")
    made["both"] = Site("both.localhost", both, backend, times, override={
        "OIDCProviderTokenEndpoint": both.url + "token?static=1"})
    serve(list(made.values()))
    return made


def test_one_fetch_for_all(sites):
    """Many logins over many connections and children: one metadata and one key fetch."""
    site = sites["shared"]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: site.login(Browser()), range(24)))
    assert site.issuer.count(METADATA) <= 2, "metadata was fetched %d times" % site.issuer.count(METADATA)
    assert site.issuer.count("jwks") <= 2, "keys were fetched %d times" % site.issuer.count("jwks")


def test_no_fetch_for_a_page(sites, browser):
    """Requests with a session never go to the provider."""
    site = sites["shared"]
    site.login(browser)
    before = len(site.issuer.calls)
    for _ in range(20):
        assert browser.get(site.url("/app/x")).status == 200
    assert len(site.issuer.calls) == before


def test_static_endpoints(sites, browser):
    site = sites["static"]
    site.login(browser)
    assert site.issuer.count(METADATA) == 0
    assert browser.get(site.callback + "?logout=%2Fbye").location.startswith(
        site.issuer.url + "end_session")


def test_static_endpoint_wins_over_the_document(sites, browser):
    site = sites["both"]
    site.login(browser)
    used = [c.request.target for c in site.issuer.calls if c.endpoint == "token"]
    assert all(t.endswith("token?static=1") for t in used)


def test_recovers_after_bad_metadata(sites):
    """First answer broken, second good: the site works again without a restart, soon."""
    site = sites["recovers"]
    site.issuer.fault = {"metadata_reply": reply(status=500, body=b"")}
    assert Browser().get(site.url("/app/x")).status in (500, 502, 503)
    site.issuer.fault = {}
    site.httpd.expect("OIDC-")
    assert wait_for(lambda: Browser().get(site.url("/app/x")).status == 302, 15, 0.5)
    site.login(Browser())


def test_no_storm_when_metadata_is_broken(sites):
    """Many strangers at once while the provider is broken: few calls to it."""
    site = sites["storm"]
    site.issuer.fault = {"metadata_reply": reply(status=500, body=b"")}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: Browser().get(site.url("/app/x")).status, range(60)))
    assert set(answers) <= {500, 502, 503, 504}
    site.httpd.expect("OIDC-")
    assert site.issuer.count(METADATA) <= 30, site.issuer.count(METADATA)


def test_provider_down(sites, own_op):
    """Down after the first login: signed-in users notice nothing, logins get as far as they can."""
    site, never = sites["down"], sites["never"]
    member, half = Browser(), Browser()
    site.login(member)
    move = site.reach_callback(half)
    own_op.close()
    try:
        for _ in range(5):
            answer = member.get(site.url("/app/x"))
            assert answer.status == 200 and answer.seconds < 1
        begun = Browser().get(site.url("/app/x"))
        assert site.wants_login(begun), "the cached metadata still serves"
        mark = site.mark()
        answer = site.call(half, move)
        assert answer.seconds < 5
        mark.denied(half, answer, "HTTP_CONNECT", status=(502, 503), token=0)
        guest = Browser()
        page = guest.get(never.url("/app/x"))
        assert page.status in (502, 503) and page.seconds < 5
        never.httpd.expect("OIDC-HTTP_CONNECT", "OIDC-METADATA")
    finally:
        own_op.restart()
    site.login(Browser())
    assert wait_for(lambda: Browser().get(never.url("/app/x")).status == 302, 15, 0.5)


@pytest.mark.long
@pytest.mark.timeout(200)
def test_stale_copy_serves(sites, own_op):
    """Older than its refresh interval and the provider broken: the last good copy serves on."""
    site = sites["short"]
    site.login(Browser())
    site.issuer.fault = {"metadata_reply": reply(status=500, body=b""),
                         "jwks_reply": reply(status=500, body=b"")}
    time.sleep(32)
    for _ in range(3):
        site.login(Browser())
    assert site.issuer.count(METADATA) >= 2, "a refresh was tried"
    again = "could not be fetched again, the last copy is used on"
    assert again in site.httpd.log.text()
    site.issuer.fault = {"metadata": put(token_endpoint="http://u:p@127.0.0.1/")}
    site.login(Browser())       # a bad new document does not replace the good one
    site.httpd.expect(again)
    site.issuer.fault = {}
