"""The pytest plugin: YAML checks as items, the environment as fixtures; pytest loads it by its entry point."""
