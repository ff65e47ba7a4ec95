"""What people have written (names, prompts), where Markdown would be read in it."""

import re

# Whatever begins something in Streamlit's Markdown: emphasis, links, colours, formulas, tags. For a
# word between two colons, as in a time with seconds, the browser loads a list of emojis.
_SPECIAL = re.compile(r"([\\`*_\[\]{}<>$~:#|!()+-])")


def markdown(text: str) -> str:
    """The text as Markdown that reads as it was written, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def shortened(text: str, length: int) -> str:
    """The text, or its beginning and an ellipsis: ``length`` characters at most."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
