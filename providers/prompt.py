"""The prompts. Changing a word makes another request, so every picture would be paid for again."""

__all__ = ["STYLES", "build_prompt"]

STYLES = {
    "photorealistic": "A photorealistic image with natural light, true-to-life textures and a shallow depth of field.",
    "cinematic": "A cinematic film still with dramatic lighting, a wide-lens composition and rich colour grading.",
    "cartoon": "A playful cartoon with bold outlines, simple rounded shapes and bright flat colours.",
    "anime": "An anime scene with clean line work, cel shading and a luminous painted sky.",
    "3d": "A polished 3D render with soft studio light, smooth materials and gentle ambient shadows.",
    "pixel-art": "Pixel art on a coarse visible grid with a small palette, like a 16-bit video game.",
    "watercolor": "A watercolor painting with translucent washes, soft bleeding edges and paper grain.",
    "oil-painting": "An oil painting with thick visible brushwork, deep colours and a canvas texture.",
    "sketch": "A hand-drawn pencil sketch with loose hatching on off-white paper.",
    "minimalist": "A minimalist composition of a few simple shapes, much empty space and a restrained palette.",
    "neon": "A neon scene at night with glowing electric colours against deep darkness.",
    "vintage": "A vintage illustration with faded inks, warm tones and the grain of old print.",
}


def build_prompt(title: str, style: str, context: str = "", extra_prompt: str = "") -> str:
    """Return the full prompt for one picture: style, subject, any context and guidelines, and no lettering."""
    sentences = [STYLES[style], f'A wide illustration for a blog post with the title "{title}".']
    if context:
        sentences.append(f"What the post is about: {context}")
    if extra_prompt:
        sentences.append(f"Further guidelines: {extra_prompt}")
    sentences.append("The picture holds no text, no letters, no logos and no watermarks.")
    return "\n".join(sentences)
