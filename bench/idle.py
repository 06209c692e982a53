"""idle: the share of a core that each screen takes while nobody comes and nobody is called.

Each is the real process with a real window; the hub beats, the clocks go on, and every frame is presented
anew now and then as proof of life.
"""

from time import monotonic, sleep

from bench.process import seconds_used
from bench.result import Result, within
from bench.screens import screens

SETTLED_S = 5.0
MEASURED_S = 30.0


def run() -> list[Result]:
    with screens() as pids:
        sleep(SETTLED_S)
        began, used = monotonic(), {name: seconds_used(pid) for name, pid in pids.items()}
        sleep(MEASURED_S)
        lasted = monotonic() - began
        shares = {name: (seconds_used(pid) - used[name]) / lasted for name, pid in pids.items()}
    return [within(f"idle {name}", share * 100, "%", limit=1) for name, share in shares.items()]
