"""A finance tool: invoices what is ready, and sends it by a way of its own.

    ODOO_URL=https://odoo.example.com ODOO_KEY=... python3 finance_tool.py outbox

Python 3.10 or newer, no packages. Where the server has several databases, set
ODOO_DATABASE too. `deliver` writes into a folder: put your own way of sending there.
docs/api.md tells all about the calls.
"""

import base64
import json
import os
import sys
import urllib.error
import urllib.request
from pathlib import Path


class RefusedError(Exception):
    """The server said no: ``code`` is for programs, the text for people."""

    def __init__(self, status, answer):
        super().__init__(answer.get("message") or f"HTTP {status}")
        self.status = status
        self.code = (answer.get("context") or {}).get("code")


class Client:
    def __init__(self, url, key, database=None):
        self.url = f"{url.rstrip('/')}/json/2/invoicing.cycle.api"
        self.headers = {
            "Authorization": f"bearer {key}",
            "Content-Type": "application/json",
        }
        if database:
            self.headers["X-Odoo-Database"] = database

    def call(self, name, **values):
        """One call; gives the answer, or raises RefusedError."""
        request = urllib.request.Request(  # noqa: S310 - of the url given above
            f"{self.url}/{name}", json.dumps(values).encode(), self.headers
        )
        try:
            with urllib.request.urlopen(request, timeout=300) as response:  # noqa: S310
                return json.load(response)
        except urllib.error.HTTPError as error:
            try:
                answer = json.load(error)
            except ValueError:
                answer = {}
            raise RefusedError(error.code, answer) from None

    def pages(self, name, **values):
        """All items of a ``list_`` call, page by page."""
        after = 0
        while after is not None:
            answer = self.call(name, after=after, **values)
            yield from answer["items"]
            after = answer["next"]


def invoice_what_is_ready(client):
    """Make the invoices of all ready periods, and confirm all drafts of periods.

    Also those of a run that was stopped before. Where people look at drafts first,
    leave the confirming to them.

    :return: list of texts, what was left behind and why
    """
    periods = [
        period["id"] for period in client.pages("list_periods", states=["ready"])
    ]
    left = []
    for start in range(0, len(periods), 100):
        chunk = periods[start : start + 100]
        made = client.call("generate", period_ids=chunk)
        left += [item["message"] for item in made["skipped"] + made["failed"]]
    drafts = [
        draft["id"]
        for draft in client.pages("list_invoices", statuses=["draft"])
        if draft["origin"] == "schedule"
    ]
    for start in range(0, len(drafts), 100):
        chunk = drafts[start : start + 100]
        confirmed = client.call("confirm", invoice_ids=chunk)
        left += [item["message"] for item in confirmed["failed"]]
    return left


def fetch(client, invoice):
    """The files of an invoice: PDF, and e-invoice and annex where there are some."""
    for kind in ("pdf", "xml", "annex"):
        try:
            document = client.call("get_document", invoice_id=invoice["id"], kind=kind)
        except RefusedError as error:
            if error.code != "no_document":
                raise
            continue
        yield document["filename"], base64.b64decode(document["content"])


def deliver(folder, invoice, files):
    """Send an invoice: here, into a folder of its own.

    :return: what this sending is called. It is the same when it is done again.
    """
    target = folder / invoice["number"].replace("/", "_")
    target.mkdir(parents=True, exist_ok=True)
    for name, content in files:
        (target / name).write_bytes(content)
    return f"outbox {invoice['number']}"


def send_what_is_ready(client, folder):
    """Deliver all confirmed invoices, and record each right after.

    :return: (list of their numbers, list of texts: what could not be sent, and why)
    """
    sent, left = [], []
    for invoice in list(client.pages("list_invoices", statuses=["ready"])):
        try:
            reference = deliver(folder, invoice, fetch(client, invoice))
            client.call(
                "mark_as_sent",
                invoice_ids=[invoice["id"]],
                channel="other",
                reference=reference,
            )
        except RefusedError as error:
            left.append(f"{invoice['number']}: {error}")
        else:
            sent.append(invoice["number"])
    return sent, left


def follow_payments(client, folder):
    """What has changed of sent invoices since the last time.

    :return: dict, number to (state of payment, amount that is left to pay)
    """
    mark = folder / "as_of"
    since = mark.read_text() if mark.exists() else None
    # The mark of the first page, so that nothing is left out while we read on.
    as_of = client.call("list_invoices", limit=1)["as_of"]
    changed = {
        invoice["number"]: (invoice["payment_state"], invoice["amount_due"])
        for invoice in client.pages(
            "list_invoices", statuses=["sent"], changed_since=since
        )
    }
    mark.write_text(as_of)
    return changed


def run(client, folder):
    """The whole routine; may be stopped anywhere, and run again.

    :return: dict with what was sent, left and paid, and whether the cycle is clear
    """
    folder.mkdir(parents=True, exist_ok=True)
    left = invoice_what_is_ready(client)
    sent, unsent = send_what_is_ready(client, folder)
    return {
        "sent": sent,
        "left": left + unsent,
        "payments": follow_payments(client, folder),
        "clear": client.call("get_cycle")["clear"],
    }


if __name__ == "__main__":
    result = run(
        Client(
            os.environ["ODOO_URL"],
            os.environ["ODOO_KEY"],
            os.environ.get("ODOO_DATABASE"),
        ),
        Path(sys.argv[1] if len(sys.argv) > 1 else "outbox"),
    )
    json.dump(result, sys.stdout, indent=2, ensure_ascii=False)
