from itertools import pairwise

from compositing.breaks import Kind, breaks, breaks_anywhere, breaks_at_no_break_spaces, syllable_breaks
from compositing.hyphenation import Hyphen, hyphenate
from compositing.line_breaking import Stretch, best_lines, fill_lines
from compositing.word_bonds import cost_between


def measure(start: int, end: int, suffix: str) -> int:
    """Return the width of a stretch whose characters are all 1 wide."""
    return end - start + len(suffix)


def texts(title: str, lines: list[Stretch] | None) -> list[str] | None:
    return None if lines is None else [title[line.start : line.end] + line.suffix for line in lines]


def filled(title: str, widest: int, most: int) -> list[str] | None:
    return texts(title, fill_lines(len(title), breaks(title, "en", "sc"), measure, widest, most))


def chosen(title: str, widest: int, lines: int, language: str = "en") -> list[str] | None:
    best = best_lines(len(title), breaks(title, language, "sc"), measure, widest, lines, lines)
    return texts(title, best[1] if best else None)


def test_lines_are_filled_from_the_top() -> None:
    assert filled("aa bb cc dd", 5, 3) == ["aa bb", "cc dd"]


def test_the_space_at_a_break_has_no_width() -> None:
    assert filled("aaaaa bb", 5, 2) == ["aaaaa", "bb"]


def test_a_title_that_needs_too_many_lines_does_not_fit() -> None:
    assert filled("aa bb cc", 2, 2) is None
    assert filled("aa bb cc", 2, 3) == ["aa", "bb", "cc"]
    assert filled("a bbbbbbbb c", 3, 5) is None


def test_a_hyphen_counts_towards_the_width() -> None:
    title = "aaa\u00adbbb"
    assert filled(title, 4, 2) == ["aaa-", "bbb"]
    assert filled(title, 3, 2) is None


def test_no_break_spaces_and_word_joiners_keep_words_together() -> None:
    assert filled("cost 10\u202f000 a", 6, 3) == ["cost", "10\u202f000", "a"]
    assert filled("aa 5\u00a0kg", 4, 2) == ["aa", "5\u00a0kg"]
    assert filled("aa-\u2060bb", 3, 2) is None


def test_a_soft_hyphen_is_shown_only_at_a_break() -> None:
    title = "Donau\u00addampf\u00adschiff"
    assert filled(title, 12, 2) == ["Donau\u00addampf-", "schiff"]


def test_lines_are_even() -> None:
    assert chosen("one two three four five six", 23, 2) == ["one two three", "four five six"]


def test_a_line_starts_with_no_dash_and_no_sign() -> None:
    assert chosen("Let Over Lambda - 50 Years of Lisp", 20, 2) == ["Let Over Lambda -", "50 Years of Lisp"]
    assert chosen("one two | three four", 12, 2) == ["one two |", "three four"]


def test_a_line_does_not_end_with_an_article_or_preposition_if_avoidable() -> None:
    assert chosen("Pointers and Arrays in C code here", 20, 2) == ["Pointers and Arrays", "in C code here"]
    german = ["Einführung in die", "Programmierung mit Rust"]
    assert chosen(" ".join(german), 26, 2, "fr") == german
    assert chosen("Eine Frage für die Antwort, ja", 20, 2, "de") == ["Eine Frage", "für die Antwort, ja"]


def test_a_line_ends_after_a_colon_and_before_a_bracket() -> None:
    assert chosen("Retries: how and why they fail", 24, 2) == ["Retries:", "how and why they fail"]
    assert chosen("Learn Python (and Flask too)", 22, 2) == ["Learn Python", "(and Flask too)"]


def test_a_number_stays_with_what_it_counts() -> None:
    assert chosen("pay only 5 € a month", 12, 2) == ["pay only", "5 € a month"]


def test_compounds_may_break_at_a_high_cost() -> None:
    assert filled("why fan-out", 8, 3) == ["why fan-", "out"]
    assert chosen("why fan-out works", 12, 2) == ["why fan-out", "works"]
    assert chosen("fast I/O works", 10, 2) == ["fast I/O", "works"]


def test_identifiers_break_at_their_joints() -> None:
    assert filled("Array.prototype.reduce()", 12, 3) == ["Array", ".prototype", ".reduce()"]
    assert filled("MAX_IMAGES_PER_BATCH", 12, 3) == ["MAX_IMAGES_", "PER_BATCH"]
    assert filled("AbstractSingletonFactory", 10, 3) == ["Abstract", "Singleton", "Factory"]
    assert filled("C:\\Users\\me\\AppData", 12, 2) == ["C:\\Users\\me\\", "AppData"]
    assert filled("Node.js", 5, 2) is None


def test_japanese_and_korean_lines_end_between_phrases_and_chinese_ones_between_words() -> None:
    def between_words(title: str, widest: int, language: str, han: str) -> list[str] | None:
        places = [place for place in breaks(title, language, han) if place.kind == Kind.WORDS]
        return texts(title, fill_lines(len(title), places, measure, widest, 3))

    assert between_words("インターネットの基礎", 8, "ja", "jp") == ["インターネットの", "基礎"]
    assert between_words("모든 인간은", 5, "ko", "kr") == ["모든", "인간은"]
    assert between_words("Docker와 Kubernetes로 배포", 18, "ko", "kr") == ["Docker와", "Kubernetes로 배포"]
    assert between_words("GoのVACUUMと仕組み", 9, "ja", "jp") == ["Goの", "VACUUMと", "仕組み"]
    assert between_words("对象存储是来源", 4, "zh", "sc") == ["对象存储", "是来源"]


def kinds(title: str, language: str, han: str) -> dict[str, Kind]:
    """Return the kind of each break, by the text before it."""
    return {title[: place.end]: place.kind for place in breaks(title, language, han)}


def test_a_break_inside_a_japanese_word_is_one_between_syllables() -> None:
    found = kinds("インターネットの基礎", "ja", "jp")
    assert found["インターネット"] == Kind.PARTS
    assert found["インター"] == Kind.SYLLABLES


def test_no_line_starts_with_a_particle_and_none_parts_a_word_that_only_one_segmenter_parts() -> None:
    assert kinds("「推し」を支える技術", "", "jp")["「推し」"] > Kind.WORDS
    assert kinds("美团外卖终端容器化的演进之路", "", "sc")["美团外"] > Kind.WORDS
    assert kinds("為什麼我們選擇開源軟體", "", "tc")["為什麼"] == Kind.WORDS
    assert chosen("エンジニアのための確定申告入門", 9, 2, "") == ["エンジニアのための", "確定申告入門"]


def test_an_abbreviation_keeps_its_word_and_a_name_its_number() -> None:
    assert chosen("A symphony, No. 5 at last", 15, 2) == ["A symphony,", "No. 5 at last"]
    assert chosen("An interview, Dr. Müller at last", 18, 2) == ["An interview,", "Dr. Müller at last"]
    assert chosen("Abkürzungen, z. B. USA, setzen", 17, 2, "de") == ["Abkürzungen,", "z. B. USA, setzen"]
    assert chosen("Install Windows 11 on a Mac", 18, 2) == ["Install Windows 11", "on a Mac"]
    assert cost_between("We like Claude Opus 4.5".split(), 3, "en") > 0
    assert chosen("How to write 5 tests a day", 14, 2) == ["How to write", "5 tests a day"]


def test_one_letter_words_articles_and_conjunctions_do_not_end_a_line() -> None:
    assert chosen("Historia w pigułce i z humorem", 22, 2, "pl") == ["Historia w pigułce", "i z humorem"]
    assert chosen("Jak jsme došli k cíli v Brně", 17, 2, "cs") == ["Jak jsme došli", "k cíli v Brně"]
    assert chosen("Πώς γίνεται η δουλειά", 13, 2, "el") == ["Πώς γίνεται", "η δουλειά"]
    assert chosen("Ohjelmoija ja hänen koiransa", 17, 2, "fi") == ["Ohjelmoija", "ja hänen koiransa"]


def test_a_hump_is_the_last_place_to_part_code() -> None:
    assert chosen("React.useCallback()", 14, 2) == ["React", ".useCallback()"]


def test_words_are_hyphenated_by_dictionary() -> None:
    title = "Geschwindigkeit"
    places = syllable_breaks(title, "de")
    assert [title[: place.end] for place in places] == ["Geschwin", "Geschwindig"]
    assert syllable_breaks("Größenänderungen", "") == ()


def parts(word: str, language: str, kind: Hyphen) -> str:
    places = [0, *(place for place, each in hyphenate(word, language) if each == kind), len(word)]
    return "|".join(word[start:end] for start, end in pairwise(places))


def test_the_joints_of_compounds_are_the_best_hyphens() -> None:
    assert parts("Arbeitsunfähigkeitsbescheinigung", "de", Hyphen.JOINT) == "Arbeits|unfähigkeits|bescheinigung"
    assert parts("Laadunvarmistusmenetelmät", "fi", Hyphen.JOINT) == "Laadun|varmistus|menetelmät"
    assert parts("Arbeidsongeschiktheidsverzekering", "nl", Hyphen.JOINT) == "Arbeidsongeschiktheids|verzekering"


def test_a_hyphen_before_a_vowel_misleads() -> None:
    kinds = dict(hyphenate("pneumonoultramicroscopicsilicovolcanoconiosis", "en"))
    assert kinds[len("pneumonoultramicroscopic")] == Hyphen.SYLLABLE
    assert kinds[len("pneumonoultramicroscopicsilicov")] == Hyphen.MISLEADING


def test_breaks_anywhere_keep_graphemes_whole_and_hyphenate_only_letters() -> None:
    assert [(place.end, place.suffix) for place in breaks_anywhere("äß2", 0, 3)] == [(1, "-"), (2, "")]
    assert [place.end for place in breaks_anywhere("e\u0301e\u0301", 0, 4)] == [2]
    assert [place.suffix for place in breaks_anywhere("पपप", 0, 3)] == ["", ""]


def test_no_break_spaces_after_numbers_and_at_french_punctuation_never_break() -> None:
    title = "Ça «\u00a0coûte\u00a0» 10\u202f000\u00a0€\u00a0! Mais\u00a0oui"
    assert [title[place.start :] for place in breaks_at_no_break_spaces(title, 0, len(title))] == ["oui"]


def test_words_with_letters_unknown_to_the_dictionary_are_not_hyphenated() -> None:
    assert syllable_breaks("ᎢᏳᎵᏍᏙᏗᏱᏅᏛ", "pl") == ()
