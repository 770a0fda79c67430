"""Runs all benchmarks. One that lacks a program says so, and the others continue."""

import subprocess
import sys

BENCHMARKS = ("compositing", "legibility", "cold_start", "gallery", "render_cli", "batches")

if __name__ == "__main__":
    for name in BENCHMARKS:
        print(f"\n== {name}", flush=True)
        subprocess.run([sys.executable, "-W", "ignore", "-m", f"benchmarks.{name}"], check=False)
