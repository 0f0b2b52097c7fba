"""Tells GitHub Actions of a run: prints annotations, appends to the summary of the job. Called by `dovetail run`."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TextIO

from dovetail.errors import Problem
from dovetail.report.fact import Record
from dovetail.report.github import fit_summary, write_annotations, write_problems
from dovetail.report.markdown import render_markdown
from dovetail.report.terminal import Terminal

SUMMARY = "GITHUB_STEP_SUMMARY"
WORKSPACE = "GITHUB_WORKSPACE"


def tell_github(record: Record, folder: Path, environ: Mapping[str, str], stream: TextIO) -> str:
    """Print the annotations of a run of the project in `folder`; returns why the summary could not be written."""
    root = Path(environ.get(WORKSPACE) or Path.cwd())
    lines = write_annotations(record, lambda file: locate(file, folder, root))
    Terminal(stream).say(*lines)
    return append_summary(record, environ.get(SUMMARY, ""))


def tell_problems(problems: Sequence[Problem], environ: Mapping[str, str], stream: TextIO) -> None:
    """Print the annotations of mistakes that let no run begin; a file is named from where the command was typed."""
    here = Path.cwd()
    root = Path(environ.get(WORKSPACE) or here)
    Terminal(stream).say(*write_problems(problems, lambda file: locate(file, here, root)))


def locate(file: str, folder: Path, root: Path) -> str:
    """Return a file as seen from `root`, or its whole path where it lies outside.

    A record names YAML from where the command was typed and Python from the project's folder.
    """
    bases = (folder, Path()) if file.endswith(".py") else (Path(), folder)
    path = next((base / file for base in bases if (base / file).exists()), folder / file).resolve()
    root = root.resolve()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def append_summary(record: Record, file: str) -> str:
    """Add the Markdown summary to `file`, where one is named; returns what went wrong, which changes no verdict."""
    if not file:
        return ""
    markdown = render_markdown(record)
    try:
        with Path(file).open("ab") as summary:
            taken = os.fstat(summary.fileno()).st_size
            summary.write(fit_summary(b"\n" * bool(taken) + markdown, taken))
    except OSError as refused:
        return f"the summary of the job cannot be written to {file}: {refused.strerror or refused}\nsee {SUMMARY}"
    return ""
