"""Pinned layouts, each with the reason why it is right."""

from dataclasses import dataclass

import pytest

from compositing.fonts import load_font
from compositing.layout import lay_out
from compositing.templates import TEMPLATES


@dataclass(frozen=True)
class Pinned:
    reason: str
    title: str
    template: str
    size: int
    lines: list[str]
    font: str = "inter"


USUAL = "Why fan-out beats sequential generation"
PAGE = [
    Pinned(
        "two even lines at the bar's largest size",
        USUAL,
        "bottom-bar",
        64,
        ["Why fan-out beats", "sequential generation"],
    ),
    Pinned(
        "the panel is narrow and tall: few words per line, at its largest size",
        USUAL,
        "left-panel",
        60,
        ["Why fan-out", "beats", "sequential", "generation"],
    ),
    Pinned(
        "two even lines at the card's largest size",
        USUAL,
        "center-box",
        64,
        ["Why fan-out beats", "sequential generation"],
    ),
    Pinned(
        "larger on the picture than in the bar",
        USUAL,
        "overlay-bottom",
        79,
        ["Why fan-out beats", "sequential generation"],
    ),
    Pinned(
        "80 px at most, even with room to spare",
        USUAL,
        "overlay-center",
        80,
        ["Why fan-out beats", "sequential generation"],
    ),
    Pinned(
        "a narrow display cut fits on one line",
        "Object storage as the source of truth",
        "bottom-bar",
        64,
        ["Object storage as the source of truth"],
        "bebas-neue",
    ),
    Pinned(
        "a word that would get too small is hyphenated",
        "Internationalization",
        "left-panel",
        73,
        ["Interna-", "tionalization"],
    ),
    Pinned(
        "a word that fits at no size is hyphenated as little as its size allows",
        "The state of internationalization",
        "left-panel",
        47,
        ["The state", "of inter-", "national-", "ization"],
        "press-start-2p",
    ),
    Pinned(
        "balanced: no word alone on the last line",
        "One word too many makes a widow",
        "center-box",
        64,
        ["One word too many", "makes a widow"],
    ),
    Pinned(
        "balanced below a first line that is a single wide word",
        "Internationalization: what it costs, and who pays for it in the end",
        "left-panel",
        45,
        ["Internationalization:", "what it costs,", "and who pays", "for it in the end"],
    ),
    Pinned(
        "one line if two would not be larger",
        "Idempotent batch outputs at scale",
        "bottom-bar",
        64,
        ["Idempotent batch outputs at scale"],
    ),
    Pinned(
        "words break at hyphens if whole words would be much smaller",
        "state-of-the-art write-ahead-logging",
        "left-panel",
        56,
        ["state-of-the-art", "write-ahead-", "logging"],
    ),
    Pinned(
        "an address breaks at its slashes",
        "https://render.com/docs/workflows/getting-started",
        "left-panel",
        73,
        ["https://", "render.com/", "docs/", "workflows/", "getting-", "started"],
    ),
    Pinned(
        "Japanese: between phrases, never inside a katakana word",
        "インターネットの基礎：オブジェクトストレージとは何か",
        "center-box",
        52,
        ["インターネットの基礎：", "オブジェクトストレージとは何か"],
    ),
    Pinned(
        "Chinese: between words, and after the colon",
        "对象存储是唯一的事实来源：批量输出的幂等性",
        "center-box",
        63,
        ["对象存储是唯一的事实来源：", "批量输出的幂等性"],
    ),
    Pinned(
        "Korean: at spaces, not between syllables",
        "모든 인간은 태어날 때부터 자유로우며 존엄하다",
        "left-panel",
        60,
        ["모든 인간은", "태어날 때부터", "자유로우며", "존엄하다"],
    ),
    Pinned(
        "a particle stays with its Latin word",
        "PostgreSQLのVACUUMとautovacuumの仕組み",
        "bottom-bar",
        64,
        ["PostgreSQLのVACUUMと", "autovacuumの仕組み"],
    ),
    Pinned(
        "Thai: between words, which have no spaces",
        "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกัน",
        "center-box",
        64,
        ["มนุษย์ทั้งหลายเกิดมามี", "อิสระและเสมอภาคกัน"],
    ),
    Pinned(
        "Hebrew with English: balanced in logical order",
        "שלום Render 2026, מה שלומך היום?",
        "bottom-bar",
        64,
        ["שלום Render 2026,", "מה שלומך היום?"],
    ),
    Pinned(
        "an emoji has its own width, and stays on its line",
        "Ship it 🚀 before Friday",
        "overlay-bottom",
        80,
        ["Ship it 🚀 before Friday"],
    ),
    Pinned(
        "too long for 32 px: cut between words, with an ellipsis",
        (
            "A title that goes on and on, because its author had very much to say about retries, storage, "
            "typography and quotas, and did not stop before the panel was full to the brim with words, of "
            "which there was no end in sight, and which nobody was ever going to read in any case"
        ),
        "left-panel",
        32,
        [
            "A title that goes on and on,",
            "because its author had very",
            "much to say about retries,",
            "storage, typography and",
            "quotas, and did not stop",
            "before the panel was full to",
            "the brim with words, of",
            "which there was no end in…",
        ],
    ),
    Pinned(
        "a number with no-break spaces stays whole, and with its noun",
        "Why 10\u202f000 requests cost 5 € per month",
        "left-panel",
        60,
        ["Why 10\u202f000", "requests cost", "5 € per month"],
    ),
    Pinned(
        "no-break spaces that join more than a line holds break before words do",
        "Comment ça marche : le guide complet".replace(" ", "\u00a0"),
        "left-panel",
        60,
        ["Comment\u00a0ça", "marche\u00a0:\u00a0le", "guide\u00a0complet"],
    ),
    Pinned(
        "no line starts with a dash",
        "Let Over Lambda - 50 Years of Lisp",
        "center-box",
        64,
        ["Let Over Lambda -", "50 Years of Lisp"],
    ),
    Pinned(
        "a long title takes seven lines rather than a smaller size",
        "How We Cut Our Cloud Bill by 83% Without Changing a Single Line of Code",
        "left-panel",
        60,
        ["How We Cut", "Our Cloud", "Bill by 83%", "Without", "Changing", "a Single Line", "of Code"],
        "merriweather",
    ),
    Pinned(
        "no preposition at the end of a line, no short last line",
        "A Tutorial on Pointers and Arrays in C",
        "left-panel",
        60,
        ["A Tutorial", "on Pointers", "and Arrays", "in C"],
    ),
    Pinned(
        "a line ends after a colon",
        "Jumping quickly: à la carte (and 10,000 more)",
        "bottom-bar",
        64,
        ["Jumping quickly:", "à la carte (and 10,000 more)"],
    ),
    Pinned(
        "an identifier breaks before its dots",
        "Using Array.prototype.reduce() effectively",
        "left-panel",
        56,
        ["Using", "Array.prototype", ".reduce()", "effectively"],
    ),
    Pinned(
        "a compound stays whole, at a smaller size",
        "I/O, CPU-bound & memory-bound workloads",
        "left-panel",
        57,
        ["I/O,", "CPU-bound &", "memory-bound", "workloads"],
    ),
    Pinned(
        "a German word is hyphenated by a dictionary",
        "Vergleich der Rechtsschutzversicherungsgesellschaften",
        "left-panel",
        58,
        ["Vergleich der", "Rechtsschutz-", "versicherungs-", "gesellschaften"],
    ),
    Pinned(
        "a word breaks at its soft hyphens",
        "Donau\u00addampf\u00adschiff\u00adfahrts\u00adgesellschaft heute",
        "left-panel",
        60,
        ["Donau\xaddampf-", "schiff\xadfahrts-", "gesellschaft", "heute"],
    ),
    Pinned(
        "katakana words break only between each other, and a particle stays with its word",
        "インターネットの基礎：オブジェクトストレージとは何か",
        "left-panel",
        47,
        ["インターネットの", "基礎：オブジェクト", "ストレージとは何か"],
    ),
]


@pytest.mark.parametrize("pinned", PAGE, ids=lambda pinned: pinned.reason)
def test_size_and_lines_are_as_pinned(pinned: Pinned) -> None:
    layout = lay_out(pinned.title, load_font(pinned.font), TEMPLATES[pinned.template])
    assert (layout.size, [placed.line.text for placed in layout.lines]) == (pinned.size, pinned.lines)
