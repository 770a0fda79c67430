import unicodedata

import pytest

from compositing.title_text import draws_nothing, layout_text


@pytest.mark.parametrize(
    "title",
    ["10\u202f000 €", "5\u00a0kg", "Donau\u00addampf", "a\u2060b", "C#\u200e", "\u2067שלום\u2069", "zero\u200bwidth"],
)
def test_joiners_break_opportunities_and_direction_marks_stay(title: str) -> None:
    assert layout_text(title) == title


def test_white_space_is_collapsed_controls_are_removed_and_letters_composed() -> None:
    assert layout_text("  a \n\t b\u2003c\x00d\u0085e ") == "a b c d e"
    assert layout_text("e\u0301") == "é"
    assert layout_text("a\ufeffb") == "a\u2060b"


@pytest.mark.parametrize(
    ("title", "harmless"),
    [
        ("\u202egpj.exe\u202c", "\u2067gpj.exe\u2069"),
        ("\u202dא\u202c b", "\u2066א\u2069 b"),
        ("\u202aa\u202bb\u202c\u202c", "\u2066a\u2067b\u2069\u2069"),
        ("a\u202cb", "ab"),
        ("\u2066a\u202bb\u2069c\u202c", "\u2066a\u2067b\u2069\u2069c"),
        ("\u202ea", "\u2067a"),
    ],
)
def test_embeddings_and_overrides_become_isolates(title: str, harmless: str) -> None:
    assert layout_text(title) == harmless


@pytest.mark.parametrize(
    "text", ["", " ", "\ufe0f", "\u034f", "\u2800", "\u115f", "\u1160", "\u3164", "\uffa0", "\u200d\u00ad"]
)
def test_invisible_characters_draw_nothing(text: str) -> None:
    assert draws_nothing(text)


@pytest.mark.parametrize("text", ["a", "\u3164a", "🚀", "\U0001fae9", "\U0001fac8", "。"])
def test_visible_characters_draw_something(text: str) -> None:
    assert not draws_nothing(text)


def test_a_letter_keeps_at_most_two_stacked_marks() -> None:
    assert layout_text("Z\u0335\u0322\u0321\u031b\u0332algo") == "Z\u0335\u0322algo"
    assert layout_text("ệ và שָּׁ") == unicodedata.normalize("NFC", "ệ và שָּׁ")
