"""The base URL and the key, which is read from a file or the environment, never from the command line."""

from __future__ import annotations

import os
import secrets as randomness
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

KEY_VARIABLE: Final = "ACTIVEPIECES_API_KEY"
#: Letters and digits that cannot be confused.
ALPHABET: Final = "abcdefghijkmnpqrstuvwxyz23456789"


class WrongUsage(ValueError):  # it is about the caller
    """The options are contradictory or invalid; the message says which and what to do."""


def read_key(key_file: str | None, target: str) -> str:
    """The key from a file or the environment, or a random one for the mock; raises WrongUsage."""
    if key_file:
        try:
            key = Path(key_file).read_text(encoding="utf-8").strip()
        except OSError as problem:
            raise WrongUsage(f"cannot read --key-file {key_file}: {problem.strerror}") from None
        except UnicodeDecodeError:
            raise WrongUsage(f"--key-file {key_file} is not a text") from None
    else:
        key = os.environ.get(KEY_VARIABLE, "").strip() if target == "live" else ""
    if not key and target == "live":
        raise WrongUsage(f"--target live needs the key in {KEY_VARIABLE} or in a file named by --key-file")
    if not key:
        return "sk-" + "".join(randomness.choice(ALPHABET) for _ in range(61))
    if not key.isascii() or any(c.isspace() or not c.isprintable() for c in key):
        raise WrongUsage("the key holds characters that no Authorization header can carry; check where it comes from")
    return key


def export_key(key: str) -> None:
    """Store the key in the environment of all processes that this one starts later."""
    os.environ[KEY_VARIABLE] = key


def inherited_key() -> str:
    """The key from the process that started this one; raises WrongUsage if there is none."""
    key = os.environ.get(KEY_VARIABLE, "")
    if not key:
        raise WrongUsage(f"this process was started without {KEY_VARIABLE}: workers have to be of this machine")
    return key


def check_base_url(base_url: str) -> str:
    """The base URL without a trailing slash; raises WrongUsage if it is invalid."""
    problem = f"--base-url {base_url!r} is not a URL; expected one such as https://cloud.activepieces.com/api"
    try:
        parts = urlsplit(base_url)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise WrongUsage(problem) from None
    if parts.username or parts.password or parts.query or parts.fragment:
        raise WrongUsage("--base-url takes scheme, host, port and path alone; the key comes from the environment")
    if parts.scheme not in {"http", "https"} or not named or any(c.isspace() or not c.isprintable() for c in base_url):
        raise WrongUsage(problem)
    return base_url.rstrip("/")
