from collections.abc import Callable

from compositing.line_breaking import ELLIPSIS, fill_lines, shorten


def at_most(characters: int) -> Callable[[str], bool]:
    return lambda text: len(text) <= characters


def test_lines_are_filled_from_the_first_on() -> None:
    assert fill_lines("aa bb cc dd", at_most(5), 3) == ["aa bb", "cc dd"]


def test_the_space_at_a_break_takes_no_room() -> None:
    assert fill_lines("aaaaa bb", at_most(5), 2) == ["aaaaa", "bb"]


def test_too_many_lines_are_none() -> None:
    assert fill_lines("aa bb cc", at_most(2), 2) is None
    assert fill_lines("aa bb cc", at_most(2), 3) == ["aa", "bb", "cc"]


def test_a_word_wider_than_a_line_is_broken_only_where_allowed() -> None:
    assert fill_lines("a bbbbbbbb c", at_most(3), 5) is None
    broken = ["a", "bb-", "bb-", "bb-", "bb", "c"]
    assert fill_lines("a bbbbbbbb c", at_most(3), 6, may_break=lambda word: True) == broken


def test_a_hyphen_shows_the_break_between_letters_alone() -> None:
    assert fill_lines("äöüßäöüß", at_most(4), 3, may_break=lambda word: True) == ["äöü-", "ßäö-", "üß"]
    assert fill_lines("22222222", at_most(3), 3, may_break=lambda word: True) == ["222", "222", "22"]
    assert fill_lines("पपपपपप", at_most(3), 3, may_break=lambda word: True) == ["पपप", "पपप"]


def test_japanese_and_korean_lines_end_between_phrases_and_chinese_ones_between_words() -> None:
    assert fill_lines("インターネットの基礎", at_most(8), 3, inside_words=False) == ["インターネットの", "基礎"]
    assert fill_lines("모든 인간은", at_most(5), 3, inside_words=False) == ["모든", "인간은"]
    assert fill_lines("对象存储是来源", at_most(3), 3, inside_words=False) == ["对象", "存储是", "来源"]


def test_a_word_that_may_not_be_broken_keeps_the_others_from_it() -> None:
    assert fill_lines("bbbbbbbb ccccc", at_most(4), 9, may_break=lambda word: word.startswith("b")) is None


def test_lines_end_behind_hyphens_and_slashes_only_where_allowed() -> None:
    assert fill_lines("why fan-out", at_most(8), 3) == ["why fan-", "out"]
    assert fill_lines("why fan-out", at_most(8), 3, inside_words=False) == ["why", "fan-out"]
    assert fill_lines("read and/or write", at_most(8), 3, inside_words=False) == ["read", "and/or", "write"]
    assert fill_lines("日本語の題名", at_most(4), 3, inside_words=False) == ["日本語の", "題名"]


def test_a_broken_word_respects_the_number_of_lines() -> None:
    assert fill_lines("bbbbbbbb", at_most(3), 2, may_break=lambda word: True) is None


def test_a_break_never_splits_a_grapheme() -> None:
    assert fill_lines("e\u0301e\u0301e\u0301", at_most(3), 5, may_break=lambda word: True) == [
        "e\u0301",
        "e\u0301",
        "e\u0301",
    ]


def test_a_cut_lies_between_words_and_is_shown() -> None:
    assert shorten("aaa bbb ccc ddd eee", at_most(7), 2) == ["aaa bbb", f"ccc{ELLIPSIS}"]
    assert shorten("aaa bbb ccc dd eee", at_most(7), 2) == ["aaa bbb", f"ccc dd{ELLIPSIS}"]


def test_a_cut_lies_inside_a_word_that_fills_the_line_by_itself() -> None:
    assert shorten("aaa bbbbbbbbbbbb", at_most(5), 2) == ["aaa", f"bbbb{ELLIPSIS}"]


def test_a_title_of_ten_thousand_characters_is_shortened_like_any_other() -> None:
    assert shorten("x" * 10_000, at_most(4), 3) == ["xxxx", "xxxx", f"xxx{ELLIPSIS}"]
