import pytest

from providers.prompt import STYLES, build_prompt


def test_there_are_the_references_twelve_styles() -> None:
    assert (
        list(STYLES)
        == (
            "photorealistic cinematic cartoon anime 3d pixel-art watercolor oil-painting sketch minimalist neon vintage"
        ).split()
    )


@pytest.mark.parametrize("style", STYLES)
def test_a_prompt_opens_with_the_style_and_closes_without_lettering(style: str) -> None:
    lines = build_prompt("A title", style).splitlines()
    assert lines[0] == STYLES[style]
    assert '"A title"' in lines[1]
    assert "no text" in lines[-1]
    assert len(lines) == 3


def test_context_and_guidelines_come_between_where_given() -> None:
    lines = build_prompt("A title", "neon", "About queues.", "Use blue.").splitlines()
    assert lines[2].endswith("About queues.")
    assert lines[3].endswith("Use blue.")
