"""Random histories: what the queries and the books say of them, against the raw rows."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

_ROOT = Path(__file__).parents[2]
_TESTS = ("test_properties", "test_recompute", "test_rollups", "test_stripe")


def compare(examples: int, seed: int) -> dict[str, object]:
    """Run the tests that compare histories, on servers of their own, with so many examples.

    Returns how many passed, and the seconds of those that drew examples. Ends the process as
    pytest does when one fails, which has said why.
    """
    files = [f"tests/{name}.py" for name in _TESTS]
    with tempfile.TemporaryDirectory(prefix="closetai-soak-") as directory:
        report = Path(directory, "report.xml")
        options = ["-q", "-n", "2", f"--hypothesis-seed={seed}", f"--junitxml={report}"]
        ended = subprocess.run(
            [sys.executable, "-m", "pytest", *options, *files],
            cwd=_ROOT,
            env={**os.environ, "TEST_EXAMPLES": str(examples)},
            check=False,
        )
        if ended.returncode:
            sys.exit(ended.returncode)
        cases = list(ElementTree.parse(report).iter("testcase"))
    seconds = {case.attrib["name"]: round(float(case.attrib["time"])) for case in cases}
    longest = sorted(seconds.items(), key=lambda one: -one[1])
    return {
        "examples": examples,
        "passed": len(cases),
        "seconds": {name: took for name, took in longest if took >= 5},
    }
