"""The fact sheet of Kafka, read by the registry."""

from dovetail.plugin.sheet import Sheet

SHEET = Sheet(name="kafka", form="endpoint", port=9092, library="aiokafka", extra="kafka")
