"""The clerk's page as a clerk's browser uses it: logs in, and acts, over HTTP."""

from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import msgspec

from bus.answers import Answer
from bus.asks import Request as Ask
from bus.messages import encode
from config.errors import Refused, Unreachable

PATIENCE_S = 30.0


class Console:
    """One login at the web part's address, such as `http://127.0.0.1:8080`."""

    def __init__(self, address: str, login: str, password: str) -> None:
        self.address = address
        self.login = login
        self.password = password
        self._cookie = ""

    def log_in(self) -> None:
        """Raises Refused (wrong password) or Unreachable."""
        body = msgspec.json.encode({"name": self.login, "password": self.password})
        self._cookie = self._post("/login", body)[1].partition(";")[0]

    def act(self, verb: str, fields: Ask) -> msgspec.Raw:
        """The result of the act. Raises Refused, with the hub's code, or Unreachable."""
        answer = msgspec.json.decode(self._post(f"/act/{verb}", encode(fields))[0], type=Answer)
        if answer.error is not None:
            raise Refused(answer.error.code, answer.error.message, field=answer.error.field)
        assert isinstance(answer.result, msgspec.Raw)
        return answer.result

    def _post(self, path: str, body: bytes) -> tuple[bytes, str]:
        """The answer's body, and the cookie that came with it."""
        headers = {"Origin": self.address, "X-Luot": "1", "Content-Type": "application/json"}
        request = Request(self.address + path, body, {**headers, "Cookie": self._cookie})
        try:
            with urlopen(request, timeout=PATIENCE_S) as answer:
                return answer.read(), answer.headers.get("Set-Cookie", "")
        except HTTPError as error:
            return error.read(), ""
        except (URLError, OSError) as error:
            raise Unreachable(f"The clerk's page does not answer: {error}.") from error
