"""The judge and the values: expectations against answers, templates against what a run knows; pure functions."""
