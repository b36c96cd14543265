"""A mail server of a few lines: it takes what comes and keeps it. A port that refuses is one where nothing listens."""

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from email.policy import default
from threading import Lock, Thread


class MailSink(socketserver.ThreadingTCPServer):
    """`messages` in the order in which they were taken, over `connections` connections."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 50

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Session)
        self.messages: list[Message] = []
        self.connections = 0
        self.hang_up_after = 0  # messages of one connection; 0: never
        self.lock = Lock()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def handle_error(self, *_request: object) -> None:
        """A sender that was killed has hung up."""

    def ids(self) -> list[str]:
        return [str(message["Message-ID"]) for message in self.messages]


class _Session(socketserver.StreamRequestHandler):
    server: MailSink

    def handle(self) -> None:
        with self.server.lock:
            self.server.connections += 1
        taken = 0
        self._say("220 sink")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                self._say("354 go on")
                self._take()
                taken += 1
            self._say("221 bye" if verb == b"QUIT" else "250 ok")
            if verb == b"QUIT" or taken == (self.server.hang_up_after or -1):
                return

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())

    def _take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return  # the sender died: what he had not finished was not taken
            lines.append(line.removeprefix(b"."))
        with self.server.lock:
            self.server.messages.append(message_from_bytes(b"".join(lines), policy=default))


@contextmanager
def mail_sink(port: int = 0) -> Iterator[MailSink]:
    with MailSink(port) as sink:
        Thread(target=sink.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield sink
        finally:
            sink.shutdown()
