"""What a model of pictures makes of garments, where an installation has one (CLIP and its like).

Every garment has a descriptor of ours at once (`tryon.describe`). A model knows more of what people
mean by alike, but it is elsewhere: nobody waits for it. The worker asks it afterwards, for each
picture once, and "similar to this" goes by its word where it has given one.
"""

import base64
import logging
import math
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import openai
from pydantic import SecretStr
from sqlalchemy import text

from database.connections import writer
from database.tenancy import Scope
from openai_client import client
from settings import settings
from tryon import storage
from tryon.engines import RefusalError
from tryon.engines.remote import jpeg
from tryon.storage import MissingPictureError

_log = logging.getLogger(__name__)

# Of one pass; the next one begins a moment later.
_AT_A_TIME: Final = 32
_SIZES: Final = range(8, 4097)


class ModelError(Exception):
    """The model gives no answer at all just now; one sentence without its key."""


class Model:
    """A model at an endpoint that takes pictures as Jina's API does. `address` ends in /v1."""

    def __init__(self, address: str, key: SecretStr | None, model: str) -> None:
        self._client = client(address, key)
        self._model = model

    def embedding(self, picture: bytes) -> Sequence[float] | None:
        """A vector of unit length for an encoded picture; None when it is refused for good.

        Raises ModelError, in our own words: the library's know the key.
        """
        failure: ModelError | None = None
        asked: Any = [{"image": base64.b64encode(jpeg(picture, "the garment")).decode()}]
        try:
            answer = self._client.embeddings.create(
                model=self._model, input=asked, encoding_format="float"
            )
        except (openai.BadRequestError, openai.UnprocessableEntityError):
            return None
        except openai.AuthenticationError:
            failure = ModelError("The model of pictures refuses our key.")
        except (openai.OpenAIError, ValueError):
            failure = ModelError("The model of pictures cannot be reached just now.")
        if failure is not None:
            raise failure
        return _unit(answer)


def _unit(answer: openai.types.CreateEmbeddingResponse) -> Sequence[float]:
    try:
        values = [float(value) for value in answer.data[0].embedding]
        length = math.hypot(*values)
        if len(values) not in _SIZES or not math.isfinite(length) or length == 0:
            raise ValueError
    except (AttributeError, IndexError, TypeError, ValueError):
        raise ModelError("The model of pictures gives an answer that is no vector.") from None
    return [value / length for value in values]


_MISSING = text(
    """
    select i.object_id
    from wardrobe_items i
    where i.object_id is not null and i.kind = 'item'
      and not exists (
        select from picture_embeddings e where e.object_id = i.object_id and e.model = :model
      )
    group by i.object_id
    order by max(i.created_at) desc
    limit :count
    """
)
# Meanwhile the picture may have been deleted.
_KEEP = text(
    """
    insert into picture_embeddings (object_id, model, embedding)
    select o.id, :model, :embedding
    from stored_objects o
    where o.id = :object
    on conflict (object_id) do update
    set model = excluded.model, embedding = excluded.embedding, created_at = now()
    """
)


def read_missing() -> int:
    """Ask the model about garments that it has not seen, and return about how many.

    Does nothing where there is no model. Raises ModelError, StorageError,
    DatabaseUnavailableError; what was read before stays.
    """
    read = settings()
    if not read.embeddings_url:
        return 0
    system = Scope.system()
    with writer(system) as connection:
        asked = {"model": read.embeddings_model, "count": _AT_A_TIME}
        missing: Sequence[UUID] = connection.scalars(_MISSING, asked).all()
    if not missing:
        return 0
    model = Model(read.embeddings_url, read.embeddings_key, read.embeddings_model)
    for picture in missing:
        try:
            vector = model.embedding(storage.loaded(system, picture))
        except (MissingPictureError, RefusalError) as error:
            _log.warning("picture %s has no embedding: %s", picture, error)
            vector = None
        row = {"object": picture, "model": read.embeddings_model, "embedding": vector}
        with writer(system) as connection:
            connection.execute(_KEEP, row)
    return len(missing)
