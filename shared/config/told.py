"""Versions and conflicts as JSON: the same in the command line and in the API. Pure."""

from typing import Any

from shared.config.difference import compare
from shared.config.edits import Conflict
from shared.config.history import Chronicle, text_of


def version_row(chronicle: Chronicle, item_id: str, version: int) -> dict[str, Any]:
    """A version, with its difference to the one before: by dotted field, the value before and after.

    Raises KeyError where there is no such version.
    """
    made, before = chronicle.at(item_id, version), chronicle.at(item_id, version - 1)
    if made is None:
        raise KeyError(version)
    return {
        "version": version,
        "at": made.changed_at.isoformat(),
        "by": made.by,
        "owner": made.owner,
        "place": made.place,
        "removed": made.body is None,
        "changes": {field: list(values) for field, values in compare(text_of(before), text_of(made)).items()},
        "item": text_of(made),
    }


def conflict_row(conflict: Conflict) -> dict[str, Any]:
    """A conflict: which version was found, who made it, and by field what was there, is wanted, and was found."""
    return {
        "kind": conflict.kind,
        "id": conflict.id,
        "based_on": conflict.based_on,
        "found": conflict.found,
        "by": conflict.by,
        "owner": conflict.owner,
        "at": conflict.at.isoformat() if conflict.at else None,
        "removed": conflict.removed,
        "fields": [
            {"field": field, "base": base, "yours": yours, "theirs": theirs}
            for field, (base, yours, theirs) in conflict.fields.items()
        ],
    }
