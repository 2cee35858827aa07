"""What calls leave open is closed, or thousands of them would use up what a process may hold."""

import shutil
import subprocess
from pathlib import Path

import pytest

import testwright.writers.explorer.javascript as explorer

NODE = shutil.which("node")
PROBE = Path(explorer.__file__).parent / "probe"
LEAKS = """
const fs = require('node:fs')
const realSetTimeout = setTimeout
const tryTo = (work) => { try { return work() } catch { return undefined } }
async function test() {
  const letOpen = watchOpening()
  fs.writeFileSync('here', 'text')
  for (let call = 0; call < 200; call++) {
    fs.createReadStream('here').on('error', () => {})
    fs.createWriteStream('there', { flags: 'a' })
    fs.createReadStream('nowhere').on('error', (error) => { throw error })
    await closeWhatIsOpen()
  }
  letOpen()
  return fs.readdirSync('/proc/self/fd').length
}
const before = fs.readdirSync('/proc/self/fd').length
test().then((after) => console.log(after - before < 10 ? 'closed' : after))
"""


@pytest.mark.skipif(NODE is None or not Path("/proc/self/fd").is_dir(), reason="needs node, and a list of descriptors")
def test_streams_that_calls_left_open_are_closed_and_do_not_fail_afterwards(tmp_path):
    script = tmp_path / "leaks.cjs"
    parts = "\n".join((PROBE / f"{part}.js").read_text("utf-8") for part in ("quiet", "leaks"))
    script.write_text(parts + LEAKS, "utf-8")

    ran = subprocess.run([str(NODE), str(script)], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)

    assert ran.stdout == "closed\n"
