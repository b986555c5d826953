"""The projects of one platform, in memory."""

from __future__ import annotations

import base64
import json
from typing import Any

from tests.mock.json_codec import loads

Project = dict[str, Any]


class ExternalIdTakenError(Exception):
    """Another project of the platform has the externalId."""


class Store:
    """Projects by id, and the externalIds in use. Methods do not await, so they are atomic."""

    def __init__(self) -> None:
        self.projects: dict[str, Project] = {}
        self._owners: dict[str, str] = {}

    def add(self, project: Project, *, unique: bool = True) -> None:
        """Stores a project. Raises `ExternalIdTakenError` if its externalId must be `unique` and is in use."""
        external_id = project.get("externalId")
        if external_id is not None:
            if unique and external_id in self._owners:
                raise ExternalIdTakenError
            self._owners.setdefault(external_id, project["id"])
        self.projects[project["id"]] = project

    def release(self, external_id: str) -> None:
        """Allows other projects to have this externalId too."""
        self._owners.pop(external_id, None)

    def taken(self, external_id: str | None) -> bool:
        """Whether a project has this externalId."""
        return external_id in self._owners

    def change(self, project_id: str, members: Project) -> Project:
        """Changes members of a project. Raises `KeyError` (unknown id) or `ExternalIdTakenError`."""
        project = self.projects[project_id]
        wanted = members.get("externalId", project.get("externalId"))
        if wanted is not None and self._owners.get(wanted, project_id) != project_id:
            raise ExternalIdTakenError
        self._release(project)
        project.update(members)
        if wanted is not None:
            self._owners[wanted] = project_id
        return project

    def remove(self, project_id: str) -> Project:
        """Deletes a project and frees its externalId. Raises `KeyError` if there is none."""
        project = self.projects.pop(project_id)
        self._release(project)
        return project

    def page(
        self, *, limit: int, cursor: str | None, display_name: str | None, external_id: str | None
    ) -> tuple[list[Project], str | None]:
        """Projects in order of type, name and id after the cursor, and the cursor of the next page."""
        chosen = [
            project
            for project in self.projects.values()
            if (external_id is None or project.get("externalId") == external_id)
            and (display_name is None or display_name.lower() in project["displayName"].lower())
        ]
        chosen.sort(key=_position)
        if cursor is not None:
            start = _decoded(cursor)
            chosen = [project for project in chosen if _position(project) > start]
        page = chosen[:limit]
        return page, _encoded(page[-1]) if len(chosen) > limit and page else None

    def _release(self, project: Project) -> None:
        external_id = project.get("externalId")
        if external_id is not None and self._owners.get(external_id) == project["id"]:
            del self._owners[external_id]


def _position(project: Project) -> tuple[str, str, str]:
    # The cursor contains it, and the cursor must fit into a URL.
    return project["type"], project["displayName"][:200], project["id"]


def _encoded(project: Project) -> str:
    place = json.dumps(_position(project)).encode()
    return base64.b64encode(b"next_" + base64.b64encode(place)).decode()


def _decoded(cursor: str) -> tuple[str, str, str]:
    inner = base64.b64decode(cursor, validate=True).removeprefix(b"next_")
    kind, name, project_id = loads(base64.b64decode(inner, validate=True).decode())
    return kind, name, project_id
