import pytest

from providers.prompt import STYLES, build_prompt


def test_the_tutorials_twelve_styles_come_first() -> None:
    assert " ".join(list(STYLES)[:12]) == (
        "photorealistic cinematic cartoon anime 3d pixel-art watercolor oil-painting sketch minimalist neon vintage"
    )


@pytest.mark.parametrize("style", STYLES)
def test_a_prompt_starts_with_the_style_and_ends_by_forbidding_text(style: str) -> None:
    lines = build_prompt("A title", style).splitlines()
    assert lines[0] == STYLES[style]
    assert '"A title"' in lines[1]
    assert "no text" in lines[-1]
    assert len(lines) == 3


def test_context_and_guidelines_come_in_between() -> None:
    lines = build_prompt("A title", "neon", "About queues.", "Use blue.").splitlines()
    assert lines[2].endswith("About queues.")
    assert lines[3].endswith("Use blue.")
