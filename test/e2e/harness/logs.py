# SPDX-License-Identifier: Apache-2.0
"""The error log as data, and the fence: what a test did not announce fails it."""
import os
import re
from dataclasses import dataclass

FORMAT = '%-{u}t|%-m|%-l|%-P|%-L|%M'
LEVELS = ["emerg", "alert", "crit", "error", "warn", "notice", "info", "debug"]
OURS = {"oidc", "oidc_provider", "auth_openidc"}

# Lines at warn or worse that every test may cause: what httpd says of a server like ours, and what
# we say at start of sites that speak plain http, as most sites of these tests do.
ALWAYS = [r"AH00558", r"AH02282", r"AH01873", r"AH00170", r"AH01906", r"AH01909",
          r"is not https: anybody in between can read and change it",
          r"OIDCResponseMode form_post over http"]


@dataclass
class Line:
    when: str
    module: str
    level: str
    pid: str
    request: str
    text: str

    @property
    def severe(self):
        return self.level in LEVELS and LEVELS.index(self.level) <= 4

    @property
    def error_id(self):
        found = re.search(r"\bOIDC-([A-Z][A-Z0-9_]+)", self.text)
        return found.group(1) if found else None

    @property
    def incident(self):
        """The id that the person's page shows as well."""
        found = re.search(r"\bOIDC-[A-Z][A-Z0-9_]+ \[([A-Za-z0-9_-]{8,})\]", self.text)
        return found.group(1) if found else None

    def __str__(self):
        return "[%s:%s] %s" % (self.module, self.level, self.text)


def parse(text):
    lines = []
    for raw in text.splitlines():
        part = raw.split("|", 5)
        if len(part) == 6 and part[2].rstrip("0123456789") in LEVELS + ["trace"]:
            lines.append(Line(*part))
        elif raw.strip():
            lines.append(Line("", "raw", "error", "", "", raw))
    return lines


class Log:
    """The error log of one server."""

    def __init__(self, path):
        self.path = path

    def mark(self):
        try:
            return os.path.getsize(self.path)
        except OSError:
            return 0

    def text(self, mark=0):
        try:
            with open(self.path, "rb") as f:
                f.seek(mark)
                return f.read().decode("utf-8", "replace")
        except OSError:
            return ""

    def lines(self, mark=0):
        return parse(self.text(mark))

    def failures(self, mark=0):
        """Our lines that carry an error id."""
        return [line for line in self.lines(mark) if line.error_id]


def crashes(text):
    """Child deaths and sanitizer reports in a log."""
    signs = ("exit signal", "Sanitizer", "runtime error:")
    return [line for line in text.splitlines() if any(s in line for s in signs)]


def unexpected(lines, patterns):
    compiled = [re.compile(p) for p in list(patterns) + ALWAYS]
    return [line for line in lines
            if line.severe and not any(c.search(line.text) for c in compiled)]
