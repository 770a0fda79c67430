"""What happens to task runs, as the engine and the following on Render report it."""

from dataclasses import dataclass
from typing import Any, Literal

from outcomes import Outcome

__all__ = ["Input", "Kind", "RunEvent"]

Input = list[Any] | dict[str, Any]
Kind = Literal["started", "stage", "found", "estimated", "retrying", "completed", "failed", "stopped"]


@dataclass(frozen=True)
class RunEvent:
    """One step in the life of a task run.

    ``stage`` is the stage that the run enters; ``found`` the arguments of the leaves whose thumbnails it found,
    ``estimate`` what the others cost, in words; ``outcome`` what a leaf returns; ``error`` what failed, and
    ``wait_seconds`` the wait before a retry. A ``stopped`` run goes no further, because its root is ending.
    """

    kind: Kind
    task: str
    run_id: str
    arguments: Input
    stage: str = ""
    found: tuple[tuple[Any, ...], ...] = ()
    estimate: str = ""
    outcome: Outcome | None = None
    error: str = ""
    wait_seconds: float = 0.0
