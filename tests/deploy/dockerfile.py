"""Reads as much of a Dockerfile as its claims are about: what the last stage runs, and with which environment."""

import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path


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
        """What a container starts: the entry point, and behind it the command."""
        [entry], [command] = self.all("ENTRYPOINT"), self.all("CMD")
        return [*json.loads(entry), *json.loads(command)]

    @property
    def health_check(self) -> str:
        """The shell command that says by its exit code whether the container is healthy."""
        [line] = self.all("HEALTHCHECK")
        return line.partition("CMD ")[2]

    @property
    def copied(self) -> dict[str, str]:
        """Where each file that the last stage takes from the repository comes to lie, and which one it is."""
        copies = [shlex.split(line) for line in self.all("COPY") if "--from=" not in line]
        return {copy[-1]: copy[-2] for copy in copies}
