# SPDX-License-Identifier: Apache-2.0
"""The pages that lead on by script, in a real browser: fragment relay, request by form, kept forms."""
from urllib.parse import parse_qsl

import pytest

from harness.server import Httpd
from harness.site import SESSION, STATE, Site
from harness.tls import Ca
from test_browser import drive, names

KINDS = {
    "fragment": ("code id_token token", "GET", ""),
    "implicit": ("id_token", "GET", ""),
    "post": ("code", "POST", ""),
    "form": ("code id_token", "POST", "OIDCResponseMode form_post"),
    "pushed": ("code", "PAR", ""),
}
FIELDS = [("items[]", "1"), ("items[]", "2"), ("text", "two\nlines\n"), ("items[]", ""),
          ("q\"'<b>&", "</script><script>document.title='x'</script>"), ("__proto__", "x"),
          ("submit", "s"), ("action", "a"), ("u", "\u2028 \U0001f600 \u00e9"), ("plus", "a+b c%20&=;")]


@pytest.fixture(scope="module")
def sites(op, backend):
    out = {}
    for name, (kind, method, more) in KINDS.items():
        issuer = op.issuer("bf-" + name, response_type=kind, method=method)
        out[name] = Site(name + ".localhost", issuer, backend,
                         'OIDCResponseType "%s"\nOIDCProviderAuthRequestMethod %s\n%s\n'
                         "<Location /app/>\nOIDCPreservePost On\n</Location>" % (kind, method, more))
    cert, key = Ca().issue(*[s.host for s in out.values()])
    ports = []

    def body(httpd):
        files = httpd.write("conf/cert.pem", cert), httpd.write("conf/key.pem", key, 0o600)
        httpd.write("htdocs/open.html", "<!DOCTYPE html><meta charset=utf-8><title>open</title>")
        port = ports[0] if ports else ports.append(httpd.another_port()) or ports[0]
        for one in out.values():
            one.port = port
            one.tls = "SSLEngine on\nSSLCertificateFile %s\nSSLCertificateKeyFile %s" % files
        return "".join(s.vhost(httpd) for s in out.values())
    rp = Httpd(lambda self: "", modules=["ssl"])
    body(rp)
    rp.body = body
    rp.start()
    yield out
    rp.destroy()


@pytest.mark.parametrize("name", KINDS)
def test_login(sites, name):
    site = sites[name]
    got = drive("whole", site, page=site.url("/app/x?a=1"), logout=site.callback + "?logout=%2Fbye")
    assert "PROTECTED-CONTENT" in str(got["seen"]) and got["stays"]
    assert [c for c in got["cookies"] if c["name"].endswith(SESSION)]
    assert not [n for n in names(got["cookies"]) if STATE in n]
    assert got["problems"] == [] and site.issuer.complaints == []


def sent(seen):
    """The fields that the application got, in order."""
    kind = [v for k, v in seen["headers"] if k.lower() == "content-type"][0]
    if kind.startswith("multipart/"):
        text = ("Content-Type: %s\r\n\r\n" % kind) + seen["body"]
        parts = text.split("--" + kind.partition("boundary=")[2])[1:-1]
        out = []
        for part in parts:
            head, _, value = part.partition("\r\n\r\n")
            name = head.partition('name="')[2].rpartition('"')[0].replace("%22", '"')
            out.append((name, value[:-2]))
        return out
    return parse_qsl(seen["body"], keep_blank_values=True)


@pytest.mark.parametrize("name,enctype", [("fragment", "application/x-www-form-urlencoded"),
                                          ("post", "multipart/form-data"),
                                          ("form", "application/x-www-form-urlencoded"),
                                          ("pushed", "multipart/form-data")])
def test_a_form_that_is_kept(sites, name, enctype):
    site = sites[name]
    got = drive("form", site, open=site.url("/open.html"), page=site.url("/app/save?x=1"),
                fields=FIELDS, enctype=enctype)
    assert got["url"] == site.url("/app/save?x=1") and got["seen"]["method"] == "POST"
    origin = [v for k, v in got["seen"]["headers"] if k.lower() == "origin"]
    assert origin == [site.origin], "an application that looks at Origin would refuse"
    # a browser writes line breaks as CR LF, as it would have done the first time
    assert sent(got["seen"]) == [(n, v.replace("\n", "\r\n")) for n, v in FIELDS]
    assert got["kept"] == [] and got["problems"] == []
    assert site.issuer.complaints == []
