# SPDX-License-Identifier: Apache-2.0
"""Counterparts nobody here wrote: providers, relying parties, application servers."""
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile

from . import node
from .procs import free_port, spawn, stop, wait_port
from .server import APPS, MODULES

NAME = "김하늘"
USERS = {"alice": {"name": NAME, "email": "alice@example.com", "groups": ["admin", "staff"]},
         "bob": {"name": "Bob", "email": "bob@example.com", "groups": ["staff"]}}


class Process:
    """A counterpart in a process of its own, with its output at hand when it fails."""

    def __init__(self, port):
        self.port, self.proc = port, None
        self.out = tempfile.NamedTemporaryFile(prefix="oidc-e2e-", suffix=".log", delete=False)

    def up(self):
        if not wait_port(self.port, self.proc, 30):
            stop(self.proc)
            with open(self.out.name) as f:
                raise AssertionError("did not start:\n" + f.read())
        return self

    def close(self):
        stop(self.proc)
        self.out.close()
        os.unlink(self.out.name)


def environment(**more):
    env = {k: v for k, v in os.environ.items() if k != "LD_PRELOAD"}
    env.update(PYTHONDONTWRITEBYTECODE="1", **more)
    return env


def node_provider(port, clients):
    """npm's certified oidc-provider."""
    one = Process(port)
    setup = json.dumps({"port": port, "clients": clients, "users": USERS})
    one.proc = node.start("op.mjs", setup, stdout=one.out, stderr=one.out, env=environment())
    return one.up()


def authlib_provider(port, clients):
    """Authlib and Flask."""
    one = Process(port)
    one.proc = spawn([sys.executable, os.path.join(APPS, "authlib_op.py"), str(port)],
                     stdin=subprocess.PIPE, stdout=one.out, stderr=one.out, env=environment())
    one.proc.stdin.write(json.dumps({"clients": clients, "users": USERS}).encode())
    one.proc.stdin.close()
    return one.up()


def uvicorn(app, port=None, **env):
    """An ASGI application of the apps folder."""
    one = Process(port or free_port())
    one.proc = spawn([sys.executable, "-m", "uvicorn", app, "--host", "127.0.0.1", "--port",
                      str(one.port), "--log-level", "warning"], cwd=APPS, stdout=one.out,
                     stderr=one.out, env=environment(**env))
    return one.up()


class Php:
    """PHP as this machine has it: php-fpm or php-cgi with any MPM, else mod_php with prefork."""

    def __init__(self):
        self.proc = None
        fpm = sorted(glob.glob("/usr/sbin/php-fpm*"))
        cgi = sorted(glob.glob("/usr/bin/php-cgi*"))
        module = sorted(glob.glob(os.path.join(MODULES, "libphp*.so")))
        self.kind, self.program = ("fpm", fpm[-1]) if fpm else ("cgi", cgi[-1]) if cgi else \
            ("module", module[-1]) if module else (None, None)
        self.mpm = "prefork" if self.kind == "module" else "event"
        self.modules = ["proxy_fcgi"] if self.kind == "fpm" else []

    def global_lines(self):
        return "LoadModule php_module %s\n" % self.program if self.kind == "module" else ""

    def lines(self, httpd):
        """Handler for /php/, started if it is a server of its own."""
        apps = httpd.path("apps")
        out = "Alias /php/ %s/\n" % apps
        if self.kind == "module":
            return out + "<Location /php/>\nSetHandler application/x-httpd-php\n</Location>\n"
        if self.kind == "cgi":
            return out + ("ScriptAlias /php-bin/ /usr/bin/\nAction php-cgi /php-bin/%s\n"
                          "<Location /php/>\nSetHandler php-cgi\n</Location>\n"
                          % os.path.basename(self.program))
        return out + ('<Location /php/>\nSetHandler "proxy:unix:%s|fcgi://localhost"\n</Location>\n'
                      % self._fpm(httpd))

    def _fpm(self, httpd):
        socket = httpd.path("run/php.sock")
        if self.proc is None:
            owner = "user = www-data\ngroup = www-data\n" if os.getuid() == 0 else ""
            pool = httpd.write("conf/fpm.conf", "[global]\nerror_log = %s\ndaemonize = no\n[e2e]\n%s"
                               "listen = %s\nlisten.mode = 0666\npm = static\npm.max_children = 2\n"
                               % (httpd.path("logs/fpm.log"), owner, socket))
            self.proc = spawn([self.program, "-n", "-F", "-y", pool], stderr=subprocess.DEVNULL)
        return socket

    def close(self):
        stop(self.proc)


def have_node():
    return bool(node.NODE) and os.path.isdir(os.path.join(os.path.dirname(APPS), "node_modules"))


def have_chromium():
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
