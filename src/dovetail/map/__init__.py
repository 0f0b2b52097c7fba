"""The map of a system; each part is imported from its module, so that a run loads no drawing."""
