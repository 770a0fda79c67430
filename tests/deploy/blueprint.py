"""Reads render.yaml, and derives each service's environment from it as Render does."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from tests.support.project import ROOT

WORKER, STORE, FRONT, NIGHTLY = "blog-thumbnails", "thumbnails-store", "thumbnails-front", "thumbnails-nightly"
Entry = dict[str, Any]


@dataclass(frozen=True)
class Blueprint:
    """The file's parsed content."""

    content: dict[str, Any]

    @classmethod
    def read(cls) -> "Blueprint":
        return cls(yaml.safe_load((ROOT / "render.yaml").read_text()))

    @property
    def services(self) -> dict[str, dict[str, Any]]:
        return {service["name"]: service for service in self.content["services"]}

    @property
    def groups(self) -> dict[str, list[Entry]]:
        return {group["name"]: group["envVars"] for group in self.content["envVarGroups"]}

    def variables(self, service: str) -> dict[str, Entry]:
        """Return a service's own variables and those of its groups."""
        return {key: entry for key, (_, entry) in self._sources(service).items()}

    def environment(self, service: str, addresses: Mapping[str, str]) -> dict[str, str]:
        """Return the variables that Render sets for a service, with other services at these ``host:port``.

        Variables that Render asks a person for are left out, and public addresses are plain HTTP.
        """
        return {
            key: self._value(source, entry, addresses)
            for key, (source, entry) in self._sources(service).items()
            if "sync" not in entry
        }

    def _sources(self, service: str) -> dict[str, tuple[str, Entry]]:
        """Return each variable's entry, and the service or group that it is from."""
        found: dict[str, tuple[str, Entry]] = {}
        for entry in self.services[service]["envVars"]:
            if "fromGroup" in entry:
                group = entry["fromGroup"]
                found |= {shared["key"]: (group, shared) for shared in self.groups[group]}
            else:
                found[entry["key"]] = (service, entry)
        return found

    def _value(self, source: str, entry: Entry, addresses: Mapping[str, str]) -> str:
        if "fromService" in entry:
            other = entry["fromService"]
            if other.get("property") == "slug":
                return str(other["name"])
            if other.get("property") == "hostport":
                return addresses[other["name"]]
            if other["envVarKey"] == "RENDER_EXTERNAL_URL":
                return f"http://{addresses[other['name']]}"
            return self._value(other["name"], self.variables(other["name"])[other["envVarKey"]], addresses)
        if "generateValue" in entry:  # 256 bits in base64, like Render's.
            return base64.b64encode(hashlib.sha256(f"{source}/{entry['key']}".encode()).digest()).decode()
        return str(entry["value"])
