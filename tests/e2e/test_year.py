"""A year in a blog's life, in fast motion: on the real command line, with the emulator's bill as the judge.

What nobody asked for is never paid for: edits, forgotten options, a new look, a wrong key, a night that failed. And
each post keeps the picture that it got or that its owner chose, under its present title.
"""

import io
import json
import os
import random
import re
import subprocess
import sys
from collections import defaultdict
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from PIL import Image

from tests.support import emulator as vendors
from tests.support.emulator import Emulator, Handler, Request, openai_error, picture_for
from tests.support.project import ROOT

pytestmark = pytest.mark.slow

# A tenth of a blog of 300 posts that gets 24 new ones and 60 edits in a year, and at least an edit a month, so that the
# suite stays short. YEAR=10 is the whole of it. A new guide, and a slug that moves to it, are one more of each.
YEAR = int(os.environ.get("YEAR", "1"))
POSTS, EDITS = 30 * YEAR, max(12, 6 * YEAR - 1)
NEW = {month: -(-whole * YEAR // 10) for month, whole in ((3, 8), (5, 8), (8, 7))}
MODELS = FIRST, SECOND = ["gpt-image-2", "gemini-3-pro-image"]
ALWAYS = 'source = "posts"\ncovers = "site"\nmax_images = 1000\n'
STYLE, TWO_MODELS = 'style = "neon"\n', f"models = {json.dumps(MODELS)}\n"
NEW_LOOK = 'brand = "brand"\ntemplate = "left-panel"\n'
SUBJECT = re.compile(r"(?:Post|News|Guide) \d+")


class Picture(NamedTuple):
    """A picture that a post shows: what it is about, its model, and which of that model's takes it is."""

    subject: str
    model: str
    take: int = 0


class Painter:
    """Paints each picture in a colour of its own, so that a cover tells which picture it shows."""

    def __init__(self) -> None:
        self.colours: dict[Picture, tuple[int, ...]] = {}
        self._takes = defaultdict[tuple[str, str], int](int)
        self._chance = random.Random(20261201)

    def paint(self, request: Request) -> bytes:
        """Return a picture of the requested size."""
        subject = SUBJECT.search(request.prompt)
        assert subject, request.prompt
        picture = Picture(subject[0], request.model, self._takes[subject[0], request.model])
        self._takes[subject[0], request.model] += 1
        self.colours[picture] = tuple(self._chance.randrange(256) for _ in range(3))
        with Image.open(io.BytesIO(picture_for(request))) as plain:
            out = io.BytesIO()
            Image.new("RGB", plain.size, self.colours[picture]).save(out, plain.format, compress_level=1)
        return out.getvalue()


class Blog:
    """A blog's folder, its owner's commands, what its posts say now, and which pictures they are to show."""

    def __init__(self, folder: Path, emulator: Emulator) -> None:
        self.folder, self.emulator = folder, emulator
        self.titles: dict[str, str] = {}
        self.shows: dict[str, Picture] = {}
        self.commands = 0
        (folder / "posts").mkdir()

    def wants(self, *lines: str) -> None:
        """Write the blog's file."""
        (self.folder / "covers.toml").write_text("".join([ALWAYS, *lines]))

    def write(self, name: str, title: str, description: str = "What it is about.", **fields: str) -> None:
        """Write a post, whose slug is its file's name unless a field says another."""
        fields = {"title": title, "description": description, **fields}
        matter = "".join(f"{field}: {json.dumps(value)}\n" for field, value in fields.items())
        (self.folder / f"posts/{name}.md").write_text(f"---\n{matter}---\nText.\n")
        subject = SUBJECT.search(title)
        if subject and "image" not in fields:
            slug = fields.get("slug", name)
            self.titles[slug] = title
            self.shows.setdefault(slug, Picture(subject[0], FIRST))

    def covers(self, *words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        """Type a command."""
        self.commands += 1
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **self.emulator.environment, **variables}
        command = [sys.executable, "-P", "-m", "cli", *words]
        return subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)

    def done(self, *words: str) -> str:
        """Type a command that succeeds, and return what it says."""
        ended = self.covers(*words)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout + ended.stderr

    def json(self, *words: str) -> Any:
        """Type a command that succeeds, and return the JSON that it prints."""
        ended = self.covers(*words, "--json")
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout)

    def choose(self, model: str, slugs: list[str]) -> None:
        """Choose the model's pictures of these posts, in a file as the page saves it, and apply it."""
        (path,) = self.folder.glob("out/thumbnails/batches/*/manifest.json")
        manifest = json.loads(path.read_text())
        made = [(row["slug"], each) for row in manifest["rows"] for each in row["results"] if row["slug"] in slugs]
        choices = [
            {"slug": slug, **{name: each[name] for name in ("title", "model", "original")}, "thumbnail": each["key"]}
            for slug, each in made
            if each["model"] == model
        ]
        saved = {"version": 1, "batch_id": manifest["batch_id"], "choices": choices}
        (self.folder / "choices.json").write_text(json.dumps(saved))
        assert f"{len(slugs)} covers changed" in self.done("--choose", "choices.json")
        self.shows |= {slug: self.shows[slug]._replace(model=model) for slug in slugs}

    def check_site(self, painter: Painter) -> None:
        """Check that the site has each post's cover, with its present title on its own picture."""
        listed = {each["slug"]: each for each in json.loads((self.folder / "site/covers.json").read_text())}
        assert {slug: each["title"] for slug, each in listed.items()} == self.titles
        assert {path.stem for path in self.folder.glob("site/*.jpg")} == self.titles.keys()
        for slug, title in self.titles.items():
            with Image.open(self.folder / f"site/{slug}.jpg") as cover:
                assert cover.size == (1200, 630)
                assert escape(f'"{title}"') in cover.info["xmp"].decode(), f"{slug} has its present title"
                shown, own = cover.getpixel((1000, 200)), painter.colours[self.shows[slug]]
            assert isinstance(shown, tuple)
            assert all(abs(a - b) <= 8 for a, b in zip(shown, own, strict=True)), (slug, self.shows[slug], shown, own)


@pytest.fixture
def painter(monkeypatch: pytest.MonkeyPatch) -> Painter:
    painter = Painter()
    monkeypatch.setattr(vendors, "picture_for", painter.paint)
    return painter


@pytest.fixture
def blog(tmp_path: Path, emulator: Emulator, painter: Painter) -> Blog:
    """The blog at the year's beginning: one post in ten has a picture of its own, and one is a guide."""
    blog = Blog(tmp_path, emulator)
    blog.wants(STYLE, TWO_MODELS)
    for number in range(POSTS - 1):
        blog.write(f"post-{number}", f"Post {number} about cahcing")
    blog.write("old-guide", "Guide 2019", slug="guide")
    for number in range(POSTS // 10):
        blog.write(f"photo-{number}", f"Photo {number}", image=f"/images/{number}.jpg")
    return blog


def google_is_away(request: Request) -> vendors.Fault | None:
    """The vendor has no room, and bills nothing."""

    def away(handler: Handler, request: Request) -> None:
        handler.reply(503, openai_error(None, "The server is overloaded.", "server_error"))

    return away if request.vendor == "gemini" else None


def test_a_year_costs_what_its_posts_cost(blog: Blog, emulator: Emulator, painter: Painter) -> None:
    planned = blog.json("plan")
    assert emulator.requests == []
    assert f"{POSTS // 10}" in planned["left_out"][0]
    blog.done()
    paid = sum(planned["pictures"].values())
    assert emulator.billed == paid == POSTS * len(MODELS)
    blog.check_site(painter)
    edited = random.Random(20261130).sample(range(POSTS - 1), EDITS)
    redrawn = f"post-{edited[1]}"  # Its title is edited later.
    blog.choose(SECOND, sorted({"guide", redrawn, *(f"post-{number}" for number in range(0, POSTS - 1, 3))}))
    blog.done("draw", "--redraw", redrawn)  # Asked for on purpose; the choice stays.
    paid += len(MODELS)
    assert emulator.billed == paid

    for month in range(12):
        for number in edited[month::12]:
            title = blog.titles[f"post-{number}"]
            if month % 2:
                blog.write(f"post-{number}", title.replace("cahcing", "caching"))
            else:
                blog.write(f"post-{number}", title, f"Rewritten in month {month}.")
        new = NEW.get(month, 0)
        for number in range(new):
            blog.write(f"news-{month}-{number}", f"News {month * 100 + number} of the year")
        if month == 5:  # A night that failed: one vendor's pictures are there and paid for, the other's are not.
            emulator.choose_fault = google_is_away
            assert blog.covers().returncode == 1
            emulator.choose_fault = None
            assert emulator.billed == paid + new
        if month == 8:  # Keys that were withdrawn.
            asked = len(emulator.requests)
            assert blog.covers(OPENAI_API_KEY="sk-wrong", GOOGLE_API_KEY="wrong").returncode == 1
            assert len(emulator.requests) - asked <= 10
            assert emulator.billed == paid
        blog.done()
        paid += new * len(MODELS)
        assert emulator.billed == paid, f"month {month}"

    for kept, last_time in ((TWO_MODELS, "--style neon"), (STYLE, "--model gpt-image-2 --model gemini-3-pro-image")):
        asked = len(emulator.requests)
        blog.wants(kept)
        refused = blog.covers()
        assert refused.returncode == 2
        assert "new pictures of posts with covers" in refused.stderr
        assert last_time in refused.stderr
        assert len(emulator.requests) == asked
    blog.wants(STYLE, TWO_MODELS)

    blog.write("old-guide", "Guide 2019", slug="guide-2019")
    blog.shows["guide-2019"] = blog.shows.pop("guide")
    blog.write("new-guide", "Guide 2026", slug="guide")
    blog.done()
    paid += len(MODELS)
    assert emulator.billed == paid

    (blog.folder / "brand").mkdir()
    (blog.folder / "brand/brand.json").write_text('{"name": "Ann"}')
    blog.wants(STYLE, TWO_MODELS, NEW_LOOK)
    assert "show an older look or title" in blog.done()
    assert f"own pictures: {len(blog.titles)}" in blog.done("draw", "--refresh-covers")
    blog.check_site(painter)
    status = blog.json("status")
    assert status["posts"] == status["covers"] == len(blog.titles)
    assert status["older_looks"] == status["new_posts"] == status["without_picture"] == []
    assert "0 changed" in blog.done()
    assert emulator.billed == paid == len(MODELS) * (POSTS + len([redrawn]) + sum(NEW.values()) + len(["new-guide"]))
    print(f"{blog.commands} commands, {emulator.billed} pictures, ${float(emulator.bill):.2f}; {status['spent']}")
