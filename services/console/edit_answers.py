"""What a refused edit is answered: each reason with its status, in the words of the command line."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fastapi import HTTPException

from shared.config.edits import (
    ConflictError,
    EditRefusedError,
    ExistingItemError,
    FileOwnedError,
    MissingItemError,
)
from shared.config.told import conflict_row
from shared.config.yaml_file import ConfigError
from shared.kafka import DependencyDownError

_STATUS: dict[type[EditRefusedError], int] = {
    FileOwnedError: 403,
    MissingItemError: 404,
    ExistingItemError: 409,
    ConflictError: 409,
}


@contextmanager
def answered(folder: Path | None) -> Iterator[None]:
    """Turns a refusal into its answer. ``folder``: the configuration directory, to say where an entry stands now."""
    try:
        yield
    except ConflictError as error:
        raise HTTPException(409, {"message": str(error), "conflict": conflict_row(error.conflict)}) from error
    except FileOwnedError as error:
        told = FileOwnedError(error.kind, error.item, error.kind.place_in(folder, error.item.id))
        raise HTTPException(403, {"message": str(told)}) from error
    except EditRefusedError as error:
        raise HTTPException(_STATUS[type(error)], {"message": str(error)}) from error
    except ConfigError as error:
        detail = {"message": str(error), "problem": error.problem, "remedy": error.remedy}
        raise HTTPException(422, detail) from error
    except DependencyDownError as error:
        raise HTTPException(503, {"message": str(error)}) from error
