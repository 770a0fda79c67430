"""A finished batch of any size, and its page on disk with all of its pictures."""

import shutil
from pathlib import Path

from gallery.manifest import Manifest
from gallery.page import render_page
from tests.support.batches import manifest, ok
from tests.support.project import ROOT

__all__ = ["PICTURE", "sample_manifest", "write_batch"]

MODELS = ["gpt-image-1", "dall-e-3", "gemini-3-pro-image-preview", "gpt-image-2"]
PICTURE = ROOT / "docs" / "thumbnail.jpg"
SECONDS = {"original_seconds": 12.345, "composite_seconds": 0.123, "upload_seconds": 0.012}


def sample_manifest(pictures: int) -> Manifest:
    """Return a finished batch with this many pictures, four models per title."""

    def outcome(title: str, model: str) -> dict[str, object]:
        key = f"neon/{title.lower().replace(' ', '-')}/{model}-0123456789ab.jpg"
        return dict(ok(title, model, key=key, image_url=f"http://127.0.0.1:9000/thumbnails/{key}", **SECONDS))

    def post(number: int, thumbnail: object) -> dict[str, object]:
        place = {"key": f"covers/post-{number}.jpg", "image_url": f"http://127.0.0.1:9000/covers/post-{number}.jpg"}
        cover = {**place, "thumbnail": thumbnail, "model": MODELS[0], "variation": 0, "chosen": False}
        return {"slug": f"post-{number}", "cover": cover}

    titles = [f"Title {number}: what ten thousand thumbnails look like" for number in range(pictures // len(MODELS))]
    rows = [[outcome(title, model) for model in MODELS] for title in titles]
    posts = [post(number, row[0]["key"]) for number, row in enumerate(rows)]
    return manifest(*rows, posts=posts, models=MODELS, batch_id="0123456789abcdef")


def write_batch(folder: Path, batch: Manifest) -> Path:
    """Write the page and its pictures, and return the page's path."""
    page = folder / "batches" / batch["batch_id"] / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text(render_page(batch, home="../../index.html", data="manifest.json"), encoding="utf-8")
    for row in batch["rows"]:
        for outcome in row["results"]:
            if outcome["status"] == "ok":
                path = folder / outcome["key"]
                path.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(PICTURE, path)
    return page
