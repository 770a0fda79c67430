"""Manifests for the tests of what shows them."""

from typing import Any

from gallery.manifest import Manifest, build_manifest

MODELS = ["gpt-image-1", "dall-e-3"]
LOOK = {"style": "neon", "template": "bottom-bar", "font": "inter"}
MORNING, EVENING = "2026-11-21T09:05:00+00:00", "2026-11-21T18:30:00+00:00"


def ok(title: str, model: str, **changes: Any) -> dict[str, Any]:
    key = f"neon/a title/{model}-00.jpg"
    made = {"served_by": "gpt-image-2", "image_url": f"http://h/{key}", "key": key, "template": "bottom-bar"}
    return {"status": "ok", "title": title, "model": model, **made, "font": "inter", "reused": False, **changes}


def missing(status: str, title: str, model: str, message: str = "why") -> dict[str, Any]:
    error = {} if status == "pending" else {"error": {"code": "moderation", "message": message}}
    return {"status": status, "title": title, "model": model, **error}


def manifest(*results: list[dict[str, Any]], **changes: Any) -> Manifest:
    """Return the manifest of one row per list of outcomes.

    ``posts`` adds fields to each row; the other ``changes`` replace fields of the manifest or of its request.
    """
    posts = changes.pop("posts", [{} for _ in results])
    titles = [outcomes[0]["title"] for outcomes in results]
    statuses = [outcome["status"] for outcomes in results for outcome in outcomes]
    reused = sum(bool(outcome.get("reused")) for outcomes in results for outcome in outcomes)
    request = {"prompts": titles, "models": MODELS, **LOOK, "context": "", "extra_prompt": "", "variation": 0}
    return build_manifest(
        changes.pop("batch_id", "00ff"),
        {name: changes.pop(name, value) for name, value in request.items()},
        {
            "requested": len(statuses),
            "reused": reused,
            **{each: statuses.count(each) for each in ("ok", "rejected", "failed")},
        },
        [
            {"title": title, **post, **LOOK, "results": row}
            for title, post, row in zip(titles, posts, results, strict=True)
        ],
        **{"created_at": MORNING, "updated_at": EVENING, "finished": True, "simulated": False, **changes},
    )
