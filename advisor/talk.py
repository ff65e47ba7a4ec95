"""Conversations with the advisor: kept as rows, each its user's alone."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text

from advisor import AdvisorError, Author, Piece
from database.connections import writer
from database.tenancy import Scope

LONGEST: Final = 1000
# Questions of one user within an hour; a model costs money.
HOURLY: Final = 40
_MOST: Final = 50
_PICTURE: Final = re.compile(r"^\W*picture\W*?:\W*(.+)$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation, called by its first question."""

    id: UUID
    title: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Message:
    """What was said. `prompt` is for a picture of it; `job` is what was launched with it."""

    id: UUID
    author: Author
    body: str
    prompt: str | None
    job: UUID | None
    created_at: datetime


def split(answer: str) -> tuple[str, str | None]:
    """An answer without its line for a picture, and the prompt that this line holds."""
    found = _PICTURE.findall(answer)
    prompt = found[-1].strip().strip("*_`\"' ") if found else ""
    return _PICTURE.sub("", answer).strip(), prompt[:500] or None


def named(answer: str, pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces that an answer names in bold, in its order, each once."""
    by_name = {" ".join(piece.name.lower().split()): piece for piece in reversed(pieces)}
    bold = re.findall(r"\*\*(.+?)\*\*", answer)
    found = (by_name.get(" ".join(one.lower().split())) for one in bold)
    return list(dict.fromkeys(piece for piece in found if piece is not None))


_LIST = text(
    """
    select id, coalesce(title, 'Conversation') as title, created_at
    from advisor_conversations
    where user_id = :user
    order by created_at desc, id desc
    limit :count
    """
)
_START = text(
    """
    insert into advisor_conversations (user_id, title) values (:user, :title)
    returning id
    """
)
_IS_MINE = text(
    "select exists (select from advisor_conversations where id = :conversation and user_id = :user)"
)
_SAID = text(
    """
    select m.id, m.author, m.body, m.extracted_prompt, m.job_id, m.created_at
    from advisor_messages m
    inner join advisor_conversations c on c.id = m.conversation_id
    where m.conversation_id = :conversation and c.user_id = :user
    order by m.created_at, m.id
    """
)
_SAY = text(
    """
    insert into advisor_messages (conversation_id, author, body, extracted_prompt, created_at)
    values (:conversation, :author, :body, :prompt, clock_timestamp())
    returning id
    """
)
_ASKED = text(
    """
    select count(*)
    from advisor_messages m
    inner join advisor_conversations c on c.id = m.conversation_id
    where c.user_id = :user and m.author = 'user' and m.created_at > now() - interval '1 hour'
    """
)
_NOTE_JOB = text(
    """
    update advisor_messages m set job_id = :job
    from advisor_conversations c
    where m.id = :message and c.id = m.conversation_id and c.user_id = :user
    """
)
_DELETE = text("delete from advisor_conversations where id = :conversation and user_id = :user")
_GONE: Final = "This conversation is not there (any more)."


def conversations(scope: Scope) -> list[Conversation]:
    """The newest conversations of the scope's user. Raises DatabaseUnavailableError."""
    with writer(scope) as connection:
        rows = connection.execute(_LIST, {"user": scope.user, "count": _MOST})
        return [Conversation(row.id, row.title, row.created_at) for row in rows]


def messages(scope: Scope, conversation: UUID) -> list[Message]:
    """What was said in a conversation. Raises AdvisorError, DatabaseUnavailableError."""
    named = {"conversation": conversation, "user": scope.user}
    with writer(scope) as connection:
        if not connection.scalar(_IS_MINE, named):
            raise AdvisorError(_GONE)
        return [
            Message(row.id, row.author, row.body, row.extracted_prompt, row.job_id, row.created_at)
            for row in connection.execute(_SAID, named)
        ]


def ask(scope: Scope, conversation: UUID | None, question: str) -> UUID:
    """Keep a question, in a conversation or as the first of a new one; return the conversation.

    Raises AdvisorError for no question, one that is too long or one too many in this hour, and for
    a conversation that is not the user's; DatabaseUnavailableError.
    """
    question = question.strip()
    if not 1 <= len(question) <= LONGEST:
        raise AdvisorError(f"A question has 1 to {LONGEST:,} characters.")
    named = {"conversation": conversation, "user": scope.user}
    with writer(scope) as connection:
        if connection.execute(_ASKED, named).scalar_one() >= HOURLY:
            raise AdvisorError(f"{HOURLY} questions an hour are answered: ask again later.")
        if conversation is None:
            title = " ".join(question.split())[:80]
            started = {"user": scope.user, "title": title}
            conversation = connection.execute(_START, started).scalar_one()
        elif not connection.scalar(_IS_MINE, named):
            raise AdvisorError(_GONE)
        said = {"conversation": conversation, "author": "user", "body": question, "prompt": None}
        connection.execute(_SAY, said)
    assert conversation is not None
    return conversation


def keep_answer(scope: Scope, conversation: UUID, answer: str) -> Message:
    """Keep what the advisor said. Raises AdvisorError, DatabaseUnavailableError."""
    body, prompt = split(answer)
    named = {"conversation": conversation, "user": scope.user}
    with writer(scope) as connection:
        if not connection.scalar(_IS_MINE, named):
            raise AdvisorError(_GONE)
        said = {"conversation": conversation, "author": "advisor", "body": body, "prompt": prompt}
        connection.execute(_SAY, said)
    return messages(scope, conversation)[-1]


def note_job(scope: Scope, message: UUID, job: UUID) -> None:
    """Say which job was launched with an answer. Raises AdvisorError, DatabaseUnavailableError."""
    with writer(scope) as connection:
        named = {"message": message, "job": job, "user": scope.user}
        if connection.execute(_NOTE_JOB, named).rowcount != 1:
            raise AdvisorError(_GONE)


def delete(scope: Scope, conversation: UUID) -> None:
    """Delete a conversation. Raises AdvisorError, DatabaseUnavailableError."""
    with writer(scope) as connection:
        named = {"conversation": conversation, "user": scope.user}
        if connection.execute(_DELETE, named).rowcount != 1:
            raise AdvisorError(_GONE)
