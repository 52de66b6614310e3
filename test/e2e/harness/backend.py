# SPDX-License-Identifier: Apache-2.0
"""The application behind mod_proxy: records what reaches it, answers with what it saw."""
import json

from .web import Reply, Web

MARK = "PROTECTED-CONTENT"


class Backend:
    def __init__(self):
        self.requests = []
        self.web = Web(self._answer)
        self.port = self.web.port

    @property
    def bytes_in(self):
        return self.web.bytes_in

    def _answer(self, request):
        self.requests.append(request)
        seen = {"mark": MARK, "method": request.method, "target": request.target,
                "headers": request.headers, "body": request.body.decode("utf-8", "replace")}
        body = json.dumps(seen).encode()
        return Reply(200, [("Content-Type", "application/json")], body)

    def close(self):
        self.web.close()


def headers_of(answer):
    """Headers as the application saw them: {lower-case name: [values]}, UTF-8 where it is."""
    out = {}
    for name, value in answer.json["headers"]:
        raw = value.encode("latin-1", "replace")
        try:
            value = raw.decode("utf-8")
        except UnicodeDecodeError:
            pass
        out.setdefault(name.lower(), []).append(value)
    return out
