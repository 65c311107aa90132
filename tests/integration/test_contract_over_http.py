"""The running API against its own OpenAPI document: no server error and no broken promise, says schemathesis."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from infra.local.layout import ROOT
from tests.support.laptop import Laptop

CONFIG = ROOT / "tests" / "support" / "contract" / "schemathesis.toml"
SCHEMATHESIS = str(Path(sys.executable).with_name("schemathesis"))


# Unsupported methods: API Gateway answers 404, where the check wants 405 (docs/adr/0031-no-head.md).
@pytest.mark.parametrize(
    ("phases", "but", "cases"),
    [
        ("fuzzing,stateful", "unsupported_method", 300),
        # This phase makes entity tags and cursors of its own that do not fit their schemas, and calls them valid.
        ("coverage", "unsupported_method,positive_data_acceptance", 600),
    ],
    ids=["fuzzing and sequences", "coverage of the schema"],
)
def test_the_api_keeps_what_its_document_promises(
    laptop: Laptop, tmp_path: Path, phases: str, but: str, cases: int
) -> None:
    # given somebody who may do everything
    token = laptop.person("tester", ("authors",)).tokens["IdToken"]
    # when every operation is called with what fits its schema and with what does not
    done = subprocess.run(
        [
            *(SCHEMATHESIS, "--config-file", str(CONFIG), "run", f"{laptop.layout.api}/openapi.json"),
            # The document names the address behind CloudFront, which answers some requests itself.
            *("--url", laptop.layout.api),
            *(
                "--checks=all",
                f"--exclude-checks={but}",
                "--mode=all",
                "--seed=1",
                "--max-examples=10",
                f"--phases={phases}",
            ),
            *("--continue-on-failure", "--header", f"Authorization: {token}"),
        ],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        # A pattern that no generator can fill would keep it busy for ever.
        timeout=300,
    )
    # then every answer is one that the document knows
    assert done.returncode == 0, done.stdout[-20000:] + done.stderr[-2000:]
    generated = re.search(r"(\d+) generated", done.stdout)
    assert generated is not None
    assert int(generated[1]) >= cases
    assert "Tested: 0" not in done.stdout
