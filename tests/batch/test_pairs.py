"""What a pair's thumbnail is made of, by its keys."""

from dataclasses import replace

from batch.pairs import pair_of
from batch.requests import ThumbnailRequest
from settings import Settings

REQUEST = ThumbnailRequest(
    title='"Alles neu" macht der Mai', model="gpt-image-2", style="neon", template="bottom-bar", font="inter"
)


def test_a_title_is_drawn_with_typographic_quotes_from_the_same_original_unless_it_is_to_be_drawn_as_typed(
    settings: Settings,
) -> None:
    typographic, typed = pair_of(REQUEST, settings), pair_of(REQUEST, replace(settings, titles_as_typed=True))
    assert (typographic.drawn, typed.drawn) == ("„Alles neu“ macht der Mai", REQUEST.title)
    assert typographic.title == typed.title == REQUEST.title
    assert typographic.original_key == typed.original_key
    assert typographic.thumbnail_key != typed.thumbnail_key
