# SPDX-License-Identifier: Apache-2.0
"""The modules of the implicit and hybrid flows, by fragment and by form: a provider that lies in one
thing at a time, for every response type. The default run has a cut through all of them."""
import re
from urllib.parse import urlencode

import pytest

from harness import jose
from harness.faults import broken_signature, drop, put, suffix
from harness.op import query_of
from harness.site import Site

TYPES = ["id_token", "id_token token", "code id_token", "code token", "code id_token token"]
MODES = ["fragment", "form_post"]
PAIRS = [(t, m) for t in TYPES for m in MODES]
# one module against every flow, every module against one flow
SHORT = {"id_token", "code token", "code id_token token"}


def name_of(kind, mode):
    return "-".join(kind.split()).replace("_", "") + "-" + mode.replace("_", "")


@pytest.fixture(scope="module")
def sites(serve, op, backend):
    out = {}
    for kind, mode in PAIRS:
        name = name_of(kind, mode)
        issuer = op.issuer("flow-" + name, response_type=kind, iss_parameter=mode == "fragment")
        # words in another order are the same flow
        conf = 'OIDCResponseType "%s"\nOIDCCookieSameSite Lax Disabled' % " ".join(reversed(kind.split()))
        if mode == "form_post":
            conf += "\nOIDCResponseMode form_post"
        out[kind, mode] = Site(name + ".localhost", issuer, backend, conf,
                               scope="openid profile email phone address")
    serve(list(out.values()))
    return out


@pytest.fixture(autouse=True)
def honest(sites):
    for site in sites.values():
        site.issuer.fault = {}
        site.issuer.id_token_alg = "RS256"
        site.issuer.complaints.clear()
    yield
    for site in sites.values():
        assert site.issuer.complaints == []


def every(modules, short=None):
    """Parameters (type, mode, module); those beyond the cut are marked long."""
    out = []
    for kind, mode in PAIRS:
        for module in modules:
            brief = (short or (lambda k, m, x: k in SHORT and (m == "fragment") == (k != "code token")))(
                kind, mode, module)
            out.append(pytest.param(kind, mode, module, id="%s-%s" % (name_of(kind, mode), module),
                                    marks=[] if brief else [pytest.mark.long]))
    return out


def has(kind, word):
    return word in kind.split()


@pytest.mark.parametrize("kind,mode", PAIRS, ids=lambda v: str(v).replace(" ", "_"))
def test_oidcc_client_test(sites, browser, kind, mode):
    """Honest; nonce in every flow; userinfo with the latest token; claims arrive."""
    from harness.backend import headers_of
    site = sites[kind, mode]
    before = len(site.issuer.calls)
    sent = query_of(site.begin(browser.clone()).location)
    assert set(sent["response_type"].split()) == set(kind.split())
    assert 20 < len(sent["nonce"]) <= 43
    assert ("code_challenge" in sent) == has(kind, "code")
    _, page = site.login(browser)
    with_token = kind != "id_token"
    assert site.issuer.count("userinfo", before) == with_token
    assert site.issuer.count("token", before) == has(kind, "code")
    seen = headers_of(page)
    assert seen["oidc_claim_sub"] == [site.issuer.sub]
    assert ("oidc_access_token" in seen) == with_token
    if with_token:
        assert seen["oidc_claim_name"] == ["Demo T. User"]
        turn = list(site.issuer.turns.values())[-1]
        latest = turn.access_token if has(kind, "code") else turn.front["access_token"]
        assert seen["oidc_access_token"] == [latest]


def test_relay_page(sites, browser):
    site = sites["id_token", "fragment"]
    page = browser.get(site.callback)
    policy = page.header("content-security-policy")
    nonce = re.search(r"script-src 'nonce-([^']+)'", policy).group(1)
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert page.text.count('<script nonce="%s">' % nonce) == page.text.count("<script") == 1
    assert "no-store" in page.header("cache-control")
    assert nonce not in browser.get(site.callback).header("content-security-policy")
    # it is only there where a fragment is what was asked for
    other = sites["id_token", "form_post"]
    mark = other.mark()
    mark.denied(browser, browser.get(other.callback), "NO_SUCH_ENDPOINT", token=0)


REJECTED = {
    "invalid_iss": ({"claims": suffix("iss")}, "TOKEN_ISS"),
    "missing_sub": ({"claims": drop("sub")}, "TOKEN_SUB"),
    "invalid_aud": ({"claims": suffix("aud")}, "TOKEN_AUD"),
    "missing_iat": ({"claims": drop("iat")}, "TOKEN_IAT"),
    "sig_none": ({"alg": "none"}, ("JWT_FORMAT", "JWT_ALG")),
    "invalid_sig_rs256": ({"jws": broken_signature}, "JWT_SIGNATURE"),
    "nonce_invalid": ({"claims": suffix("nonce")}, "TOKEN_NONCE"),
    "missing_nonce": ({"claims": drop("nonce")}, "TOKEN_NONCE"),
}


@pytest.mark.parametrize("kind,mode,module", every(REJECTED))
def test_rejects(sites, browser, kind, mode, module):
    """A bad ID token by the browser is the end before the code is redeemed."""
    site = sites[kind, mode]
    site.issuer.fault, code = REJECTED[module]
    mark = site.mark()
    mark.denied(browser, site.attempt(browser), code, token=0 if has(kind, "id_token") else 1,
                userinfo=0)


HASHES = [(k, m, c, f) for k, m in PAIRS for c, w in (("c_hash", "code"), ("at_hash", "token"))
          for f in (suffix, drop) if has(k, "id_token") and has(k, w)]


@pytest.mark.p0
@pytest.mark.parametrize("kind,mode,claim,fault", [
    pytest.param(*h, id="%s-%s-%s" % (name_of(h[0], h[1]), h[3].__name__, h[2]),
                 marks=[pytest.mark.long] if h[1] == "form_post" else []) for h in HASHES])
def test_n084_front_hashes(sites, browser, kind, mode, claim, fault):
    site = sites[kind, mode]
    site.issuer.fault = {"claims_front": fault(claim)}
    mark = site.mark()
    mark.denied(browser, site.attempt(browser), "TOKEN_HASH", token=0, userinfo=0)


@pytest.mark.parametrize("kind", ["code id_token", "code id_token token"])
@pytest.mark.parametrize("claim", ["sub", "iss"])
def test_two_tokens_one_user(sites, browser, kind, claim):
    """Both ID tokens are good, but of different users."""
    site = sites[kind, "fragment"]
    site.issuer.fault = {"claims_back": suffix(claim)}
    mark = site.mark()
    mark.denied(browser, site.attempt(browser), ("TOKEN_PAIR", "TOKEN_ISS"), token=1, userinfo=0)


@pytest.mark.parametrize("kind,mode", [p for p in PAIRS if p[0] != "id_token"],
                         ids=lambda v: str(v).replace(" ", "_"))
def test_userinfo_invalid_sub(sites, browser, kind, mode):
    site = sites[kind, mode]
    site.issuer.fault = {"userinfo": suffix("sub", "invalid")}
    mark = site.mark()
    mark.denied(browser, site.attempt(browser), "USERINFO_SUB", userinfo=1)


@pytest.mark.parametrize("kind,mode,module", every(["kid_absent_single", "kid_absent_multiple", "es256"]))
def test_keys(sites, browser, kind, mode, module):
    site = sites[kind, mode]
    if module == "es256":
        site.issuer.id_token_alg = "ES256"
    else:
        count = 1 if module == "kid_absent_single" else 3
        keys = [jose.rsa_key(2, use="enc")]
        for index in range(count):
            keys += [jose.rsa_key(index, kid=None), jose.ec_key(kid=None), jose.ed_key(kid=None),
                     jose.ec_key("secp256k1", kid=None)]
        site.issuer.keys = keys + site.issuer.keys
        site.issuer.fault = {"key": lambda turn: keys[-4], "header": drop("kid")}
    answer = site.attempt(browser)
    assert answer.status in (302, 303) or module == "kid_absent_multiple"
    if answer.status == 502:
        assert site.is_anonymous(browser)
        site.httpd.expect("OIDC-JWT_KEY")


@pytest.mark.parametrize("kind", TYPES)
def test_n036_only_the_way_that_was_asked_for(sites, browser, kind):
    """A fragment does not come as a form, a form not as a fragment, neither in the query."""
    site, other = sites[kind, "fragment"], sites[kind, "form_post"]
    method, url, body = site.reach_callback(browser)
    mark = site.mark()
    mark.denied(browser, browser.post(url, [kv for kv in body if kv[0] != "response_mode"]),
                "RESPONSE_MODE", status=400, token=0)
    mark = site.mark()
    mark.denied(browser, browser.get(url + "?" + urlencode(body)), "RESPONSE_MODE", status=400,
                token=0)
    method, url, body = other.reach_callback(browser)
    mark = other.mark()
    mark.denied(browser, browser.post(url, body + [("response_mode", "fragment")]),
                "RESPONSE_MODE", status=400, token=0)


@pytest.mark.p0
def test_n037_fields_posted_by_a_stranger(sites, browser):
    """Somebody else's whole response, posted as if the relay page had done it."""
    from harness.client import Browser
    site = sites["code id_token token", "fragment"]
    move = site.reach_callback(Browser())
    mark = site.mark()
    mark.denied(browser, site.call(browser, move), "STATE_COOKIE_MISSING", status=400, token=0)


@pytest.mark.parametrize("kind", TYPES)
def test_parts_that_are_missing(sites, browser, kind):
    site = sites[kind, "fragment"]
    for word, param in (("code", "code"), ("id_token", "id_token"), ("token", "access_token")):
        if has(kind, word):
            site.issuer.fault = {"authz": drop(param)}
            mark = site.mark()
            mark.denied(browser, site.attempt(browser), "MISSING_PARAMETER", status=400, token=0)


def test_parts_that_nobody_asked_for(sites, browser):
    """An access token in a flow without one is not used, nor a code in one without a code."""
    from harness.backend import headers_of
    site = sites["id_token", "fragment"]
    site.issuer.fault = {"authz": put(access_token="INJECTED-" + "x" * 20, token_type="Bearer",
                                      code="INJECTED-CODE")}
    before = len(site.issuer.calls)
    _, page = site.login(browser)
    assert site.issuer.count("token", before) == site.issuer.count("userinfo", before) == 0
    assert "oidc_access_token" not in headers_of(page)


@pytest.mark.parametrize("value", ["mac", "", "Bearer "])
def test_token_type_of_the_browser(sites, browser, value):
    site = sites["id_token token", "fragment"]
    site.issuer.fault = {"authz": put(token_type=value)}
    mark = site.mark()
    mark.denied(browser, site.attempt(browser), "TOKEN_RESPONSE", token=0, userinfo=0)


def test_duplicates_in_the_fragment(sites, browser):
    site = sites["code id_token", "fragment"]
    method, url, body = site.reach_callback(browser)
    for name in ("code", "id_token", "state", "response_mode"):
        mark = site.mark()
        answer = browser.post(url, body + [(name, dict(body)[name])])
        mark.denied(browser, answer, "DUPLICATE_PARAMETER", status=400, token=0)


@pytest.mark.parametrize("mode", MODES)
def test_error_response(sites, browser, mode):
    site = sites["code id_token", mode]
    site.issuer.fault = {"authz": lambda pairs, turn: [
        ("error", "login_required"), ("error_description", "<script>"), ("state", turn.state)] +
        [kv for kv in pairs if kv[0] == "iss"]}
    mark = site.mark()
    answer = site.attempt(browser)
    mark.denied(browser, answer, "PROVIDER_REFUSED", status=400, token=0)
    assert "<script>" not in answer.text.replace("<script nonce", "")
