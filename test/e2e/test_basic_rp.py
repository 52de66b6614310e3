# SPDX-License-Identifier: Apache-2.0
"""The Basic RP modules: code flow against a provider that lies in one thing at a time."""

import pytest

from harness import jose
from harness.faults import broken_signature, drop, suffix
from harness.site import Site

MODES = ["query", "form_post"]


@pytest.fixture(scope="module", params=MODES)
def site(request, serve, op, backend):
    mode = request.param
    issuer = op.issuer("basic-" + mode, iss_parameter=False)
    conf = "OIDCResponseMode form_post\nOIDCCookieSameSite Lax Disabled" \
        if mode == "form_post" else ""
    site = Site("localhost", issuer, backend, conf, scope="openid profile email phone address")
    serve(site)
    return site


@pytest.fixture(autouse=True)
def honest(site):
    site.issuer.fault = {}
    site.issuer.id_token_alg = "RS256"
    site.issuer.complaints.clear()
    yield
    assert site.issuer.complaints == []


# What must be refused: fault, error id.
REJECTED = {
    "invalid_iss": ({"claims": suffix("iss")}, "TOKEN_ISS"),
    "missing_sub": ({"claims": drop("sub")}, "TOKEN_SUB"),
    "invalid_aud": ({"claims": suffix("aud")}, "TOKEN_AUD"),
    "missing_iat": ({"claims": drop("iat")}, "TOKEN_IAT"),
    "sig_none": ({"alg": "none"}, ("JWT_ALG", "JWT_FORMAT")),
    "invalid_sig_rs256": ({"jws": broken_signature}, "JWT_SIGNATURE"),
    "nonce_invalid": ({"claims": suffix("nonce")}, "TOKEN_NONCE"),
    # from the comprehensive plan
    "missing_aud": ({"claims": drop("aud")}, "TOKEN_AUD"),
    "invalid_sig_hs256": ({"alg": "HS256", "jws": broken_signature},
                          ("JWT_SIGNATURE", "JWT_ALG", "JWT_KEY")),
    "invalid_sig_es256": ({"alg": "ES256", "jws": broken_signature}, "JWT_SIGNATURE"),
}


def test_oidcc_client_test(site, browser):
    """Honest provider: the login completes, userinfo is called, the application sees claims."""
    before = len(site.issuer.calls)
    _, page = site.login(browser)
    assert site.issuer.count("userinfo", before) == 1
    assert "PROTECTED-CONTENT" in page.text


@pytest.mark.parametrize("module", REJECTED)
def test_oidcc_client_test_rejects(site, browser, module):
    site.issuer.fault, code = REJECTED[module]
    mark = site.mark()
    answer = site.attempt(browser)
    mark.denied(browser, answer, code, token=1, userinfo=0)


def test_oidcc_client_test_userinfo_invalid_sub(site, browser):
    site.issuer.fault = {"userinfo": suffix("sub", "invalid")}
    mark = site.mark()
    answer = site.attempt(browser)
    mark.denied(browser, answer, "USERINFO_SUB", token=1, userinfo=1)


def test_oidcc_client_test_kid_absent_multiple_jwks(site, browser):
    """Three keys of each kind without kid, the last one signs: try them all, or refuse."""
    keys = [jose.rsa_key(2, use="enc")]
    for index in range(3):
        keys += [jose.rsa_key(index, kid=None), jose.ec_key(kid=None), jose.ed_key(kid=None),
                 jose.ec_key("secp256k1", kid=None)]
    site.issuer.keys = keys + site.issuer.keys
    site.issuer.fault = {"key": lambda turn: keys[-4], "header": drop("kid")}
    answer = site.attempt(browser)
    assert answer.status in (302, 303, 502)
    if answer.status == 502:
        assert site.is_anonymous(browser)
        site.httpd.expect("OIDC-JWT_KEY")


def test_oidcc_client_test_idtoken_sig_rs256(site, browser):
    site.login(browser)


def test_oidcc_client_test_scope_userinfo_claims(site, browser):
    """Nested, boolean and number claims arrive."""
    from harness.backend import headers_of
    _, page = site.login(browser)
    seen = headers_of(page)
    assert seen["oidc_claim_name"] == ["Demo T. User"]
    assert seen["oidc_claim_phone_number_verified"] == ["0"]
    assert seen["oidc_claim_updated_at"] == ["1580000000"]
    assert '"locality":"Hollywood"' in seen["oidc_claim_address"][0].replace(" ", "")


def test_oidcc_client_test_client_secret_basic(site, browser):
    """The provider's own complaint list judges how the credentials came."""
    mark = len(site.issuer.calls)
    site.login(browser)
    call = [c for c in site.issuer.calls[mark:] if c.endpoint == "token"][0]
    assert call.request.header("authorization").startswith("Basic ")
