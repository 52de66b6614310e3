# SPDX-License-Identifier: Apache-2.0
"""Drives the demo as a person with a browser would. Arguments: base URL, httpd's error log.

Prints one line for each thing it looked at and "N passed, M failed" at the end.
"""
import json
import re
import sys
from html import unescape
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener

APPLICATIONS = ("/cgi/", "/php/", "/api/")
USERS = {
    "alice": ("wonderland", "김 Alice", "alice@example.com"),
    "bob": ("builder", "밥 Bob", "bob@example.com"),
}


class Score:
    passed = 0
    failed = 0

    def check(self, name: str, truth: bool, detail: object = "") -> None:
        if truth:
            self.passed += 1
            print(f"ok - {name}")
        else:
            self.failed += 1
            print(f"not ok - {name}: {detail!r:.500}")


class Form(HTMLParser):
    """The first form of a page: its method, target and fields."""

    def __init__(self, page: str):
        super().__init__()
        self.found = False
        self.method, self.action, self.fields = "get", "", {}
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form" and not self.found:
            self.found = True
            self.method = (attrs.get("method") or "get").lower()
            self.action = attrs.get("action") or ""
        elif tag == "input" and self.found and attrs.get("name"):
            self.fields[attrs["name"]] = attrs.get("value") or ""


class NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


class Page:
    def __init__(self, url: str, status: int, headers, body: bytes):
        self.url, self.status, self.headers = url, status, headers
        self.text = body.decode("utf-8")


class Browser:
    """Cookies, redirects, and forms: what a login needs of a browser."""

    def __init__(self, base: str):
        self.base = base
        self.jar = CookieJar()
        self.opener = build_opener(HTTPCookieProcessor(self.jar), NoRedirect)

    def one(self, url: str, data: dict | None = None, headers: dict | None = None) -> Page:
        """One request, no redirect followed."""
        url = urljoin(self.base, url)
        body = urlencode(data).encode() if data is not None else None
        request = Request(url, body, {"Accept": "text/html", **(headers or {})})
        try:
            answer = self.opener.open(request, timeout=20)
        except HTTPError as error:
            answer = error
        with answer:
            return Page(url, answer.status, answer.headers, answer.read())

    def go(self, url: str, data: dict | None = None) -> Page:
        page = self.one(url, data)
        for _ in range(12):
            if page.status not in (301, 302, 303, 307, 308):
                return page
            page = self.one(urljoin(page.url, page.headers["Location"]))
        raise RuntimeError(f"too many redirects, last {page.url}")

    def submit(self, page: Page, **fields: str) -> Page:
        form = Form(page.text)
        return self.go(urljoin(page.url, form.action) if form.action else page.url,
                       {**form.fields, **fields})

    def cookie_names(self) -> list[str]:
        return [cookie.name for cookie in self.jar]


def table(page: Page) -> dict[str, str]:
    rows = re.findall(r"<tr><th>(.*?)</th><td>(.*?)</td></tr>", page.text, re.S)
    return {unescape(name).lower(): unescape(value) for name, value in rows}


def login(browser: Browser, name: str, password: str, url: str) -> Page:
    page = browser.go(url)
    return browser.submit(page, httpd_username=name, httpd_password=password)


def look_before_login(score: Score, base: str) -> None:
    browser = Browser(base)
    front = browser.go("/")
    score.check("the front page needs no login", front.status == 200 and "mod_oidc demo" in front.text)
    first = browser.one("/cgi/")
    score.check("a protected page redirects to the provider",
                first.status == 302 and urlsplit(first.headers["Location"]).path == "/op/authorize",
                (first.status, first.headers.get("Location")))
    page = browser.go("/cgi/")
    score.check("the provider asks for a name and a password", "httpd_username" in Form(page.text).fields,
                (page.status, page.url))
    page = browser.submit(page, httpd_username="alice", httpd_password="wrong")
    score.check("a wrong password is refused", page.status == 401 and "is wrong" in page.text,
                (page.status, page.text))
    ajax = browser.one("/api/me", headers={"Accept": "application/json", "X-Requested-With": "XMLHttpRequest"})
    score.check("a request of a script gets 401 and no redirect", ajax.status == 401, ajax.status)
    forged = browser.one("/cgi/", headers={"OIDC_CLAIM_sub": "alice", "Cookie": "mod_auth_openidc_session=x"})
    score.check("headers and cookies that somebody made up are no login", forged.status == 302, forged.status)


def look_at_applications(score: Score, browser: Browser, user: str) -> None:
    _, name, email = USERS[user]
    for url in APPLICATIONS:
        page = browser.go(url)
        got = table(page)
        score.check(f"{user} in {url}: 200", page.status == 200, (page.status, page.text))
        score.check(f"{user} in {url}: name arrives as {name}", got.get("oidc_claim_name") == name, got)
        score.check(f"{user} in {url}: e-mail", got.get("oidc_claim_email") == email, got)
        score.check(f"{user} in {url}: groups", "staff" in got.get("oidc_claim_groups", ""), got)
    for url in ("/cgi/", "/php/"):
        got = table(browser.go(url))
        score.check(f"{user} in {url}: REMOTE_USER", got.get("remote_user") == user, got)
    page = browser.one("/api/me", headers={"OIDC_CLAIM_name": "Mallory", "OIDC_CLAIM_extra": "1"})
    got = json.loads(page.text) if page.status == 200 else {}
    score.check(f"{user} in /api/me: headers that the browser sent are not believed",
                got.get("oidc_claim_name") == name and "oidc_claim_extra" not in got, got)
    page = browser.go("/static/")
    score.check(f"{user} in /static/", page.status == 200 and 'id="static"' in page.text, page.status)


def look_at_info(score: Score, browser: Browser, user: str) -> None:
    page = browser.one("/oidc/callback?info=json")
    info = json.loads(page.text) if page.status == 200 else {}
    score.check(f"{user}: ?info=json names the user",
                info.get("userinfo", {}).get("name") == USERS[user][1], (page.status, page.text))


def log_out(score: Score, browser: Browser, user: str) -> None:
    before = list(browser.jar)
    front = browser.go("/")
    link = re.search(r'id="logout" href="([^"]+)"', front.text)
    page = browser.go(unescape(link.group(1)))
    score.check(f"{user}: logout ends on the front page",
                page.status == 200 and page.url.rstrip("/") == browser.base.rstrip("/"), (page.status, page.url))
    score.check(f"{user}: the session's cookie is gone",
                "mod_auth_openidc_session" not in browser.cookie_names(), browser.cookie_names())
    page = browser.go("/cgi/")
    score.check(f"{user}: after logout the provider asks for the password again",
                "httpd_username" in Form(page.text).fields, (page.status, page.url))
    again = Browser(browser.base)
    for cookie in before:
        again.jar.set_cookie(cookie)
    page = again.one("/cgi/")
    score.check(f"{user}: a copy of the old cookies opens nothing", page.status == 302, page.status)


def check_alice(score: Score, base: str) -> None:
    browser = Browser(base)
    page = login(browser, "alice", USERS["alice"][0], "/cgi/?from=front%20page")
    score.check("alice logs in and lands where she wanted to go",
                page.status == 200 and page.url == urljoin(base, "/cgi/?from=front%20page"), (page.status, page.url))
    look_at_applications(score, browser, "alice")
    look_at_info(score, browser, "alice")
    page = browser.go("/admin/")
    score.check("alice may see /admin/", page.status == 200 and 'id="admin"' in page.text, page.status)
    log_out(score, browser, "alice")


def check_bob(score: Score, base: str) -> None:
    browser = Browser(base)
    page = login(browser, "bob", USERS["bob"][0], "/php/")
    score.check("bob logs in", page.status == 200, (page.status, page.text))
    look_at_applications(score, browser, "bob")
    page = browser.go("/admin/")
    score.check("bob may not see /admin/", page.status == 403 and 'id="admin"' not in page.text
                and "Not for you" in page.text, (page.status, page.text))
    log_out(score, browser, "bob")


def check_log(score: Score, path: str) -> None:
    with open(path, encoding="utf-8", errors="replace") as log:
        lines = [line for line in log if re.search(r":(error|crit|alert|emerg)\]", line)]
    expected = re.compile(r"AH01807: user .alice.|AH01631: user bob")
    bad = [line for line in lines if not expected.search(line)]
    score.check("the error log holds nothing but the refusals that were provoked", not bad, bad[:3])


def main() -> int:
    base, log = sys.argv[1:3]
    score = Score()
    try:
        look_before_login(score, base)
        check_alice(score, base)
        check_bob(score, base)
        check_log(score, log)
    except Exception as error:  # a page that is not what it should be: report it as a failure
        score.check("the check ran to its end", False, error)
    print(f"{score.passed} passed, {score.failed} failed")
    return 1 if score.failed else 0


if __name__ == "__main__":
    sys.exit(main())
