# SPDX-License-Identifier: Apache-2.0
"""Scripts under Node."""
import json
import os
import shutil
import subprocess

from .procs import spawn

HERE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "node")
NODE = os.environ.get("OIDC_NODE") or shutil.which("node") or shutil.which("nodejs")


def run(script, given, seconds=60):
    """Feed JSON to a script, take JSON from it."""
    done = subprocess.run([NODE, os.path.join(HERE, script)], input=json.dumps(given), text=True,
                          capture_output=True, timeout=seconds)
    assert done.returncode == 0, done.stderr + done.stdout
    return json.loads(done.stdout)


def start(script, *args, **kw):
    return spawn([NODE, os.path.join(HERE, script), *args], **kw)
