"""How long a reader waits for the first page after `./portal run`. Packages are already installed."""

import os
import signal
import subprocess
import time

from benchmarks.measure import Context, Measure
from govportal.launcher.home import ROOT
from govportal.launcher.servers import free_port


def run(context: Context) -> list[Measure]:
    home = context.home / "started"
    first, stop = _start(str(home))
    second, _ = _start(str(home))
    return [
        Measure("first start to first page, packages installed, no demo", first, "s", 240),
        Measure("second start to first page", second, "s", 6),
        Measure("SIGTERM to the end of the last child", stop, "s", 20),
    ]


def _start(home: str) -> tuple[float, float]:
    """Seconds until the address is printed, and seconds until everything has stopped."""
    environ = {**os.environ, "PORTAL_HOME": home}
    command = [str(ROOT / "portal"), "run", "--no-demo", "--port", str(free_port())]
    began = time.monotonic()
    portal = subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True)
    assert portal.stderr is not None
    said = []
    for line in portal.stderr:
        said.append(line)
        if line.startswith("portal: ready"):
            ready = time.monotonic()
            # The worker starts only now; stopping one half awake would measure something else.
            time.sleep(8)
            asked = time.monotonic()
            portal.send_signal(signal.SIGTERM)
            portal.communicate()
            return ready - began, time.monotonic() - asked
    raise RuntimeError("".join(said))
