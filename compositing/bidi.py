"""The complete Unicode Bidirectional Algorithm (UAX 9), with ICU's data.

Rules have the standard's names. No library that ships as wheels implements all of them: python-bidi lacks N0 and
isolates, and ICU's own ubidi fails 31 of Unicode's 91,707 test cases.
"""

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import TypeVar

from compositing.icu import bidi_class, bracket

__all__ = ["base_level", "embedding_levels", "visual_order"]

T = TypeVar("T")

MAX_DEPTH = 125  # BD2
MAX_OPEN_BRACKETS = 63  # BD16
EMBEDDINGS = {"LRE": "L", "RLE": "R", "LRO": "L", "RLO": "R"}
ISOLATES = ("LRI", "RLI", "FSI")
REMOVED = (*EMBEDDINGS, "PDF", "BN")  # X9
NEUTRAL = ("B", "S", "WS", "ON", *ISOLATES, "PDI")
# Canonical equivalents count as the same bracket (BD16).
EQUIVALENT = {"\u232a": "\u3009"}
STRONG = {"L": "L", "R": "R", "AL": "R", "EN": "R", "AN": "R"}  # For N0 to N2, numbers count as right-to-left.


def base_level(text: str) -> int:
    """Return 1 for a text whose first strong character is right-to-left, else 0 (P2, P3)."""
    return 0 if text.isascii() else _first_strong([bidi_class(character) for character in text])


def embedding_levels(text: str, base: int) -> list[int]:
    """Return a level for each character of a paragraph: even for left-to-right, odd for right-to-left."""
    if not base and text.isascii():
        return [0] * len(text)
    classes = [bidi_class(character) for character in text]
    if not base and not any(kind in ("R", "AL", "AN", *EMBEDDINGS, "RLI", "FSI", "LRI") for kind in classes):
        return [0] * len(text)
    resolved, explicit = _explicit(classes, base)
    levels = list(explicit)
    for sequence in _isolating_runs(classes, explicit):
        _resolve(sequence, text, classes, resolved, explicit, levels, base)
    for index, kind in enumerate(classes):  # Characters that X9 removes take the level of the one before.
        if kind in REMOVED:
            levels[index] = levels[index - 1] if index else base
    return _reset(classes, levels, base)


def visual_order(runs: Sequence[tuple[int, T]]) -> list[T]:
    """Return runs, each given with its level, in visual order from left to right (L2)."""
    ordered = list(runs)
    for level in range(max((level for level, _ in runs), default=0), 0, -1):
        start = 0
        for reverse, group in groupby(list(ordered), lambda run, level=level: run[0] >= level):  # type: ignore[misc]
            part = list(group)
            ordered[start : start + len(part)] = part[::-1] if reverse else part
            start += len(part)
    return [run for _, run in ordered]


def _first_strong(classes: Sequence[str]) -> int:
    depth = 0
    for kind in classes:
        if kind in ISOLATES:
            depth += 1
        elif kind == "PDI":
            depth = max(0, depth - 1)
        elif not depth and kind in ("L", "R", "AL"):
            return int(kind != "L")
    return 0


def _matching(classes: Sequence[str]) -> dict[int, int]:
    """Return the index of the matching PDI for each isolate that has one (BD9)."""
    matches: dict[int, int] = {}
    opened: list[int] = []
    for index, kind in enumerate(classes):
        if kind in ISOLATES:
            opened.append(index)
        elif kind == "PDI" and opened:
            matches[opened.pop()] = index
    return matches


def _explicit(classes: Sequence[str], base: int) -> tuple[list[str], list[int]]:
    """Return the classes and levels that embeddings, overrides and isolates give (X1 to X8)."""
    resolved, levels = list(classes), [base] * len(classes)
    matches = _matching(classes)
    stack: list[tuple[int, str | None, bool]] = [(base, None, False)]  # Level, override, isolate.
    too_many_isolates = too_many_embeddings = valid_isolates = 0

    def next_level(direction: str) -> int:
        level = stack[-1][0] + 1
        return level if "LR"[level % 2] == direction else level + 1

    for index, kind in enumerate(classes):
        if kind in EMBEDDINGS:
            level = next_level(EMBEDDINGS[kind])
            if level <= MAX_DEPTH and not too_many_isolates and not too_many_embeddings:
                stack.append((level, EMBEDDINGS[kind] if kind[-1] == "O" else None, False))
            elif not too_many_isolates:
                too_many_embeddings += 1
        elif kind in ISOLATES:
            levels[index], override, _ = stack[-1]
            resolved[index] = override or kind
            inside = classes[index + 1 : matches.get(index, len(classes))]
            right_to_left = kind == "RLI" or (kind == "FSI" and _first_strong(inside))
            level = next_level("R" if right_to_left else "L")
            if level <= MAX_DEPTH and not too_many_isolates and not too_many_embeddings:
                valid_isolates += 1
                stack.append((level, None, True))
            else:
                too_many_isolates += 1
        elif kind == "PDI":
            if too_many_isolates:
                too_many_isolates -= 1
            elif valid_isolates:
                too_many_embeddings = 0
                while not stack[-1][2]:
                    stack.pop()
                stack.pop()
                valid_isolates -= 1
            levels[index], override, _ = stack[-1]
            resolved[index] = override or kind
        elif kind == "PDF":
            if too_many_isolates:
                pass
            elif too_many_embeddings:
                too_many_embeddings -= 1
            elif not stack[-1][2] and len(stack) > 1:
                stack.pop()
        elif kind == "B":
            levels[index] = base
        elif kind != "BN":
            levels[index], override, _ = stack[-1]
            resolved[index] = override or kind
    return resolved, levels


def _isolating_runs(classes: Sequence[str], levels: Sequence[int]) -> list[list[int]]:
    """Return the indexes of each isolating run sequence's characters (BD13), without those that X9 removes."""
    matches = _matching(classes)
    ends = {closing: opening for opening, closing in matches.items()}
    kept = [index for index, kind in enumerate(classes) if kind not in REMOVED]
    runs = [list(group) for _, group in groupby(kept, lambda index: levels[index])]
    by_start = {run[0]: run for run in runs}
    sequences = []
    for run in runs:
        if run[0] in ends:
            continue  # It continues the run that opened its isolate.
        sequence = list(run)
        while (closing := matches.get(sequence[-1])) is not None:
            sequence += by_start[closing]
        sequences.append(sequence)
    return sequences


def _resolve(
    sequence: Sequence[int],
    text: str,
    classes: Sequence[str],
    resolved: Sequence[str],
    explicit: Sequence[int],
    levels: list[int],
    base: int,
) -> None:
    """Set the levels of one isolating run sequence: W1 to W7, N0 to N2, I1 and I2."""
    level = explicit[sequence[0]]
    before = next((explicit[i] for i in range(sequence[0] - 1, -1, -1) if classes[i] not in REMOVED), base)
    after = next((explicit[i] for i in range(sequence[-1] + 1, len(text)) if classes[i] not in REMOVED), base)
    if classes[sequence[-1]] in ISOLATES:
        after = base  # An isolate without a matching PDI.
    start, end = ("LR"[max(level, other) % 2] for other in (before, after))
    kinds = [resolved[index] for index in sequence]
    _weak(kinds, start)
    _brackets(
        kinds, [text[index] for index in sequence], [classes[index] for index in sequence], start, "LR"[level % 2]
    )
    _neutral(kinds, start, end, "LR"[level % 2])
    for index, kind in zip(sequence, kinds, strict=True):
        levels[index] = level + {"L": level % 2, "R": 1 - level % 2}.get(kind, 2 - level % 2)


def _weak(kinds: list[str], start: str) -> None:
    """Resolve marks and numbers (W1 to W7)."""
    for i, kind in enumerate(kinds):
        if kind == "NSM":
            previous = kinds[i - 1] if i else start
            kinds[i] = "ON" if previous in (*ISOLATES, "PDI") else previous
    _numbers_after(kinds, start, lambda strong: "AN" if strong == "AL" else "EN")
    kinds[:] = ["R" if kind == "AL" else kind for kind in kinds]
    for i in range(1, len(kinds) - 1):
        around = (kinds[i - 1], kinds[i + 1])
        if (kinds[i] in ("ES", "CS") and around == ("EN", "EN")) or (kinds[i] == "CS" and around == ("AN", "AN")):
            kinds[i] = around[0]
    for i, j in _stretches(kinds, lambda kind: kind == "ET"):
        if "EN" in (*kinds[max(0, i - 1) : i], *kinds[j : j + 1]):
            kinds[i:j] = ["EN"] * (j - i)
    kinds[:] = ["ON" if kind in ("ES", "ET", "CS") else kind for kind in kinds]
    _numbers_after(kinds, start, lambda strong: "L" if strong == "L" else "EN")


def _numbers_after(kinds: list[str], start: str, turn: Callable[[str], str]) -> None:
    """Turn European numbers into what the strong character before them calls for."""
    strong = start
    for i, kind in enumerate(kinds):
        if kind in ("L", "R", "AL"):
            strong = kind
        elif kind == "EN":
            kinds[i] = turn(strong)


def _stretches(kinds: Sequence[str], belongs: Callable[[str], bool]) -> list[tuple[int, int]]:
    """Return the start and end of each run of neighbours for which ``belongs`` holds."""
    stretches, start = [], 0
    for found, group in groupby(kinds, belongs):
        end = start + len(list(group))
        if found:
            stretches.append((start, end))
        start = end
    return stretches


def _brackets(kinds: list[str], characters: list[str], originals: list[str], start: str, own: str) -> None:
    """Give both brackets of a pair the direction of their content and context (N0)."""
    for opening, closing in _bracket_pairs(kinds, characters):
        inside = {STRONG[kind] for kind in kinds[opening + 1 : closing] if kind in STRONG}
        if not inside:
            continue
        turn = own
        if own not in inside:
            before = next((STRONG[kind] for kind in reversed(kinds[:opening]) if kind in STRONG), start)
            turn = before if before != own else own
        for index in (opening, closing):
            kinds[index] = turn
            mark = index + 1
            while mark < len(kinds) and originals[mark] == "NSM":
                kinds[mark] = turn
                mark += 1


def _bracket_pairs(kinds: Sequence[str], characters: Sequence[str]) -> list[tuple[int, int]]:
    """Return the indexes of paired brackets (BD16), in the order of the opening ones."""
    pairs: list[tuple[int, int]] = []
    opened: list[tuple[str, int]] = []
    for index, character in enumerate(characters):
        found = bracket(character) if kinds[index] == "ON" else None
        if not found:
            continue
        kind, other = found
        if kind == "o":
            if len(opened) == MAX_OPEN_BRACKETS:
                return []
            opened.append((EQUIVALENT.get(other, other), index))
            continue
        wanted = EQUIVALENT.get(character, character)
        depth = next((depth for depth in reversed(range(len(opened))) if opened[depth][0] == wanted), None)
        if depth is not None:
            pairs.append((opened[depth][1], index))
            del opened[depth:]
    return sorted(pairs)


def _neutral(kinds: list[str], start: str, end: str, own: str) -> None:
    """Give neutrals the direction of their neighbours if those agree, else the embedding's (N1, N2)."""
    for i, j in _stretches(kinds, lambda kind: kind in NEUTRAL):
        before = STRONG[kinds[i - 1]] if i else start
        after = STRONG[kinds[j]] if j < len(kinds) else end
        kinds[i:j] = [before if before == after else own] * (j - i)


def _reset(classes: Sequence[str], levels: list[int], base: int) -> list[int]:
    """Reset separators, and white space before them and at the end, to the paragraph's level (L1)."""
    trailing = True
    for index in range(len(classes) - 1, -1, -1):
        kind = classes[index]
        if kind in ("B", "S"):
            trailing = True
        elif kind not in ("WS", "PDI", *ISOLATES, *REMOVED):
            trailing = False
        if trailing:
            levels[index] = base
    return levels
