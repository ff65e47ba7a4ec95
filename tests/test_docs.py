"""The README says what is: its settings, commands, pages and links."""

import re
import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from typer.main import get_command

from cli import app
from settings import ROOT, Settings

README = (ROOT / "README.md").read_text()


def section(title: str) -> str:
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_settings_are_the_ones_that_exist() -> None:
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| (.*) \|$", section("Settings"), re.MULTILINE))
    assert rows == {
        str(field.validation_alias): field.description for field in Settings.model_fields.values()
    }


def test_commands_are_the_ones_that_exist() -> None:
    documented = set(re.findall(r"^\| `closetai ([a-z]+)", README, re.MULTILINE))
    assert documented == set(get_command(app).list_commands(None))  # type: ignore[attr-defined]


def test_every_page_is_listed() -> None:
    listed = {path.strip("/") for path in re.findall(r"\(`/([a-z-]*)`\)", section("The pages"))}
    pages = {path.stem.replace("_", "-") for path in (ROOT / "pages").glob("*/*.py")}
    assert listed == pages - {"overview"} | {""}


def test_links_lead_somewhere() -> None:
    for document in (README, (ROOT / "ARCHITECTURE.md").read_text(), *_docs()):
        for target in re.findall(r"\]\(([^)#:]+)\)", document):
            assert (ROOT / target).exists() or (ROOT / "docs" / target).exists(), target


def _docs() -> list[str]:
    return [path.read_text() for path in (ROOT / "docs").glob("*.md")]


def test_make_targets_of_the_readme_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)`", README)) <= targets


def test_documents_are_where_the_readme_says() -> None:
    for name in ("ARCHITECTURE.md", "CONTRIBUTING.md", "LICENSE", ".replit", "compose.yaml"):
        assert (ROOT / Path(name)).exists()


def direct_dependencies() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return [*project["dependencies"], *project["optional-dependencies"]["dev"]]


def test_every_dependency_has_its_reason() -> None:
    reasons = (ROOT / "ARCHITECTURE.md").read_text().split("## Dependencies, and why")[1]
    for line in direct_dependencies():
        name = re.split(r"[\[=]", line)[0]
        assert name.lower() in reasons.lower() or name.startswith("types-"), name


def test_the_lock_names_all_that_is_needed() -> None:
    """It is installed as it stands, without a look at what its packages ask for."""
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    found = dict(line.split("==") for line in lines if "==" in line)
    locked = {canonicalize_name(name): version for name, version in found.items()}
    wanted = [Requirement(line) for line in direct_dependencies()]
    seen = set()
    while wanted:
        one = wanted.pop()
        name = canonicalize_name(one.name)
        assert name in locked, str(one)
        assert locked[name] in one.specifier, str(one)
        for line in metadata.requires(one.name) or []:
            asked = Requirement(line)
            holds = not asked.marker or any(
                asked.marker.evaluate({"extra": extra}) for extra in ("", *one.extras)
            )
            if holds and str(asked) not in seen:
                seen.add(str(asked))
                wanted.append(asked)
