"""``python -m cli.nightly``, for cron: covers for the posts of the feed at POSTS_URL.

A cron job's failure should be something to act on. A prompt that a provider refuses stays refused until someone edits
the post, so it is a line in the log, every night, and no failure.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence

from cli.reading.environment import read_env_files
from cli.showing.report import report
from errors import SettingsError

__all__ = ["main", "report_night"]

ALL_THERE, BAD_INPUT = 0, 2  # As those of `covers`.
OFF = "Nothing to do: for covers of new posts every night, set POSTS_URL, your feed's address, and RENDER_API_KEY here."


def main(arguments: Sequence[str]) -> int:
    """Run the command line with these options, and return its exit code, or 0 if pictures were only refused."""
    try:
        feed = {**os.environ, **read_env_files()}.get("POSTS_URL", "").strip()
    except SettingsError as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    if not feed:
        print(OFF)
        return ALL_THERE
    command = [sys.executable, "-m", "cli", feed, "--json", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603 (no shell)
    return report_night(done.returncode, done.stdout)


def report_night(code: int, printed: str) -> int:
    """Print the report of a run that ended with this code and printed this JSON, if any, and return the job's code."""
    if not printed:
        return code
    result = json.loads(printed)
    outcomes = [outcome for row in result["rows"] for outcome in row["results"]]
    simulated = any(outcome.get("served_by", "").startswith("simulated/") for outcome in outcomes)
    print(report(result, simulated=simulated, verbose=False))
    return code if result["summary"]["failed"] else ALL_THERE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
