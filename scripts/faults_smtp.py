"""A mail server that takes mail, refuses it, or hangs; which, the recipient says.

``python faults_smtp.py PORT FILE``: a line of JSON for each mail that it has taken goes
to the file. ``refuse-…`` is answered by 550; to ``hang-…`` it gives no answer for as
long as the file ``FILE.hangs`` is there.
"""

import json
import os
import re
import socketserver
import sys
import time
from email.parser import BytesParser

FILE = ""


class Session(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        self.say("220 faults")
        recipients = []
        while line := self.rfile.readline().decode().strip():
            command = line.upper()
            if command.startswith("RCPT"):
                address = re.search("<(.*)>", line)[1]
                if address.startswith("hang-"):
                    while os.path.exists(FILE + ".hangs"):
                        time.sleep(0.1)
                if address.startswith("refuse-"):
                    self.say("550 nobody of that name")
                    continue
                recipients.append(address)
            elif command == "DATA":
                self.take(recipients)
                recipients = []
                continue
            elif command == "QUIT":
                self.say("221 bye")
                return
            self.say("250 ok")

    def take(self, recipients):
        self.say("354 go on")
        data = b""
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            data += line
        if not line:
            return  # cut off: not a mail
        mail = BytesParser().parsebytes(data)
        row = {"to": recipients, "id": mail["Message-Id"], "subject": mail["Subject"]}
        with open(FILE, "a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        self.say("250 taken")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, *args):
        """Clients are killed here, and that is no fault."""


if __name__ == "__main__":
    FILE = sys.argv[2]
    Server(("127.0.0.1", int(sys.argv[1])), Session).serve_forever()
