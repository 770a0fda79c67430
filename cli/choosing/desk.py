"""What a reader does on the page, applied to the store at once, and undone."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from batch.choices import batch_manifest, change_manifest
from cli.choosing.covers import Before, keep, newer_look, original_of, remove_cover, restore
from errors import InvalidRequestError
from gallery.manifest import Manifest
from outcomes import Finished, Row
from storage.covers import cover_of, put_cover
from storage.store import Store
from text import brief, clean_text
from waiting import gather_limited

__all__ = ["Answer", "Desk", "Draw"]

# Draws another picture of a row's post, like the one given, and returns what the row has then.
Draw = Callable[[Manifest, Row, Finished], Awaitable[Finished]]
Follow = Callable[[Manifest, Collection[str]], Awaitable[None]]


class Answer(NamedTuple):
    """The batch after an action, the slugs of the posts that it changed, and what it did, in a sentence."""

    manifest: Manifest
    slugs: Collection[str]
    said: str


@dataclass(frozen=True)
class _Done:
    """An action that can be undone."""

    words: str
    before: Mapping[str, Before]


class Desk:
    """Applies a reader's actions to a batch, one after another."""

    def __init__(self, store: Store, batch_id: str, draw: Draw, follow: Follow) -> None:
        """Take the batch, how another picture is drawn, and what follows an action, such as the site's files."""
        self._store, self._batch_id, self._draw, self._follow = store, batch_id, draw, follow
        self._done: list[_Done] = []
        self._turn = asyncio.Lock()

    @property
    def undoes(self) -> str:
        """What ``undo`` would undo, in words; "" if nothing."""
        return self._done[-1].words if self._done else ""

    async def manifest(self) -> Manifest:
        """Return the batch as it is now."""
        return await batch_manifest(self._store, self._batch_id)

    async def choose(self, slug: str, thumbnail: str, original: str = "") -> Answer:
        """Make a thumbnail its post's cover."""
        async with self._turn:
            row, picture = _find(await self.manifest(), slug, thumbnail, original)
            said = f"{picture['model']} is chosen for {_title(row)}."
            return await self._put("the choice", [(row, picture)], said)

    async def everywhere(self, model: str) -> Answer:
        """Choose a model's picture for each post that has one."""
        async with self._turn:
            wanted = [
                (row, found)
                for row in _rows(await self.manifest())
                if (found := next((each for each in _pictures(row) if each["model"] == model), None))
                and not _is_chosen(row, found)
            ]
            return await self._put(f"{model} everywhere", wanted, f"{_counted(wanted)}: {model}.")

    async def look(self) -> Answer:
        """Set each cover that shows an older look or title anew, on the same picture."""
        async with self._turn:
            wanted = [(row, picture) for row in _rows(await self.manifest()) if (picture := newer_look(row))]
            return await self._put("the new look", wanted, f"{_counted(wanted)} set anew.", keeps_chosen=True)

    async def rest(self) -> Answer:
        """Take the covers that nobody chose for chosen."""
        async with self._turn:
            rows = [row for row in _rows(await self.manifest()) if "cover" in row and not row["cover"]["chosen"]]
            before = await self._keep(rows)
            await gather_limited(lambda each: restore(self._store, each, chosen="1"), before.values())
            return await self._finish("accepting the rest", before, f"{_counted(rows)} accepted.")

    async def without(self, slug: str) -> Answer:
        """Leave a post without a cover."""
        async with self._turn:
            row = _row(await self.manifest(), slug)
            before = await self._keep([row])
            await remove_cover(self._store, slug)

            def change(row: Row) -> None:
                row["without_cover"] = True

            return await self._finish("leaving it without a cover", before, f"{_title(row)} has no cover.", change)

    async def remove(self, slug: str, thumbnail: str, original: str = "") -> Answer:
        """Take a picture off the page. It stays in the store."""
        async with self._turn:
            row, picture = _find(await self.manifest(), slug, thumbnail, original)
            if "cover" in row and picture["key"] == row["cover"]["thumbnail"]:
                raise InvalidRequestError(["This picture is the post's cover. Choose another one first"])

            def change(row: Row) -> None:
                row["results"] = [each for each in row["results"] if each.get("key") != picture["key"]]
                row["removed"] = [*row.get("removed", []), picture["key"]]

            said = f"The picture by {picture['model']} is off the page."
            return await self._finish("removing a picture", await self._keep([row]), said, change)

    async def take(self, slug: str, thumbnail: str, original: str = "") -> Answer:
        """Draw another picture like one, beside the earlier ones. Other actions go on meanwhile."""
        manifest = await self.manifest()
        row, picture = _find(manifest, slug, thumbnail, original)
        drawn = await self._draw(manifest, row, picture)
        async with self._turn:
            after = await self.manifest()
            await self._follow(after, [slug])
            return Answer(after, [slug], f"{drawn['model']} has drawn another picture for {_title(row)}.")

    async def undo(self) -> Answer:
        """Undo the last action that is not undone."""
        async with self._turn:
            if not self._done:
                raise InvalidRequestError(["There is nothing to undo"])
            done = self._done.pop()
            await gather_limited(lambda each: restore(self._store, each), done.before.values())
            return await self._record(done.before, f"Undone: {done.words}.", lambda row: _undo(row, done.before))

    async def _put(
        self, words: str, wanted: list[tuple[Row, Finished]], said: str, *, keeps_chosen: bool = False
    ) -> Answer:
        """Make thumbnails their posts' covers."""
        before = await self._keep(row for row, _ in wanted)
        await gather_limited(lambda pair: put_cover(self._store, pair[0]["slug"], pair[1]), wanted)
        if keeps_chosen:  # Nobody has chosen a cover that was only set anew.
            unchosen = [row for row, _ in wanted if "cover" in row and not row["cover"]["chosen"]]
            again = await self._keep(unchosen)
            await gather_limited(lambda each: restore(self._store, each, chosen="0"), again.values())
        return await self._finish(words, before, said, lambda row: row.pop("without_cover", None))

    async def _keep(self, rows: Iterable[Row]) -> dict[str, Before]:
        kept = await gather_limited(lambda row: keep(self._store, row), list(rows))
        return {each.row["slug"]: each for each in kept}

    async def _finish(
        self,
        words: str,
        before: Mapping[str, Before],
        said: str,
        change: Callable[[Row], object] = lambda row: None,
    ) -> Answer:
        if before:
            self._done.append(_Done(words, before))
        return await self._record(before, said, change)

    async def _record(self, slugs: Collection[str], said: str, change: Callable[[Row], object]) -> Answer:
        """Write what changed into the manifest and the page."""
        covers = dict(
            zip(slugs, await gather_limited(lambda slug: cover_of(self._store, slug), list(slugs)), strict=True)
        )

        def changed(manifest: Manifest) -> None:
            for row in _rows(manifest):
                if row["slug"] in covers:
                    change(row)
                    row.pop("cover", None)
                    if cover := covers[row["slug"]]:
                        row["cover"] = cover

        manifest = await change_manifest(self._store, self._batch_id, changed)
        await self._follow(manifest, slugs)
        return Answer(manifest, slugs, said)


def _undo(row: Row, before: Mapping[str, Before]) -> None:
    """Give a row what it had, and leave it what it has got since, such as another take."""
    earlier = before[row["slug"]].row
    keys = {each.get("key") for each in earlier["results"]}
    row["results"] = [*earlier["results"], *(each for each in row["results"] if each.get("key") not in keys)]
    row.pop("without_cover", None)
    row.pop("removed", None)
    if "without_cover" in earlier:
        row["without_cover"] = earlier["without_cover"]
    if "removed" in earlier:
        row["removed"] = earlier["removed"]


def _rows(manifest: Manifest) -> list[Row]:
    return [row for row in manifest["rows"] if "slug" in row]


def _row(manifest: Manifest, slug: str) -> Row:
    row = next((row for row in _rows(manifest) if row["slug"] == slug), None)
    if row is None:
        raise InvalidRequestError(["This post is not in the batch any more. Reload the page"])
    return row


def _pictures(row: Row) -> list[Finished]:
    return [each for each in row["results"] if each["status"] == "ok"]


def _find(manifest: Manifest, slug: str, thumbnail: str, original: str) -> tuple[Row, Finished]:
    """Return a post's row and its picture, which may have got another look since the page was opened."""
    row = _row(manifest, slug)
    exactly = (each for each in _pictures(row) if each["key"] == thumbnail)
    same = (each for each in _pictures(row) if original and original_of(each) == original)
    picture = next(exactly, None) or next(same, None)
    if picture is None:
        raise InvalidRequestError(["This picture is not in the batch any more. Reload the page"])
    return row, picture


def _is_chosen(row: Row, picture: Finished) -> bool:
    return "cover" in row and row["cover"]["chosen"] and row["cover"]["thumbnail"] == picture["key"]


def _title(row: Row) -> str:
    return brief(clean_text(row["title"]))


def _counted(those: Collection[object]) -> str:
    return "1 cover" if len(those) == 1 else f"{len(those)} covers"
