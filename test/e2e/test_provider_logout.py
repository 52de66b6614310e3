# SPDX-License-Identifier: Apache-2.0
"""The provider ends sessions: back-channel logout by a token, front-channel logout by a frame."""
import re
import secrets
import time
from urllib.parse import quote

import pytest

from harness import jose
from harness.client import Browser
from harness.site import Site

EVENT = "http://schemas.openid.net/event/backchannel-logout"
# letters, digits and punctuation, as providers send them
SID = "abcDEFghijKLMNOpqrst0123456789.-_~!"


@pytest.fixture(scope="module", params=["server-cache", "client-cookie"])
def site(request, serve, op, backend):
    issuer = op.issuer("ends-" + request.param)
    made = Site("ends.localhost", issuer, backend, "OIDCSessionType " + request.param)
    serve([made])
    return made


@pytest.fixture(autouse=True)
def fresh(site):
    site.issuer.extra_claims = {"sid": SID}
    site.issuer.sub = "user-" + secrets.token_hex(4)


def claims(site, **changes):
    now = int(time.time())
    out = {"iss": site.issuer.url, "sub": site.issuer.sub, "aud": site.issuer.client_id, "iat": now, "exp": now + 120,
           "jti": secrets.token_hex(8), "sid": SID, "events": {EVENT: {}}, "ignored": True}
    out.update(changes)
    return {k: v for k, v in out.items() if v is not None}


def token(site, alg="RS256", text=None, **changes):
    key = site.issuer.signing_key(alg)
    header = {"alg": alg}
    if key.kid:
        header["kid"] = key.kid
    return jose.sign_compact(key, header, text or jose.dumps(claims(site, **changes)), alg)


def tell(site, compact, **more):
    return Browser().post(site.callback + "?logout=backchannel", {"logout_token": compact, "ignored": "1", **more})


def expect_refusals(site):
    site.httpd.expect(r"OIDC-LOGOUT_TOKEN")


def test_honest_token(site, browser):
    """oidcc-client-test-rp-backchannel-rpinitlogout: 200 exactly, and once more for a session that is gone."""
    site.login(browser)
    answer = tell(site, token(site))
    assert answer.status == 200
    assert "no-store" in answer.header("cache-control")
    assert site.is_anonymous(browser)
    assert tell(site, token(site)).status == 200


def test_n159_subject_alone_ends_all_sessions(site):
    browsers = [Browser() for _ in range(3)]
    for i, one in enumerate(browsers):
        site.issuer.extra_claims = {"sid": "%s%d" % (SID, i)}
        site.login(one)
    assert tell(site, token(site, sid=None)).status == 200
    for one in browsers:
        assert site.is_anonymous(one)


def test_session_alone_leaves_the_others(site, browser):
    other = Browser()
    site.login(browser)
    site.issuer.extra_claims = {"sid": "other-sid"}
    site.login(other)
    assert tell(site, token(site, sub=None)).status == 200
    assert site.is_anonymous(browser)
    assert other.get(site.url("/app/page")).status == 200


REFUSED = {
    "n193_alg_none": {"alg": "none"},
    "wrong_alg": {"alg": "ES256"},
    "n194_no_event": {"events": None},
    "n194_wrong_event": {"events": {"http://schemas.openid.net/event/foobar": {}}},
    "n194_with_nonce": {"nonce": "x"},
    "n195_wrong_aud": {"aud": "nobody"},
    "n195_no_iat": {"iat": None},
    "n195_old": {"iat": 1600000000},
    "n195_expired": {"exp": 1600000000},
    "n195_nobody": {"sub": None, "sid": None},
    "n196_no_jti": {"jti": None},
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(site, browser, name):
    """oidcc-client-test-rp-backchannel-rpinitlogout-*: 400, and the session lives."""
    expect_refusals(site)
    site.login(browser)
    answer = tell(site, token(site, **REFUSED[name]))
    assert answer.status == 400
    assert "no-store" in answer.header("cache-control")
    assert browser.get(site.url("/app/page")).status == 200


def test_wrong_iss(site, browser):
    expect_refusals(site)
    site.login(browser)
    assert tell(site, token(site, iss=site.issuer.url + "INVALID")).status == 400
    assert browser.get(site.url("/app/page")).status == 200


def test_n192_broken_signature_and_n199_other_tokens(site, browser):
    expect_refusals(site)
    site.login(browser)
    good = token(site)
    id_token = [t.id_token for t in site.issuer.turns.values() if t.id_token][-1]
    for bad in (good[:-6] + "AAAAAA", id_token, "", "x.y.z", "a" * 70000):
        assert tell(site, bad).status in (400, 413)
    assert Browser().get(site.callback + "?logout=backchannel&logout_token=" + good).status == 400
    assert Browser().post(site.callback + "?logout=backchannel", [("logout_token", good)] * 2).status == 400
    assert browser.get(site.url("/app/page")).status == 200
    site.httpd.expect(r"OIDC-(BODY_TOO_LARGE|DUPLICATE_PARAMETER)")


def test_n196_replay(site, browser):
    expect_refusals(site)
    once = token(site)
    assert tell(site, once).status == 200
    site.login(browser)
    assert tell(site, once).status == 400
    assert browser.get(site.url("/app/page")).status == 200


def test_frame_ends_the_session_of_its_sid(site, browser):
    """oidcc-client-test-rp-frontchannel: a quick 200 that may be framed; tokens at the provider are left alone."""
    site.login(browser)
    calls = len(site.issuer.calls)
    answer = Browser().get(site.callback + "?logout=get&iss=%s&sid=%s" % (quote(site.issuer.url, ""), quote(SID, "")))
    assert answer.status == 200
    assert answer.header("x-frame-options") is None
    assert "frame-ancestors" not in answer.header("content-security-policy", "")
    assert "no-store" in answer.header("cache-control")
    assert site.is_anonymous(browser)
    assert site.issuer.count("revoke", calls) == 0 and site.issuer.count("token", calls) == 0


def test_n200_frames_of_strangers_end_nothing(site, browser):
    expect_refusals(site)
    site.login(browser)
    iss = quote(site.issuer.url, "")
    for query in ("logout=get", "logout=img", "logout=get&sid=" + SID, "logout=get&iss=" + iss,
                  "logout=get&iss=%s&sid=unknown" % iss, "logout=img&iss=https%3A%2F%2Fevil.test&sid=" + quote(SID, "")):
        browser.get(site.callback + "?" + query)
        assert browser.get(site.url("/app/page")).status == 200, query


def test_picture(site):
    answer = Browser().get(site.callback + "?logout=img")
    assert answer.status == 200 and answer.header("content-type") == "image/png"
    assert re.match(rb"\x89PNG", answer.body)
