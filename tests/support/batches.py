"""Outcomes and manifests for tests, as plain dicts like those between tasks."""

from collections.abc import Sequence
from typing import Any

from gallery.manifest import Manifest, build_manifest, read_request

MODELS = ["gpt-image-1", "dall-e-3"]
LOOK = {"style": "neon", "template": "bottom-bar", "font": "inter"}
MORNING, EVENING = "2026-11-21T09:05:00+00:00", "2026-11-21T18:30:00+00:00"


def ok(title: str, model: str, **changes: Any) -> Any:
    key = f"neon/a title/{model}-00.jpg"
    made = {"served_by": "gpt-image-2", "image_url": f"http://h/{key}", "key": key, "template": "bottom-bar"}
    return {"status": "ok", "title": title, "model": model, **made, "font": "inter", "reused": False, **changes}


def missing(status: str, title: str, model: str, message: str = "why", code: str = "moderation") -> Any:
    error = {} if status == "pending" else {"error": {"code": code, "message": message}}
    return {"status": status, "title": title, "model": model, **error}


def manifest(*results: Sequence[Any], **changes: Any) -> Manifest:
    """Return the manifest of one row per list of outcomes.

    ``posts`` adds fields to each row; the other ``changes`` replace fields of the manifest or of its request.
    """
    posts = changes.pop("posts", [{} for _ in results])
    titles = [outcomes[0]["title"] for outcomes in results]
    request = {"prompts": titles, "models": MODELS, **LOOK, "context": "", "extra_prompt": "", "variation": 0}
    rows: Any = [
        {"title": title, **post, **LOOK, "results": list(row)}
        for title, post, row in zip(titles, posts, results, strict=True)
    ]
    return build_manifest(
        changes.pop("batch_id", "00ff"),
        read_request({name: changes.pop(name, value) for name, value in request.items()}),
        rows,
        **{"created_at": MORNING, "updated_at": EVENING, "finished": True, "simulated": False, **changes},
    )
