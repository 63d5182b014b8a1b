"""From a tree to sandboxes that run its artifacts, as two shown steps."""

from collections.abc import Callable
from functools import partial

from local import screen
from local.emulator import artifacts, machine
from local.emulator.sandbox import from_artifacts
from local.sandbox import Kind, Surroundings


def prepared() -> Callable[[Surroundings], Kind]:
    """Everything that the emulated kind of sandbox needs, installed and built. Raises StepFailed."""
    python = artifacts.python_at_hand()
    with screen.step("preparing Lambda's runtime"):
        here = machine.installed(python)
    with screen.step("building the functions for this machine"):
        built = artifacts.built(python)
    screen.show(f"    {built}")
    return partial(from_artifacts, machine=here, artifacts=built)
