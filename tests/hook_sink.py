"""An agency's messenger of a few lines: it answers 204 to whatever is posted and keeps the Idempotency-Key."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread


class HookSink(ThreadingHTTPServer):
    """`keys` in the order in which messages came."""

    daemon_threads = True
    request_queue_size = 50

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Message)
        self.keys: list[str] = []
        self.lock = Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook"


class _Message(BaseHTTPRequestHandler):
    server: HookSink

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        with self.server.lock:
            self.server.keys.append(self.headers["Idempotency-Key"])
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@contextmanager
def hook_sink() -> Iterator[HookSink]:
    with HookSink() as sink:
        Thread(target=sink.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield sink
        finally:
            sink.shutdown()
