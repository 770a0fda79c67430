"""What the benchmarks measure with."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

__all__ = ["fastest", "peak_megabytes"]


def fastest(candidates: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Run all candidates in turn, round after round, and return each one's least CPU time in seconds.

    The least, because whatever else the machine does only ever adds to it.
    """
    least = dict.fromkeys(candidates, float("inf"))
    for _ in range(rounds):
        for name, run in candidates.items():
            began = time.process_time()
            run()
            least[name] = min(least[name], time.process_time() - began)
    return least


def peak_megabytes() -> int:
    """Return the most memory that this process ever held at once.

    From the kernel's VmHWM, which starts over with each program; ``getrusage`` hands on the parent's.
    """
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) // 1024
    raise OSError("This kernel does not tell a process's peak memory; run the benchmark on Linux.")
