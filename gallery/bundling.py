"""Bundles the page's ES modules into one script: from a disk no module can be imported, and a page loads nothing.

A module may import names from modules beside it, ``import { a, b } from "./other.js";``, and export constants and
functions. Each is run once, after those that it imports; a circle is refused, so the order of the script is true.
"""

import re
from functools import cache
from pathlib import Path

__all__ = ["bundled"]

IMPORT = re.compile(r'^import (?:\{ (?P<names>\w+(?:, \w+)*) \} from )?"\./(?P<module>\w+)\.js";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:const|function) (\w+))", re.MULTILINE)
UNREAD = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


@cache
def bundled(entry: Path) -> str:
    """Return one classic script that runs a module and all that it imports, and leaves no global name.

    Raises:
        ValueError: modules import each other in a circle, or import or export in another form, or a name that is not
            exported.
    """
    modules = _read(entry.stem, entry.parent, {}, ())
    return '"use strict";\n{\n' + "".join(_scoped(name, modules) for name in modules) + "}\n"


def _read(name: str, folder: Path, modules: dict[str, str], importing: tuple[str, ...]) -> dict[str, str]:
    """Read a module into ``modules``, after those that it imports: the order in which a browser runs modules too."""
    if name in importing:
        raise ValueError(f"modules import each other in a circle: {' -> '.join([*importing, name])}")
    if name not in modules:
        text = (folder / f"{name}.js").read_text(encoding="utf-8")
        for found in IMPORT.finditer(text):
            _read(found["module"], folder, modules, (*importing, name))
        modules[name] = text
    return modules


def _scoped(name: str, modules: dict[str, str]) -> str:
    """Return a module as a function that runs at once and returns its exports."""

    def imported(found: re.Match[str]) -> str:
        if not found["names"]:
            return ""
        names, module = found["names"].split(", "), found["module"]
        if missing := set(names) - set(EXPORT.findall(modules[module])):
            raise ValueError(f"{name}.js imports what {module}.js does not export: {', '.join(sorted(missing))}")
        return f"const {{ {', '.join(names)} }} = ${module};\n"

    text = EXPORT.sub("", IMPORT.sub(imported, modules[name]))
    if unread := UNREAD.search(text):
        raise ValueError(f"{name}.js has a line that cannot be bundled: {unread[0]}")
    return f"const ${name} = (() => {{\n{text}return {{ {', '.join(EXPORT.findall(modules[name]))} }};\n}})();\n"
