"""All commands: name, module, sentence. Read by main and completion; plain tuples, since every start loads them."""

COMMANDS = (
    ("run", "run", "start the system, play its checks, report, tear down"),
    ("up", "up", "start the system and leave it running"),
    ("down", "down", "tear down what `up` started"),
    ("ps", "ps", "list the services of running environments"),
    ("logs", "logs", "show what services wrote"),
    ("restart", "steer", "restart a service; its address stays the same"),
    ("pause", "steer", "freeze a service"),
    ("resume", "steer", "let a paused service go on"),
    ("kill", "steer", "end a service as a crash would"),
    ("map", "map", "draw the system: services, edges, start order, criticality"),
    ("report", "report", "write reports again from a run's journal"),
    ("doctor", "doctor", "tell what is there to run with, and how to get what is missing"),
    ("init", "init", "write a first dovetail.yaml and a first check for this folder"),
    ("config", "config", "print every option, its value and where it came from"),
    ("schema", "schema", "print the JSON Schema of dovetail.yaml or of check files, for editors"),
    ("words", "words", "tell the verbs, faults and expectations, or one of them with its keys"),
    ("clean", "clean", "remove what interrupted runs left behind"),
    ("completion", "completion", "print the completion script for bash, zsh or fish"),
)
OWN_COMMANDS = {name: module for name, module, _ in COMMANDS}

EXIT_CODES = (
    (0, "passed"),
    (1, "a check failed, or its cleanup did"),
    (2, "interrupted"),
    (3, "Dovetail itself broke"),
    (4, "the suite, an option or the command is wrong"),
    (5, "no check was selected"),
    (6, "the environment never became ready, or left something behind"),
    (9, "inconclusive or flaky: nothing that did not happen is green"),
)
