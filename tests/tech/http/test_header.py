from dovetail.tech.http.header import Headers


def test_names_are_found_in_upper_and_lower_case() -> None:
    headers = Headers()
    headers.add("Content-Type", "text/plain")
    assert headers["content-type"] == headers["CONTENT-TYPE"] == "text/plain"
    assert "Content-TYPE" in headers
    assert "accept" not in headers
    assert headers.get("accept") is None
    assert (list(headers), len(headers)) == (["content-type"], 1)
    assert "text/plain" in repr(headers)


def test_a_repeated_header_is_joined_and_cookies_are_kept_apart() -> None:
    headers = Headers()
    for value in ("a=1", "b=2"):
        headers.add("Set-Cookie", value)
        headers.add("Via", value)
    assert headers["via"] == "a=1, b=2"
    assert headers.cookies == ["a=1", "b=2"]
