"""The version of Dovetail, told by the command and written into every journal."""

VERSION = "0.1.0"
