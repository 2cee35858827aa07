"""What a search took of the machine is told with what it found."""

import shutil
import subprocess
from pathlib import Path

import pytest

import testwright.writers.explorer.javascript as explorer

NODE = shutil.which("node")
MEMORY = Path(explorer.__file__).parent / "probe" / "memory.js"


def told_by(script, beside):
    script.write_text(
        f"const fs = require('node:fs')\n{beside}\n{MEMORY.read_text('utf-8')}\nconsole.log(mostMemory())", "utf-8"
    )
    ran = subprocess.run([str(NODE), str(script)], capture_output=True, text=True, timeout=60, check=True)
    return int(ran.stdout)


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_memory_that_was_held_for_a_moment_is_told_in_megabytes(tmp_path):
    plain = told_by(tmp_path / "plain.cjs", "")
    large = told_by(tmp_path / "large.cjs", "Buffer.alloc(150 << 20, 1)")

    assert 20 < plain < 150
    assert 100 < large - plain < 200
