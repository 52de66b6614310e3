# SPDX-License-Identifier: Apache-2.0
"""A real httpd in a temporary ServerRoot."""
import glob
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time

from . import logs
from .procs import free_port, spawn, stop, wait_for, wait_port

HTTPD = os.environ.get("OIDC_HTTPD", "/usr/sbin/apache2")
MODULES = os.environ.get("OIDC_HTTPD_MODULES", "/usr/lib/apache2/modules")
APPS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "apps")
MODULE_DIR = os.path.abspath(os.environ.get("OIDC_MODULE_DIR", "."))
MODULE_ID = os.environ.get("OIDC_MODULE_ID", "oidc_module")

BASE = """authn_core authn_file authz_core authz_user authz_host auth_basic alias env setenvif
          headers mime dir rewrite proxy proxy_http status include autoindex actions request
          session socache_shmcb filter expires log_debug"""

MPM = {
    "event": "StartServers 2\nServerLimit 3\nThreadsPerChild 12\nMaxRequestWorkers 36\n"
             "MinSpareThreads 6\nMaxSpareThreads 36\n",
    "worker": "StartServers 2\nServerLimit 3\nThreadsPerChild 12\nMaxRequestWorkers 36\n"
              "MinSpareThreads 6\nMaxSpareThreads 36\n",
    "prefork": "StartServers 4\nMinSpareServers 4\nMaxSpareServers 12\nMaxRequestWorkers 16\n",
}


LIVING = []     # every server of the run that was not destroyed


def module_path(name):
    return os.path.join(MODULE_DIR, name)


def load_lines(mpm, extra=()):
    cgi = "cgi" if mpm == "prefork" else "cgid"
    names = ["mpm_" + mpm] + BASE.split() + [cgi] + list(extra)
    seen, out = set(), []
    for name in names:
        if name not in seen:
            seen.add(name)
            out.append("LoadModule %s_module %s/mod_%s.so" % (name, MODULES, name))
    return "\n".join(out)


class Httpd:
    """`body` is configuration text, or a function of the server that returns it."""

    def __init__(self, body, mpm="event", modules=(), provider=False, level="trace8", rp=True,
                 trace="", preamble=""):
        self.mpm, self.modules, self.level, self.trace = mpm, modules, level, trace
        self.with_rp, self.with_provider = rp, provider
        self.preamble = preamble
        self.root = tempfile.mkdtemp(prefix="oidc-e2e-")
        os.chmod(self.root, 0o755)
        for name in ("conf", "logs", "htdocs", "run", "data", "sanitizer"):
            os.makedirs(os.path.join(self.root, name))
        shutil.copytree(APPS, self.path("apps"))   # readable to the user of the children
        self._give("run", "data", "sanitizer")
        self.port = free_port()
        self.body, self.proc, self.seen = body, None, 0
        self.expected, self.allowed = [], []    # patterns: for the running test, for good
        self.reported = set()
        self.log = logs.Log(self.path("logs/error.log"))
        self.ports = [self.port]
        LIVING.append(self)

    # --- files -----------------------------------------------------------------------------
    def path(self, *parts):
        return os.path.join(self.root, *parts)

    def write(self, name, text, mode=0o644):
        with open(self.path(name), "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(self.path(name), mode)
        return self.path(name)

    def _give(self, *names):
        if os.getuid() == 0:
            user = pwd.getpwnam("www-data")
            for name in names:
                os.chown(self.path(name), user.pw_uid, user.pw_gid)

    def another_port(self):
        self.ports.append(free_port())
        return self.ports[-1]

    def url(self, path="/", host="localhost", port=None, scheme="http"):
        return "%s://%s:%d%s" % (scheme, host, port or self.port, path)

    # --- configuration ---------------------------------------------------------------------
    def text(self):
        body = self.body(self) if callable(self.body) else self.body
        own = []
        if self.with_rp:
            own.append("LoadModule %s %s" % (MODULE_ID, module_path("mod_oidc.so")))
        if self.with_provider:
            own.append("LoadModule oidc_provider_module %s" % module_path("mod_oidc_provider.so"))
        listens = "\n".join("Listen 127.0.0.1:%d" % p for p in self.ports)
        user = "User www-data\nGroup www-data" if os.getuid() == 0 else ""
        return f"""
ServerRoot {self.root}
PidFile {self.root}/run/httpd.pid
DefaultRuntimeDir {self.root}/run
{load_lines(self.mpm, self.modules)}
{chr(10).join(own)}
{"" if self.mpm == "prefork" else "ScriptSock cgisock"}
{user}
{listens}
ServerName localhost
ServerTokens Prod
{MPM[self.mpm]}
Timeout 30
KeepAliveTimeout 3
GracefulShutdownTimeout 5
ErrorLog {self.root}/logs/error.log
ErrorLogFormat "{logs.FORMAT}"
LogLevel warn mpm_{self.mpm}:notice core:notice{self._levels()}
LogFormat "%h %u \\"%r\\" %>s %b" plain
CustomLog {self.root}/logs/access.log plain
DocumentRoot {self.root}/htdocs
TypesConfig /etc/mime.types
<Directory />
  Require all granted
  AllowOverride None
</Directory>
<Directory {self.root}/apps>
  Options +ExecCGI
</Directory>
{self.preamble}
{os.environ.get("OIDC_E2E_PREAMBLE", "")}
{body}
"""

    def _levels(self):
        out = ""
        if self.with_rp and MODULE_ID == "oidc_module":
            out += " oidc:%s" % self.level
        if self.with_provider:
            out += " oidc_provider:%s" % self.level
        return out + (" " + self.trace if self.trace else "")

    def configure(self):
        self.write("conf/httpd.conf", self.text())

    # --- life ------------------------------------------------------------------------------
    def _env(self):
        env = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "HOME", "TZ")}
        env.update(ASAN_OPTIONS="detect_leaks=0:log_path=%s/sanitizer/asan:abort_on_error=0"
                   % self.root, UBSAN_OPTIONS="print_stacktrace=1:log_path=%s/sanitizer/ubsan"
                   % self.root)
        if os.environ.get("OIDC_LD_PRELOAD"):
            env["LD_PRELOAD"] = os.environ["OIDC_LD_PRELOAD"]
        return env

    def test_config(self, *more):
        """httpd -t: (exit status, output)."""
        self.configure()
        done = subprocess.run([HTTPD, "-d", self.root, "-f", "conf/httpd.conf", "-t", *more],
                              capture_output=True, text=True, timeout=60, env=self._env())
        return done.returncode, done.stdout + done.stderr

    def start(self):
        self.configure()
        with open(self.path("logs/stderr.log"), "ab") as err:
            self.proc = spawn([HTTPD, "-d", self.root, "-f", "conf/httpd.conf", "-DFOREGROUND"],
                              stdout=err, stderr=err, env=self._env())
        if not wait_port(self.port, self.proc):
            said = self.stderr() + self.log.text()
            self.destroy()
            raise AssertionError("httpd did not start:\n" + said)
        wait_for(lambda: "resuming normal operations" in self.log.text(), 10)
        return self

    def stderr(self):
        with open(self.path("logs/stderr.log"), errors="replace") as f:
            return f.read()

    def graceful(self):
        mark = self.log.mark()
        self.configure()
        self.proc.send_signal(signal.SIGUSR1)
        if not wait_for(lambda: "resuming normal operations" in self.log.text(mark), 15):
            raise AssertionError("no graceful restart:\n" + self.log.text(mark))
        time.sleep(0.1)

    def children(self):
        out = []
        for stat in glob.glob("/proc/[0-9]*/stat"):
            try:
                with open(stat) as f:
                    parts = f.read().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(parts[1]) == self.proc.pid:
                out.append(int(stat.split("/")[2]))
        return sorted(out)

    def stop(self):
        stop(self.proc)
        self.proc = None

    def destroy(self):
        self.stop()
        if self in LIVING:
            LIVING.remove(self)
        if not os.environ.get("OIDC_E2E_KEEP"):
            shutil.rmtree(self.root, ignore_errors=True)

    # --- the fence -------------------------------------------------------------------------
    def expect(self, *patterns):
        self.expected += patterns

    def reports(self):
        """New sanitizer reports."""
        out = []
        for name in set(glob.glob(self.path("sanitizer/*"))) - self.reported:
            self.reported.add(name)
            with open(name, errors="replace") as f:
                out.append(f.read())
        return out

    def fence(self, secrets=()):
        """What is wrong with the log since the last call; [] when nothing is."""
        text = self.log.text(self.seen)
        self.seen = self.log.mark()
        patterns = self.expected + self.allowed
        bad = ["unexpected: %s" % x for x in logs.unexpected(logs.parse(text), patterns)]
        bad += ["crash: " + x for x in logs.crashes(text)] + self.reports()
        words = set(re.findall(r"[A-Za-z0-9_.-]{16,}", text))
        bad += ["a secret stands in the log: " + x for x in words.intersection(secrets)]
        bad += ["a secret stands in the log: " + x for x in re.findall(r"CANARY\S*", text)]
        self.expected = []
        return bad
