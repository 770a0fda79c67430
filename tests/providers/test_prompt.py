import hashlib

import pytest

from providers.prompt import build_prompt, identity
from styles import STYLES


def test_the_tutorials_twelve_styles_come_first() -> None:
    assert " ".join(list(STYLES)[:12]) == (
        "photorealistic cinematic cartoon anime 3d pixel-art watercolor oil-painting sketch minimalist neon vintage"
    )


@pytest.mark.parametrize("style", STYLES)
def test_a_prompt_starts_with_the_style_and_ends_by_forbidding_lettering(style: str) -> None:
    lines = build_prompt("A title", style).splitlines()
    assert lines[0] == STYLES[style].prompt
    assert lines[1].endswith(": A title")
    assert all(word in lines[-1] for word in ("letters", "numbers", "logos", "watermarks", "blank"))
    assert len(lines) == 4


def test_context_and_guidelines_come_in_between() -> None:
    lines = build_prompt("A title", "neon", "About queues.", "Use blue.").splitlines()
    assert lines[2].endswith("About queues.")
    assert lines[4].endswith("Use blue.")


def test_it_asks_for_a_picture_that_a_title_can_be_set_on() -> None:
    prompt = build_prompt("A title", "photorealistic")
    for wanted in (
        "single clear subject in the upper right",
        "lower third",
        "left two fifths",
        "without faces",
        "edges",
    ):
        assert wanted in prompt


@pytest.mark.parametrize("title", ['"Premature optimization"', "“Premature optimization”", "«Premature optimization»"])
def test_nothing_is_quoted_as_quoted_words_get_drawn(title: str) -> None:
    prompt = build_prompt(title, "sketch", context=title)
    assert prompt.count("Premature optimization") == 2
    assert not any(mark in prompt for mark in '"“”«»')


def test_only_a_style_that_is_one_is_called_an_illustration() -> None:
    called = [style for style in STYLES if "illustration" in build_prompt("A title", style)]
    assert called == ["vintage"]


def test_what_a_picture_is_known_by_never_changes() -> None:
    """Or every picture would be paid for again. Digests of the prompts of 0.1.0, which were its pictures' identity."""
    known = "\n".join(identity("A title", style, "About queues.", "Use blue.") for style in STYLES)
    assert (
        hashlib.sha256(known.encode()).hexdigest() == "a8860cd58d690ecc4f0fe7e394df2e5429afd8ffcbc4a93303430d494febbdd2"
    )
    assert (
        identity("A title", "neon").splitlines()[1] == 'A wide illustration for a blog post with the title "A title".'
    )
