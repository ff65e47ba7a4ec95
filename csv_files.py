"""CSV files as they come from whatever spreadsheet somebody has.

Encoding and separator are found out; each row is known by its line in the file.
"""

import codecs
import csv
import io
from dataclasses import dataclass
from typing import Final

LARGEST_FILE: Final = 50_000_000


class CsvError(Exception):
    """This is no CSV file that can be read; the message is one sentence for whoever sent it."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file as it was read: the titles of its columns, and its rows with their lines."""

    titles: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    encoding: str
    separator: str


@dataclass(frozen=True, slots=True)
class Bad:
    """A row that cannot be used: its line in the file, what it is about, and why."""

    line: int
    what: str
    reason: str


def _decoded(content: bytes) -> tuple[str, str]:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            try:
                return content.decode(encoding), encoding
            except UnicodeDecodeError:
                raise CsvError("The file is damaged: it ends in the middle.") from None
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        # What spreadsheets write where nothing else was asked for; every byte means something.
        return content.decode("cp1252", errors="replace"), "cp1252"


def read(content: bytes) -> Sheet:
    """Read a CSV file. Raises CsvError with a sentence for whoever sent it."""
    if len(content) > LARGEST_FILE:
        raise CsvError(f"The file is larger than {LARGEST_FILE // 1_000_000} MB.")
    said, encoding = _decoded(content)
    if "\x00" in said:
        raise CsvError("This is no CSV file: export the sheet as CSV.")
    first = next((line for line in said.splitlines() if line.strip()), "")
    # The one that the titles are separated by.
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(said, newline=""), delimiter=separator, strict=True)
    titles: tuple[str, ...] | None = None
    rows: list[tuple[int, tuple[str, ...]]] = []
    try:
        line = 1
        for cells in reader:
            found = tuple(cell.strip() for cell in cells)
            if any(found):
                if titles is None:
                    titles = found
                else:
                    rows.append((line, found))
            line = reader.line_num + 1
    except csv.Error as error:
        raise CsvError(f"Line {reader.line_num} cannot be read: {error}.") from None
    if titles is None or not rows:
        raise CsvError("The file needs a line of titles and at least one row.")
    shared = sorted({title for title in titles if title and titles.count(title) > 1})
    if shared:
        raise CsvError(f"Two columns have the title {shared[0]!r}.")
    return Sheet(titles, tuple(rows), encoding, separator)
