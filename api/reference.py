"""The page about the API: made from its OpenAPI document, and loading nothing from elsewhere."""

from collections.abc import Sequence
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

router = APIRouter(include_in_schema=False)

_STYLE = """
:root { color-scheme: light dark; --ink: #1d1620; --dim: #6b6270; --paper: #fbf8f4;
  --line: #e4dcd3; --box: #f2ebe5; --accent: #8b2b73; }
@media (prefers-color-scheme: dark) { :root { --ink: #f1ecf3; --dim: #a89fae; --paper: #161219;
  --line: #332b38; --box: #211b26; --accent: #d77fc0; } }
body { margin: 0 auto; padding: 2.5rem 1.25rem 5rem; max-width: 56rem; font: 16px/1.55 Manrope,
  system-ui, sans-serif; color: var(--ink); background: var(--paper); }
h1 { margin: 0 0 .5rem; } h2 { margin: 2.5rem 0 .75rem; text-transform: capitalize; }
p { color: var(--dim); } code { font: .9em ui-monospace, monospace; }
details { border: 1px solid var(--line); border-radius: .6rem; margin: .5rem 0; }
summary { padding: .6rem .9rem; cursor: pointer; display: flex; gap: .75rem; flex-wrap: wrap; }
summary b { color: var(--accent); min-width: 4.2rem; } summary span { color: var(--dim); }
details > div { padding: 0 .9rem .9rem; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: .4rem 0 1rem; }
th, td { text-align: left; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; font-size: .92em; }
a { color: var(--accent); }
"""


@router.get("/docs")
def docs(request: Request) -> HTMLResponse:
    """Show every route with what it takes and answers."""
    document: dict[str, Any] = request.app.openapi()
    routes: dict[str, list[str]] = {}
    for path, methods in document["paths"].items():
        for method, route in methods.items():
            routes.setdefault(route["tags"][0], []).append(_route(document, method, path, route))
    sections = "".join(f"<h2>{escape(tag)}</h2>{''.join(found)}" for tag, found in routes.items())
    page = (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>ClosetAI API</title><style>{_STYLE}</style></head><body><h1>ClosetAI API</h1>"
        f"<p>{escape(document['info']['description'])}</p>"
        "<p>Send <code>Authorization: Bearer TOKEN</code>: a guest's token, or a brand's key. "
        "<a href='openapi.json'>OpenAPI document</a></p>"
        f"{sections}</body></html>"
    )
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    return HTMLResponse(page, headers={"Content-Security-Policy": policy})


def _route(document: dict[str, Any], method: str, path: str, route: dict[str, Any]) -> str:
    told = escape(route.get("description") or route["summary"]).replace("\n\n", "<br>")
    taken = [
        (one["name"], one["in"], _kind(one["schema"]), one.get("description", ""))
        for one in route.get("parameters", [])
    ]
    for content in route.get("requestBody", {}).get("content", {}).values():
        taken += [
            (*field[:1], "body", *field[1:]) for field in _fields(document, content["schema"])
        ]
    answers = [
        (status, answer["description"], ", ".join(_named(answer)))
        for status, answer in route["responses"].items()
        if status.startswith("2")
    ]
    return (
        f"<details><summary><b>{method.upper()}</b><code>/api{escape(path)}</code>"
        f"<span>{escape(route['summary'])}</span></summary><div><p>{told}</p>"
        f"{_table(('Field', 'In', 'Type', ''), taken)}"
        f"{_table(('Answer', '', 'Type'), answers)}</div></details>"
    )


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    if not rows:
        return ""
    titles = "".join(f"<th>{escape(title)}</th>" for title in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><tr>{titles}</tr>{body}</table>"


def _named(answer: dict[str, Any]) -> list[str]:
    return [
        _kind(content.get("schema", {})) or kind
        for kind, content in answer.get("content", {}).items()
    ]


def _kind(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(one) for one in schema["anyOf"]))
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    return str(schema.get("format") or schema.get("type", ""))


def _fields(document: dict[str, Any], schema: dict[str, Any]) -> list[tuple[str, str, str]]:
    for one in schema.get("anyOf", [schema]):
        if "$ref" in one:
            schema = document["components"]["schemas"][_kind(one)]
    return [
        (name, _kind(field), field.get("description", ""))
        for name, field in schema.get("properties", {}).items()
    ]
