# SPDX-License-Identifier: Apache-2.0
"""Child processes and ports: every process started here dies with the test run."""
import ctypes
import os
import signal
import socket
import subprocess
import time

_taken = set()


def free_port():
    """A loopback port nobody listens on; never given out twice in one run."""
    while True:
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        if port not in _taken:
            _taken.add(port)
            return port


def _die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def spawn(args, **kw):
    """In a session of its own: httpd signals its whole process group when it stops."""
    return subprocess.Popen(args, preexec_fn=_die_with_parent, start_new_session=True, **kw)


def wait_port(port, proc=None, seconds=15.0):
    """True once something accepts on the port; False when proc ended first."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if proc is not None and proc.poll() is not None:
            return False
        try:
            socket.create_connection(("127.0.0.1", port), 0.5).close()
            return True
        except OSError:
            time.sleep(0.02)
    return False


def stop(proc, seconds=10.0):
    if proc is None or proc.poll() is not None:
        return
    proc.terminate()
    try:
        proc.wait(seconds)
    except subprocess.TimeoutExpired:
        os.kill(proc.pid, signal.SIGKILL)
        proc.wait(5)


def wait_for(check, seconds=5.0, step=0.02):
    """Poll until check() is true; its last value."""
    end = time.monotonic() + seconds
    while True:
        value = check()
        if value or time.monotonic() > end:
            return value
        time.sleep(step)
