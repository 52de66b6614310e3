# SPDX-License-Identifier: Apache-2.0
"""A browser as far as login needs one: cookies by host and path, no redirect followed unasked.

Every host name leads to loopback, so virtual hosts need no resolver.
"""
import base64
import http.client
import json
import socket
import ssl
import time
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from .op import form_of

NAVIGATE = [("Accept", "text/html,application/xhtml+xml,*/*;q=0.8"), ("Sec-Fetch-Mode", "navigate"),
            ("Sec-Fetch-Dest", "document"), ("User-Agent", "Mozilla/5.0 (e2e)")]


@dataclass
class Cookie:
    name: str
    value: str
    host: str
    attributes: dict          # lower-case names; flags have the value True

    @property
    def path(self):
        return self.attributes.get("path") or "/"

    @property
    def domain(self):
        return (self.attributes.get("domain") or "").lstrip(".").lower()

    @property
    def expired(self):
        if "max-age" in self.attributes:
            return int(self.attributes["max-age"]) <= 0
        if "expires" in self.attributes:
            return parsedate_to_datetime(self.attributes["expires"]).timestamp() <= time.time()
        return False

    def fits(self, host, path, secure):
        if self.domain:
            if host != self.domain and not host.endswith("." + self.domain):
                return False
        elif host != self.host:
            return False
        if self.attributes.get("secure") and not secure:
            return False
        base = self.path
        return path == base or (path.startswith(base) and
                                (base.endswith("/") or path[len(base)] == "/"))


@dataclass
class Answer:
    status: int
    headers: list
    body: bytes
    url: str
    seconds: float = 0.0
    cookies: list = field(default_factory=list)   # those this answer set

    def header(self, name, default=None):
        for k, v in self.headers:
            if k.lower() == name.lower():
                return v
        return default

    def all_headers(self, name):
        return [v for k, v in self.headers if k.lower() == name.lower()]

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def location(self):
        value = self.header("location")
        return urljoin(self.url, value) if value is not None else None


def parse_set_cookie(value, host):
    first, *rest = value.split(";")
    name, _, val = first.strip().partition("=")
    attributes = {}
    for part in rest:
        k, eq, v = part.strip().partition("=")
        attributes[k.lower()] = v if eq else True
    return Cookie(name, val, host, attributes)


class Browser:
    def __init__(self, timeout=45, headers=None):
        self.jar = []
        self.timeout = timeout
        self.headers = list(NAVIGATE if headers is None else headers)
        self.history = []
        self.credentials = {}       # URL prefix: (user, password) for HTTP Basic

    # --- cookies ---------------------------------------------------------------------------
    def store(self, cookie):
        self.jar = [c for c in self.jar if (c.name, c.host, c.path, c.domain) !=
                    (cookie.name, cookie.host, cookie.path, cookie.domain)]
        if not cookie.expired:
            self.jar.append(cookie)

    def set_cookie(self, name, value, host, path="/"):
        self.store(Cookie(name, value, host, {"path": path}))

    def cookie_header(self, url):
        u = urlsplit(url)
        secure = u.scheme == "https"
        fitting = [c for c in self.jar if c.fits(u.hostname, u.path or "/", secure)]
        return "; ".join("%s=%s" % (c.name, c.value) for c in fitting)

    def named(self, prefix):
        return [c for c in self.jar if c.name.startswith(prefix)]

    def clone(self):
        twin = Browser(self.timeout, self.headers)
        twin.jar = list(self.jar)
        return twin

    # --- requests --------------------------------------------------------------------------
    def request(self, method, url, body=None, headers=(), target=None, cookies=True, plain=False):
        """One exchange. `target` overrides the request line's target, `plain` leaves out the
        headers of a navigating browser."""
        u = urlsplit(url)
        if isinstance(body, (dict, list)):
            body = urlencode(body)
            headers = list(headers) + [("Content-Type", "application/x-www-form-urlencoded")]
        if isinstance(body, str):
            body = body.encode()
        conn = self._connect(u)
        started = time.monotonic()
        # as it stands in the URL: urlsplit forgets the "?" of an empty query
        plain_target = url.split(u.netloc, 1)[1].split("#", 1)[0]
        conn.putrequest(method, target or plain_target or "/", skip_host=True,
                        skip_accept_encoding=True)
        given = {k.lower() for k, _ in headers}
        if "host" not in given:
            conn.putheader("Host", u.netloc)
        for k, v in ([] if plain else self.headers):
            if k.lower() not in given:
                conn.putheader(k, v)
        for prefix, pair in self.credentials.items():
            if url.startswith(prefix):
                token = base64.b64encode(":".join(pair).encode()).decode()
                conn.putheader("Authorization", "Basic " + token)
        sent = self.cookie_header(url)
        if cookies and sent and "cookie" not in given:
            conn.putheader("Cookie", sent)
        for k, v in headers:
            conn.putheader(k, v if isinstance(v, bytes) else v.encode("utf-8"))
        if body is not None and "content-length" not in given:
            conn.putheader("Content-Length", str(len(body)))
        conn.endheaders(body)
        answer = self._read(conn, url, u, started)
        conn.close()
        return answer

    def _connect(self, u):
        port = u.port or (443 if u.scheme == "https" else 80)
        if u.scheme == "https":
            context = ssl._create_unverified_context()
            conn = http.client.HTTPSConnection("127.0.0.1", port, timeout=self.timeout,
                                               context=context)
            raw = socket.create_connection(("127.0.0.1", port), self.timeout)
            conn.sock = context.wrap_socket(raw, server_hostname=u.hostname)
            return conn
        return http.client.HTTPConnection("127.0.0.1", port, timeout=self.timeout)

    def _read(self, conn, url, u, started):
        raw = conn.getresponse()
        body = raw.read()
        headers = raw.getheaders()
        answer = Answer(raw.status, headers, body, url, time.monotonic() - started)
        for value in answer.all_headers("set-cookie"):
            cookie = parse_set_cookie(value, u.hostname)
            answer.cookies.append(cookie)
            self.store(cookie)
        self.history.append(answer)
        return answer

    def get(self, url, **kw):
        return self.request("GET", url, **kw)

    def post(self, url, body, **kw):
        return self.request("POST", url, body=body, **kw)

    def step(self, answer):
        """What a browser does next: follow a redirect or submit a self-submitting form."""
        if answer.status in (301, 302, 303, 307) and answer.location:
            return self.get(answer.location)
        if answer.status == 200 and b"location.hash" in answer.body:
            move = relay(answer.url)
            return self.post(move[1], move[2], headers=[("Origin", origin_of(answer.url))])
        sends = b".submit()" in answer.body or b"submit.call(document" in answer.body
        if answer.status == 200 and sends and b"<form" in answer.body:
            action, fields = form_of(answer.text)
            return self.post(urljoin(answer.url, action), fields,
                             headers=[("Origin", origin_of(answer.url))])
        return None

    def follow(self, answer, until=None, limit=12):
        """Follow to the end, or to the first answer for which until(answer) is true."""
        for _ in range(limit):
            if until and until(answer):
                return answer
            after = self.step(answer)
            if after is None:
                return answer
            answer = after
        raise AssertionError("redirect loop: %s" % [a.url for a in self.history[-limit:]])


def relay(url):
    """What the script of the relay page does with the fragment of its address."""
    fields = parse_qsl(urlsplit(url).fragment, keep_blank_values=True)
    return "POST", url.partition("#")[0], fields + [("response_mode", "fragment")]


def origin_of(url):
    u = urlsplit(url)
    return "%s://%s" % (u.scheme, u.netloc)


def raw_exchange(port, data, seconds=10.0, host="127.0.0.1"):
    """Send bytes as they are, read until the server closes; b"" when it closes at once."""
    with socket.create_connection((host, port), seconds) as s:
        s.settimeout(seconds)
        s.sendall(data)
        got = b""
        try:
            while True:
                part = s.recv(65536)
                if not part:
                    break
                got += part
        except (socket.timeout, ConnectionError):
            pass
        return got


def raw_status(data):
    """Status of the first response in the bytes, 0 when there is none."""
    try:
        return int(data.split(b" ", 2)[1])
    except (IndexError, ValueError):
        return 0


class _Forms(HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms = []

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if tag == "form":
            self.forms.append((a.get("action") or "", (a.get("method") or "get").upper(), []))
        elif tag in ("input", "button") and a.get("name") and self.forms:
            self.forms[-1][2].append((a["name"], a.get("value") or ""))


def fill(browser, answer, **values):
    """Fill and send the first form of a page, as a person would."""
    parser = _Forms()
    parser.feed(answer.text)
    assert parser.forms, answer.text[:500]
    action, method, fields = parser.forms[0]
    data = [(k, values.get(k, v)) for k, v in fields]
    url = urljoin(answer.url, action)
    if method == "GET":
        return browser.get(url + "?" + urlencode(data))
    return browser.post(url, data)
