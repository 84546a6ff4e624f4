"""Whether the simulator can draw."""

import subprocess
import sys

from robot_dl.cli.checks.finding import Finding, fine, note

# In a process of its own: a broken driver may end it.
SCRIPT = (
    'from robot_dl.sim.worlds.tabletop import TabletopWorld\n'
    'with TabletopWorld(0, (48, 64)) as world: print(world.render_rgb().shape)\n'
)
PATIENCE_S = 60.0


def check_rendering() -> Finding:
    """Draw one picture; only the simulator and the demo need that."""
    command = [sys.executable, '-c', SCRIPT]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
    except subprocess.TimeoutExpired:
        return note('rendering', f'no picture in {PATIENCE_S:.0f} s', 'set MUJOCO_GL=osmesa')
    if done.returncode == 0:
        return fine('rendering', 'works')
    last = (done.stderr.strip().splitlines() or [f'ended with code {done.returncode}'])[-1]
    remedy = "apt install libegl1 libgl1-mesa-dri && pip install 'robot_dl[sim]'"
    return note('rendering', last, remedy)
