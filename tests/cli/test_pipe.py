"""A reader that leaves before all is written."""

import os
import subprocess
import sys

WRITING = """\
import sys
from dovetail.cli.pipe import write_to_nobody
try:
    print("first", flush=True)
except BrokenPipeError:
    write_to_nobody()
print("second", flush=True)
sys.exit(7)
"""


def test_what_nobody_reads_is_written_without_a_word_of_complaint() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run([sys.executable, "-c", WRITING], stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (7, b"")
