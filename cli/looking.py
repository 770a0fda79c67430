"""Looks at a batch that was made before: counts it, opens its page, writes its covers as files. Nothing is drawn."""

import asyncio
import json
import webbrowser

from rich.console import Console
from typing_extensions import TypedDict

from batch.posts import posts_of
from cli.covers import fetch_covers, folder_of, make_folder, read_covers, say_written, without_cover
from cli.made import Made, find_made
from cli.reading.options import Options
from errors import InvalidRequestError
from gallery.batch_list import listed_batches
from gallery.spending import spending_lines
from money import Money

__all__ = ["Status", "export", "open_page", "status", "status_of"]

MOST_NAMED = 5


class Status(TypedDict):
    """How far a blog's covers are. Lists hold slugs."""

    name: str
    simulated: bool
    posts: int
    covers: int
    chosen: int
    new_posts: list[str]
    without_picture: list[str]
    older_looks: list[str]
    spent: str
    page: str


def status(options: Options, screen: Console) -> int:
    """Print how many posts and covers there are, which are new or show an older look, and what was spent."""
    made = find_made(options, with_posts=True)
    found = status_of(made)
    print(json.dumps(found, indent=1) if options.json else _text(found))
    if options.spent and not options.json:
        print("\n".join(_spending(made)))
    return 0


def _spending(made: Made) -> list[str]:
    """Return what all batches in the store cost, a line for each month.

    Raises:
        InvalidRequestError: the store is on Render.
    """
    if not made.store:
        raise InvalidRequestError(["The store on Render lists no batches here. Its start page has what they cost"])
    batches = asyncio.run(listed_batches(made.store))
    return spending_lines(batches) or ["nothing was spent"]


def status_of(made: Made) -> Status:
    """Return a batch's status."""
    rows = [row for row in made.manifest["rows"] if "slug" in row]
    known = {row["slug"] for row in rows}
    covered = [row for row in rows if "cover" in row]
    posts = posts_of(made.request.prompts) if made.request else []
    return {
        "name": made.manifest.get("name", ""),
        "simulated": made.manifest["simulated"],
        "posts": len(rows),
        "covers": len(covered),
        "chosen": sum(row["cover"]["chosen"] for row in covered),
        "new_posts": [post.slug for post in posts if post.slug not in known],
        "without_picture": [row["slug"] for row in rows if all(each["status"] != "ok" for each in row["results"])],
        "older_looks": [row["slug"] for row in covered if row["cover"].get("older")],
        "spent": str(Money.of(made.manifest)),
        "page": made.page,
    }


def _text(found: Status) -> str:
    posts = f"{found['posts']} post{'' if found['posts'] == 1 else 's'}"
    lines = [
        f"{found['name'] or 'This batch'}: {posts}, {found['covers']} with a cover, {found['chosen']} chosen by you",
        _named(found["new_posts"], "new, not drawn yet", "covers draw draws them"),
        _named(found["without_picture"], "without a picture", "the page says why"),
        _named(
            found["older_looks"],
            "covers with an older look or title",
            "covers draw --refresh-covers sets them anew, free",
        ),
        "simulated, nothing was paid" if found["simulated"] else f"spent: {found['spent']}",
        f"page:  {found['page']}",
    ]
    return "\n".join(filter(None, lines))


def _named(slugs: list[str], what: str, remedy: str) -> str:
    more = f" and {len(slugs) - MOST_NAMED} more" if len(slugs) > MOST_NAMED else ""
    return f"{what} ({len(slugs)}): {', '.join(slugs[:MOST_NAMED])}{more}; {remedy}" if slugs else ""


def open_page(options: Options, screen: Console) -> int:
    """Open a batch's page in the browser, and print its address for those that have none here."""
    page = find_made(options).page
    print(page)
    webbrowser.open(page)
    return 0


def export(options: Options, screen: Console) -> int:
    """Write a batch's covers to the site's folder."""
    if not options.covers:
        raise InvalidRequestError(["It is unknown where the covers go. Give --covers, or write it into covers.toml"])
    made = find_made(options)
    folder = folder_of(options.covers, simulated=made.manifest["simulated"])
    make_folder(folder)
    if made.store:
        covers = asyncio.run(read_covers(made.store, made.manifest["batch_id"]))
    else:
        covers = fetch_covers(made.manifest_url)
    say_written(covers, folder, without_cover(made.manifest))
    return 0
