"""Who imports whom is as ARCHITECTURE.md says."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from settings import ROOT


def rules() -> dict[str, set[str]]:
    """Read the table of ARCHITECTURE.md: module → the modules of ours that it may import."""
    table: dict[str, set[str]] = {}
    for line in (ROOT / "ARCHITECTURE.md").read_text().splitlines():
        if match := re.match(r"\| `([a-z_]+)(?:\.py|/)` \|.*\| ([^|]+) \|$", line):
            names = match[2].strip()
            table[match[1]] = set() if names == "–" else {name.strip() for name in names.split(",")}
    return table


def sources(module: str) -> list[Path]:
    folder = ROOT / module
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [ROOT / f"{module}.py"]


def imported(path: Path) -> Iterator[str]:
    """The top-level modules that a file imports, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield (node.module or "").partition(".")[0]


def test_every_module_is_in_the_table() -> None:
    modules = {path.stem for path in ROOT.glob("*.py")} | {
        path.parent.name for path in ROOT.glob("*/*.py")
    }
    assert modules - {"tests"} - rules().keys() == set()
    assert all(sources(module)[0].exists() for module in rules())


@pytest.mark.parametrize("module", sorted(rules()))
def test_imports_only_what_the_table_allows(module: str) -> None:
    ours = rules().keys()
    for path in sources(module):
        wrong = {name for name in imported(path) if name in ours} - rules()[module] - {module}
        assert not wrong, f"{path.relative_to(ROOT)} imports {', '.join(sorted(wrong))}"


def test_the_job_worker_does_without_streamlit() -> None:
    program = "import sys, tryon.worker; sys.exit('streamlit' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
    assert all("streamlit" not in imported(path) for path in sources("tryon"))


def test_nobody_imports_a_page() -> None:
    assert all("pages" not in allowed for allowed in rules().values())


def test_no_page_stands_directly_in_pages() -> None:
    # Streamlit would serve it without running app.py, and so without sign-in.
    assert list((ROOT / "pages").glob("*.py")) == []
