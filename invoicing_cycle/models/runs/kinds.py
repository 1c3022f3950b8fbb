import io
import zipfile
from typing import NamedTuple

from odoo import api, models
from odoo.tools import split_every

from ..common.refusal import get_code
from ..send.batch import INVOICE_PDF

#: Documents of one chunk: about two seconds of work, for which rows are locked.
CHUNKS = {
    "generate": 50,
    "confirm": 40,
    "send": 1,
    "mark_sent": 250,
    "print": 5,
    "prove": 50,
}
#: E-invoice networks commit while they send: what has left cannot be taken back.
COMMITS = {"send"}
#: Reasons for which nothing has to be done.
NOTHING_TO_DO = {"already_invoiced", "skipped", "empty"}
#: PDFs of one file to download: it is made in memory.
FILES = 1000


class Outcome(NamedTuple):
    """What became of a row; ``queued`` where it is to be tried again."""

    state: str
    message: str = ""
    result_ids: tuple = ()
    details: dict | None = None  # what more there is to tell, as JSON has it


class BillingRun(models.Model):
    """What a run does with its rows, kind by kind, as who started it.

    Each method takes the rows of a chunk and their documents and gives an
    :class:`Outcome` for each row. An exception fails the row, or has the chunk done
    unit by unit.
    """

    _inherit = "billing.run"

    def _work_on(self, lines, env):
        """
        :param lines: ``billing.run.line`` of one or several units
        :param env: environment of who started the run
        :return: dict, row to :class:`Outcome`
        """
        documents = env[lines[:1].res_model].browse(lines.mapped("res_id"))
        there = set(documents.exists().ids)
        outcomes = {
            line: Outcome("failed", env._("It does not exist any more."))
            for line in lines
            if line.res_id not in there
        }
        rows = lines.filtered(lambda line: line.res_id in there)
        if rows:
            work = getattr(self, f"_work_{self.kind}")
            outcomes.update(work(rows, documents.browse(rows.mapped("res_id"))))
        return outcomes

    def _work_generate(self, lines, periods):
        result = periods._generate_as_user((self.options or {}).get("reason"))
        reasons = dict(result.skipped)
        failed = dict(result.failed)
        # sudo: which periods the invoices bill that were just made for the user
        made = periods.env["account.move"].sudo().browse(result.made)
        outcomes = {}
        for line in lines:
            own = made.filtered(
                lambda move, line=line: line.res_id in move.billing_period_ids.ids
            )
            if own:
                names = ", ".join(own.mapped("display_name"))
                outcomes[line] = Outcome("done", names, tuple(own.ids))
                continue
            reason = failed.get(line.res_id) or reasons.get(line.res_id)
            code = get_code(reason) if reason else "already_invoiced"
            if code == "busy":
                outcomes[line] = Outcome("queued", str(reason))
            else:
                state = "skipped" if code in NOTHING_TO_DO else "failed"
                outcomes[line] = Outcome(state, str(reason or ""))
        return outcomes

    def _work_confirm(self, lines, moves):
        _ = moves.env._
        drafts = moves.filtered(lambda move: move.state == "draft")
        outdated = drafts._filtered_outdated()
        reasons = outdated._get_reasons_of_outdated()
        failed = {
            draft: str(error.args[0])
            for draft, error in (drafts - outdated)._post_drafts()
        }
        outcomes = {}
        for line, move in zip(lines, moves, strict=True):
            if move in outdated:
                text = _(
                    "It is out of date. Look at it and confirm it: %(reasons)s",
                    reasons=reasons.get(move.id, ""),
                )
                outcomes[line] = Outcome("failed", text)
            elif move in failed:
                outcomes[line] = Outcome("failed", failed[move])
            elif move in drafts:
                outcomes[line] = Outcome("done", move.display_name)
            else:
                outcomes[line] = Outcome("skipped", _("It is no draft any more."))
        return outcomes

    def _work_mark_sent(self, lines, moves):
        sent = moves.filtered("sent_on")
        (moves - sent)._mark_as_sent(**self.options)
        return {
            line: Outcome("skipped", moves.env._("It is marked as sent already."))
            if move in sent
            else Outcome("done")
            for line, move in zip(lines, moves, strict=True)
        }

    def _work_send(self, lines, moves):
        return {
            line: self._send_one(move) for line, move in zip(lines, moves, strict=True)
        }

    def _send_one(self, move):
        """Send an invoice by its customer's own method."""
        _ = move.env._
        if move.sent_on:
            return Outcome("skipped", _("It was sent already."))
        if move.state != "posted":
            return Outcome("failed", _("Confirm it first."))
        if not move.try_lock_for_update(allow_referencing=True):
            return Outcome("queued", _("Somebody else is working on it."))
        move.env["account.move.send"]._generate_and_send_invoices(
            move, allow_fallback_pdf=False
        )
        if not move.sent_on and not move.is_being_sent:
            return Outcome(
                "failed",
                _("Nothing left: the customer has no address for this way of sending."),
            )
        return Outcome("done")

    def _work_print(self, lines, moves):
        moves.check_access("read")
        moves._check_pdf_program()
        self._get_printed(lines).unlink()
        for line, move in zip(lines, moves, strict=True):
            document = move._get_invoice_legal_documents(INVOICE_PDF)
            # sudo: kept for the file at the end, out of reach for everybody
            moves.env["ir.attachment"].sudo().create(
                {
                    "name": document["filename"],
                    "raw": document["content"],
                    "res_model": line._name,
                    "res_id": line.id,
                }
            )
        return {line: Outcome("done") for line in lines}

    def _finish(self):
        """What is left to do when all rows are done."""
        if self.kind == "print":
            self._zip_printed()
        elif self.kind == "send":
            self._tell_undelivered()

    def _give_up_mails(self, reason):
        """Mails of this run that were not sent are not tried again by Odoo's queue:
        their invoices were not sent, and who resumes the run sends them."""
        # sudo: mails belong to the system
        mails = (
            self.env["mail.mail"]
            .sudo()
            .search(
                [
                    ("state", "=", "outgoing"),
                    ("mail_message_id.sends_invoice", "=", True),
                    ("mail_message_id.model", "=", "account.move"),
                    ("mail_message_id.res_id", "in", self.line_ids.mapped("res_id")),
                ]
            )
        )
        # As Odoo does where it cannot connect to the mail server.
        mails.write({"state": "exception", "failure_reason": reason})
        mails._postprocess_sent_message(
            [], [], failure_reason=reason, failure_type="mail_smtp"
        )

    def _tell_undelivered(self):
        """A mail leaves after its row is stored: where it did not, the row failed."""
        done = self.line_ids.filtered(lambda line: line.state == "done")
        # sudo: what became of the mails, whoever may read them
        moves = self.env["account.move"].sudo().browse(done.mapped("res_id")).exists()
        unsent = moves.filtered(lambda move: not move.sent_on)
        reasons = {
            delivery.mail_message_id.res_id: delivery.failure_reason
            or delivery.mail_mail_id.failure_reason
            or delivery.format_failure_reason()
            for delivery in unsent._get_sending_messages().notification_ids
            if delivery.notification_status == "exception"
        }
        for line in done.filtered(lambda line: line.res_id in reasons):
            line._record({"state": "failed", "message": reasons[line.res_id]})

    @api.model
    def _get_printed(self, lines):
        """The files of single invoices, which one to download is made of."""
        # sudo: the files that this run has made
        return (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [("res_model", "=", lines._name), ("res_id", "in", lines.ids)],
                order="id",
            )
        )

    def _zip_printed(self):
        """One file to download of what was printed, a few where it is much, or where
        some of it was tried again."""
        # sudo: the files that this run has made
        Attachment = self.env["ir.attachment"].sudo()
        before = Attachment.search_count(self._get_download_domain())
        printed = self._get_printed(self.line_ids)
        parts = list(split_every(FILES, printed.ids, Attachment.browse))
        for number, part in enumerate(parts, start=before + 1):
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
                for file in part:
                    archive.writestr(file.name, file.raw)
            name = self.env._("Invoices")
            Attachment.create(
                {
                    "name": f"{name} {number}.zip",
                    "raw": buffer.getvalue(),
                    "mimetype": "application/zip",
                    "res_model": self._name,
                    "res_id": self.id,
                }
            )
        printed.unlink()
