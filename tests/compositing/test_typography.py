"""Titles have the quotes, dashes and ellipses of their language, and code keeps its own."""

import pytest

from compositing.typography import typographic
from text import KEPT


@pytest.mark.parametrize(
    ("typed", "drawn"),
    [
        ('"Don\'t repeat yourself" -- and when to do it...', "“Don’t repeat yourself” — and when to do it…"),
        ('"Alles neu" macht der Mai -- oder nicht...', "„Alles neu“ macht der Mai – oder nicht…"),
        ('L\'hygiène "essentielle" pour les dents', "L’hygiène «\u202fessentielle\u202f» pour les dents"),
        ("The 'what' of it (and \"why\")", "The ‘what’ of it (and “why”)"),
        ("Users' rights in the '90s", "Users’ rights in the ’90s"),
        ("Ruby 3.0'da neler var", "Ruby 3.0’da neler var"),
    ],
)
def test_straight_marks_become_the_languages_own(typed: str, drawn: str) -> None:
    assert typographic(typed) == drawn


@pytest.mark.parametrize(
    "title",
    [
        'print("hello") in Python',
        "git push --force considered harmful",
        "Why __name__ == '__main__' matters",
        'Use `"x"` and `...y`',
        "...args and {...props}",
        'A 13" MacBook for a 5\'10" person',
        'צה"ל ומדינה',
        '日本の"推し"文化',
    ],
)
def test_code_measures_and_other_scripts_keep_their_marks(title: str) -> None:
    assert typographic(title) == title


def test_what_was_code_in_markdown_keeps_its_marks() -> None:
    assert typographic(f"'{KEPT}use client'{KEPT} isn't new") == "'use client' isn’t new"
