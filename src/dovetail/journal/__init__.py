"""The memory of a run: the one place that knows how an event is written down."""
