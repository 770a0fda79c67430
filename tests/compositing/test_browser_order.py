"""Bidirectional titles have the same visual order as in a browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from compositing.bidi import base_level, embedding_levels, visual_order
from tests.e2e.browsing import open_browser, open_page

TITLES = (
    "מדריך Python (Flask)",
    "מבוא לתכנות בשפת C#\u200e",
    "מבוא לתכנות בשפת C#",
    "איך לבנות API (REST) ב-Python 3.12",
    "שלום Render 2026, מה שלומך היום?",
    "(Python) מדריך מקוצר",
    "React [hooks] למתחילים",
    "מחיר: 100$ לחודש (כולל מע״מ)",
    "הגרסה 1.2.3-beta יצאה",
    "מה זה Docker? (מדריך)",
    "5 טיפים ל-CSS",
    "C++ או Rust: מה עדיף?",
    "קובץ config.yaml (YAML) ו-JSON",
    "‏Node.js (v22) על שרת",
    "עבודה עם Git: branch, merge (rebase)",
    "\u2068Vue.js\u2069: מדריך",
    "טעינה של 50% ב-3 שניות",
    "תאריך 2026-11-21 (שבת)",
    "הפקודה `git push --force` מסוכנת",
    "email: info@example.com (תמיכה)",
    "تعلم React (JavaScript) الآن",
    "مقدمة إلى لغة C#",
    "دليل Python (Flask) للمبتدئين",
    "كيف تبني API (REST) في 10 دقائق",
    "الإصدار ٣٫٥ من Kubernetes (K8s)",
    "السعر: 100$ شهريا (شامل الضريبة)",
    "ما هو Docker؟ (شرح)",
    "«Rust» أم «Go»: أيهما أفضل؟",
    "لماذا نستخدم Kubernetes؟",
    "نصائح [CSS] للمطورين",
    "الفرق بين HTTP/2 و HTTP/3",
    "قاعدة بيانات PostgreSQL 16.1 (جديد)",
    "A guide to שלום (Hebrew) text",
    "Using مرحبا (Arabic) in HTML",
    "Why (שלום) matters, part 2",
    "The word \u2067שלום, עולם!\u2069 in print",
    "Top 10: תל אביב (Israel), חיפה (Israel)",
    "Flask (פלאסק): 3 נקודות [חשובות]",
    "اردو میں Python (3.12) سیکھیں",
    "فارسی: آموزش JavaScript (ES2026)",
    "Kubernetes: آموزش کامل برای مبتدیان!",
    "React.js 19: ما الجديد؟",
    "Python 3.14 — מה חדש?",
)
# The centre of each character's box, from left to right on its line.
PLACES = """([title, direction]) => {
    const line = document.querySelector('p');
    line.dir = direction;
    line.textContent = title;
    const text = line.firstChild, places = [];
    for (let at = 0; at < title.length; at++) {
        const range = document.createRange();
        range.setStart(text, at); range.setEnd(text, at + 1);
        const box = range.getBoundingClientRect();
        places.push(box.width ? box.left + box.width / 2 : null);
    }
    return places;
}"""


@pytest.fixture(scope="module")
def page(chromium_program: str) -> Iterator[Page]:
    with open_browser(chromium_program) as browser:
        page = open_page(browser)
        page.set_content('<p style="white-space: nowrap; font: 32px sans-serif"></p>')
        yield page


@pytest.mark.parametrize("title", TITLES)
def test_characters_are_in_the_browsers_order(page: Page, title: str) -> None:
    base = base_level(title)
    places = page.evaluate(PLACES, [title, ("ltr", "rtl")[base]])
    seen = [at for at, place in enumerate(places) if place is not None and not title[at].isspace()]
    levels = embedding_levels(title, base)
    ours = visual_order([(levels[at], at) for at in seen])
    assert "".join(title[at] for at in ours) == "".join(title[at] for at in sorted(seen, key=lambda at: places[at]))
