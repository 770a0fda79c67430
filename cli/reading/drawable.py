"""Leaves out of a source's posts those that a batch would be refused for, so that one bad post stops no other."""

from dataclasses import replace

from batch.checks import post_faults
from compositing.brand import Brand
from compositing.fallback import missing_characters
from compositing.fonts import BRAND_FONT, font_names
from compositing.title_text import draws_nothing, layout_text
from errors import InvalidRequestError
from posts.posts import LeftOut, Post, Posts, lines_of
from text import brief, clean_text

__all__ = ["drawable"]

# In place of a font that is not here, such as the brand's on Render: nearly all lack the same characters.
OTHER_FONT = "inter"


def drawable(posts: Posts, font: object, brand: Brand) -> Posts:
    """Return the posts whose titles the font, or another one in its place, can draw, and the others as left out.

    Raises:
        InvalidRequestError: none is left.
    """
    faults = [(post, _fault(post, font, brand)) for post in posts.posts]
    left_out = tuple(fault for _, fault in faults if fault)
    kept = tuple(post for post, fault in faults if not fault)
    if not kept:
        raise InvalidRequestError([f"{posts.name} has no posts left: {'; '.join(lines_of(left_out))}"])
    return replace(posts, posts=kept, left_out=(*posts.left_out, *left_out))


def _fault(post: Post, font: object, brand: Brand) -> LeftOut | None:
    where = brief(post.where or post.slug)
    if draws_nothing(clean_text(post.title)):
        return LeftOut(where, "without a title")
    if faults := post_faults(post.as_prompt()):
        return LeftOut(where, "that tasks refuse", "; ".join(fault.what for fault in faults))
    known = (
        font if isinstance(font, str) and font in (*font_names(), *([BRAND_FONT] if brand.font else [])) else OTHER_FONT
    )
    if missing := missing_characters(layout_text(post.title), brand.load_font(known)):
        shown = " ".join(f"{each} (U+{ord(each):04X})" for each in missing[:20])
        return LeftOut(where, "whose titles cannot be drawn", f"{shown} in {brief(post.title)}")
    return None
