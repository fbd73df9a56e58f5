"""A mail server for the tests (aiosmtpd): keeps what it takes as files, in order of arrival.

server.py PORT DIRECTORY [starttls|tls CERTIFICATE KEY] [auth NAME PASSWORD]

Recipients whose name begins with `gone` are refused for good, those that begin with `busy` the first time only, and those
that begin with `wait` each time for now, which the file `tries` counts.
"""
import pathlib
import ssl
import sys
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword, SMTP


class Keep:
    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.count = 0
        self.busy = set()

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("gone"):
            return f"550 5.1.1 <{address}>: no such user"
        if address.startswith("busy") and address not in self.busy:
            self.busy.add(address)
            return f"451 4.3.0 <{address}>: try again later"
        if address.startswith("wait"):
            with (self.directory / "tries").open("a") as tries:
                tries.write(".")
            return f"451 4.7.1 <{address}>: greylisted"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        sealed = "sealed" if session.ssl or server.transport.get_extra_info("sslcontext") else "plain"
        known = session.authenticated and "known" or "unknown"
        head = f"{sealed} {known} {envelope.mail_from} {' '.join(envelope.rcpt_tos)}\n"
        fresh = self.directory / f"{self.count:04}.part"
        fresh.write_bytes(head.encode() + envelope.content)
        fresh.rename(self.directory / f"{time.time_ns()}.eml")
        return "250 OK"


def main():
    port, directory, *rest = sys.argv[1:]
    options, more = {}, {}
    while rest:
        word = rest.pop(0)
        if word in ("starttls", "tls"):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(rest.pop(0), rest.pop(0))
            if word == "tls":
                more["ssl_context"] = context
            else:
                options.update(tls_context=context, require_starttls=True)
        elif word == "auth":
            name, password = rest.pop(0).encode(), rest.pop(0).encode()

            def known(server, session, envelope, mechanism, data):
                good = isinstance(data, LoginPassword) and (data.login, data.password) == (name, password)
                return AuthResult(success=good, handled=good)

            options.update(authenticator=known, auth_required=True, auth_require_tls=False)

    class Server(Controller):
        def factory(self):
            return SMTP(self.handler, **options)

    server = Server(Keep(directory), hostname="127.0.0.1", port=int(port), **more)
    server.start()
    print("listening", flush=True)
    while True:
        time.sleep(60)


main()
