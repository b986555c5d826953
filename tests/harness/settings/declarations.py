"""The options of a run: their names, and their arguments for argparse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.corpus import DEFAULT_CORPUS
from contracts.deviations import DEFAULT_FILE
from contracts.document import DEFAULT_DOCUMENT
from contracts.findings import Level
from tests.harness.settings.profiles import PROFILES

if TYPE_CHECKING:
    from tests.harness.settings.configuration import Declarations

#: The arguments of each option for argparse, by its name without dashes.
DECLARATIONS: Final[Declarations] = {
    "target": {"choices": ["mock", "live"], "help": "what is tested: the mock (default) or a live service"},
    "base-url": {"default": "", "help": "base URL of the live service, such as https://cloud.activepieces.com/api"},
    "allow-mock": {"action": "store_true", "help": "allow the profiles gate and nightly to test the mock"},
    "key-file": {"help": "file with the API key (default: the variable ACTIVEPIECES_API_KEY)"},
    "profile": {"choices": sorted(PROFILES), "default": "default", "help": "how much is sent (default: default)"},
    "seed": {"type": int, "help": "seed of the generated cases (default: random)"},
    "budget": {"type": int, "help": "maximum number of requests, including cleanup"},
    "rate": {"type": float, "help": "maximum requests a second"},
    "connections": {
        "type": int,
        "help": "connections of each worker (default: 1 to 8, by the service's response time; 1 in smoke and gate)",
    },
    "max-response-time": {"type": float, "default": 5.0, "help": "time limit of a response in seconds (default: 5)"},
    "patience": {
        "type": float,
        "default": 60.0,
        "help": "seconds to wait for a service that is unreachable or limits requests (default: 60)",
    },
    "client-cert": {"help": "PEM file with a client certificate, and its key unless --client-key is given"},
    "client-key": {"help": "PEM file with the key of the client certificate"},
    "max-time": {"type": float, "help": "seconds after which no more test requests are sent"},
    "show-config": {"action": "store_true", "help": "print every option with its value and source, and exit"},
    "replay": {"metavar": "FINDING", "help": "send the smallest case of a finding again and report the result"},
    "run": {"metavar": "DIR", "help": "with --replay: folder of the run with the finding"},
    "keep-projects": {"action": "store_true", "help": "do not delete the created projects"},
    "contract": {"default": str(DEFAULT_DOCUMENT), "help": "OpenAPI 3.0 or 3.1 document to use as the contract"},
    "operation": {
        "default": "",
        "help": "operation of the document, such as 'POST /api/v1/projects', if several are possible",
    },
    "fail-on": {
        "choices": [level.value for level in Level],
        "default": "implied",
        "help": "lowest level that fails a run",
    },
    "deviations": {"default": str(DEFAULT_FILE), "help": "TOML file with known deviations, or none"},
    "reports": {"default": "reports/runs", "help": "folder of the reports (default: reports/runs)"},
    "examples": {"default": ".hypothesis/examples", "help": "Hypothesis' example database: a folder or redis://..."},
    "corpus": {"default": str(DEFAULT_CORPUS), "help": "folder with cases that failed before, or none"},
    "drift-source": {
        "action": "append",
        "default": [],
        "help": "published document to compare the contract with (repeatable)",
    },
    "shard": {
        "default": "1/1",
        "help": "send only this part of the cases, such as 3/8; all shards need the same --seed",
    },
    "fault": {"help": "mock only: faults to switch on, comma-separated (contract mock --list-faults)"},
    "variant": {"help": "mock only: a correct variant (contract mock --list-variants)"},
    "delay-ms": {"type": float, "default": 0.0, "help": "mock only: delay of each response in milliseconds"},
}
