"""The options of a run, its id, and its folder."""

from __future__ import annotations

import hashlib
import secrets as randomness
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from contracts.deviations import Deviations
from contracts.document import DEFAULT_DOCUMENT, Contract, load_contract
from tests.harness.client.credentials import ALPHABET
from tests.harness.settings.profiles import PROFILES, Profile

#: The worker that owns a run: it begins, cleans up and reports.
MAIN: Final = "main"


@dataclass(frozen=True, slots=True)
class Offers:
    """The operations that the target offers in addition to the one under test; the page documents none.

    ``keeps`` says why a project that was created cannot be deleted; ``deletion_delay`` is the time in seconds by which
    a deletion takes longer, or delays the next request, than a creation does.
    """

    reads: bool = False
    lists: bool = False
    deletes: bool = False
    keeps: str = ""
    deletion_delay: float = 0.0


@dataclass(frozen=True, slots=True)
class RunOptions:
    """All options of a run; representable in JSON, to pass them to workers."""

    target: str = "mock"
    base_url: str = ""
    profile: str = "default"
    seed: int = 0
    run_id: str = ""
    directory: str = ""
    contract: str = str(DEFAULT_DOCUMENT)
    budget: int | None = None
    rate: float | None = None
    connections: int = 0
    response_time: float = 5.0
    patience: float = 60.0
    client_cert: str = ""
    client_key: str = ""
    deadline: float | None = None
    keep_projects: bool = False
    fail_on: str = "implied"
    deviations: str = ""
    corpus: str = ""
    examples: str = ""
    shard: tuple[int, int] = (1, 1)
    fault: str | None = None
    variant: str | None = None
    delay_ms: float = 0.0
    offers: Offers = Offers()

    def to_json(self) -> dict[str, Any]:
        """A JSON object that :meth:`from_json` turns into equal options."""
        return asdict(self)

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> RunOptions:
        """The options that :meth:`to_json` wrote."""
        return cls(**{**record, "shard": tuple(record["shard"]), "offers": Offers(**record["offers"])})

    @property
    def settings(self) -> Profile:
        """The profile."""
        return PROFILES[self.profile]

    @property
    def without_delete(self) -> bool:
        """Whether the projects of the run would be left although it should delete them."""
        return bool(self.offers.keeps) and not self.keep_projects

    @property
    def deletes(self) -> bool:
        """Whether the run deletes its projects."""
        return self.offers.deletes and not self.keep_projects

    @property
    def folder(self) -> Path:
        """The folder of the run."""
        return Path(self.directory)

    @property
    def certificate(self) -> str | tuple[str, str] | None:
        """The client certificate for requests: one PEM file, or certificate and key."""
        return (self.client_cert, self.client_key) if self.client_key else self.client_cert or None

    def load_contract(self) -> Contract:
        """The contract of the run."""
        return load_contract(self.contract)

    def load_deviations(self) -> Deviations:
        """The known deviations of the run; raises DeviationError if the file cannot be used."""
        return Deviations.none() if self.deviations in {"", "none"} else Deviations.load(Path(self.deviations))

    @property
    def exploration_seed(self) -> int:
        """The seed of random bodies; each shard has its own."""
        if self.shard == (1, 1):
            return self.seed
        shard = f"{self.seed} {self.shard[0]}/{self.shard[1]}"
        return int.from_bytes(hashlib.sha256(shard.encode()).digest()[:8], "big")


def new_run_id() -> str:
    """A new run id, the prefix of all names that the run creates. It cannot be guessed; all have the same length."""
    return "ct" + "".join(randomness.choice(ALPHABET) for _ in range(10))


def new_folder(root: Path, target: str) -> Path:
    """A new folder ``<time>-<target>`` below ``root``."""
    stamp = datetime.now(tz=UTC).strftime("%Y%m%dT%H%M%SZ")
    for attempt in range(100):
        folder = root / f"{stamp}-{target}{f'-{attempt + 1}' if attempt else ''}"
        try:
            folder.mkdir(mode=0o700, parents=True)  # readable by its owner only: a history shows data of the service
        except FileExistsError:
            continue
        return folder
    raise OSError(f"cannot make a new folder below {root}")
