"""The preflight: tests that the service is the right one, accepts the key, and can create projects."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from contracts import lenient_json
from contracts.exchange import COLLECTION_PATH, Case, Exchange, media_type
from tests.harness.base_urls import working_base_url
from tests.harness.client.budget import BudgetSpent, OutOfTime
from tests.harness.client.failure_classification import GATEWAY, SERVER_ERRORS
from tests.harness.client.judged import answered_object, created_id
from tests.harness.client.ownership import Existing, project_path
from tests.harness.client.project_cleaner import ProjectCleaner
from tests.harness.client.project_list import read_page
from tests.harness.client.target import NoVerdict
from tests.harness.settings.run_options import Offers
from tests.harness.trial_deletion import TrialDeletion, try_deletion

if TYPE_CHECKING:
    from contracts.exchange import Response
    from tests.harness.client.session import Session

_UNREACHABLE = {
    "dns": "the host name {host} cannot be resolved; check --base-url",
    "refused": "nothing listens at {host} ({detail}); check --base-url and whether the service is up",
    "tls": "TLS with {host} fails ({detail}); check the certificate, or REQUESTS_CA_BUNDLE for a CA of your own",
    "proxy": "the proxy in front of {host} fails ({detail}); check HTTP_PROXY, HTTPS_PROXY and NO_PROXY",
    "setup": "no request can be sent to {host} ({detail}); check --base-url, REQUESTS_CA_BUNDLE, --client-cert and "
    "the proxies in the environment",
    "files": "no connection to {host} can be opened ({detail}); raise the limit of open files (ulimit -n)",
    "timeout": "{host} did not respond in time ({detail})",
    "closed": "{host} closes connections without a response ({detail}); check --base-url and the service's log",
    "reset": "{host} resets connections ({detail}); check --base-url and the service's log",
    "invalid": "{host} does not speak HTTP ({detail}); check the port and the scheme (http, https) of --base-url",
}
_REFUSED = {
    401: "{host} refuses the key (status 401); check ACTIVEPIECES_API_KEY",
    403: "{host} refuses the key (status 403); check ACTIVEPIECES_API_KEY and its permissions",
    402: "the account at {host} may not create projects (status 402): {body}",
    407: "a proxy in front of {host} asks for credentials (status 407); check HTTP_PROXY and HTTPS_PROXY",
    511: "the network in front of {host} asks for a login (status 511)",
    404: f"{{base}} has no {COLLECTION_PATH} (status 404); check --base-url",
    405: f"{{base}}{COLLECTION_PATH} accepts no POST (status 405); check --base-url",
    409: "the account at {host} may not create more projects (status 409): {body}",
    429: "{host} limits requests (status 429) for longer than the run waits; use --rate",
}
_ENDED_AT_ONCE = frozenset({"timeout", "closed", "reset", "invalid"})


def preflight(session: Session, minimal: Case, pages: int) -> Offers:
    """List the projects; create a minimal one, read it, delete it; return what the target offers.

    At most ``pages`` of the list are read. Raises NoVerdict with one sentence if the service cannot be tested. Broken
    promises are left to the tests, which find and report them.
    """
    existing = ProjectCleaner(session.target, prepaid=0, patience=0.0).existing(pages)
    session.projects.note_existing(existing or Existing())
    answer = session.once(minimal)
    exchange = answer[0]
    if exchange.status == 429 or exchange.status in GATEWAY - {407, 511}:
        session.recorder.exchange(exchange)
        answer = session.retry_policy.send(minimal)
        exchange = answer[0]
    try:
        failure = exchange.failure
        if failure is None or failure.kind not in _ENDED_AT_ONCE or not _answers(session):
            _explain(session, exchange)
    except NoVerdict:
        session.recorder.exchange(exchange)  # not judged: it is not a response of the service
        raise
    session.recorder.exchange(*answer)
    identifier = created_id(exchange)
    if identifier is None and existing is not None:
        identifier = next(iter(session.projects.find_lost()), None)
    path = project_path(identifier) if identifier else None
    if identifier is None or path is None:
        return Offers(lists=existing is not None or _lists(session))
    answer_to_read = session.get(path)
    denied = answer_to_read.status in {404, 410} and answer_to_read.speaks_of_project
    read = denied or (answered_object(answer_to_read) or {}).get("id") == identifier
    trial = TrialDeletion()
    if session.projects.owns(identifier):
        trial = try_deletion(session, exchange, identifier, is_shown=read and not denied)
    lists = existing is not None or _lists(session)
    return Offers(read, lists, trial.deletes, trial.keeps, trial.delay)


def _answers(session: Session) -> bool:
    """Whether a service that does not answer the simplest creation answers anything; then the tests decide."""
    try:
        return session.ask(f"{COLLECTION_PATH}?limit=1").response is not None
    except (BudgetSpent, OutOfTime):
        return False


def _after_redirect(base_url: str, location: str) -> str:
    """What to do about a redirect; no other host is suggested, because the key would be sent to it."""
    try:
        target = urljoin(base_url, location)
        is_same = urlsplit(target).hostname == urlsplit(base_url).hostname
    except ValueError:
        is_same = False
    if is_same:
        return f"use {target.rstrip('/').removesuffix(COLLECTION_PATH)!r} as --base-url"
    return "it is another host: verify it before using it as --base-url, because the key is sent there"


def _explain(session: Session, exchange: Exchange) -> None:
    """Raise NoVerdict with what to do about a failure or response that is not the service's own."""
    host, base = session.target.host, session.target.base_url
    if exchange.failure is not None:
        words = _UNREACHABLE.get(exchange.failure.kind)
        if words is None:
            return  # a response, which the tests judge
        raise NoVerdict(words.format(host=host, detail=exchange.failure.detail))
    response, status = exchange.response, exchange.status
    if response is None or (status in SERVER_ERRORS and status not in GATEWAY):
        return  # a failure of the service itself, which the tests judge
    _explain_wrong_address(session, response)
    if status in {404, 405} and (found := _elsewhere(session)):
        raise NoVerdict(f"{base} has no {COLLECTION_PATH} (status {status}); {found}")
    if status in _REFUSED:
        raise NoVerdict(_REFUSED[status].format(host=host, base=base, body=_words(response.body)))


def _explain_wrong_address(session: Session, response: Response) -> None:
    """Raise NoVerdict if a response is not that of an API; not if the same base URL lists projects."""
    host, base, status = session.target.host, session.target.base_url, response.status
    # If projects are listed, the redirect of a creation is a mistake of the service.
    if 300 <= status < 400 and not _lists(session):
        location = response.header("Location") or ""
        raise NoVerdict(f"{base} redirects to {location!r}; {_elsewhere(session) or _after_redirect(base, location)}")
    if status == 400 and base.startswith("http://") and b"HTTPS" in response.body and not _lists(session):
        raise NoVerdict(f"{host} expects TLS (status 400: {_words(response.body)}); use https in --base-url")
    kind = media_type(response.header("Content-Type"))
    is_html = kind in {"text/html", "application/xhtml+xml"} and not lenient_json.object_of(response.body)
    # Invalid JSON, or any body if projects are listed, is a wrong response of an API, which the tests judge.
    if (is_html or ("json" not in kind and response.body.lstrip()[:1] == b"<")) and not _lists(session):
        raise NoVerdict(
            f"{base} serves a web page ({status} {kind or 'without a media type'}), not the API; "
            f"{_elsewhere(session) or 'the base URL usually ends in /api'}"
        )


def _elsewhere(session: Session) -> str:
    """The advice to use another base URL, if one works, or an empty string."""
    found = working_base_url(session.target)
    return f"{found} works: use it as --base-url" if found else ""


def _words(body: bytes) -> str:
    text = body[:200].decode("utf-8", "replace").strip()
    return "".join(c if c.isprintable() else " " for c in text) or "without a body"


def _lists(session: Session) -> bool:
    return read_page(session.get(f"{COLLECTION_PATH}?limit=1")) is not None
