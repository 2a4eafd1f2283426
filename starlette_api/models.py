"""The bodies of requests and answers: pydantic checks them, and openapi.py describes them."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

HIGHEST_ID = 10**18 - 1  # 18 digits, which fit into 64 bits
WITHOUT_NUL = r"^[^\x00]*$"  # which PostgreSQL can't store
Title = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=WITHOUT_NUL)]
Text = Annotated[str, StringConstraints(max_length=4000, pattern=WITHOUT_NUL)]


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewNote(Model):
    """What a client sends to create a note, or to replace one."""

    title: Title
    text: Text = ""


class Changes(Model):
    """What a client sends to change a part of a note: fields that are left out stay as they are."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})
    title: Title = Field(default_factory=str)
    text: Text = Field(default_factory=str)

    @model_validator(mode="after")
    def changes_something(self) -> "Changes":
        if not self.model_fields_set:
            raise ValueError("nothing to change")
        return self


class Note(Model):
    """A note as it is stored; its version grows with every change."""

    id: int
    version: int
    title: Title
    text: Text


class Page(Model):
    """Which notes to list: at most `limit` of those whose id is above `after`."""

    limit: int = Field(default=20, ge=1, le=100)
    after: int = Field(default=0, ge=0, le=HIGHEST_ID)


class Notes(Model):
    """A page of notes, in the order of their ids, and the link to the next one."""

    items: list[Note]
    next: str | None


class Health(Model):
    """The worker that answers, which has just reached its database."""

    database: str
    pid: int


class Error(BaseModel):
    """Problem details, RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[dict[str, str]] = []
