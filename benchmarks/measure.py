"""Measuring CPU time and memory, and printing figures as rows of the table in ``docs/figures.md``."""

import resource
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

__all__ = ["HEADER", "Figure", "children_cpu", "fastest", "peak_megabytes", "print_rows", "spread"]

HEADER = "| what | measured | aim | command |\n| --- | --- | --- | --- |"
Figure = tuple[str, str, str]  # What was measured, the value, and the aim, if any.


def print_rows(figures: Iterable[Figure]) -> None:
    """Print a row for each figure as soon as it is measured; the first names the command."""
    command = f"`python -m benchmarks.{Path(sys.argv[0]).stem}`"
    for what, measured, aim in figures:
        print(f"| {what} | {measured} | {aim} | {command} |", flush=True)
        command = ""


def spread(values: Iterable[float], form: str) -> str:
    """Return the lowest and the highest value, such as ``1.07 to 1.11``."""
    first, *_, last = sorted(format(value, form) for value in values)
    return f"{first} to {last}" if first != last else first


def fastest(candidates: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Run all candidates in turn, round after round, and return each one's least CPU time in seconds.

    The least, because everything else on the machine can only add to it.
    """
    least = dict.fromkeys(candidates, float("inf"))
    for _ in range(rounds):
        for name, run in candidates.items():
            began = time.process_time()
            run()
            least[name] = min(least[name], time.process_time() - began)
    return least


def children_cpu() -> float:
    """Return the CPU seconds of all child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def peak_megabytes(process: int | str = "self") -> int:
    """Return a process's peak memory.

    From the kernel's VmHWM, which starts anew with each program; ``getrusage`` includes the parent's.

    Raises:
        OSError: the process has ended, or the kernel does not report its peak memory.
    """
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) // 1024
    raise OSError("The kernel does not report this process's peak memory. Run the benchmark on Linux.")
