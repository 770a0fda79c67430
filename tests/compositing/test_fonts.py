import json
import unicodedata

import pytest

from compositing.bidi import base_level
from compositing.fonts import FONTS_DIR, font_for, font_names, load_font, preferred_han
from compositing.shaping import missing_characters, shape

TABLES = json.loads((FONTS_DIR / "catalogue.json").read_text())
CATALOGUE = {**TABLES["fonts"], **TABLES["fallback"]}


def test_there_are_the_references_eighteen_fonts() -> None:
    assert set(font_names()) == set(
        "inter roboto poppins montserrat raleway oswald bebas-neue playfair merriweather lora space-mono "
        "jetbrains-mono bangers pacifico permanent-marker righteous creepster press-start-2p".split()
    )


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_font_opens_and_has_its_licence(name: str) -> None:
    assert name not in TABLES["fonts"] or load_font(name).cap_height > 0
    licence = (FONTS_DIR / "licences" / f"{name}.txt").read_text()
    assert {"OFL-1.1": "SIL OPEN FONT LICENSE", "Apache-2.0": "Apache License"}[CATALOGUE[name]["licence"]] in licence


def test_every_file_of_the_fonts_folder_is_in_the_catalogue() -> None:
    files = {str(path.relative_to(FONTS_DIR)) for path in FONTS_DIR.rglob("*.ttf")}
    assert files == {entry["file"] for entry in CATALOGUE.values()}
    assert {path.stem for path in FONTS_DIR.glob("licences/*")} == CATALOGUE.keys()


@pytest.mark.parametrize("name", TABLES["fonts"])
def test_every_font_sets_plain_english_and_the_ellipsis(name: str) -> None:
    text = 'The quick brown fox, 1234567890: jumps! Over? (the) "lazy" dog\'s… back & a-z/'
    assert {glyph.font.name for glyph in shape(text, load_font(name)).glyphs} == {name}


def test_all_fonts_together_stay_below_45_mb() -> None:
    assert sum(path.stat().st_size for path in FONTS_DIR.rglob("*")) < 45_000_000


# The first words of the Universal Declaration of Human Rights' first article, or a title like it.
LANGUAGES = {
    "Arabic": "يولد جميع الناس أحراراً متساوين في الكرامة والحقوق",
    "Hebrew": "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם",
    "Persian": "تمام افراد بشر آزاد به دنیا می‌آیند",
    "Urdu": "تمام انسان آزاد اور حقوق و عزت کے اعتبار سے برابر پیدا ہوئے ہیں",
    "Hindi": "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता",
    "Bengali": "সমস্ত মানুষ স্বাধীনভাবে সমান মর্যাদা এবং অধিকার নিয়ে জন্মগ্রহণ করে",
    "Gujarati": "પ્રતિષ્ઠા અને અધિકારોની દૃષ્ટિએ સર્વ માનવો જન્મથી સ્વતંત્ર",
    "Punjabi": "ਸਾਰਾ ਮਨੁੱਖੀ ਪਰਿਵਾਰ ਆਪਣੀ ਮਹਿਮਾ, ਸ਼ਾਨ ਅਤੇ ਹੱਕਾਂ ਦੇ ਪੱਖੋਂ",
    "Tamil": "மனிதப் பிறிவியினர் சகலரும் சுதந்திரமாகவே பிறக்கின்றனர்",
    "Telugu": "ప్రతిపత్తిస్వత్వముల విషయమున మానవులెల్లరును జన్మతః స్వతంత్రులు",
    "Kannada": "ಎಲ್ಲಾ ಮಾನವರೂ ಸ್ವತಂತ್ರರಾಗಿಯೇ ಜನಿಸಿದ್ದಾರೆ",
    "Malayalam": "മനുഷ്യരെല്ലാവരും തുല്യാവകാശങ്ങളോടും അന്തസ്സോടും സ്വാതന്ത്ര്യത്തോടുംകൂടി",
    "Odia": "ଜନ୍ମକାଳରୁ ସବୁ ମଣିଷ ସ୍ଵାଧୀନ",
    "Sinhala": "සියලු මනුෂ්‍යයෝ නිදහස්ව උපත ලබා ඇත",
    "Thai": "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ",
    "Lao": "ມະນຸດເກີດມາມີສິດເສລີພາບ",
    "Khmer": "មនុស្សទាំងអស់កើតមកមានសេរីភាព",
    "Burmese": "လူတိုင်းသည် တူညီ လွတ်လပ်သော ဂုဏ်သိက္ခာဖြင့်",
    "Armenian": "Բոլոր մարդիկ ծնվում են ազատ ու հավասար",
    "Georgian": "ყველა ადამიანი იბადება თავისუფალი",
    "Amharic": "የሰው ልጅ ሁሉ ሲወለድ ነጻና በክብርና በመብትም እኩልነት ያለው ነው",
    "Chinese": "人人生而自由，在尊严和权利上一律平等。",
    "Traditional Chinese": "人人生而自由，在尊嚴和權利上一律平等。",
    "Japanese": "すべての人間は、生まれながらにして自由であり、平等である。",
    "Korean": "모든 인간은 태어날 때부터 자유로우며 평등하다.",
    "Russian": "Все люди рождаются свободными и равными",
    "Greek": "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι",
    "Vietnamese": "Tất cả mọi người sinh ra đều được tự do và bình đẳng",
    "Polish": "Wszyscy ludzie rodzą się wolni i równi, łączność źdźbła",
    "Turkish": "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar",
    "Yoruba": "Gbogbo ènìyàn ni a bí ní òmìnira; iyì àti ẹ̀tọ́ kọ̀ọ̀kan sì dọ́gba",
    "Icelandic": "Hver maður er borinn frjáls og jafn öðrum að virðingu",
    "mathematics": "∀x ∈ ℝ: 𝐄 = 𝐦𝐜² → ∑ ≤ ∞",
    "symbols": "← ↑ → ↓ ✓ ✗ ★ ☆ ♫ ⌘ € £ ₹ © ™",
}


@pytest.mark.parametrize("font", ["inter", "poppins", "bangers"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_glyph_is_missing_in_any_language(language: str, font: str) -> None:
    title = unicodedata.normalize("NFC", LANGUAGES[language])
    assert missing_characters(title, load_font(font)) == ""
    line = shape(title, load_font(font), preferred_han(title), base_level(title))
    assert line.glyphs
    assert all(glyph.index for glyph in line.glyphs)


EMOJI = "🚀 👩🏽‍💻 🇫🇷 🏴󠁧󠁢󠁥󠁮󠁧󠁿 👨‍👩‍👧‍👦 1️⃣ #️⃣ ❤️ ✨ ✅ ⚡ ☕ ⭐ 🫠 🧑🏿‍🚒 👁️‍🗨️ 🏳️‍🌈 ©️".split()


@pytest.mark.parametrize("emoji", EMOJI)
def test_an_emoji_and_a_sequence_of_them_is_one_picture(emoji: str) -> None:
    glyphs = shape(emoji, load_font("inter")).glyphs
    assert [(glyph.font.name, bool(glyph.index)) for glyph in glyphs] == [("noto-color-emoji", True)]


def test_han_characters_look_as_the_rest_of_the_title_says() -> None:
    def look(title: str) -> str:
        font = font_for("直", "inter", preferred_han(title))
        assert font
        return font.name

    assert look("直す") == "noto-sans-jp"
    assert look("직 直") == "noto-sans-kr"
    assert look("直接") == "noto-sans-sc"


def test_the_font_asked_for_sets_what_it_can() -> None:
    names = [glyph.font.name for glyph in shape("Go 日本", load_font("bangers"), "jp").glyphs]
    assert names == ["bangers", "bangers", "noto-sans-jp", "noto-sans-jp"]


@pytest.mark.parametrize("title", ["\ue000", "a\U0010ffff", "\u0378"])
def test_what_no_font_has_is_named(title: str) -> None:
    assert missing_characters(title, load_font("inter")) == title[-1]
