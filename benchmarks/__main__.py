"""Runs all benchmarks and prints the table of ``docs/figures.md``. One that lacks a program says so."""

import subprocess
import sys
import time

from benchmarks.measure import HEADER

BENCHMARKS = ("compositing", "legibility", "cold_start", "gallery", "render_cli", "rerun", "batches")

if __name__ == "__main__":
    print(HEADER, flush=True)
    for name in BENCHMARKS:
        began = time.monotonic()
        subprocess.run([sys.executable, "-W", "ignore", "-m", f"benchmarks.{name}"], check=False)
        print(f"benchmarks.{name}: {time.monotonic() - began:.0f} s", file=sys.stderr)
