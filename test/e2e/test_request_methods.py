# SPDX-License-Identifier: Apache-2.0
"""How the authorization request goes out: redirect, form, pushed; POSTs that are kept over the login."""
import json
import re
from urllib.parse import parse_qsl, urlencode

import pytest

from harness.backend import MARK
from harness.client import Browser
from harness.faults import drop, put, reply
from harness.op import form_of, query_of
from harness.site import Site

METHODS = ["GET", "POST", "PAR"]


@pytest.fixture(scope="module")
def sites(serve, op, backend):
    out = {}
    for method in METHODS:
        for kind in ("code", "code id_token"):
            for auth in ("client_secret_basic", "client_secret_post"):
                name = "%s-%s-%s" % (method.lower(), kind.split()[-1].replace("_", ""), auth[14:])
                issuer = op.issuer("m-" + name, method=method, response_type=kind, auth=auth)
                conf = ("OIDCProviderAuthRequestMethod %s\nOIDCResponseType \"%s\"\n"
                        "<Location /app/>\nOIDCPreservePost On\n</Location>\n"
                        "<Location /static/>\nOIDCPreservePost On\n</Location>\n"
                        "<Location /cgi/>\nOIDCPreservePost On\n</Location>\n" % (method, kind))
                if kind != "code":
                    conf += "OIDCResponseMode form_post\nOIDCCookieSameSite Lax Disabled\n"
                out[method, kind, auth] = Site(name + ".localhost", issuer, backend, conf)
    plain = Site("plain.localhost", op.issuer("m-plain"), backend)
    nopar = Site("nopar.localhost", op.issuer("m-nopar"), backend,
                 "OIDCProviderAuthRequestMethod PAR")
    out["plain"], out["nopar"] = plain, nopar
    serve(list(out.values()))
    return out


@pytest.fixture(autouse=True)
def honest(sites):
    for site in sites.values():
        site.issuer.fault = {}
        site.issuer.complaints.clear()
    yield
    for site in sites.values():
        assert site.issuer.complaints == []


def usual(sites, method="GET"):
    return sites[method, "code", "client_secret_basic"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", ["code", "code id_token"])
@pytest.mark.parametrize("auth", ["client_secret_basic", "client_secret_post"])
def test_login(sites, browser, method, kind, auth):
    site = sites[method, kind, auth]
    answer = browser.get(site.url("/app/page?x=1"))
    page = browser.follow(answer)
    assert page.status == 200 and MARK in page.text and page.url == site.url("/app/page?x=1")
    if method == "PAR":
        assert set(query_of(answer.location)) == {"client_id", "request_uri"}
    if method == "POST":
        assert answer.status == 200 and "no-store" in answer.header("cache-control")


@pytest.mark.p0
@pytest.mark.parametrize("path", ["/app/page", "/cgi/echo", "/static/", "/static/file.txt"])
def test_n241_the_page_is_ours_alone(sites, browser, backend, path):
    """Whatever handler the path has: it does not run."""
    site = usual(sites, "POST")
    before = backend.bytes_in
    answer = browser.get(site.url(path))
    assert answer.status == 200 and answer.text.startswith("<!DOCTYPE html>")
    assert answer.text.rstrip().endswith("</html>") and answer.text.count("</html>") == 1
    assert MARK not in answer.text and backend.bytes_in == before
    assert answer.header("content-length") == str(len(answer.body))
    policy = answer.header("content-security-policy")
    nonce = re.search("script-src 'nonce-([^']+)'", policy).group(1)
    assert answer.text.count("<script") == answer.text.count('<script nonce="%s"' % nonce) == 1


def test_n226_the_page_is_escaped(sites, browser):
    site = usual(sites, "POST")
    answer = browser.get(site.url("/app/page?\"'><script>alert(1)</script>").replace("<", "%3C"))
    assert "<script>alert" not in answer.text
    action, _ = form_of(answer.text)
    assert action == site.issuer.url + "authorize"


def test_a_script_gets_no_page(sites, browser):
    answer = browser.get(usual(sites, "POST").url("/app/x"), plain=True,
                         headers=[("Accept", "application/json")])
    assert answer.status == 401


BAD_PAR = {
    "empty": {"par": put(request_uri="")},
    "missing": {"par": drop("request_uri")},
    "no_string": {"par": put(request_uri=5)},
    "control": {"par": put(request_uri="urn:a\nb")},
    "long": {"par": put(request_uri="urn:" + "x" * 600)},
    "status_400": {"par_reply": reply(status=400, body=b'{"error":"invalid_request"}')},
    "status_500": {"par_reply": reply(status=500)},
    "status_302": {"par_reply": reply(status=302, headers={"Location": "http://127.0.0.1:9/"})},
    "html": {"par_reply": reply(body=b"<html>", headers={"Content-Type": "text/html"})},
}


@pytest.mark.p0
@pytest.mark.parametrize("case", BAD_PAR)
def test_n045_no_way_back(sites, browser, case):
    """A push that fails is the end: nothing goes by the browser instead."""
    site = usual(sites, "PAR")
    site.issuer.fault = BAD_PAR[case]
    before = site.backend.bytes_in
    answer = browser.get(site.url("/app/page"))
    assert answer.status == 502 and not answer.header("location"), answer.text[:300]
    assert not [c for c in answer.cookies if c.name.startswith("mod_auth_openidc_state")]
    assert site.backend.bytes_in == before
    site.httpd.expect("OIDC-PAR", "OIDC-HTTP_BROKEN")


def test_n045_not_announced(sites, browser):
    answer = browser.get(sites["nopar"].url("/app/page"))
    assert answer.status == 502 and "PAR_MISSING" in answer.text and not answer.header("location")
    sites["nopar"].httpd.expect("OIDC-PAR_MISSING")


# --- forms that are kept ----------------------------------------------------------------------

ODD = [("items[]", "1"), ("items[]", "2"), ("a", "line\r\nbreak\r\n"), ("items[]", ""),
       ("q\"'<b>", "</script><script>alert(1)</script>"), ("__proto__", "x"), ("submit", "s"),
       ("u", "\u2028\u2029 \U0001f600 \u00e9"), ("plus", "a+b c%20&=;"), ("", "nameless"), ("back", "\\x\\u0041")]


def own(site):
    return [("Origin", site.origin), ("Sec-Fetch-Site", "same-origin")]


def kept(page):
    """(key, document) that the page puts into the tab's storage."""
    found = re.search(r'sessionStorage\.setItem\(("[^"]*"),("[^"]*")\);', page.text)
    return (json.loads(found.group(1)), json.loads(json.loads(found.group(2)))) if found else None


def restored(page):
    """(key, url) of the page that sends it again."""
    found = re.search(r'var k=("[^"]*"),u=("[^"]*");', page.text)
    return (json.loads(found.group(1)), json.loads(found.group(2))) if found else None


def multipart(fields, boundary="----b0undary", files=()):
    out = ""
    for name, value in fields:
        name = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
        out += '--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (
            boundary, name, value)
    for name, filename, value in files:
        out += ('--%s\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\n'
                "Content-Type: application/octet-stream\r\n\r\n%s\r\n" % (boundary, name, filename, value))
    return (out + "--%s--\r\n" % boundary).encode(), "multipart/form-data; boundary=" + boundary


def go_on(browser, page):
    """What the script of the keeping page does next."""
    if b"submit.call(document" in page.body:
        return browser.step(page)
    return browser.get(json.loads(re.search(r'location\.replace\(("[^"]*")\)', page.text).group(1)))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", ["code", "code id_token"])
@pytest.mark.parametrize("how", ["urlencoded", "multipart"])
def test_a_form_comes_back_as_it_was(sites, browser, backend, method, kind, how):
    site = sites[method, kind, "client_secret_basic"]
    url = site.url("/app/save?x=%0a&y='\"")
    body, content_type = (urlencode(ODD).encode(), "application/x-www-form-urlencoded") \
        if how == "urlencoded" else multipart(ODD)
    before = backend.bytes_in
    page = browser.post(url, body, headers=own(site) + [("Content-Type", content_type)])
    assert page.status == 200 and backend.bytes_in == before
    assert "<script>alert" not in page.text and "\u2028" not in page.text
    key, doc = kept(page)
    assert doc == {"multipart": how == "multipart", "fields": [list(f) for f in ODD]}
    answer = browser.follow(go_on(browser, page), until=lambda a: restored(a) is not None)
    assert restored(answer) == (key, url) and answer.url.startswith(site.callback)
    assert "no-store" in answer.header("cache-control") and "alert" not in answer.text
    # the script sends it; now the application gets what was sent first
    final = browser.post(url, urlencode([tuple(f) for f in doc["fields"]]).encode(),
                         headers=own(site) + [("Content-Type", "application/x-www-form-urlencoded")])
    assert final.status == 200 and MARK in final.text


def test_n231_a_reload_sends_nothing_again(sites, browser):
    site = usual(sites)
    page = browser.post(site.url("/app/save"), b"a=1", headers=own(site) + [
        ("Content-Type", "application/x-www-form-urlencoded")])
    at_op = go_on(browser, page)
    callback = at_op.location
    assert restored(browser.get(callback))
    again = browser.get(callback)
    assert again.status == 302 and again.location == site.url("/app/save")


CROSS = {"cross-site": [("Origin", "https://evil.test"), ("Sec-Fetch-Site", "cross-site")],
         "same-site": [("Origin", "http://evil.localhost"), ("Sec-Fetch-Site", "same-site")],
         "null": [("Origin", "null")], "none": [], "lies": [("Sec-Fetch-Site", "cross-site")]}


@pytest.mark.p0
@pytest.mark.parametrize("case", CROSS)
def test_n231_a_form_of_a_stranger_is_not_kept(sites, browser, case):
    site = usual(sites)
    answer = browser.post(site.url("/app/save"), b"a=1", headers=CROSS[case] + [
        ("Content-Type", "application/x-www-form-urlencoded")])
    assert answer.status in (302, 303) and site.wants_login(answer)
    final = browser.follow(answer)
    assert final.status == 200 and restored(final) is None


@pytest.mark.parametrize("case", ["large", "fields", "file", "cut", "no_boundary", "latin1"])
def test_forms_that_cannot_be_kept(sites, browser, case):
    site = usual(sites)
    form = "application/x-www-form-urlencoded"
    body, kind = {
        "large": (b"a=" + b"x" * 65536, form), "fields": (b"&".join([b"a=1"] * 201), form),
        "file": multipart([("a", "1")], files=[("f", "x.txt", "content")]),
        "cut": (multipart([("a", "1")])[0][:-9], "multipart/form-data; boundary=----b0undary"),
        "no_boundary": (multipart([("a", "1")])[0], "multipart/form-data"),
        "latin1": (b"a=%E9", form)}[case]
    answer = browser.post(site.url("/app/save"), body,
                          headers=own(site) + [("Content-Type", kind)])
    assert answer.status in (400, 413), answer.status
    assert not [c for c in answer.cookies if c.name.startswith("mod_auth_openidc_state")]
    site.httpd.expect("OIDC-POST_NOT_KEPT", "OIDC-FORM")


def test_an_empty_file_input_stays_one(sites, browser):
    site = usual(sites)
    body, kind = multipart([("a", "1")], files=[("f", "", "")])
    page = browser.post(site.url("/app/save"), body, headers=own(site) + [("Content-Type", kind)])
    assert kept(page)[1] == {"multipart": True, "fields": [["a", "1"], ["f"]]}


@pytest.mark.parametrize("headers,body", [([], b""), ([("Content-Type", "text/plain")], b"a=1"),
                                          ([("Content-Type", "application/x-www-form-urlencoded")], b""),
                                          ([("Content-Type", "")], b"a=1")])
def test_n229_posts_without_a_form(sites, browser, headers, body):
    site = usual(sites)
    answer = browser.post(site.url("/app/save"), body, headers=own(site) + headers)
    assert answer.status in (302, 303) and site.wants_login(answer)


def test_off_keeps_nothing(sites, browser):
    site = sites["plain"]
    answer = browser.post(site.url("/app/save"), {"a": "1"}, headers=own(site))
    assert answer.status in (302, 303) and site.wants_login(answer)
