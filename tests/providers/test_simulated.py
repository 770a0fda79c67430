import io
from dataclasses import replace

import pytest
from PIL import Image

from providers.provider import PictureRequest
from providers.simulated import SimulatedProvider
from providers.simulated_scene import draw_scene
from styles import STYLES

REQUEST = PictureRequest("simulated/gpt-image-2", "a prompt", "neon", "1200x640", "", 0)


async def picture(request: PictureRequest) -> bytes:
    return (await SimulatedProvider(0).generate(request)).data


async def test_the_same_request_gives_the_same_picture() -> None:
    assert await picture(REQUEST) == await picture(replace(REQUEST))


@pytest.mark.parametrize(
    "other", [{"served_by": "simulated/gpt-image-1.5"}, {"prompt": "another"}, {"variation": 1}, {"style": "sketch"}]
)
async def test_another_request_gives_another_picture(other: dict[str, object]) -> None:
    assert await picture(REQUEST) != await picture(replace(REQUEST, **other))  # type: ignore[arg-type]


@pytest.mark.parametrize("style", STYLES)
def test_pictures_have_the_size_requested_from_openai(style: str) -> None:
    with Image.open(io.BytesIO(draw_scene("a subject", style))) as image:
        assert (image.format, image.size, image.mode) == ("JPEG", (1200, 640), "RGB")
