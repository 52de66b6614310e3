# SPDX-License-Identifier: Apache-2.0
"""A small HTTP/1.1 server on bare sockets, one thread per connection.

Bare sockets because the hostile provider must be able to send what no HTTP library sends: a
reset in mid body, one byte per second, a wrong Content-Length, silence.
"""
import json
import socket
import ssl
import struct
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

REASONS = {200: "OK", 201: "Created", 204: "No Content", 301: "Moved", 302: "Found",
           303: "See Other", 307: "Temporary Redirect", 400: "Bad Request", 401: "Unauthorized",
           403: "Forbidden", 404: "Not Found", 500: "Internal Server Error", 502: "Bad Gateway",
           503: "Service Unavailable"}


@dataclass
class Request:
    method: str
    target: str
    headers: list
    body: bytes
    raw: bytes = b""
    at: float = field(default_factory=time.monotonic)

    @property
    def path(self):
        return urlsplit(self.target).path

    @property
    def query(self):
        return parse_qsl(urlsplit(self.target).query, keep_blank_values=True)

    @property
    def form(self):
        return parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True)

    def header(self, name, default=None):
        found = self.all_headers(name)
        return found[0] if found else default

    def all_headers(self, name):
        return [v for k, v in self.headers if k.lower() == name.lower()]


@dataclass
class Reply:
    status: int = 200
    headers: list = field(default_factory=list)
    body: object = b""          # bytes, or an iterator of bytes
    delay: float = 0.0          # seconds before the first byte
    drip: float = 0.0           # seconds between single body bytes
    reset_after: int = None     # body bytes sent before the connection is reset
    silent: bool = False        # accept, read, say nothing until the peer gives up
    raw: bytes = None           # sent as is in place of everything
    length: object = None       # a false Content-Length; "none" leaves it out

    def set(self, name, value):
        self.headers = [(k, v) for k, v in self.headers if k.lower() != name.lower()]
        self.headers.append((name, value))
        return self


def json_reply(obj, status=200, content_type="application/json"):
    return Reply(status, [("Content-Type", content_type), ("Cache-Control", "no-store")],
                 json.dumps(obj, ensure_ascii=False).encode())


def text_reply(text, status=200, content_type="text/plain; charset=utf-8"):
    return Reply(status, [("Content-Type", content_type)], text.encode())


class _Reader:
    """Buffered reads from a socket, keeping the bytes for the record."""

    def __init__(self, sock):
        self.sock, self.buf, self.raw = sock, b"", b""

    def _more(self):
        data = self.sock.recv(65536)
        if not data:
            raise ConnectionError("closed")
        self.buf += data
        self.raw += data

    def until(self, mark):
        while mark not in self.buf:
            if len(self.buf) > 1 << 20:
                raise ConnectionError("too long")
            self._more()
        head, self.buf = self.buf.split(mark, 1)
        return head

    def exactly(self, n):
        while len(self.buf) < n:
            self._more()
        data, self.buf = self.buf[:n], self.buf[n:]
        return data


class Web:
    """Threaded server; `answer(Request) -> Reply` is called for each request."""

    def __init__(self, answer, tls=None, host="127.0.0.1", port=0):
        self.answer, self.tls = answer, tls
        self.sock = socket.create_server((host, port), backlog=128)
        self.port = self.sock.getsockname()[1]
        self.open, self.closing, self.bytes_in = set(), False, 0
        self.lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while not self.closing:
            try:
                conn, _ = self.sock.accept()
            except OSError:
                return
            conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(conn,), daemon=True).start()

    def _serve(self, conn):
        with self.lock:
            self.open.add(conn)
        try:
            if self.tls:
                conn = self.tls.wrap_socket(conn, server_side=True)
            conn.settimeout(60)
            reader = _Reader(conn)
            while not self.closing:
                request = self._read(reader)
                with self.lock:
                    self.bytes_in += len(request.raw)
                if not self._write(conn, request, self.answer(request)):
                    break
        except (OSError, ConnectionError, ssl.SSLError, ValueError):
            pass
        finally:
            with self.lock:
                self.open.discard(conn)
            try:
                conn.close()
            except OSError:
                pass

    @staticmethod
    def _read(reader):
        reader.raw = reader.buf
        head = reader.until(b"\r\n\r\n").decode("latin-1")
        line, *rest = head.split("\r\n")
        method, target, _ = line.split(" ", 2)
        headers = [tuple(x.strip() for x in h.split(":", 1)) for h in rest if ":" in h]
        low = {k.lower(): v for k, v in headers}
        body = b""
        if low.get("transfer-encoding", "").lower() == "chunked":
            while True:
                size = int(reader.until(b"\r\n").split(b";")[0], 16)
                if size == 0:
                    while reader.until(b"\r\n"):
                        pass
                    break
                body += reader.exactly(size)
                reader.exactly(2)
        elif "content-length" in low:
            body = reader.exactly(int(low["content-length"]))
        return Request(method, target, headers, body, reader.raw)

    def _write(self, conn, request, reply):
        if reply.silent:
            while conn.recv(4096):
                pass
            return False
        if reply.delay:
            time.sleep(reply.delay)
        if reply.raw is not None:
            conn.sendall(reply.raw)
            return False
        conn.sendall(self._head(reply))
        if request.method == "HEAD":
            return True
        return self._body(conn, reply)

    @staticmethod
    def _head(reply):
        lines = ["HTTP/1.1 %d %s" % (reply.status, REASONS.get(reply.status, "Status"))]
        lines += ["%s: %s" % h for h in reply.headers]
        if isinstance(reply.body, bytes) and reply.length is None:
            lines.append("Content-Length: %d" % len(reply.body))
        elif reply.length not in (None, "none"):
            lines.append("Content-Length: %s" % reply.length)
        else:
            lines.append("Connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "surrogateescape")

    def _body(self, conn, reply):
        if reply.reset_after is not None:
            conn.sendall(bytes(reply.body)[:reply.reset_after])
            conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        if reply.drip:
            for i in range(len(reply.body)):
                if self.closing:
                    return False
                conn.sendall(reply.body[i:i + 1])
                time.sleep(reply.drip)
            return True
        if isinstance(reply.body, bytes):
            conn.sendall(reply.body)
            return reply.length is None
        for part in reply.body:
            conn.sendall(part)
        return False

    def close(self):
        """Stop listening and cut what is open: from now on connections are refused."""
        self.closing = True
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.sock.close()
        with self.lock:
            for conn in list(self.open):
                try:
                    conn.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
