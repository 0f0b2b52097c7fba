"""Where a service is spoken to, as one value that every technology can write in its own form."""

import re
from urllib.parse import quote, unquote, urlsplit

from msgspec import Struct
from msgspec.structs import replace

HIDDEN = "***"
SEVERAL_HOSTS = r"^((?:[^/?#]*@)?[^/?#,@]*),[^/?#]*"


class Address(Struct, frozen=True):
    """One endpoint; `form` is how its users expect it written: "url" or "endpoint" (host:port)."""

    host: str
    port: int
    scheme: str = ""
    user: str = ""
    password: str = ""
    path: str = ""
    query: str = ""
    form: str = "url"

    @property
    def endpoint(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def url(self) -> str:
        login = quote(self.user, safe="")
        if self.password:
            login += ":" + quote(self.password, safe="")
        login += "@" if login else ""
        query = f"?{self.query}" if self.query else ""
        return f"{self.scheme}://{login}{self.endpoint}{self.path}{query}"

    def __str__(self) -> str:
        return self.endpoint if self.form == "endpoint" else self.url

    def __repr__(self) -> str:
        hidden = replace(self, password=HIDDEN) if self.password else self
        return f"Address({str(hidden)!r})"

    def at(self, host: str, port: int) -> "Address":
        """Return the same address behind another door, such as an edge proxy's."""
        return replace(self, host=host, port=port)


def parse_address(text: str, default_port: int = 0) -> Address:
    """Read a URL or a host:port (the first of a comma-separated list); raises ValueError for a port that is none."""
    if "://" not in text:
        parts = urlsplit(f"//{text.split(',', maxsplit=1)[0]}")
        return Address(parts.hostname or "", parts.port or default_port, form="endpoint")
    scheme, _, rest = text.partition("://")
    parts = urlsplit(f"{scheme}://{re.sub(SEVERAL_HOSTS, lambda first: first[1], rest)}")
    return Address(
        parts.hostname or "",
        parts.port or default_port,
        parts.scheme,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        parts.path,
        parts.query,
    )
