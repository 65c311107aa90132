"""Reads Accept-Encoding, RFC 9110 12.5.3."""


def accepts_gzip(header: str) -> bool:
    """Whether an answer to a request with this Accept-Encoding may be compressed by gzip."""
    weights = dict(_weights(header.lower()))
    return weights.get("gzip", weights.get("*", 0.0)) > 0


def _weights(header: str) -> list[tuple[str, float]]:
    found = []
    for part in header.split(","):
        coding, _, parameter = part.partition(";")
        name, _, value = parameter.partition("=")
        try:
            weight = float(value) if name.strip() == "q" else 1.0
        except ValueError:
            weight = 0.0
        found.append((coding.strip(), weight))
    return found
