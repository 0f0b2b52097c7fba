"""The fact sheet of a technology: what the registry knows of it before any of its code is loaded.

Every `tech/<name>/sheet.py` defines one `SHEET`; it imports nothing but `model` and this module.
"""

from msgspec import Struct

from dovetail.model.system import Service
from dovetail.model.vocabulary import FaultWord, Verb, Word


class Sheet(Struct, frozen=True):
    """`parts` names the sockets that the technology fills, each a module beside the sheet of that name.

    `scheme`, `form` and `port` say how its addresses are written; `library` and `extra` are what a driver needs
    and how it is installed; `is_transactional` promises that its sessions honour `Target.is_rolled_back`. `setup` are
    the endings of the files that its preparer reads, and "/" where it reads folders of them; it runs all else as a
    command, unless `setup` is empty: then it applies none. `has_topics` promises that it makes a service's topics.
    """

    name: str
    aliases: tuple[str, ...] = ()
    scheme: str = ""
    form: str = "url"
    port: int = 0
    verbs: tuple[Verb, ...] = ()
    settings: tuple[Word, ...] = ()
    faults: tuple[FaultWord, ...] = ()
    parts: frozenset[str] = frozenset()
    library: str = ""
    extra: str = ""
    is_transactional: bool = False
    setup: tuple[str, ...] = ()
    has_topics: bool = False

    def sets_up(self, service: Service) -> bool:
        """Tell whether the preparer applies what the service is set up from; else its items are commands of its own."""
        return bool(self.setup) or not service.is_own_code
