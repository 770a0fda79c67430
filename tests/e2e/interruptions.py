"""Ends a local run at random moments, by kill -9 and by Ctrl-C, and runs it again.

    python -m tests.e2e.interruptions 20

does so 20 times each, and prints the totals. A run that pays too often, or loses something, raises.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

from PIL import Image

from tests.support.emulator import Emulator
from tests.support.project import ROOT
from tests.support.wait import TIMEOUT_SECONDS

PAIRS, WINDOW, LATENCY_SECONDS = 10, 4, 0.3
BATCH = [[f"Title {number}" for number in range(PAIRS)], ["gpt-image-2"], "neon", "bottom-bar", "inter"]
# Seconds after the first request within which a run is ended: about as long as it takes.
MOMENTS = PAIRS / WINDOW * LATENCY_SECONDS + 0.3


def start(folder: Path, emulator: Emulator) -> "subprocess.Popen[str]":
    """Start the command line in a folder."""
    (folder / "batch.json").write_text(json.dumps(BATCH))
    more = {"PYTHONPATH": str(ROOT), "FAN_OUT_WINDOW": str(WINDOW)}
    environment = {"PATH": os.environ["PATH"], **more, **emulator.environment}
    command = [sys.executable, "-m", "cli", "batch.json", "--json"]
    return subprocess.Popen(
        command, cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def interrupt_once(number: signal.Signals, seed: int) -> Counter[str]:
    """End a run by a signal at a moment of the seed's choice, run it again, and return what was counted.

    Raises:
        AssertionError: something is missing or broken, or was paid for again without need.
    """
    moment = random.Random(seed).uniform(0, MOMENTS)
    with tempfile.TemporaryDirectory() as name, Emulator(latency_seconds=LATENCY_SECONDS) as emulator:
        folder = Path(name)
        run = start(folder, emulator)
        while not emulator.requests and run.poll() is None:
            time.sleep(0.005)
        time.sleep(moment)
        run.send_signal(number)
        run.communicate(timeout=TIMEOUT_SECONDS)
        expected = {signal.SIGKILL: -signal.SIGKILL, signal.SIGINT: 130}[number]
        assert run.returncode in (expected, 0), (seed, run.returncode)
        paid_first = emulator.billed
        manifests = list(folder.glob("out/thumbnails/batches/*/manifest.json"))
        assert len(manifests) == 1, seed
        seen = [o for row in json.loads(manifests[0].read_text())["rows"] for o in row["results"]]
        assert len(seen) == PAIRS, seed

        again = start(folder, emulator)
        out, said = again.communicate(timeout=TIMEOUT_SECONDS)
        assert again.returncode == 0, (seed, said)
        result = json.loads(out)
        assert result["summary"]["ok"] == PAIRS, seed
        paid_again = emulator.billed - PAIRS
        assert 0 <= paid_again <= (WINDOW if number == signal.SIGKILL else 0), (seed, paid_again)
        maybe = sum(outcome.get("maybe_billed", 0) for row in result["rows"] for outcome in row["results"])
        assert maybe >= paid_again, (seed, maybe, paid_again)
        # The batch's sum includes the bill for every stored picture, whichever run paid.
        there = {request.prompt: request.dollars for request in emulator.requests}
        counted = json.loads(manifests[0].read_text())["cost_usd"]
        assert Fraction(repr(counted)) == sum(there.values()), (seed, counted)
        pictures = list(folder.glob("out/thumbnails/neon/**/*.jpg"))
        assert len(pictures) == PAIRS, seed
        for path in pictures:
            with Image.open(path) as image:
                image.load()
    counted = {"runs": 1, "ended before the signal": run.returncode == 0, "paid for before": paid_first}
    return Counter({**counted, "paid for in all": PAIRS + paid_again, "paid for again": paid_again})


def main(times: int) -> None:
    """Interrupt runs that often by each signal, four at a time, and print the totals."""
    for number in (signal.SIGKILL, signal.SIGINT):
        with ThreadPoolExecutor(4) as pool:
            totals: Counter[str] = sum(pool.map(interrupt_once, [number] * times, range(times)), Counter())
        print(number.name)
        for name, count in totals.items():
            print(f"{count:8} {name}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 20)
