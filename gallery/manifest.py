"""The manifest: what a batch asked for and what came of it, as JSON beside its pictures."""

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["MANIFEST_VERSION", "build_manifest"]

MANIFEST_VERSION = 1


def build_manifest(
    batch_id: str, request: Mapping[str, Any], summary: Mapping[str, int], rows: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the manifest: ``version``, ``batch_id``, the ``request`` by argument names, ``summary`` and ``rows``."""
    return {
        "version": MANIFEST_VERSION,
        "batch_id": batch_id,
        "request": dict(request),
        "summary": dict(summary),
        "rows": list(rows),
    }
