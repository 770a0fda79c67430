"""The page that shows a batch: one row per title, the models side by side. It loads nothing from elsewhere.

It is whole as it stands, without its script: that only filters and enlarges what is there. A browser lays out and
loads the rows that are near the window alone (``content-visibility`` and ``loading="lazy"``), so that 10,000 pictures
need no code to show them in steps, and a search in the page still finds every title.
"""

from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from string import Template
from typing import cast
from urllib.parse import quote, urlsplit

from gallery.document import brief, count, document, time_element
from gallery.manifest import Manifest
from outcomes import Finished, Outcome, Row

__all__ = ["render_page"]

HERE = Path(__file__).parent
BODY = Template((HERE / "page.html").read_text(encoding="utf-8"))
SCRIPT = (HERE / "page.js").read_text(encoding="utf-8")
STATUSES = {"ok": "Ready", "rejected": "Rejected", "failed": "Failed", "pending": "Pending"}
# What each timing was spent on, in the order of the work.
TIMINGS = {"original_seconds": "picture", "composite_seconds": "title", "upload_seconds": "upload"}


def render_page(manifest: Manifest, *, home: str, data: str) -> str:
    """Return the page of one manifest as HTML, for the key ``batches/<batch_id>/index.html``.

    ``home`` and ``data`` are the addresses of the start page and of the manifest. Pictures are addressed relative to
    the page, so that it works wherever it is opened from; in a private bucket by their presigned links.
    """
    request, numbers = manifest["request"], cast(Mapping[str, int], manifest["summary"])
    models = {model: number for number, model in enumerate(request["models"])}
    heading = f"{count(len(request['prompts']), 'title', 'titles')}, {count(len(models), 'model', 'models')}"
    outcomes = (outcome for row in manifest["rows"] for outcome in row["results"])
    made = (outcome for outcome in outcomes if outcome["status"] == "ok")
    expiries = [outcome["image_url_expires_at"] for outcome in made if "image_url_expires_at" in outcome]
    body = BODY.substitute(
        home=escape(home),
        data=escape(data),
        heading=heading,
        tally=_tally(numbers),
        notes="\n".join(_notes(manifest, min(expiries, default=None))),
        request="\n".join(_request(manifest)),
        filters="\n".join(
            (
                _choice("Model", "model", [(str(number), model) for model, number in models.items()]),
                _choice("Status", "status", [(key, name) for key, name in STATUSES.items() if numbers[key]]),
            )
        ),
        columns=min(len(models), 4),
        rows="\n".join(_row(row, models, manifest["simulated"]) for row in manifest["rows"]),
    )
    return document(f"{heading}: blog thumbnails", body, script=SCRIPT, pictures_from=_origin(home))


def _origin(address: str) -> str:
    """Return where presigned links lead, also for a page that was saved; nothing for a relative address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _tally(numbers: Mapping[str, int]) -> str:
    parts = [f"{numbers['ok']:,} of {numbers['requested']:,} ready"]
    parts += [f"{numbers[key]:,} {key}" for key in ("reused", "rejected", "failed", "pending") if numbers[key]]
    return " \N{MIDDLE DOT} ".join(parts)


def _notes(manifest: Manifest, expiry: str | None) -> Iterable[str]:
    if manifest["simulated"]:
        yield (
            '<p class="note strong"><strong>Simulated pictures.</strong> '
            "No provider was asked for them, and nothing was paid.</p>"
        )
    if not manifest["finished"]:
        yield (
            '<p class="note"><strong>Not finished.</strong> '
            f"This is how far the batch had come on {time_element(manifest['updated_at'])}. "
            "If it is still going, load the page again; if it was stopped, run it again: it goes on from here.</p>"
        )
    if expiry:
        yield (
            f'<p class="note">The bucket is private: these links open until {time_element(expiry)}. '
            "Run the batch again for new ones; no picture is paid for again.</p>"
        )


def _request(manifest: Manifest) -> Iterable[str]:
    request = manifest["request"]
    shown = {
        "Style": escape(request["style"]),
        "Template": escape(request["template"]),
        "Font": escape(request["font"]),
        "Variation": str(request["variation"] or ""),
        "Started": time_element(manifest["created_at"]),
        "Context": escape(request["context"]),
        "Guidelines": escape(request["extra_prompt"]),
    }
    return (f'<div><dt>{name}</dt><dd dir="auto">{value}</dd></div>' for name, value in shown.items() if value)


def _choice(legend: str, name: str, options: list[tuple[str, str]]) -> str:
    if len(options) < 2:
        return ""
    boxes = "".join(
        f'<label><input type="checkbox" name="{name}" value="{value}"><span>{escape(text)}</span></label>'
        for value, text in options
    )
    return f"<fieldset><legend>{legend}</legend>{boxes}</fieldset>"


def _row(row: Row, models: dict[str, int], simulated: bool) -> str:
    items = "\n".join(_item(outcome, models[outcome["model"]], simulated) for outcome in row["results"])
    return f'<section>\n<h2 dir="auto">{escape(row["title"])}</h2>\n<ul>\n{items}\n</ul>\n</section>'


def _item(outcome: Outcome, number: int, simulated: bool) -> str:
    model = escape(outcome["model"])
    opening = f'<li data-model="{number}" data-status="{outcome["status"]}">'
    if outcome["status"] == "ok":
        source = escape(_source(outcome))
        alt = escape(f"{brief(outcome['title'])} by {outcome['model']}")
        price = "Reused" if outcome["reused"] else "Simulated" if simulated else "Paid"
        return (
            f'{opening}<a href="{source}"><img src="{source}" alt="{alt}" width="1200" height="630" loading="lazy"></a>'
            f'<p class="model">{model} <span>{price}</span></p><p>{_how(outcome)}</p></li>'
        )
    if outcome["status"] == "pending":
        words = '<p class="gap"><strong>Pending</strong> Not made yet.</p>'
    else:
        reason = f'<span dir="auto">{escape(outcome["error"]["message"])}</span>'
        words = f'<p class="gap"><strong>{STATUSES[outcome["status"]]}</strong> {reason}</p>'
    return f'{opening}{words}<p class="model">{model}</p></li>'


def _source(outcome: Finished) -> str:
    return outcome["image_url"] if "image_url_expires_at" in outcome else f"../../{quote(outcome['key'])}"


def _how(outcome: Finished) -> str:
    served = f"Served by {escape(outcome['served_by'])}"
    seconds = cast(Mapping[str, float], outcome)
    spent = ", ".join(f"{what} {seconds[name]:.1f} s" for name, what in TIMINGS.items() if name in seconds)
    shortened = "title shortened" if outcome.get("title_shortened") else ""
    return " \N{MIDDLE DOT} ".join(filter(None, (served, spent, shortened)))
