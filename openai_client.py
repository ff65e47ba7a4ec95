"""A client of any endpoint that speaks OpenAI's protocol, by OpenAI's own library."""

from typing import Final

import openai
from pydantic import SecretStr

_SECONDS: Final = 30.0


def client(address: str, key: SecretStr | None) -> openai.OpenAI:
    """A client for an address that ends in /v1. What it raises knows the key: tell it in words."""
    return openai.OpenAI(
        base_url=address,
        # The library wants one; servers of one's own often do not.
        api_key=key.get_secret_value() if key is not None else "none",
        timeout=_SECONDS,
        max_retries=1,
    )
