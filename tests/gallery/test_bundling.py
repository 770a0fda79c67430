"""The page's modules as one script."""

import re
from pathlib import Path

import pytest

from gallery.bundling import bundled

SCRIPTS = Path(__file__).parents[2] / "gallery" / "scripts"


def modules(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (folder / f"{name}.js").write_text(text)
    return folder / f"{next(iter(texts))}.js"


def test_each_module_runs_once_after_those_that_it_imports(tmp_path: Path) -> None:
    entry = modules(
        tmp_path,
        start='import "./a.js";\nimport "./b.js";\n',
        a='import { two } from "./b.js";\nuse(two);\n',
        b="export const two = 2;\n",
    )
    assert re.findall(r"const \$(\w+) =", bundled(entry)) == ["b", "a", "start"]
    assert "const { two } = $b;" in bundled(entry)
    assert not re.search(r"^(import|export)", bundled(entry), re.MULTILINE)


@pytest.mark.parametrize(
    ("texts", "fault"),
    [
        ({"a": 'import "./b.js";\n', "b": 'import "./a.js";\n'}, "in a circle: a -> b -> a"),
        ({"a": 'import { x } from "./b.js";\n', "b": "const x = 1;\n"}, "a.js imports what b.js does not export: x"),
        ({"a": 'import x from "./b.js";\n', "b": ""}, "a.js has a line that cannot be bundled: import x from"),
        ({"a": "export default 1;\n"}, "a.js has a line that cannot be bundled: export default 1;"),
    ],
)
def test_what_would_not_run_as_modules_do_is_refused(tmp_path: Path, texts: dict[str, str], fault: str) -> None:
    with pytest.raises(ValueError, match=re.escape(fault)):
        bundled(modules(tmp_path, **texts))


def test_the_pages_script_has_every_module_and_each_is_short() -> None:
    bundle = bundled(SCRIPTS / "start.js")
    for module in SCRIPTS.glob("*.js"):
        assert f"const ${module.stem} = " in bundle
        assert len(module.read_text().splitlines()) < 150
