"""A page of titles as they are set today, each with the reason why that is right."""

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
        "two even lines fill the bar's height", USUAL, "bottom-bar", 62, ["Why fan-out beats", "sequential generation"]
    ),
    Pinned(
        "the panel is narrow and high: one word a line, at the largest size",
        USUAL,
        "left-panel",
        80,
        ["Why", "fan-out", "beats", "sequential", "generation"],
    ),
    Pinned(
        "the longer line fills the box's width", USUAL, "center-box", 75, ["Why fan-out beats", "sequential generation"]
    ),
    Pinned(
        "no panel's margins: larger than in the bar",
        USUAL,
        "overlay-bottom",
        70,
        ["Why fan-out beats", "sequential generation"],
    ),
    Pinned(
        "80 px at most, whatever room is left",
        USUAL,
        "overlay-center",
        80,
        ["Why fan-out beats", "sequential generation"],
    ),
    Pinned(
        "a narrow display cut fits on one line",
        "Object storage as the source of truth",
        "bottom-bar",
        80,
        ["Object storage as the source of truth"],
        "bebas-neue",
    ),
    Pinned(
        "a word gets smaller rather than broken", "Internationalization", "left-panel", 45, ["Internationalization"]
    ),
    Pinned(
        "a word that fits at no size is broken as rarely as its size allows",
        "Internationalization",
        "left-panel",
        54,
        ["Interna-", "tionali-", "zation"],
        "press-start-2p",
    ),
    Pinned(
        "balanced: no word alone on the last line",
        "One word too many makes a widow",
        "center-box",
        80,
        ["One word too many", "makes a widow"],
    ),
    Pinned(
        "balanced below a first line that is wide by itself",
        "Internationalization: what it costs, and who pays for it in the end",
        "left-panel",
        43,
        ["Internationalization:", "what it costs,", "and who pays", "for it in the end"],
    ),
    Pinned(
        "a little smaller, for its last word's company",
        "Idempotent batch outputs at scale",
        "bottom-bar",
        64,
        ["Idempotent batch", "outputs at scale"],
    ),
    Pinned(
        "hyphens break where that makes it larger by a third",
        "state-of-the-art write-ahead-logging",
        "left-panel",
        80,
        ["state-of-", "the-art", "write-", "ahead-", "logging"],
    ),
    Pinned(
        "an address breaks at its slashes",
        "https://render.com/docs/workflows/getting-started",
        "left-panel",
        57,
        ["https://", "render.com/", "docs/", "workflows/", "getting-started"],
    ),
    Pinned(
        "Japanese: between phrases, never inside a katakana word",
        "インターネットの基礎：オブジェクトストレージとは何か",
        "center-box",
        61,
        ["インターネットの基礎：", "オブジェクトストレージとは", "何か"],
    ),
    Pinned(
        "Chinese: between words",
        "对象存储是唯一的事实来源：批量输出的幂等性",
        "center-box",
        72,
        ["对象存储是唯一的事实", "来源：批量输出的幂等性"],
    ),
    Pinned(
        "Korean: at spaces, not between syllables",
        "모든 인간은 태어날 때부터 자유로우며 존엄하다",
        "left-panel",
        80,
        ["모든 인간은", "태어날", "때부터", "자유로우며", "존엄하다"],
    ),
    Pinned(
        "Thai: between words, which no space parts",
        "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกัน",
        "center-box",
        80,
        ["มนุษย์ทั้งหลายเกิดมามี", "อิสระและเสมอภาคกัน"],
    ),
    Pinned(
        "Hebrew with English: balanced in logical order",
        "שלום Render 2026, מה שלומך היום?",
        "bottom-bar",
        63,
        ["שלום Render 2026,", "מה שלומך היום?"],
    ),
    Pinned(
        "an emoji is as wide as what it is, and stays on its line",
        "Ship it 🚀 before Friday",
        "overlay-bottom",
        80,
        ["Ship it 🚀 before Friday"],
    ),
    Pinned(
        "too long for 32 px: cut between words, and the cut is shown",
        "A title that goes on and on, because its author had very much to say about retries, storage, typography and "
        "quotas, and did not stop before the panel was full to the brim with words",
        "left-panel",
        32,
        [
            "A title that goes on and on,",
            "because its author had",
            "very much to say about",
            "retries, storage,",
            "typography and quotas…",
        ],
    ),
]


@pytest.mark.parametrize("pinned", PAGE, ids=lambda pinned: pinned.reason)
def test_size_lines_and_breaks(pinned: Pinned) -> None:
    layout = lay_out(pinned.title, load_font(pinned.font), TEMPLATES[pinned.template])
    assert (layout.size, [placed.line.text for placed in layout.lines]) == (pinned.size, pinned.lines)
