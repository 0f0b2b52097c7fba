"""The user's files as values of the model; each reader is imported from its module, so that a command loads no more."""
