"""A finished batch of any size, and its page on disk with all of its pictures."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gallery.manifest import Manifest, build_manifest, read_request, timestamp
from gallery.page import render_page
from testing.project import ROOT

__all__ = ["PICTURE", "sample_manifest", "write_batch"]

MODELS = ["gpt-image-1", "dall-e-3", "gemini-3-pro-image-preview", "gpt-image-2"]
PICTURE = ROOT / "docs" / "thumbnail.jpg"


def sample_manifest(pictures: int) -> Manifest:
    """Return a finished batch with this many pictures, four models per title."""
    titles = [f"Title {number}: what ten thousand thumbnails look like" for number in range(pictures // len(MODELS))]
    look = {"style": "neon", "template": "bottom-bar", "font": "inter"}

    def outcome(title: str, model: str) -> dict[str, object]:
        key = f"neon/{title.lower().replace(' ', '-')}/{model}-0123456789ab.jpg"
        place = {"image_url": f"http://127.0.0.1:9000/thumbnails/{key}", "key": key}
        timings = {"original_seconds": 12.345, "composite_seconds": 0.123, "upload_seconds": 0.012}
        served = {"served_by": "gpt-image-2", "template": "bottom-bar", "font": "inter", "reused": False}
        return {"status": "ok", "title": title, "model": model, **served, **place, **timings}

    def row(number: int, title: str) -> dict[str, object]:
        results = [outcome(title, model) for model in MODELS]
        place = {"key": f"covers/post-{number}.jpg", "image_url": f"http://127.0.0.1:9000/covers/post-{number}.jpg"}
        cover = {**place, "thumbnail": results[0]["key"], "model": MODELS[0], "variation": 0, "chosen": False}
        return {"title": title, "slug": f"post-{number}", "cover": cover, **look, "results": results}

    rows: Any = [row(number, title) for number, title in enumerate(titles)]
    now = timestamp(datetime.now(UTC))
    return build_manifest(
        "0123456789abcdef",
        read_request({"prompts": titles, "models": MODELS, **look, "context": "", "extra_prompt": "", "variation": 0}),
        rows,
        created_at=now,
        updated_at=now,
        finished=True,
        simulated=False,
    )


def write_batch(folder: Path, manifest: Manifest) -> Path:
    """Write the page and its pictures, and return the page's path."""
    page = folder / "batches" / manifest["batch_id"] / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text(render_page(manifest, home="../../index.html", data="manifest.json"), encoding="utf-8")
    for row in manifest["rows"]:
        for outcome in row["results"]:
            if outcome["status"] == "ok":
                path = folder / outcome["key"]
                path.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(PICTURE, path)
    return page
