# SPDX-License-Identifier: Apache-2.0
"""DPoP (RFC 9449) and the FAPI 2.0 profile: bound tokens, nonces, no way down."""
import pytest

from harness.backend import headers_of
from harness.client import Browser
from harness.faults import drop, put, suffix
from harness.op import query_of
from harness.site import Site


@pytest.fixture(scope="module")
def sites(serve, op, backend):
    out = {}
    for mode in ("optional", "required"):
        issuer = op.issuer("dpop-" + mode, dpop="plain", token_type="DPoP")
        out[mode] = Site(mode + ".localhost", issuer, backend, "OIDCDPoPMode %s off" % mode)
    issuer = op.issuer("dpop-fapi", dpop="plain", token_type="DPoP", method="PAR", id_token_alg="ES256")
    out["fapi"] = Site("fapi.localhost", issuer, backend, "OIDCProfile FAPI20\nOIDCProviderAuthRequestMethod GET")
    hybrid = op.issuer("dpop-hybrid", dpop="plain", token_type="DPoP", response_type="code id_token")
    out["hybrid"] = Site("hybrid.localhost", hybrid, backend,
                         'OIDCDPoPMode required\nOIDCResponseType "code id_token"')
    serve(list(out.values()))
    return out


@pytest.fixture(autouse=True)
def honest(sites):
    for name, site in sites.items():
        site.issuer.fault, site.issuer.dpop, site.issuer.token_type = {}, "plain", "DPoP"
        site.issuer.id_token_alg = "ES256" if name == "fapi" else "RS256"
        site.issuer.iss_parameter = True
        site.issuer.complaints.clear()
    yield
    for site in sites.values():
        assert site.issuer.complaints == []


@pytest.mark.parametrize("name", ["optional", "required", "fapi", "hybrid"])
@pytest.mark.parametrize("dpop", ["plain", "nonce"])
def test_login(sites, name, dpop):
    site = sites[name]
    site.issuer.dpop, site.issuer.nonce = dpop, ""
    _, page = site.login()
    assert headers_of(page)["oidc_access_token_type"] == ["DPoP"]
    # the nonce is remembered: the next login needs no challenge
    before = len(site.issuer.calls)
    site.login()
    assert site.issuer.count("token", before) == site.issuer.count("userinfo", before) == 1


def test_one_key_for_all_processes(sites):
    site = sites["required"]
    site.login()
    first = site.issuer.jkts[-1]
    site.httpd.graceful()
    for _ in range(3):
        site.login()
    assert set(site.issuer.jkts) == {first}


@pytest.mark.parametrize("written", ["dpOp", "DPOP", "dpop"])
def test_token_type_in_any_case(sites, written):
    site = sites["required"]
    site.issuer.token_type = written
    site.login()


@pytest.mark.p0
@pytest.mark.parametrize("name", ["required", "fapi"])
@pytest.mark.parametrize("kind", ["Bearer", "bEARER", "mac", ""])
def test_no_way_down(sites, browser, name, kind):
    site = sites[name]
    site.issuer.token_type = kind
    mark = site.mark()
    mark.denied(browser, site.attempt(browser), "TOKEN_RESPONSE", token=1, userinfo=0)


def test_optional_takes_bearer(sites):
    site = sites["optional"]
    site.issuer.token_type = "Bearer"
    site.login()


def test_a_challenge_without_end(sites, browser):
    """A server that wants another nonce every time is asked twice, not more."""
    site = sites["required"]
    site.issuer.dpop, site.issuer.nonce = "nonce", "never seen"
    count = [0]

    def challenge(reply, turn):
        count[0] += 1
        site.issuer.nonce = "nonce-%d" % count[0]
        reply.set("DPoP-Nonce", "nonce-%d-other" % count[0])
    site.issuer.fault = {"challenge": challenge}
    mark = site.mark()
    mark.denied(browser, site.attempt(browser), "TOKEN_ENDPOINT", token=2, userinfo=0)
    site.issuer.nonce = ""


# --- FAPI 2.0 ---------------------------------------------------------------------------------

def test_fapi_request(sites, browser):
    """Pushed, although the configuration says GET; only a reference by the browser."""
    site = sites["fapi"]
    sent = query_of(site.begin(browser).location)
    assert set(sent) == {"client_id", "request_uri"}
    pushed = site.issuer.pushed[sent["request_uri"]]
    assert pushed["code_challenge_method"] == "S256" and pushed["response_type"] == "code"


FAPI = {
    "invalid_iss": ({"claims": suffix("iss")}, "TOKEN_ISS"),
    "missing_iss": ({"claims": drop("iss")}, "TOKEN_ISS"),
    "invalid_aud": ({"claims": suffix("aud")}, "TOKEN_AUD"),
    "missing_aud": ({"claims": drop("aud")}, "TOKEN_AUD"),
    "secondary_aud": ({"claims": lambda m, t: m.update(aud=[m["aud"], "other"], azp=m["aud"])}, "TOKEN_AUD"),
    "invalid_nonce": ({"claims": suffix("nonce")}, "TOKEN_NONCE"),
    "missing_nonce": ({"claims": drop("nonce")}, "TOKEN_NONCE"),
    "null_alg": ({"alg": "none"}, ("JWT_FORMAT", "JWT_ALG")),
    "alternate_alg": ({"alg": "RS256"}, "JWT_ALG"),
    "expired": ({"claims": put(exp=1700000000)}, "TOKEN_EXP"),
    "missing_exp": ({"claims": drop("exp")}, "TOKEN_EXP"),
}


@pytest.mark.parametrize("module", FAPI)
def test_fapi_rejects(sites, browser, module):
    site = sites["fapi"]
    site.issuer.fault, code = FAPI[module]
    mark = site.mark()
    mark.denied(browser, site.attempt(browser), code, token=1, userinfo=0)


@pytest.mark.parametrize("fault", [drop("iss"), suffix("iss"), drop("state"), suffix("state")],
                         ids=["no_iss", "other_iss", "no_state", "other_state"])
def test_fapi_response(sites, browser, fault):
    site = sites["fapi"]
    site.issuer.fault = {"authz": fault}
    mark = site.mark()
    mark.denied(browser, site.attempt(browser), status=400, token=0)


def test_fapi_iss_is_needed_even_when_not_announced(op, sites, browser):
    site = sites["fapi"]
    site.issuer.fault = {"metadata": drop("authorization_response_iss_parameter_supported"),
                         "authz": drop("iss")}
    mark = site.mark()
    mark.denied(browser, site.attempt(browser), "RESPONSE_ISS", status=400, token=0)


def test_fapi_aud_as_array(sites):
    site = sites["fapi"]
    site.issuer.fault = {"claims": lambda m, t: m.update(aud=[m["aud"]])}
    site.login(Browser())
