import os

from dovetail.app.stage_process import read_line


def test_only_the_first_line_is_the_brief() -> None:
    read, write = os.pipe()
    os.write(write, b"a brief\n")
    assert read_line(read) == b"a brief\n"
    os.close(write)
    assert read_line(read) == b""
    os.close(read)
