"""Which way text runs, by the Unicode Bidirectional Algorithm (UAX 9), of which python-bidi does the work."""

import unicodedata
from typing import TypeVar

from bidi import algorithm

__all__ = ["base_level", "embedding_levels", "visual_order"]

T = TypeVar("T")

RIGHT_TO_LEFT = ("R", "AL", "AN")


def base_level(title: str) -> int:
    """Return 1 for a title that runs from right to left, by its first letter, else 0."""
    return int(algorithm.get_base_level(title))


def embedding_levels(text: str, base: int) -> list[int]:
    """Return a level for each character: even from left to right, odd from right to left."""
    if not base and not any(unicodedata.bidirectional(character) in RIGHT_TO_LEFT for character in text):
        return [0] * len(text)
    storage = algorithm.get_empty_storage()
    storage["base_level"], storage["base_dir"] = base, "LR"[base]
    algorithm.get_embedding_levels(text, storage)
    for index, character in enumerate(storage["chars"]):
        character["index"] = index
    algorithm.explicit_embed_and_overrides(storage)
    algorithm.resolve_weak_types(storage)
    algorithm.resolve_neutral_types(storage, False)
    algorithm.resolve_implicit_levels(storage, False)
    found = {character["index"]: character["level"] for character in storage["chars"]}
    levels: list[int] = []
    for index in range(len(text)):  # What the algorithm leaves out (joiners and the like) goes with what it follows.
        levels.append(found.get(index, levels[-1] if levels else base))
    return levels


def visual_order(runs: list[tuple[int, T]]) -> list[T]:
    """Return runs, each given with its level, from left to right (rule L2)."""
    ordered = list(runs)
    for level in range(max((level for level, _ in runs), default=0), 0, -1):
        start = 0
        while start < len(ordered):
            end = start
            while end < len(ordered) and ordered[end][0] >= level:
                end += 1
            ordered[start:end] = reversed(ordered[start:end])
            start = max(end, start + 1)
    return [run for _, run in ordered]
