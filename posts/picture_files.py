"""Finds a post's own picture, as its site's generator does: beside the post, in a static folder, or at its address."""

import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

from errors import PictureError
from posts.fetch import MAX_BYTES, FetchError, download
from posts.own_pictures import bare
from posts.pictures import is_address
from posts.posts import LeftOut, Post
from posts.site import site_of

__all__ = ["Blog", "blog_of", "find_file", "own_picture"]

TABLE: dict[str, list[str]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
PUBLISHED, FOR_NAMES = TABLE["published"], TABLE["for_names"]
# How configurations commonly abbreviate the folder of sources.
ALIAS = re.compile(r"(?:~|@)/(?:src/)?|@(?=assets/)")
PELICAN = re.compile(r"[{|](?:static|filename|attach)[}|](/?)")
TIMEOUT_SECONDS = 30.0
UNUSABLE = "whose own picture cannot be used"


class Blog:
    """Where a blog's files are: the folder of its posts, and its site's root, which none of its pictures may leave."""

    def __init__(self, folder: Path, root: Path) -> None:
        """Take the two folders."""
        self.folder, self.root = folder, root.resolve()


def blog_of(source: str) -> Blog | None:
    """Return where the files of a source of posts are; None for an address and standard input, which have none."""
    path = Path(source)
    if source == "-" or is_address(source) or not path.exists():
        return None
    folder = path if path.is_dir() else path.parent
    return Blog(folder, site_of(folder).root or folder)


def own_picture(
    post: Post,
    blog: Blog | None,
    decode: Callable[[bytes], object],
    get: Callable[[str], bytes] = lambda url: download(url, TIMEOUT_SECONDS, only_public=True).data,
) -> bytes | LeftOut:
    """Return the bytes of a post's own picture, or why it cannot be used, which leaves out this picture alone.

    ``decode`` raises a PictureError if bytes are no picture. ``get`` returns what is at a public address.
    """
    picture = f"https:{post.image}" if post.image.startswith("//") else post.image
    try:
        data = get(picture) if is_address(picture) else _read(picture, post, blog)
        decode(data)
        return data
    except FetchError as error:
        return LeftOut(post.where, UNUSABLE, f"{picture} cannot be read: {error.reason}")
    except PictureError:
        return LeftOut(post.where, UNUSABLE, f"{picture} is no picture of a kind and size that can be read")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        return LeftOut(post.where, UNUSABLE, f"{picture} cannot be read: {reason}")


def find_file(picture: str, post_file: Path, blog: Blog) -> Path:
    """Return a picture's file.

    Raises:
        ValueError: there is none inside of the blog's folder.
        OSError: its name is too long, or a folder cannot be read.
    """
    is_outside = False
    for candidate in _candidates(picture, post_file, blog):
        found = candidate.resolve()
        if found.is_file():
            if found.is_relative_to(blog.root):
                return found
            is_outside = True
    raise ValueError("it leads out of the blog's folder" if is_outside else f"there is no such file in {blog.root}")


def _read(picture: str, post: Post, blog: Blog | None) -> bytes:
    if blog is None:
        raise ValueError("it is no address, and the posts come from no folder")
    with find_file(picture, blog.folder / post.where, blog).open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ValueError(f"it is larger than {MAX_BYTES // 1_000_000} MB")
    return data


def _candidates(picture: str, post_file: Path, blog: Blog) -> Iterator[Path]:
    """Yield where a generator may have a picture, in the order in which to look."""
    for path in dict.fromkeys((bare(picture), unquote(bare(picture)), picture)):
        if found := PELICAN.match(path):
            path = f"{found[1]}{path[found.end() :]}"
        aliased = ALIAS.sub("", path, count=1) if ALIAS.match(path) else ""
        if aliased:
            yield blog.root / "src" / aliased
            path = f"/{aliased}"
        if not path.startswith("/"):
            yield post_file.parent / path
            yield post_file.with_suffix("") / path  # Hexo's folder of a post's assets.
        places = PUBLISHED if "/" in path else (*PUBLISHED, *FOR_NAMES)
        yield from (blog.root / place / path.lstrip("/") for place in places)
