from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..entries.row_set import Rows


class AccountMoveLine(models.Model):
    """A line gives the time that it bills back, and takes it again."""

    _inherit = "account.move.line"

    def _get_billed_rows(self):
        """The time that these lines bill, as :class:`Rows`."""
        return Rows(self.timesheet_entry_ids, self.billed_part_ids)

    def _get_released_rows(self):
        """The time that these lines have given back."""
        return Rows(self.released_entry_ids, self.released_part_ids)

    def _get_known_rows(self):
        """The time that these lines bill, or have given back."""
        return self._get_billed_rows() | self._get_released_rows()

    def _give_entries_back(self, remember=True):
        """Free the time of these lines.

        :param bool remember: keep them for :meth:`_take_again`
        """
        # sudo: whoever may cancel or delete the invoice gives its time back, also
        # without the right to read timesheets.
        rows = Rows.search(self.env(su=True), [("invoice_line_id", "in", self.ids)])
        if not rows:
            return
        if remember:
            for line, own in rows.grouped("invoice_line_id").items():
                line._remember(Command.link, own)
        rows._set_invoice_line(self.browse())

    def _release(self, rows):
        """Free these rows of this line, and keep them to be taken again."""
        if rows:
            self._remember(Command.link, rows)
            rows._set_invoice_line(self.browse())

    def _remember(self, command, rows):
        """Keep what was freed of this line, or forget it.

        :param command: ``Command.link`` or ``Command.unlink``
        """
        # sudo: what was billed, whoever gives it back
        told = dict(self.sudo().released_as or {})
        for row in rows:
            told.pop(str(row._get_key()), None)
            if command == Command.link:
                told[str(row._get_key())] = self._prepare_told(row)
        self._record(
            {"released_as": told or False}
            | {
                name: [command(id_) for id_ in records.ids]
                for name, records in (
                    ("released_entry_ids", rows.entries),
                    ("released_part_ids", rows.parts),
                )
                if records
            }
        )

    @api.model
    def _prepare_told(self, row):
        """What a row of time is, for those who ask what a document bills.

        :return: dict of plain values, see ``released_as``
        """
        return {
            "project_id": row.project_id.id,
            "day": fields.Date.to_string(row.date),
            "person": row.employee_id.name or "",
            "task": row.task_id.name or "",
            "text": "" if row.name == "/" else row.name or "",
            "hours": row.product_uom_id._to_hours(row.billing_hours),
        }

    def _get_told_time(self):
        """What this line (superuser) bills, or billed before it was given back, as it
        was then.

        :return: list of dicts, by day; see :meth:`_prepare_told`
        """
        self.ensure_one()
        told = map(self._prepare_told, self._get_billed_rows())
        told = [*told, *(self.released_as or {}).values()]
        return sorted(told, key=lambda row: row["day"] or "")

    def _take_again(self, rows, counts_more=False):
        """Bill time that was given back before.

        :param Rows rows: the time
        :param bool counts_more: less of this line is credited by now, so there should
            be such time
        :raises UserError: where one of them is billed elsewhere by now, or changed
        """
        self.ensure_one()
        self._check_not_billed_elsewhere(rows)
        self._check_retaken(rows, counts_more)
        if not rows:
            return
        rows._set_invoice_line(self)
        self._remember(Command.unlink, rows)

    def _check_not_billed_elsewhere(self, rows):
        elsewhere = rows.mapped("invoice_line_id") - self
        if elsewhere:
            raise UserError(
                self.env._(
                    "The time of %(document)s is billed on %(invoices)s by now. "
                    "Cancel or credit that first.",
                    document=self.move_id.display_name,
                    invoices=", ".join(elsewhere.move_id.mapped("display_name")),
                )
            )

    def _follow_cancel(self):
        """Lines of invoices that were just cancelled bill nothing any more."""
        self._check_not_credited()
        self._give_entries_back()
