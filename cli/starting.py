"""``covers init``: finds out what it can about a blog, asks for the rest, and writes its ``covers.toml``."""

import json
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.prompt import FloatPrompt, Prompt

from cli.reading.blog_file import BLOG_FILE
from cli.reading.inputs import DEFAULT_MODELS
from cli.reading.options import Options
from errors import InvalidRequestError

__all__ = ["init"]

GENERATORS = tomllib.loads(Path(__file__).with_name("generators.toml").read_text(encoding="utf-8"))["generators"]
COST, MOST_DOLLARS = "The most that one run may cost, in US dollars", 15.0
POSTS = ("*.md", "*.mdx", "*.markdown")
TEMPLATE = """\
# What covers always asks for in this folder. The command line wins: covers draw --help lists the options, and each can
# stand here, by its name with _ in place of -. Keys never do: set OPENAI_API_KEY and GOOGLE_API_KEY, or write .env.

# The posts: a folder, a feed, an export, CSV, titles or JSON.
source = {source}
# The folder that your site serves the covers from, as <slug>.jpg.
covers = {covers}

# Each draws a picture of each post. covers --names lists models, styles, templates and fonts.
models = {models}
style = "photorealistic"
template = "bottom-bar"
font = "inter"

# The most that one run may cost, in US dollars, and the most pictures that it may pay for.
max_cost = {max_cost}
max_images = {max_images}

# A folder with your logo, colours and font.
# brand = "brand"
# A workflow on Render, in place of this machine.
# on = "blog-thumbnails"
"""


@dataclass(frozen=True)
class Found:
    """What a folder shows: its generator's name, or none; where its posts are, how many; and where covers belong."""

    generator: str
    source: str
    posts: int
    covers: str


def init(options: Options, screen: Console) -> int:
    """Write ``covers.toml`` for the blog in this folder.

    Raises:
        InvalidRequestError: there is one already.
    """
    if BLOG_FILE.exists():
        raise InvalidRequestError([f"{BLOG_FILE} is there already. Change it in an editor, or move it away"])
    found = find_blog(Path())
    if found.posts:
        posts = "1 post" if found.posts == 1 else f"{found.posts} posts"
        print(f"{found.generator or 'A folder'}: {posts} in {found.source}", file=sys.stderr)
    asks = screen.is_terminal and sys.stdin.isatty()
    said = {
        "source": options.source
        or _answer("The posts (a folder, or a feed's address)", found.source, screen, asks=asks),
        "covers": str(options.covers or _answer("The folder for the covers", found.covers, screen, asks=asks)),
        "models": options.models or DEFAULT_MODELS,
        "max_cost": FloatPrompt.ask(COST, console=screen, default=MOST_DOLLARS) if asks else MOST_DOLLARS,
        "max_images": max(50, found.posts * len(options.models or DEFAULT_MODELS)),
    }
    text = TEMPLATE.format(**{name: json.dumps(value, ensure_ascii=False) for name, value in said.items()})
    with BLOG_FILE.open("x", encoding="utf-8") as file:
        file.write(text)
    print(f"{BLOG_FILE} is written. Look at it, then try: covers plan", file=sys.stderr)
    return 0


def find_blog(root: Path) -> Found:
    """Return what a folder shows of its blog. Where nothing fits, the posts are in ``posts``."""
    fits = (each for each in GENERATORS if not each["marks"] or any((root / mark).exists() for mark in each["marks"]))
    for generator in fits:
        for folder in generator["posts"]:
            if posts := sum(1 for pattern in POSTS for _ in (root / folder).rglob(pattern)):
                return Found(generator["name"], folder, posts, generator["covers"])
    return Found("", "posts", 0, "covers")


def _answer(question: str, default: str, screen: Console, *, asks: bool) -> str:
    return Prompt.ask(question, console=screen, default=default) if asks else default
