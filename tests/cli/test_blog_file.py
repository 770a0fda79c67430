"""``covers.toml``: what a blog always asks for, so that one word draws its new posts."""

import json
from pathlib import Path

import pytest

from cli.command_line import main
from cli.reading.blog_file import BLOG_FILE, BlogFileError, with_blog_file
from cli.reading.options import DECLARED, OF_THE_SOURCE, key
from cli.reading.parsing import parse


@pytest.fixture(autouse=True)
def blog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A blog with two posts, where this is called."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SIMULATED_LATENCY_SECONDS", "0")
    for name in ("THUMBNAILS_DIR", "SIMULATE_PROVIDERS"):  # The command line chooses these.
        monkeypatch.setenv(name, "")
    Path("posts").mkdir()
    for title in ("One", "Two"):
        Path(f"posts/{title.lower()}.md").write_text(f"---\ntitle: {title}\ndescription: A post\n---\n")
    return tmp_path


def write(text: str) -> None:
    BLOG_FILE.write_text(text)


def refused(text: str) -> list[str]:
    """Return the faults of a file."""
    write(text)
    with pytest.raises(BlogFileError) as caught:
        with_blog_file(parse([]))
    return [str(fault) for fault in caught.value.faults]


BLOG = """\
name = "Ann's blog"
source = "posts"
models = ["gpt-image-2"]
style = "neon"
covers = "static/covers"
"""


def test_one_word_draws_a_blog_and_a_month_later_its_new_posts(blog: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(BLOG)
    assert main([]) == 0
    assert "/posts (markdown): neon, bottom-bar, inter, gpt-image-2" in capsys.readouterr().err
    Path("posts/three.md").write_text("---\ntitle: Three\n---\n")
    assert main(["draw"]) == 0
    shown = capsys.readouterr()
    assert "3 requested, 3 ok, 2 reused" in shown.out
    assert "covers:   static/covers-simulated, 1 changed" in shown.err
    assert {path.name for path in (blog / "static/covers-simulated").iterdir()} == {
        "one.jpg",
        "two.jpg",
        "three.jpg",
        "covers.json",
    }


def test_a_blog_is_drawn_from_anywhere(
    blog: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write('source = "posts"\nmodels = ["gpt-image-2"]\n')
    (blog / "elsewhere").mkdir()
    monkeypatch.chdir(blog / "elsewhere")
    assert main(["-C", str(blog), "plan", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["steps"]) == 2
    assert main(["-C", "nowhere"]) == 2
    assert "-C nowhere: No such file or directory. Name a folder, such as your blog's" in capsys.readouterr().err


def test_the_command_line_wins(capsys: pytest.CaptureFixture[str]) -> None:
    write('source = "posts"\nmodels = "gpt-image-2"\nstyle = "neon"\nfont = "lora"\n')
    assert main(["--style", "vintage", "--model", "gpt-image-2.6-flare", "--plan"]) == 0
    assert "vintage, bottom-bar, lora, gpt-image-2.6-flare" in capsys.readouterr().err


def test_what_the_file_says_of_its_source_does_not_hold_for_another_one(capsys: pytest.CaptureFixture[str]) -> None:
    write(BLOG + 'kind = "markdown"\nlimit = 1\n')
    Path("try.txt").write_text("A\nB\n")
    assert main(["try.txt"]) == 0
    assert "try (lines): neon, bottom-bar, inter, gpt-image-2" in capsys.readouterr().err
    assert not Path("static").exists()


def test_a_request_in_a_file_says_itself_how_it_looks(capsys: pytest.CaptureFixture[str]) -> None:
    write('style = "neon"\nvariation = 3\n')
    Path("batch.json").write_text(json.dumps([["One"], ["gpt-image-2"], "vintage", "framed", "lora"]))
    assert main(["batch.json", "--json"]) == 0
    [row] = json.loads(capsys.readouterr().out)["rows"]
    assert (row["style"], row["results"][0]["variation"]) == ("vintage", 0)


# A value of each type that an option takes.
VALUES = {int: "7", None: '"text"'}


@pytest.mark.parametrize("name", [name for name, declared in DECLARED.items() if not declared.get("once")])
def test_every_option_can_stand_in_it(name: str) -> None:
    declared = DECLARED[name]
    value = "true" if declared.get("action") == "store_true" else VALUES.get(declared.get("type"), '"text"')
    write(f"{key(name)} = {value}\n")
    read = with_blog_file(parse([]))
    assert read.has(name)
    assert read.places == {name: f"{key(name)} in covers.toml, line 1"}
    assert read.given == {}


def test_names_may_be_written_with_hyphens_and_values_as_toml_has_them(blog: Path) -> None:
    write(f'max-cost = 1.5\nsince = 2026-01-31\nbrand = "~/brand"\nenv_file = ["a", "b"]\nsource = "{blog}"\n')
    read = with_blog_file(parse([]))
    assert (read.max_cost, read.since, read.source) == ("1.5", "2026-01-31", str(blog))
    assert (read.brand, read.env_file) == (Path.home() / "brand", [Path("a"), Path("b")])


def test_every_fault_is_named_with_its_line() -> None:
    faults = refused(
        '# The blog\nsource = "posts"\nstlye = "neon"\nlimit = "5"\nmodels = []\njson = "yes"\n'
        'plan = true\nquality = 3\nMAX_COST_USD = 3\nname = " "\nvariation = true\n[look]\nstyle = "neon"\n'
    )
    assert [fault.partition(": ")[0] for fault in faults] == [
        f"covers.toml, line {line}" for line in (3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
    ]
    for number, said in enumerate(
        (
            'Did you mean "style"?',
            "limit must be a whole number, without quotes, not '5'",
            'models must be a list of texts, such as ["one", "two"]',
            "json must be true or false, without quotes",
            "plan is for one call. Take it out, and give it on the command line",
            "quality must be text in quotes, not 3",
            "Variables stand in .env.",
            "name is empty. Give a value, or take the line out",
            "variation must be a whole number",
            "look is no option",
        )
    ):
        assert said in faults[number]


@pytest.mark.parametrize("line", ['OPENAI_API_KEY = "canary"', 'api-key = "canary"', 'name = "sk-canary-0123456789"'])
def test_a_key_is_refused_and_not_quoted(line: str) -> None:
    [fault] = refused(line)
    assert "looks like a key, and this file is for everyone to read. Put keys into .env" in fault
    assert "canary" not in fault.replace("covers.toml", "")


def test_a_file_that_cannot_be_read_says_why() -> None:
    assert "Put texts in quotes" in refused("style = neon\n")[0]
    BLOG_FILE.write_bytes(b'name = "caf\xe9"\n')
    with pytest.raises(BlogFileError, match="is not in UTF-8: save it in UTF-8"):
        with_blog_file(parse([]))
    BLOG_FILE.unlink()
    BLOG_FILE.mkdir()
    with pytest.raises(BlogFileError, match="cannot be read: Is a directory"):
        with_blog_file(parse([]))


def test_faults_of_a_request_name_the_line_that_asked_for_it(capsys: pytest.CaptureFixture[str]) -> None:
    write('source = "posts"\nmodels = ["gpt-imge-2"]\nstyle = "noir"\n')
    assert main([]) == 2
    said = capsys.readouterr().err
    assert 'models in covers.toml, line 2: unknown model "gpt-imge-2". Did you mean' in said
    assert "style in covers.toml, line 3: unknown style" in said
    write('source = "posts"\nmax_cost = "much"\n')
    assert main([]) == 2
    assert "max_cost in covers.toml, line 2='much': give US dollars" in capsys.readouterr().err


def test_a_file_that_draws_on_render_plans_there_too(capsys: pytest.CaptureFixture[str]) -> None:
    write('on = "blog-thumbnails"\nsource = "posts"\n')
    assert main(["plan"]) == 2
    assert "RENDER_API_KEY is not set" in capsys.readouterr().err


def test_what_belongs_to_a_source_is_an_option() -> None:
    assert DECLARED.keys() >= OF_THE_SOURCE
