"""The input of a batch, from the command line's source of posts and its options."""

import argparse
import sys
from pathlib import Path
from typing import Any

from compositing.brand import NO_BRAND, Brand
from compositing.brand_file import open_brand
from errors import InvalidRequestError, SettingsError
from local.drawable import drawable
from local.options import given_inputs
from posts.choose import choose
from posts.plain import shortened
from posts.posts import lines_of
from posts.read import STDIN, read_posts
from settings import Settings
from tasks.requests import BatchRequest, bind

__all__ = ["DEFAULT_MODELS", "first_model", "read_input"]

# Characters that a request, whose size Render limits, says of what was left out.
MOST_LEFT_OUT = 100_000
# One of each vendor, OpenAI's first.
DEFAULT_MODELS = ["gpt-image-2.5-flare", "gemini-nano-banana-2.1"]


def read_input(options: argparse.Namespace, settings: Settings | None) -> dict[str, Any]:
    """Return generateBatch's input by name: the source's, overridden by the options.

    Without settings, the default models do not depend on keys.

    Raises:
        InvalidRequestError: the source cannot be read, or the options contradict it.
    """
    over = given_inputs(options)
    if options.source is None:
        if options.crash and Path(options.crash).suffix == ".json":
            raise InvalidRequestError([f"--crash took {options.crash} for a model: put the file before it"])
        if not over:
            raise InvalidRequestError(["There is no input. Name a source of posts, or use --title; see --help"])
        _choose_nothing(options, "--title gives the titles")
        return over
    posts = read_posts(options.source, kind=options.kind)
    if posts.request is not None:
        _choose_nothing(options, f"{options.source} is generateBatch's own input")
    if isinstance(posts.request, list):
        return _over_posts(bind(BatchRequest, posts.request, over), over)
    if posts.request is not None:
        return _over_posts(bind(BatchRequest, [], {**posts.request, **over}), over)
    if "prompts" in over:
        raise InvalidRequestError([f"--title and {options.source} both name posts: leave one of them out"])
    look = {**_default_look(settings), **over}
    chosen = choose(drawable(posts, look["font"], _brand(settings)), options.limit, options.since, options.only)
    # What comes by standard input may be any blog's. Without a name, each request has its own page.
    name = "" if chosen.name == STDIN else chosen.name
    left_out = lines_of(chosen.left_out)
    values = {
        "prompts": chosen.prompts,
        "name": name,
        "left_out": shortened("\n".join(left_out), MOST_LEFT_OUT),
        **look,
    }
    shown = ", ".join([look["style"], look["template"], look["font"], *look["models"]])
    number = "1 post" if len(chosen.posts) == 1 else f"{len(chosen.posts)} posts"
    print(f"{number} from {chosen.name} ({chosen.kind}): {shown}", file=sys.stderr)
    for counted in lines_of(chosen.left_out, verbose=options.verbose):
        print(f"left out: {counted}", file=sys.stderr)
    for counted in chosen.remarks:
        print(f"note: {counted}", file=sys.stderr)
    return _over_posts(values, over)


def _brand(settings: Settings | None) -> Brand:
    """Return the brand; none for one that cannot be read, which the check of the request reports with all else."""
    try:
        return open_brand(settings.brand_dir if settings else None)
    except SettingsError:
        return NO_BRAND


def _over_posts(values: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Return the input without posts' own values that options replace."""
    replaced = over.keys() & {"extra_prompt", "variation"}

    def bare(prompt: Any) -> Any:
        if not isinstance(prompt, dict):
            return prompt
        return {name: value for name, value in prompt.items() if name not in replaced}

    prompts = values.get("prompts")
    return {**values, "prompts": [*map(bare, prompts)]} if replaced and isinstance(prompts, list) else values


def _choose_nothing(options: argparse.Namespace, why: str) -> None:
    """Refuse options that choose among a source's posts when there is nothing to choose from."""
    said = [f"--{name}" for name in ("limit", "since", "only") if getattr(options, name) is not None]
    if said:
        raise InvalidRequestError([f"{name} chooses among a source's posts, and {why}: leave it out" for name in said])


def _default_look(settings: Settings | None) -> dict[str, Any]:
    """Return the default look and models: a model of each vendor whose key is set, or of both if that is unknown."""
    models = DEFAULT_MODELS
    if settings and not settings.simulate_providers:
        keys = (settings.openai_api_key, settings.google_api_key)
        # Without any key, both stay, so that the error names the keys.
        models = [model for model, key in zip(models, keys, strict=True) if key] or models
    return {"models": models, "style": "photorealistic", "template": "bottom-bar", "font": "inter"}


def first_model(batch: dict[str, Any]) -> str:
    """Return the first model of an input that is not checked yet, or "" if it has none."""
    models = batch.get("models")
    return models[0] if isinstance(models, list) and models and isinstance(models[0], str) else ""
