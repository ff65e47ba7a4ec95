"""Which engines there are here, what they can do, and what they cost.

An engine whose key is missing is not made, and its offer says what to set.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from pydantic import SecretStr

from settings import settings
from tryon.engines import Engine, Mode, fashn, gemini_models, http
from tryon.engines import preview as embedded

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Offer:
    """An engine as it is offered to whoever launches a job.

    `garments` is how many it takes at once. `price_usd` is what one picture costs its owner, or the
    least of it, None where nobody says so. `missing` is one sentence about what to set before it
    can be used, None when it can.
    """

    name: str
    label: str
    modes: frozenset[Mode]
    garments: int
    price_usd: Decimal | None
    missing: str | None = None


def offers() -> tuple[Offer, ...]:
    """Every engine that is known here, the embedded one first; some may miss their key."""
    read = settings()
    return (
        Offer(
            name=embedded.NAME,
            label="Preview (built in)",
            modes=embedded.Preview.modes,
            garments=len(embedded.ORDER),
            price_usd=Decimal(0),
        ),
        Offer(
            name=embedded.FLAT,
            label="Preview in flat light (built in)",
            modes=embedded.Preview.modes,
            garments=len(embedded.ORDER),
            price_usd=Decimal(0),
        ),
        Offer(
            name=gemini_models.NAME,
            label=gemini_models.LABEL,
            modes=gemini_models.MODES,
            garments=gemini_models.GARMENTS,
            price_usd=gemini_models.price_usd(read.gemini_model),
            missing=_unset(gemini_models.KEY_VARIABLE, read.gemini_key),
        ),
        Offer(
            name=fashn.NAME,
            label=fashn.LABEL,
            modes=fashn.MODES,
            garments=fashn.GARMENTS,
            # Of what it makes, try-ons of clothes need least: one credit.
            price_usd=read.fashn_credit_usd,
            missing=_unset(fashn.KEY_VARIABLE, read.fashn_key),
        ),
        *_described(),
    )


def available() -> tuple[Offer, ...]:
    """The engines that can be used here."""
    return tuple(offer for offer in offers() if offer.missing is None)


def engines() -> Mapping[str, Engine]:
    """Make the engines that can be used here, by their names; for a worker."""
    read = settings()
    made: list[Engine] = [embedded.Preview(), embedded.Preview(flat=True)]
    if read.gemini_key is not None:
        # Not before: it takes most of a second and 30 MB, and pages ask for offers only.
        from tryon.engines.gemini import Gemini

        made.append(Gemini(read.gemini_key, read.gemini_model))
    if read.fashn_key is not None:
        made.append(fashn.Fashn(read.fashn_key, credit_usd=read.fashn_credit_usd))
    try:
        described = _providers()
    except http.ProvidersError as error:
        _log.warning("%s: %s", _FILE_VARIABLE, error)
        described = ()
    for provider in described:
        key = read.provider_keys.get(provider.name)
        if key is not None or not provider.needs_key:
            made.append(http.Http(provider, key or SecretStr("")))
    return {engine.name: engine for engine in made}


_FILE_VARIABLE = "CLOSETAI_PROVIDERS"


def _providers() -> tuple[http.Provider, ...]:
    path = settings().providers
    return () if path is None else http.read(path)


def _described() -> tuple[Offer, ...]:
    try:
        providers = _providers()
    except http.ProvidersError as error:
        nothing = Offer(
            name="http",
            label="Further providers",
            modes=frozenset(),
            garments=0,
            price_usd=None,
            missing=f"{_FILE_VARIABLE} cannot be used: {error}",
        )
        return (nothing,)
    keys = settings().provider_keys
    return tuple(
        Offer(
            name=provider.name,
            label=provider.label,
            modes=provider.modes,
            garments=provider.garments,
            price_usd=provider.price_usd,
            missing=None
            if provider.name in keys or not provider.needs_key
            else f"To use it, add {provider.name}=… to {http.KEYS_VARIABLE}.",
        )
        for provider in providers
    )


def _unset(variable: str, key: SecretStr | None) -> str | None:
    return None if key else f"To use it, set {variable}."
