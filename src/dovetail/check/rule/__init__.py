"""The rules of the expectation language, by subject; `table` lists them all."""
