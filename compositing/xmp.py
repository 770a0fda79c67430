"""A JPEG's XMP metadata, which search engines and social networks read to label pictures.

The source type comes from IPTC's vocabulary (cv.iptc.org/newscodes/digitalsourcetype, as of 2024-10). A title on a
model's picture is ``compositeSynthetic``, a composite with a part made by generative AI.
``compositeWithTrainedAlgorithmicMedia`` sounds closer, but means a picture edited by a model, for instance by
inpainting. A simulated picture is ``algorithmicMedia``, made by an algorithm without training data.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

__all__ = ["Provenance", "xmp_packet"]

VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/"
GENERATED, SIMULATED = "compositeSynthetic", "algorithmicMedia"
# Characters that XML 1.0 does not allow.
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Characters. A JPEG has room for 65,502 bytes of XMP.
DESCRIPTION_LENGTH = 1_000
PACKET = """\
<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
 Iptc4xmpExt:DigitalSourceType="{source}" xmp:CreatorTool="{tool}" xmp:CreateDate="{created}">
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{description}</rdf:li></rdf:Alt></dc:description>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""


@dataclass(frozen=True)
class Provenance:
    """A description of a thumbnail, the tool that drew its picture, and its creation in seconds since 1970 (UTC)."""

    description: str
    tool: str
    simulated: bool
    created: float


def xmp_packet(provenance: Provenance) -> bytes:
    """Return the XMP packet with this provenance."""
    return PACKET.format(
        source=VOCABULARY + (SIMULATED if provenance.simulated else GENERATED),
        tool=escape(provenance.tool),
        created=datetime.fromtimestamp(provenance.created, UTC).isoformat(timespec="seconds"),
        description=escape(NOT_IN_XML.sub("", provenance.description)[:DESCRIPTION_LENGTH]),
    ).encode()
