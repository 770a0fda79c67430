"""Reads render.yaml, and stands in for what Render makes of it: each service's environment."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
WORKER, MINIO = "blog-thumbnails", "thumbnails-minio"


@dataclass(frozen=True)
class Blueprint:
    """The file's content, as YAML reads it."""

    content: dict[str, Any]

    @classmethod
    def read(cls) -> "Blueprint":
        return cls(yaml.safe_load((ROOT / "render.yaml").read_text()))

    @property
    def services(self) -> dict[str, dict[str, Any]]:
        return {service["name"]: service for service in self.content["services"]}

    def variables(self, service: str) -> dict[str, dict[str, Any]]:
        return {entry["key"]: entry for entry in self.services[service]["envVars"]}

    def environment(self, service: str, addresses: Mapping[str, str]) -> dict[str, str]:
        """Return what Render sets for a service, where other services are reached by these ``host:port``.

        What Render would ask a person for is left out, and a public address is the private one by plain HTTP.
        """
        return {
            key: self._value(service, entry, addresses)
            for key, entry in self.variables(service).items()
            if "sync" not in entry
        }

    def _value(self, service: str, entry: dict[str, Any], addresses: Mapping[str, str]) -> str:
        if "fromService" in entry:
            source = entry["fromService"]
            address = addresses[source["name"]]
            return {"hostport": address, "RENDER_EXTERNAL_URL": f"http://{address}"}[
                source.get("property") or source["envVarKey"]
            ]
        if "generateValue" in entry:  # 256 bits in base64, as Render makes them.
            return base64.b64encode(hashlib.sha256(f"{service}/{entry['key']}".encode()).digest()).decode()
        return str(entry["value"])
