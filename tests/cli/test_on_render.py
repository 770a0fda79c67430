"""``--on``: batches on Render from the command line, with the SDK's own client and an emulated API."""

import asyncio
import json
import os
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from batch.record import BatchResult, id_of
from batch.requests import BatchRequest
from cli.command_line import main
from cli.events import RunEvent
from cli.on_render.api import Workflow
from cli.on_render.run import run_there
from cli.showing.board import Board, leaves_of
from cli.showing.progress import PlainProgress
from errors import InvalidRequestError, RenderError, SettingsError, StoppedError
from settings import Settings
from tests.support.clock import SkippingClock
from tests.support.render_api import KEY, Json, RenderApi

TITLES, MODELS = ["One", "Two"], ["gpt-image-2", "gemini-3-pro-image"]
BATCH = [TITLES, MODELS, "neon", "bottom-bar", "inter"]
REQUEST = BatchRequest(prompts=[*TITLES], models=MODELS, style="neon", template="bottom-bar", font="inter")


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[RenderApi]:
    """Render's API, and a working directory with a batch and no other variable set."""
    monkeypatch.chdir(tmp_path)
    Path("batch.json").write_text(json.dumps(BATCH))
    with RenderApi() as api:
        for name, value in api.environment.items():
            monkeypatch.setenv(name, value)
        yield api


def outcome(title: str, model: str, status: str = "ok", **more: Any) -> Json:
    error = {"error": {"code": status, "message": f"{status}, and why"}} if status != "ok" else {}
    there = {"reused": False, "served_by": model, "image_url": "https://x.example/a.jpg"} if status == "ok" else {}
    there |= {} if more.get("reused") or status != "ok" else {"pictures_made": 1}
    return {"status": status, "title": title, "model": model, **there, **error, **more}


def result(*outcomes: Json) -> Json:
    statuses = [each["status"] for each in outcomes]
    counts = {name: statuses.count(name) for name in ("failed", "ok", "rejected")}
    summary = {**counts, "requested": len(outcomes), "reused": sum(each.get("reused", False) for each in outcomes)}
    urls = {"manifest_url": "https://x.example/manifest.json", "gallery_url": "https://x.example/index.html"}
    made = sum(each.get("pictures_made", 0) for each in outcomes)
    money = {"cost": "$0.02", "pictures_made": made, "maybe_billed": 0}
    return {"batch_id": "0" * 16, "summary": summary, **money, **urls, "rows": [{"results": list(outcomes)}]}


def end(run: Json, *results: Any, status: str = "succeeded", error: str = "") -> None:
    run |= {"status": status, "results": list(results), "error": error}
    run["attempts"][-1] |= {"status": status, "error": error}


def retry(run: Json, error: str) -> None:
    run["attempts"][-1] |= {"status": "failed", "error": error}
    run["attempts"].append({"attempt": len(run["attempts"]), "status": "running", "startedAt": "2026-11-21T09:31:00Z"})


def leaf(api: RenderApi, root: Json, title: str, model: str) -> Json:
    return api.add("generateThumbnail", [title, model, *BATCH[2:], "", "", 0], parent=root["id"])


def follow(
    api: RenderApi, happens: Callable[[Json], Iterator[None]], view: PlainProgress | None = None
) -> tuple[BatchResult, Board, list[tuple[str, str, str]], SkippingClock]:
    """Run the batch while on Render all of this happens; return its result, the board, what was told, and the time."""
    board, told = Board(leaves_of(REQUEST)), list[tuple[str, str, str]]()

    def observe(event: RunEvent) -> None:
        board.observe(event)
        if view:
            view.observe(event)
        if isinstance(event.arguments, list):
            told.append((event.arguments[0], event.arguments[1], event.stage or event.kind))

    def start(root: Json) -> None:
        clock.happens = happens(root)

    api.on_start = start
    clock = SkippingClock()
    made = asyncio.run(run_there(Workflow("blog-thumbnails", clock), REQUEST, observe, lambda text: None))
    return made, board, told, clock


def test_a_batch_is_followed_leaf_by_leaf(api: RenderApi) -> None:
    flash, pro = MODELS

    def happens(root: Json) -> Iterator[None]:
        first, second = leaf(api, root, "One", flash), leaf(api, root, "Two", flash)
        yield
        retry(second, "It crashed.")
        yield
        end(first, outcome("One", flash))
        end(second, outcome("Two", flash, "rejected"))
        third = leaf(api, root, "Two", pro)
        yield
        end(third, status="failed", error="No store.")
        rest = [outcome("Two", flash, "rejected"), outcome("Two", pro, "failed")]
        end(root, result(outcome("One", flash), outcome("One", pro, reused=True), *rest))
        yield

    made, board, told, _ = follow(api, happens)
    assert made["summary"]["requested"] == 4
    assert [what for title, model, what in told if (title, model) == ("One", flash)] == [
        "running",
        "storing",
        "completed",
    ]
    assert [what for title, model, what in told if (title, model) == ("Two", flash)] == [
        "running",
        "retrying",
        "running",
        "completed",
    ]
    assert board.snapshot.ended == {"done": 1, "reused": 1, "rejected": 1, "failed": 1}
    assert board.arrived == {leaves_of(REQUEST)[0][0]}
    assert board.retries == 1
    assert board.snapshot.active == {}


def test_leaves_that_ended_between_two_polls_are_reported_once(api: RenderApi) -> None:
    def happens(root: Json) -> Iterator[None]:
        for title in TITLES:
            end(leaf(api, root, title, MODELS[0]), outcome(title, MODELS[0]))
        yield
        end(leaf(api, root, "One", MODELS[1]), outcome("One", MODELS[1]))
        end(root, result(*(outcome(title, model) for title in TITLES for model in MODELS)))
        yield

    _, board, told, _ = follow(api, happens)
    assert board.snapshot.ended == {"done": 4}
    assert len(board.arrived) == 4
    assert [what for *_, what in told].count("completed") == 4


def test_a_leaf_that_is_not_seen_to_end_is_not_left_in_progress(api: RenderApi) -> None:
    def happens(root: Json) -> Iterator[None]:
        first = leaf(api, root, "One", MODELS[0])
        leaf(api, root, "Two", MODELS[0])
        yield
        end(first, outcome("One", MODELS[0]))
        made = [outcome("One", MODELS[0]), outcome("One", MODELS[1], reused=True)]
        end(root, result(*made, outcome("Two", MODELS[0], reused=True), outcome("Two", MODELS[1], "failed")))
        yield

    _, board, *_ = follow(api, happens)
    assert board.snapshot.active == {}
    assert board.snapshot.ended == {"done": 1, "reused": 2, "failed": 1}
    assert board.snapshot.done == board.total


def test_hundreds_of_leaves_are_found_page_by_page_and_within_renders_limit(api: RenderApi) -> None:
    def happens(root: Json) -> Iterator[None]:
        leaves = [leaf(api, root, f"Title {number}", MODELS[0]) for number in range(250)]
        yield
        for number, each in enumerate(leaves):
            end(each, outcome(f"Title {number}", MODELS[0]))
        yield
        end(root, result())
        yield

    _, board, _, clock = follow(api, happens)
    assert board.snapshot.ended == {"done": 250}
    assert len(api.requests) / (clock.seconds / 60) < 400


def test_a_batch_that_starts_over_is_reported_and_counted_again(
    api: RenderApi, capsys: pytest.CaptureFixture[str]
) -> None:
    def happens(root: Json) -> Iterator[None]:
        end(leaf(api, root, "One", MODELS[0]), outcome("One", MODELS[0]))
        yield
        retry(root, "The store is away.")
        yield
        end(root, result(outcome("One", MODELS[0], reused=True)))
        yield

    view = PlainProgress(Board(leaves_of(REQUEST)))
    _, board, *_ = follow(api, happens, view)
    assert "The store is away.\nThe batch starts over" in capsys.readouterr().err
    assert board.snapshot.ended == {"done": 1}, "paid for in this run, by the first attempt"


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"image_url": "https://front.example/thumbnails/neon/a%20b.jpg"}, True),
        ({"image_url": "https://front.example/thumbnails/neon/a%20b.jpg?X-Amz-Signature=0"}, False),
    ],
)
def test_the_page_is_named_as_soon_as_a_thumbnail_tells_where_the_store_is(
    api: RenderApi, more: dict[str, str], named: bool
) -> None:
    said: list[str] = []

    def happens(root: Json) -> Iterator[None]:
        for title in TITLES:
            end(leaf(api, root, title, MODELS[0]), outcome(title, MODELS[0], key="neon/a b.jpg", **more))
        yield
        end(root, result())
        yield

    api.on_start = lambda root: setattr(clock, "happens", happens(root))
    clock = SkippingClock()
    asyncio.run(run_there(Workflow("blog-thumbnails", clock), REQUEST, lambda event: None, said.append))
    page = f"page: https://front.example/thumbnails/batches/{id_of(REQUEST, Settings())}/index.html"
    assert said == ["run: trn-0", *([page] if named else [])]


def at_once(api: RenderApi, **ending: Any) -> None:
    """Let the run be over when it is first looked at."""
    made = ending.pop("result", None)
    api.on_start = lambda run: end(run, *([made] if made else []), **ending)


def test_a_notice_about_a_model_is_shown_here_too(api: RenderApi, caplog: pytest.LogCaptureFixture) -> None:
    at_once(api, result=result(outcome("One", "gemini-3.1-flash-image")))
    assert main(["batch.json", "--model", "gemini-3.1-flash-image", "--on", "blog-thumbnails"]) == 0
    assert [message.split(" has been deprecated")[0] for message in caplog.messages] == ["gemini-3.1-flash-image"]


def test_the_report_and_the_exit_codes_are_a_local_runs(api: RenderApi, capsys: pytest.CaptureFixture[str]) -> None:
    at_once(api, result=result(outcome("One", "gpt-image-2"), outcome("Two", "gpt-image-2", reused=True)))
    assert main(["batch.json", "--on", "blog-thumbnails"]) == 0
    shown = capsys.readouterr()
    assert "2 requested, 2 ok, 1 reused, 0 rejected, 0 failed; paid for: 1" in shown.out
    assert "page:     https://x.example/index.html" in shown.out
    assert "run: trn-0" in shown.err
    assert "SIMULATED" not in shown.err
    at_once(api, result=result(outcome("One", "gpt-image-2"), outcome("Two", "gpt-image-2", "failed")))
    assert main(["batch.json", "--on", "blog-thumbnails"]) == 1
    capsys.readouterr()
    assert main(["batch.json", "--on", "blog-thumbnails", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["summary"]["failed"] == 1
    at_once(api, result=result(outcome("One", "gpt-image-2", served_by="simulated/gpt-image-2")))
    assert main(["batch.json", "--on", "blog-thumbnails"]) == 0
    assert "simulated, nothing was paid for" in capsys.readouterr().out


def test_the_report_counts_posts_that_share_a_title_one_by_one(
    api: RenderApi, capsys: pytest.CaptureFixture[str]
) -> None:
    posts = [{"title": "Links", "slug": f"links-{number}", "context": f"week {number}"} for number in range(3)]
    Path("batch.json").write_text(json.dumps([posts, ["gpt-image-2"], *BATCH[2:]]))
    at_once(api, result=result(*(outcome("Links", "gpt-image-2", reused=number == 2) for number in range(3))))
    assert main(["batch.json", "--on", "blog-thumbnails"]) == 0
    shown = capsys.readouterr().out
    assert "3 requested, 3 ok, 1 reused, 0 rejected, 0 failed; paid for: 2" in shown
    assert re.findall(r"^(done|reused) +- +(yes|no)", shown, re.MULTILINE) == [*[("done", "yes")] * 2, ("reused", "no")]


REFUSAL = InvalidRequestError(["OPENAI_API_KEY is not set: set it", "The request is for 51 images"])


@pytest.mark.parametrize(
    ("error", "status", "code", "message"),
    [
        (str(REFUSAL), "failed", 2, "The worker on Render refused this"),
        (str(REFUSAL), "failed", 2, "- OPENAI_API_KEY is not set: set it\n- The request is for 51 images"),
        ("The store is away.", "failed", 1, "failed: The store is away.\nRun it again to continue"),
        ("", "canceled", 1, "The run trn-0 of blog-thumbnails/generateBatch was cancelled"),
    ],
)
def test_a_run_that_fails_says_why(
    api: RenderApi, capsys: pytest.CaptureFixture[str], error: str, status: str, code: int, message: str
) -> None:
    at_once(api, error=error, status=status)
    assert main(["batch.json", "--on", "blog-thumbnails"]) == code
    assert message in capsys.readouterr().err


PLAN: Json = {
    "batch_id": "0" * 16,
    "gallery_url": "https://x.example/index.html",
    "simulated": False,
    "requested": 4,
    "reuse": 1,
    "recompose": 0,
    "refused": 0,
    "generate": 3,
    "pictures": {"gpt-image-2": 3},
    "change": {"pictures": 1, "cost": "about $0.007", "causes": ["the style is neon, and was anime"], "last": {}},
    "has_real_page": False,
    "cost_usd": 0.02,
    "cost": "about $0.02",
    "left_out": [],
    "faults": [],
    "steps": [],
}


def test_a_plan_is_asked_of_the_worker_and_starts_nothing_else(
    api: RenderApi, capsys: pytest.CaptureFixture[str]
) -> None:
    at_once(api, result=PLAN)
    assert main(["batch.json", "--on", "blog-thumbnails", "--plan", "--max-cost", "2.50"]) == 0
    [run] = api.runs.values()
    assert run["taskId"] == "tsk-blog-thumbnails/planBatch"
    assert run["input"]["max_cost_usd"] == 2.5
    shown = capsys.readouterr().out
    assert "1 to reuse, 0 to recompose, 3 to generate\npictures to pay for: 3 (3 by gpt-image-2)\n" in shown
    assert "\nof these, for posts that have a cover: 1, about $0.007: the style is neon" in shown
    assert "\ncost: about $0.02\npage: https://x.example/index.html\n" in shown


def test_a_run_of_a_blog_that_would_pay_again_is_asked_about_first(
    api: RenderApi, capsys: pytest.CaptureFixture[str]
) -> None:
    at_once(api, result=PLAN)
    Path("titles.txt").write_text("One\nTwo\n")
    assert main(["titles.txt", "--on", "blog-thumbnails"]) == 2
    [run] = api.runs.values()
    assert run["taskId"] == "tsk-blog-thumbnails/planBatch"
    assert "1 new picture of a post that has a cover, about $0.007: the style is neon" in capsys.readouterr().err


def test_a_plan_that_the_worker_would_refuse_exits_like_the_run(
    api: RenderApi, capsys: pytest.CaptureFixture[str]
) -> None:
    fault = "The pictures would cost about $9.00. That is above the cap of $2.50"
    at_once(api, result={**PLAN, "faults": [fault]})
    assert main(["batch.json", "--on", "blog-thumbnails", "--plan", "--json"]) == 2
    shown = capsys.readouterr()
    assert json.loads(shown.out)["pictures"] == {"gpt-image-2": 3}
    assert f"- {fault}" in shown.err


def test_a_run_there_takes_its_own_cap_along(api: RenderApi) -> None:
    at_once(api, result=result(outcome("One", "gpt-image-2")))
    main(["batch.json", "--on", "blog-thumbnails", "--max-cost", "0.25"])
    [run] = api.runs.values()
    assert (run["taskId"], run["input"]["max_cost_usd"]) == ("tsk-blog-thumbnails/generateBatch", 0.25)


@pytest.mark.parametrize(
    ("options", "variables", "code", "message"),
    [
        ([], {"RENDER_API_KEY": "", "RENDER_LOCAL_DEV_URL": ""}, 2, "RENDER_API_KEY is not set: create a key under"),
        ([], {"RENDER_API_KEY": "rnd_\u2019"}, 2, "give the key alone"),
        ([], {"RENDER_API_KEY": "rnd_wrong"}, 2, "Render does not accept RENDER_API_KEY (401)"),
        (["--on", "blog"], {}, 2, "Render does not know blog/generateBatch. Check the workflow's slug"),
        (["--max-cost", "two"], {}, 2, "MAX_COST_USD='two'"),
        (
            ["--crash"],
            {},
            2,
            "--on does not take --crash: set CRASH_FIRST_ATTEMPT_OF_MODEL in the workflow's Environment instead",
        ),
        (["--model", "dalle"], {}, 2, 'unknown model "dalle"'),
    ],
)
def test_what_cannot_be_run_there_is_refused_before_anything_starts(
    api: RenderApi,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    variables: dict[str, str],
    code: int,
    message: str,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert main(["batch.json", "--on", "blog-thumbnails", *options]) == code
    shown = capsys.readouterr()
    assert message in shown.err
    assert "Traceback" not in shown.err
    assert KEY not in shown.err
    assert api.runs == {}


def test_a_refusal_without_json_is_reported_too(api: RenderApi, capsys: pytest.CaptureFixture[str]) -> None:
    api.faults = [(403, "<html>Forbidden</html>")]
    assert main(["batch.json", "--on", "blog-thumbnails"]) == 2
    assert "does not accept RENDER_API_KEY (403)" in capsys.readouterr().err
    api.faults = [(400, {"message": "input is too deep"})]
    assert main(["batch.json", "--on", "blog-thumbnails"]) == 2
    assert "Render refuses blog-thumbnails/generateBatch: create task failed: input is too deep" in (
        capsys.readouterr().err
    )


def test_more_than_render_takes_is_refused_here(api: RenderApi, capsys: pytest.CaptureFixture[str]) -> None:
    posts = [{"title": f"Title {number}", "context": "x" * 2000} for number in range(2000)]
    Path("batch.json").write_text(json.dumps([posts, *BATCH[1:]]))
    assert main(["batch.json", "--on", "blog-thumbnails"]) == 2
    assert "The request is 4.1 MB, and Render's limit is 4 MB" in capsys.readouterr().err
    assert api.requests == []


def test_nothing_that_is_the_workers_is_asked_of_the_laptop(
    api: RenderApi, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MAX_IMAGES_PER_BATCH", "1")
    monkeypatch.setenv("MINIO_ENDPOINT", "no address")
    at_once(api, result=result(outcome("One", "gpt-image-2")))
    Path("titles.txt").write_text("One\nTwo\n")
    assert main(["titles.txt", "--on", "blog-thumbnails", "--all"]) == 0
    assert api.runs["trn-0"]["input"]["models"] == ["gpt-image-2.5-flare", "gemini-nano-banana-2.1"]
    assert main(["titles.txt", "--on", "blog-thumbnails", "--all", "--font", "brand"]) == 0
    assert not Path("out").exists()


def test_a_start_whose_answer_is_lost_starts_one_run(api: RenderApi) -> None:
    at_once(api, result=result(outcome("One", "gpt-image-2")))
    api.faults = [(503, {"message": "try again"}), (429, {"message": "slow down"}), (502, "<html>Bad gateway</html>")]
    clock = SkippingClock()
    asyncio.run(run_there(Workflow("blog-thumbnails", clock), REQUEST, lambda event: None, lambda text: None))
    assert len(api.runs) == 1
    assert clock.seconds == 1 + 2 + 4


def test_a_run_that_cannot_be_polled_continues_and_is_named(api: RenderApi) -> None:
    api.faults = [None, *[(503, {"message": "try again"})] * 100]
    clock = SkippingClock()
    with pytest.raises(RenderError, match=r"Render's API failed(.|\n)*continues on Render: trn-0") as told:
        asyncio.run(run_there(Workflow("blog-thumbnails", clock), REQUEST, lambda event: None, lambda text: None))
    assert "render workflows tasks runs show trn-0 --local --port" in str(told.value)
    assert 500 < clock.seconds <= 600


def test_a_key_that_is_withdrawn_meanwhile_ends_the_following_and_not_the_run(api: RenderApi) -> None:
    api.faults = [None, (401, {"message": "Unauthorized"})]
    with pytest.raises(RenderError, match=r"^Render does not accept RENDER_API_KEY(.|\n)*continues on Render: trn-0"):
        asyncio.run(run_there(Workflow("blog-thumbnails"), REQUEST, lambda event: None, lambda text: None))


def test_an_unreachable_api_is_reported_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENDER_LOCAL_DEV_URL", "http://127.0.0.1:9")
    clock = SkippingClock()
    with pytest.raises(RenderError, match=r"Render's API failed: .*Check your connection to http://127\.0\.0\.1:9\."):
        asyncio.run(run_there(Workflow("blog-thumbnails", clock), REQUEST, lambda event: None, lambda text: None))
    assert clock.seconds <= 15


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_being_stopped_leaves_the_run_going_and_says_so(api: RenderApi, number: signal.Signals) -> None:
    def stop(text: str) -> None:
        os.kill(os.getpid(), number)

    with pytest.raises(StoppedError) as told:
        asyncio.run(run_there(Workflow("blog-thumbnails"), REQUEST, lambda event: None, stop))
    assert str(told.value).startswith("Stopped following. The run continues on Render: trn-0\n")
    assert "render workflows tasks runs cancel trn-0" in str(told.value)
    assert api.runs["trn-0"]["status"] == "running"


def test_on_render_itself_the_commands_need_no_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENDER_API_KEY", KEY)
    assert Workflow("blog-thumbnails").commands("trn-7").endswith("render workflows tasks runs cancel trn-7")


def test_choices_are_applied_there(api: RenderApi, capsys: pytest.CaptureFixture[str]) -> None:
    choice = {"slug": "one", "title": "One", "model": "gpt-image-2", "thumbnail": "a.jpg"}
    saved = {"version": 1, "batch_id": "0" * 16, "choices": [choice]}
    Path("choices.json").write_text(json.dumps(saved))
    at_once(api, result={"changed": ["covers/one.jpg: gpt-image-2, One"], "unchanged": 2, "page_url": "https://x/"})
    assert main(["--choose", "choices.json", "--on", "blog-thumbnails"]) == 0
    assert api.runs["trn-0"]["input"] == saved
    assert "covers/one.jpg: gpt-image-2, One\n1 cover changed, 2 chosen already\npage: https://x/" in (
        capsys.readouterr().out
    )
    Path("choices.json").write_text(json.dumps({**saved, "version": 2}))
    assert main(["--choose", "choices.json", "--on", "blog-thumbnails"]) == 2
    assert len(api.runs) == 1


async def test_ranges_of_ipv6_in_no_proxy_do_not_keep_a_run_from_starting(
    api: RenderApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "fd00::/8,[::1]")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.com:3128")
    workflow = Workflow("blog-thumbnails", SkippingClock())
    async with workflow.connected():
        assert await workflow.start("generateBatch", {"prompts": []})


def test_a_proxy_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RENDER_LOCAL_DEV_URL", raising=False)
    monkeypatch.setenv("RENDER_API_KEY", "rnd_key")
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1080")
    with pytest.raises(SettingsError, match="ALL_PROXY names a SOCKS proxy"):
        Workflow("blog-thumbnails")
