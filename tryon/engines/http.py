"""Providers of which a small file says how they are asked: one order, polls, addresses of pictures.

The file is TOML, one [[provider]] a provider; docs/providers.md describes it, and examples are in
examples/providers.toml. Texts in it may hold placeholders: {key} in headers, {reference} in the
addresses of an order, and {person}, {garment}, {garments}, {category}, {prompt} and {job} in the
body that is sent. A picture is sent as a data: address. A field whose placeholder has no value for
a job is left out.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import quote, urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from tryon.engines import (
    Category,
    Code,
    EngineError,
    Mode,
    Progress,
    RefusalError,
    Request,
    Result,
)
from tryon.engines.download import pictures
from tryon.engines.remote import Account, Api, Remote, check, data_address

KEYS_VARIABLE: Final = "CLOSETAI_PROVIDER_KEYS"

_TAKEN = ("preview", "gemini", "fashn")
_PLACEHOLDER = re.compile(r"\{([a-z]+)\}")
_OF_BODIES = ("person", "garment", "garments", "category", "prompt", "job")


class ProvidersError(Exception):
    """The file cannot be used; the message is one sentence that says what and where."""


def _address(value: str, info: ValidationInfo) -> str:
    parts = urlsplit(value)
    loopback = bool(info.context) and parts.hostname == "127.0.0.1"
    if parts.scheme not in (("http", "https") if loopback else ("https",)) or not parts.hostname:
        raise ValueError("must be an https:// address")
    return value


_Address = Annotated[str, AfterValidator(_address)]
# Where something is in an answer: names and numbers with dots between, * for each of a list.
_Path = Annotated[str, Field(pattern=r"^[^.\s]+(\.[^.\s]+)*$")]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Submit(_Table):
    url: _Address
    reference: _Path


class _Poll(_Table):
    url: _Address
    status: _Path
    waiting: tuple[str, ...] = Field(min_length=1)
    done: tuple[str, ...] = Field(min_length=1)


class _Result(_Table):
    url: _Address | None = None
    pictures: _Path


class _Cancel(_Table):
    url: _Address
    method: Literal["POST", "PUT", "DELETE"] = "POST"


class Provider(_Table):
    """What the file says of one provider.

    `body` has one table for each mode that it does. `garments` is how many it takes at once,
    `categories` what it calls those that it can do, all of them by our names when it is empty.
    `blocked` are words in an error that tell of forbidden content. `price_usd` is for one picture.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{1,30}$")
    label: str = Field(min_length=1, max_length=60)
    version: str = Field("1", min_length=1, max_length=60)
    garments: int = Field(1, ge=1, le=12)
    price_usd: Decimal | None = Field(None, ge=0, le=100)
    categories: dict[Category, str] = {}
    blocked: tuple[str, ...] = ()
    headers: dict[str, Annotated[str, Field(pattern=r"^[ -~]+$")]] = {}
    body: dict[Mode, dict[str, Any]] = Field(min_length=1)
    submit: _Submit
    poll: _Poll
    result: _Result
    cancel: _Cancel | None = None

    @property
    def modes(self) -> frozenset[Mode]:
        """What it can be asked for."""
        return frozenset(self.body)

    @property
    def needs_key(self) -> bool:
        """Whether a header holds the key."""
        return any("{key}" in value for value in self.headers.values())

    @field_validator("name")
    @classmethod
    def _name(cls, value: str) -> str:
        if value in _TAKEN:
            raise ValueError("is the name of an engine that is built in")
        return value

    @model_validator(mode="after")
    def _placeholders(self) -> "Provider":
        allowed = [
            ("headers", self.headers, ("key",)),
            ("body", {str(mode): body for mode, body in self.body.items()}, _OF_BODIES),
            ("submit.url", self.submit.url, ()),
            ("poll.url", self.poll.url, ("reference",)),
            ("result.url", self.result.url, ("reference",)),
            ("cancel.url", self.cancel.url if self.cancel else None, ("reference",)),
        ]
        for place, value, names in allowed:
            for text in _texts(value):
                for name in _PLACEHOLDER.findall(text):
                    if name not in names:
                        raise ValueError(f"{place} holds {{{name}}}, which is not known there")
                if "{garments}" in text and text != "{garments}":
                    raise ValueError("{garments} is a list and stands by itself")
        for place, address in (("poll.url", self.poll.url), ("cancel.url", _url(self.cancel))):
            if address is not None and "{reference}" not in address:
                raise ValueError(f"{place} must hold {{reference}}")
        return self


def _url(cancel: _Cancel | None) -> str | None:
    return None if cancel is None else cancel.url


def _texts(value: object) -> Iterator[str]:
    """Every text in a tree of tables and lists."""
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from _texts(inner)
        case list():
            for inner in value:
                yield from _texts(inner)


class _File(_Table):
    provider: tuple[Provider, ...] = Field(min_length=1)


def read(path: Path, *, loopback: bool = False) -> tuple[Provider, ...]:
    """The providers that a file describes; `loopback` allows http to this machine, for tests.

    Raises ProvidersError.
    """
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ProvidersError(f"{path} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise ProvidersError(f"{path} is not TOML: {error}.") from None
    try:
        providers = _File.model_validate(said, context=loopback).provider
    except ValidationError as error:
        raise ProvidersError(f"{path}: {_sentence(error)}") from None
    names = [provider.name for provider in providers]
    for name in names:
        if names.count(name) > 1:
            raise ProvidersError(f"{path}: two providers are named {name}.")
    return providers


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    reason = first.get("ctx", {}).get("error") or first["msg"]
    if first["type"] == "missing":
        return f"{place} is missing."
    if first["type"] == "extra_forbidden":
        return f"{place} is not known."
    return f"{place}: {str(reason)[:1].lower()}{str(reason)[1:]}."


class Http(Remote):
    """A provider as a file describes it. `loopback` is for tests."""

    def __init__(self, provider: Provider, key: SecretStr, *, loopback: bool = False) -> None:
        super().__init__()
        self._provider = provider
        self._account = Account(provider.label, key, KEYS_VARIABLE)
        secret = key.get_secret_value()
        headers = {name: text.replace("{key}", secret) for name, text in provider.headers.items()}
        self._api = Api(self._account, headers)
        self._loopback = loopback

    @property
    def name(self) -> str:
        """The name that the file gives it."""
        return self._provider.name

    @property
    def modes(self) -> frozenset[Mode]:
        """The modes that the file has a body for."""
        return self._provider.modes

    def submit(self, request: Request, key: str) -> str:
        """Order the picture."""
        provider = self._provider
        check(request, provider.modes, provider.garments, provider.label)
        body = _filled(provider.body[request.mode], self._values(request, key))
        answer = self._api.call("POST", provider.submit.url, body, self._explain)
        reference = next(_found(answer.data, provider.submit.reference), None)
        if isinstance(reference, int):
            reference = str(reference)
        if not isinstance(reference, str) or not 0 < len(reference) < 300:
            raise self._account.bad_answer()
        return reference

    def cancel(self, reference: str) -> bool:
        """Ask the provider to stop; False where it cannot, or did not answer that it will."""
        super().cancel(reference)
        cancel = self._provider.cancel
        if cancel is None:
            return False
        try:
            self._api.call(cancel.method, _of(cancel.url, reference))
        except EngineError:
            return False
        return True

    def _look(self, reference: str) -> Progress | Result:
        provider = self._provider
        answer = self._api.call("GET", _of(provider.poll.url, reference), None, self._explain)
        status = next(_found(answer.data, provider.poll.status), None)
        if status in provider.poll.waiting:
            return Progress(done=False)
        if not isinstance(status, str):
            raise self._account.bad_answer()
        if status not in provider.poll.done:
            raise self._explain(json.dumps(answer.data)) or EngineError(
                Code.PROVIDER_UNAVAILABLE,
                f"{provider.label} failed to make this picture.",
                retryable=True,
            )
        if provider.result.url is not None:
            address = _of(provider.result.url, reference)
            answer = self._api.call("GET", address, None, self._explain)
        addresses = [one for one in _found(answer.data, provider.result.pictures) if one]
        if not addresses:
            raise self._explain(json.dumps(answer.data)) or self._account.no_picture()
        return Result(
            pictures=pictures(addresses, self._account, loopback=self._loopback),
            engine_version=provider.version,
            cost_usd=None if provider.price_usd is None else provider.price_usd * len(addresses),
        )

    def _explain(self, said: str) -> EngineError | None:
        """Forbidden content, when an error has one of the words for it."""
        lower = said.lower()
        if any(word.lower() in lower for word in self._provider.blocked):
            return self._account.blocked()
        return None

    def _values(self, request: Request, key: str) -> dict[str, Any]:
        garments = [data_address(one.picture, "the garment") for one in request.garments]
        category: str | None = None
        if request.garments:
            category = str(request.garments[0].category)
            names = self._provider.categories
            if names and request.garments[0].category not in names:
                raise RefusalError(
                    Code.UNSUPPORTED_CATEGORY,
                    f"{self._provider.label} cannot do the category {category}.",
                )
            category = names.get(request.garments[0].category, category)
        return {
            "person": data_address(request.person, "the person") if request.person else None,
            "garment": garments[0] if garments else None,
            "garments": garments,
            "category": category,
            "prompt": request.prompt or None,
            "job": key,
        }


def _of(address: str, reference: str) -> str:
    return address.replace("{reference}", quote(reference, safe=""))


class _Absent:
    """A field that is left out."""


def _filled(body: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    filled = {name: _value(value, values) for name, value in body.items()}
    return {name: value for name, value in filled.items() if value is not _Absent}


def _value(value: Any, values: Mapping[str, Any]) -> Any:
    match value:
        case str():
            return _text(value, values)
        case dict():
            return _filled(value, values)
        case list():
            items: list[Any] = []
            for one in value:
                if one == "{garments}":
                    items.extend(values["garments"])
                elif (item := _value(one, values)) is not _Absent:
                    items.append(item)
            return items
    return value


def _text(text: str, values: Mapping[str, Any]) -> Any:
    names = _PLACEHOLDER.findall(text)
    if any(values[name] is None for name in names):
        return _Absent
    if text == "{garments}":
        return values["garments"]
    return _PLACEHOLDER.sub(lambda match: str(values[match[1]]), text)


def _found(data: Any, path: str) -> Iterator[Any]:
    """What is at a path of an answer; each element, when it is a list."""
    found = [data]
    for name in path.split("."):
        found = [inner for one in found for inner in _inside(one, name)]
    for one in found:
        yield from one if isinstance(one, list) else [one]


def _inside(data: Any, name: str) -> list[Any]:
    if isinstance(data, list):
        if name == "*":
            return data
        return data[int(name) : int(name) + 1] if name.isdecimal() else []
    return [data[name]] if isinstance(data, dict) and name in data else []
