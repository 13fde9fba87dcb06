"""As much of IMAP4rev1 (RFC 3501) as a reader needs: login, EXAMINE, UID SEARCH, UID FETCH."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class FakeMailbox:
    """Mails by uid. `validity` changes when the server numbers them anew; `written` says whether anybody changed a flag."""

    def __init__(self) -> None:
        self.mails: dict[int, bytes] = {}
        self.validity = 7
        self.written = False
        self.fetched: list[int] = []
        self.breaks_after: int | None = None
        self.port = 0


class _Handler(socketserver.StreamRequestHandler):
    server: "_Server"

    def handle(self) -> None:
        self._say("* OK ready")
        for line in self.rfile:
            tag, _, rest = line.decode().strip().partition(" ")
            if not self._answer(tag, rest):
                return

    def _answer(self, tag: str, rest: str) -> bool:
        command, _, given = rest.upper().removeprefix("UID ").partition(" ")
        if command == "FETCH":
            return self._fetch(tag, [int(uid) for uid in given.split()[0].split(",")])
        replies = {
            "CAPABILITY": lambda: ("* CAPABILITY IMAP4rev1", f"{tag} OK done"),
            "LOGIN": lambda: (
                f"{tag} OK in" if self.server.password in rest else f"{tag} NO wrong password",
            ),
            "EXAMINE": lambda: self._examine(tag, rest),
            "SEARCH": lambda: self._search(tag, rest),
            "LOGOUT": lambda: ("* BYE", f"{tag} OK out"),
        }
        self.server.box.written = self.server.box.written or command not in replies
        self._say(*replies.get(command, lambda: (f"{tag} BAD unknown",))())
        return command != "LOGOUT"

    def _examine(self, tag: str, rest: str) -> tuple[str, ...]:
        if '"INBOX"' not in rest:
            return (f"{tag} NO no such folder",)
        counted = f"* {len(self.server.box.mails)} EXISTS"
        return counted, f"* OK [UIDVALIDITY {self.server.box.validity}] numbers", f"{tag} OK [READ-ONLY]"

    def _search(self, tag: str, rest: str) -> tuple[str, ...]:
        first = int(rest.rsplit(maxsplit=1)[-1].removesuffix(":*"))
        uids = (
            sorted(uid for uid in self.server.box.mails if uid >= first) or sorted(self.server.box.mails)[-1:]
        )
        return f"* SEARCH {' '.join(map(str, uids))}".rstrip(), f"{tag} OK done"

    def _fetch(self, tag: str, uids: list[int]) -> bool:
        for number, uid in enumerate(uids, 1):
            if (
                self.server.box.breaks_after is not None
                and len(self.server.box.fetched) >= self.server.box.breaks_after
            ):
                return False
            mail = self.server.box.mails[uid]
            self.server.box.fetched.append(uid)
            self.wfile.write(
                f"* {number} FETCH (UID {uid} BODY[] {{{len(mail)}}}\r\n".encode() + mail + b")\r\n"
            )
        self._say(f"{tag} OK done")
        return True

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, box: FakeMailbox, password: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.box, self.password = box, password


@contextmanager
def serving(box: FakeMailbox, password: str) -> Iterator[FakeMailbox]:
    """The mailbox on a loopback port."""
    with _Server(box, password) as server:
        box.port = int(server.server_address[1])
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield box
        finally:
            server.shutdown()
