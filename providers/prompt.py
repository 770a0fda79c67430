"""The prompts, and what a picture is known by however its prompt is worded.

``build_prompt`` may be reworded at any time: pictures that exist are found as before, and new ones are asked for in
the new words. ``identity`` and the styles' words must stay as they are, or every picture would be paid for again.

What the vendors' own guides say, as of 2026-11 (OpenAI, GPT Image Generation Models Prompting Guide; Google, Gemini
API, Image generation): name the medium and the use; one subject, and where it is; where space is left free; words in
quotation marks get drawn; say what is there instead of what is not, and list what must not be there at the end.
"""

from styles import STYLES

__all__ = ["build_prompt", "identity"]

# Templates share a picture, so one composition serves all: their titles are at the left, at the foot or in the middle.
COMPOSITION = (
    "Composition: wide, with a single clear subject in the upper right. The lower third and the left two fifths are "
    "calm, even-toned space that continues the scene, without faces. Everything important keeps clear of the edges."
)
NO_LETTERING = (
    "Screens, papers, signs and packages are blank. No letters, no numbers, no logos, no watermarks, no borders."
)
# What a title or a description may be quoted in.
QUOTATION_MARKS = dict.fromkeys(map(ord, '"\u201c\u201d\u201e\u201f\u00ab\u00bb\u2039\u203a\u300c\u300d\u300e\u300f'))


def build_prompt(title: str, style: str, context: str = "", extra_prompt: str = "") -> str:
    """Return the full prompt for one picture: style, subject, context, composition, guidelines, and no lettering."""
    subject = title.translate(QUOTATION_MARKS)
    sentences = [
        STYLES[style].prompt,
        f"The picture beside a blog post. It shows, without words, what the post is about: {subject}",
    ]
    if context:
        sentences.append(f"More about the post: {context.translate(QUOTATION_MARKS)}")
    sentences.append(COMPOSITION)
    if extra_prompt:
        sentences.append(f"Further guidelines: {extra_prompt}")
    sentences.append(NO_LETTERING)
    return "\n".join(sentences)


def identity(title: str, style: str, context: str = "", extra_prompt: str = "") -> str:
    """Return what a picture is known by: what was asked for, in the words of the first version's prompt."""
    sentences = [STYLES[style].prompt, f'A wide illustration for a blog post with the title "{title}".']
    if context:
        sentences.append(f"What the post is about: {context}")
    if extra_prompt:
        sentences.append(f"Further guidelines: {extra_prompt}")
    sentences.append("The picture holds no text, no letters, no logos and no watermarks.")
    return "\n".join(sentences)
