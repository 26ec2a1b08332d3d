"""A browser without scripts, as far as a test needs one: cookies, forms and their tokens."""

import re
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from tests.support.office import PASSWORD

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Visitor:
    """Somebody at a browser."""

    def __init__(self, app: Flask, **environ: str) -> None:
        self.client = app.test_client()
        self.environ = environ

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, environ_overrides=self.environ, **options)

    def post(self, path: str, *, form_at: str | None = None, **fields: Any) -> TestResponse:
        """Send a form with the token of the page it stands on, which is at `path` if not said."""
        data = {"csrf_token": self.token(form_at or path), **fields}
        return self.client.post(path, data=data, environ_overrides=self.environ)

    def post_without_token(self, path: str, **fields: Any) -> TestResponse:
        return self.client.post(path, data=fields, environ_overrides=self.environ)

    def token(self, path: str) -> str:
        page = self.get(path)
        found = TOKEN.search(page.text)
        assert found, f"no form at {path}: {page.status}\n{page.text}"
        return found[1]

    def sign_in(self, email: str, password: str = PASSWORD) -> TestResponse:
        return self.post("/login", email=email, password=password)

    def is_signed_in(self) -> bool:
        return self.get("/password").status_code == 200

    def cookie(self, name: str = "session") -> str:
        cookie = self.client.get_cookie(name)
        assert cookie is not None, "no session cookie"
        return cookie.value

    def session_token(self) -> str:
        """What the server knows the sign-in by; it stands in the cookie and nowhere else."""
        with self.client.session_transaction() as session:
            return str(session["_user_id"])
