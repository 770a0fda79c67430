"""Reads the parts of a Dockerfile that tests need: what the last stage runs, and its environment."""

import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path, PurePosixPath


@dataclass(frozen=True)
class Dockerfile:
    """The instructions of every stage, each with its arguments on one line."""

    stages: tuple[tuple[tuple[str, str], ...], ...]

    @classmethod
    def read(cls, path: Path) -> "Dockerfile":
        lines = [line for line in path.read_text().splitlines() if not line.lstrip().startswith("#")]
        instructions = re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines()
        stages: list[list[tuple[str, str]]] = []
        for instruction in filter(None, instructions):
            name, _, arguments = instruction.partition(" ")
            if name == "FROM":
                stages.append([])
            stages[-1].append((name, arguments))
        return cls(tuple(map(tuple, stages)))

    def all(self, name: str, stage: int = -1) -> list[str]:
        return [arguments for instruction, arguments in self.stages[stage] if instruction == name]

    @property
    def environment(self) -> dict[str, str]:
        return dict(assignment.split("=", 1) for line in self.all("ENV") for assignment in shlex.split(line))

    @property
    def command_line(self) -> list[str]:
        """What a container starts: the entry point, followed by the command."""
        return [word for name in ("ENTRYPOINT", "CMD") for line in self.all(name) for word in json.loads(line)]

    @property
    def health_check(self) -> str:
        """The shell command whose exit code says whether the container is healthy."""
        [line] = self.all("HEALTHCHECK")
        return line.partition("CMD ")[2]

    @property
    def folder(self) -> PurePosixPath:
        """Where commands run, and the root of relative destinations."""
        return PurePosixPath("/", *self.all("WORKDIR"))

    @property
    def user(self) -> str:
        """The user that the container starts as."""
        return next(iter(self.all("USER")), "root")

    def copied(self, stage: int = -1) -> dict[PurePosixPath, str]:
        """Return the repository's files and folders by their place in the image."""
        places: dict[PurePosixPath, str] = {}
        for line in self.all("COPY", stage):
            words = [word for word in shlex.split(line) if not word.startswith("--chmod")]
            *sources, destination = words
            if sources[0].startswith("--from="):
                continue
            into_folder = destination.endswith("/") or destination in (".", "./")
            for source in sources:
                place = self.folder / destination
                places[place / PurePosixPath(source).name if into_folder else place] = source
        return places
