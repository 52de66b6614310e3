#!/usr/bin/python3 -SE
# The CGI application of the tests: prints its environment as JSON.
import os
import sys

body = b""
if "CONTENT_LENGTH" in os.environ or os.environ.get("REQUEST_METHOD") == "POST":
    body = sys.stdin.buffer.read(int(os.environ.get("CONTENT_LENGTH") or -1))
env = {k.decode("utf-8", "surrogateescape"): v.decode("utf-8", "surrogateescape")
       for k, v in os.environb.items()}


def quote(text):
    out = []
    for c in text:
        if c in '"\\' or ord(c) < 32:
            out.append("\\u%04x" % ord(c))
        elif 0xDC80 <= ord(c) <= 0xDCFF:
            out.append("\\u%04x" % (ord(c) - 0xDC00))
        else:
            out.append(c)
    return '"%s"' % "".join(out)


pairs = ", ".join("%s: %s" % (quote(k), quote(v)) for k, v in sorted(env.items()))
text = '{"mark": "PROTECTED-CONTENT", "body": %s, "env": {%s}}\n' % (
    quote(body.decode("utf-8", "replace")), pairs)
sys.stdout.buffer.write(b"Content-Type: application/json; charset=utf-8\r\n\r\n" + text.encode())
