"""Each thumbnail is labelled in a form that other programs can read."""

import io
import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from compositing.fonts import load_font
from compositing.layout import lay_out
from compositing.templates import TEMPLATES
from compositing.thumbnail import compose
from compositing.xmp import DESCRIPTION_LENGTH, Provenance, xmp_packet
from styles import alt_text
from tests.lacking import program

NOON = 1_795_262_400.0
MADE = Provenance('The title "A & <B>" on a cartoon.', "gpt-image-2", simulated=False, created=NOON)
VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/"


def jpeg(provenance: Provenance) -> bytes:
    layout = lay_out("A", load_font("inter"), TEMPLATES["bottom-bar"])
    return compose(Image.new("RGB", (1200, 630)), layout, xmp_packet(provenance))


def read_back(folder: Path, data: bytes) -> dict[str, Any]:
    """Return a JPEG's XMP as read by exiftool, which must find nothing wrong with it."""
    path = folder / "thumbnail.jpg"
    path.write_bytes(data)
    exiftool = program("exiftool", "libimage-exiftool-perl")
    run = [exiftool, "-json", "-n", "-XMP:all", "-Warning", "-Error", str(path)]
    done = subprocess.run(run, capture_output=True, text=True, check=True)
    [found] = json.loads(done.stdout)
    assert not found.keys() & {"Warning", "Error"}
    found.pop("SourceFile")
    return dict(found)


def test_a_models_picture_is_labelled_as_synthetic(tmp_path: Path) -> None:
    assert read_back(tmp_path, jpeg(MADE)) == {
        "DigitalSourceType": VOCABULARY + "compositeSynthetic",
        "CreatorTool": "gpt-image-2",
        "CreateDate": "2026:11:21 12:00:00+00:00",
        "Description": 'The title "A & <B>" on a cartoon.',
    }


def test_a_simulated_picture_is_labelled_as_algorithmic(tmp_path: Path) -> None:
    simulated = replace(MADE, tool="simulated/gpt-image-2", simulated=True)
    found = read_back(tmp_path, jpeg(simulated))
    assert found["DigitalSourceType"] == VOCABULARY + "algorithmicMedia"
    assert found["CreatorTool"] == "simulated/gpt-image-2"


@pytest.mark.parametrize("text", ["日本語 ‏שלום 👩🏽‍💻", "]]> -- <?xpacket end='w'?>", "\"quoted\" & 'quoted' &amp;"])
def test_a_description_in_any_script_is_read_back_unchanged(tmp_path: Path, text: str) -> None:
    assert read_back(tmp_path, jpeg(replace(MADE, description=text)))["Description"] == text


def test_characters_that_xml_does_not_allow_are_removed(tmp_path: Path) -> None:
    text = "one\x00\x0b\ufffe\uffff two"
    assert read_back(tmp_path, jpeg(replace(MADE, description=text)))["Description"] == "one two"


@pytest.mark.parametrize("letter", ["x", "&", "😀"])
def test_a_very_long_description_is_cut(tmp_path: Path, letter: str) -> None:
    found = read_back(tmp_path, jpeg(replace(MADE, description=letter * 100_000)))
    assert found["Description"] == letter * DESCRIPTION_LENGTH


def test_metadata_changes_no_pixel() -> None:
    layout = lay_out("A", load_font("inter"), TEMPLATES["bottom-bar"])
    plain = compose(Image.new("RGB", (1200, 630)), layout)
    with Image.open(io.BytesIO(plain)) as one, Image.open(io.BytesIO(jpeg(MADE))) as other:
        assert one.tobytes() == other.tobytes()


def test_the_alternative_text_contains_the_title_and_the_name() -> None:
    assert alt_text("Up to\n10 000\u202e", "sketch") == 'The title "Up to 10 000" on a pencil sketch.'
    named = alt_text("One", "3d", "The Daily Fan-out")
    assert named == 'The title "One" on a 3D render, with the name The Daily Fan-out.'
