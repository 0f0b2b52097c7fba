"""How a verdict looks in the terminal: its sign and its colour. Used by everything the console says."""

from dovetail.model.outcome import Verdict

SIGNS = {
    Verdict.PASSED: "✓",
    Verdict.FAILED: "✗",
    Verdict.FLAKY: "≈",
    Verdict.INCONCLUSIVE: "?",
    Verdict.SKIPPED: "–",
}
LOOKS = {
    Verdict.PASSED: "green",
    Verdict.FAILED: "red",
    Verdict.FLAKY: "yellow",
    Verdict.INCONCLUSIVE: "magenta",
    Verdict.SKIPPED: "dim",
}
