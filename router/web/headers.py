"""What browsers are told with every answer: run our own scripts only, keep and frame nothing."""

from flask import Flask, Response, request

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
STATIC_SECONDS = 3600


def add_headers(app: Flask, *, is_https: bool) -> None:
    """Have every answer of `app` carry them."""

    @app.after_request
    def secure(response: Response) -> Response:
        headers = response.headers
        headers["Content-Security-Policy"] = POLICY
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Frame-Options"] = "DENY"
        headers["Referrer-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=()"
        if is_https:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        if request.endpoint == "static":
            headers["Cache-Control"] = f"public, max-age={STATIC_SECONDS}"
        else:  # pages hold what guests wrote: no copy stays in a browser's or a proxy's cache
            headers["Cache-Control"] = "no-store"
        return response
