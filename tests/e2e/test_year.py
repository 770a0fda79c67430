"""A year in a blog's life, in fast motion: on the real command line, with the emulator's bill as the judge.

What nobody asked for is never paid for: edits, forgotten options, a new look, a wrong key, a night that failed.
"""

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.support.emulator import Emulator, Handler, Request, openai_error
from tests.support.project import ROOT

pytestmark = pytest.mark.slow

# A tenth of a blog of 300 posts that gets 24 new ones and 60 edits in a year, with as many kinds of edits, so that the
# suite stays short. The whole year is YEAR=10.
YEAR = int(os.environ.get("YEAR", "1"))
POSTS, NEW_A_MONTH, EDITS = 30 * YEAR, [each * YEAR for each in (0, 0, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0)], 6 * YEAR + 6
MODELS = ["gpt-image-2", "gemini-3-pro-image"]
LAST_YEARS = f"""\
source = "posts"
models = {json.dumps(MODELS)}
style = "neon"
covers = "site"
max_images = 1000
"""


class Blog:
    """A blog's folder, its owner's commands, and what its posts say now."""

    def __init__(self, folder: Path, emulator: Emulator) -> None:
        self.folder, self.emulator = folder, emulator
        self.titles: dict[str, str] = {}
        self.commands = 0
        (folder / "posts").mkdir()
        (folder / "covers.toml").write_text(LAST_YEARS)

    def write(self, name: str, title: str, description: str = "What it is about.", slug: str = "") -> None:
        """Write a post, whose slug is its file's name unless it says another."""
        given = f"slug: {slug}\n" if slug else ""
        text = f"---\ntitle: {json.dumps(title)}\ndescription: {json.dumps(description)}\n{given}---\nText.\n"
        (self.folder / f"posts/{name}.md").write_text(text)
        self.titles[slug or name] = title

    def covers(self, *words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        """Type a command."""
        self.commands += 1
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **self.emulator.environment, **variables}
        command = [sys.executable, "-P", "-m", "cli", *words]
        return subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)

    @property
    def bill(self) -> int:
        """How many pictures the vendors have billed."""
        return self.emulator.billed

    def listed(self) -> dict[str, Any]:
        """What ``covers.json`` says of each post's cover, by its slug."""
        return {each["slug"]: each for each in json.loads((self.folder / "site/covers.json").read_text())}


def done(ended: "subprocess.CompletedProcess[str]") -> str:
    assert ended.returncode == 0, ended.stderr
    return ended.stdout + ended.stderr


def away(handler: Handler, request: Request) -> None:
    """The vendor has no room, and bills nothing."""
    handler.reply(503, openai_error(None, "The server is overloaded.", "server_error"))


def test_a_year_costs_what_its_posts_cost(tmp_path: Path, emulator: Emulator) -> None:
    chance, blog = random.Random(20261130), Blog(tmp_path, emulator)
    for number in range(POSTS):
        blog.write(f"post-{number}", f"Post number {number} about cahcing")
    assert f"{POSTS * 2} by" not in done(blog.covers("plan"))
    done(blog.covers())
    paid = POSTS * len(MODELS)
    assert blog.bill == paid

    edited = chance.sample(range(POSTS), EDITS)
    for month, new in enumerate(NEW_A_MONTH):
        for number in edited[month::12]:
            if month % 2:
                blog.write(f"post-{number}", f"Post number {number} about caching")
            else:
                blog.write(f"post-{number}", blog.titles[f"post-{number}"], f"Rewritten in month {month}.")
        for number in range(new):
            blog.write(f"new-{month}-{number}", f"News of month {month}, number {number}")
        if month == 5:  # A night on which a vendor is away.
            emulator.faults.extend([away] * 1000)
            assert blog.covers().returncode == 1
            emulator.faults.clear()
        if month == 8:  # A key that was withdrawn.
            asked = len(emulator.requests)
            assert blog.covers(OPENAI_API_KEY="sk-wrong", GOOGLE_API_KEY="wrong").returncode == 1
            assert len(emulator.requests) - asked <= 10
        done(blog.covers())
        paid += new * len(MODELS)
        assert blog.bill == paid, f"month {month}"

    for forgotten in (["--style", "sketch"], ["--model", "gpt-image-2.5-flare"]):
        refused = blog.covers("draw", *forgotten)
        assert refused.returncode == 2
        assert "new pictures of posts with covers" in refused.stderr
    assert blog.bill == paid

    (tmp_path / "brand").mkdir()
    (tmp_path / "brand/brand.json").write_text('{"name": "Ann"}')
    (tmp_path / "covers.toml").write_text(f'{LAST_YEARS}brand = "brand"\ntemplate = "left-panel"\n')
    before = {path.name: path.read_bytes() for path in (tmp_path / "site").glob("*.jpg")}
    assert "show an older look or title" in done(blog.covers())
    assert "set anew" in done(blog.covers("draw", "--refresh-covers"))
    assert blog.bill == paid

    blog.write("guide-2019", "The guide of 2019", slug="guide")
    done(blog.covers())
    paid += len(MODELS)
    blog.write("guide-2019", "The guide of 2019", slug="guide-2019")
    blog.write("guide-new", "The new guide", slug="guide")
    done(blog.covers())
    paid += len(MODELS)
    assert blog.bill == paid

    listed = blog.listed()
    assert listed.keys() == blog.titles.keys()
    assert {slug: about["title"] for slug, about in listed.items()} == blog.titles
    for slug in listed:
        path = tmp_path / f"site/{slug}.jpg"
        assert path.read_bytes() != before.get(path.name), f"{slug} has the new look"
        with Image.open(path) as cover:
            assert cover.size == (1200, 630)
