"""What the frame of a formatted message may do: show itself, and open a link that is clicked.

sandbox       no scripts, no forms, an origin of its own; a link opens in another tab
default-src   nothing is fetched from anywhere, this site among it
img-src       pictures that stand in the page; others only when they were asked for
"""

_ALWAYS = (
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
    "sandbox allow-popups allow-popups-to-escape-sandbox",
)


def frame_headers(*, pictures: bool) -> dict[str, str]:
    """The headers of the frame's page.

    Args:
        pictures: those from elsewhere were asked for.
    """
    images = "img-src data: https: http:" if pictures else "img-src data:"
    return {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": "; ".join((*_ALWAYS, images)),
        # Whoever serves a picture is not told where it is shown.
        "Referrer-Policy": "no-referrer",
    }
