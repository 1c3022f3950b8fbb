from contextlib import contextmanager

from odoo import api, models
from odoo.tools.sql import column_exists, create_column

# What decides which period an entry belongs to, and who must have locked there.
MOVING_FIELDS = frozenset({"date", "employee_id", "project_id", "so_line", "task_id"})
# What decides on which item it is billed.
RATING_FIELDS = MOVING_FIELDS - {"date"}


class AccountAnalyticLine(models.Model):
    """The billing ledger of a time entry.

    Odoo's ``timesheet_invoice_id`` follows ``invoice_line_id`` and never leads it.
    """

    _name = "account.analytic.line"
    _inherit = ["account.analytic.line", "billing.row.mixin"]

    def _auto_init(self):
        # Nothing waits in a period and nothing is approved yet: spare a large database
        # the computation.
        for name, kind in (
            ("billing_period_id", "int4"),
            ("approved_by_id", "int4"),
            ("approved_step_id", "int4"),
            ("approved_on", "timestamp"),
            ("approval_key", "varchar"),
        ):
            if not column_exists(self.env.cr, self._table, name):
                create_column(self.env.cr, self._table, name, kind)
        if not column_exists(self.env.cr, self._table, "billing_hours"):
            # Neither is anything rounded or split.
            create_column(self.env.cr, self._table, "billing_hours", "float8")
            self.env.cr.execute(
                "UPDATE account_analytic_line SET billing_hours = unit_amount"
            )
        if not column_exists(self.env.cr, self._table, "counted_in"):
            create_column(self.env.cr, self._table, "counted_in", "varchar")
            self.env.cr.execute(
                """
                UPDATE account_analytic_line
                   SET counted_in = project_id || '/0/' || COALESCE(employee_id, 0)
                 WHERE project_id IS NOT NULL
                """
            )
        return super()._auto_init()

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_billing_values(vals)
        self.env["account.move"]._forget_outdated()
        lines = super().create(self._leave_out_derived(vals_list))
        lines._take_item_of_day()
        lines._join_places()
        lines._freeze_added()
        # hr_timesheet drops and completes values: look at the records.
        lines._check_held(vals_list)
        lines._check_not_closed("create")
        return lines

    def write(self, vals):
        if not self:
            # As Odoo does for each journal item that it deletes.
            return super().write(vals)
        self._check_billing_values(vals)
        with self._guarding(vals):
            # Before the ledger, which takes what Odoo writes of an invoice out of them.
            self._check_protected(vals)
            self.env["account.move"]._forget_outdated()
            with (
                self._remembering(vals),
                self._completing(vals) as values,
            ):
                lines = self._leave_linked(values)
                with lines._following_places(values):
                    return super(AccountAnalyticLine, lines).write(values)

    def unlink(self):
        if not self:
            return super().unlink()
        self.env["account.move"]._forget_outdated()
        places = self._get_places()
        rated = any(line.is_so_line_edited and line.so_line for line in self)
        keys = self._get_counted_keys()
        result = super().unlink()
        self.env["project.billing.time"]._touch(keys=keys)
        # sudo: as in _join_places
        self.env["project.billing.period"].sudo()._sync_required_at(places, rated)
        return result

    def _join_places(self):
        """New time joins its period, and its people those who are waited for."""
        # sudo: periods follow the time, whoever may log it; nothing of them is returned
        Period = self.env["project.billing.period"].sudo()
        places = self._get_places()
        # An item of their own may be what makes their project bill time.
        edited = self.filtered(lambda line: line.is_so_line_edited and line.so_line)
        rated = edited._get_places()
        Period._sync_required_at(rated, rated=True)
        Period._require_people_at(places - rated)
        self._find_late_period()

    @contextmanager
    def _following_places(self, vals):
        """These entries are written within this block: periods follow where they go."""
        moved = not MOVING_FIELDS.isdisjoint(vals)
        places = self._get_places() if moved else None
        projects = {line: line.project_id for line in self} if moved else {}
        yield
        if moved:
            self.filtered(lambda line: line.project_id != projects[line])._round_anew()
            # sudo: as in _join_places
            self.env["project.billing.period"].sudo()._sync_required_at(
                places | self._get_places(),
                rated=not RATING_FIELDS.isdisjoint(vals),
            )
        if moved or "billing_hold" in vals:
            self._find_late_period()
            self._get_parts()._find_late_period()

    def _leave_linked(self, vals):
        """Keep what bills an entry from what Odoo writes of its invoice.

        sale_timesheet frees entries by sale line and invoice: it clears too many when a
        small credit note is posted or one of two lines of a sale line is deleted, and
        none when a credit note is posted by ``_post``. The entry's own link is the
        authority here, and the invoice only follows it: a write that touches the
        invoice alone does nothing to an entry that a line bills.

        :return: the entries that are to be written with these values; of the others
            what is not of the invoice is written here
        """
        if "timesheet_invoice_id" not in vals or "invoice_line_id" in vals:
            return self
        # sudo: whether a line bills the entry does not depend on who asks.
        linked = self.sudo().filtered("invoice_line_id").with_env(self.env)
        rest = {
            name: value
            for name, value in vals.items()
            if name != "timesheet_invoice_id"
        }
        if linked and rest:
            linked.write(rest)
        return self - linked

    def _get_places(self):
        """Where these entries make their persons required.

        :return: set of (project id, employee id, date)
        """
        # sudo: who must have locked follows from the time, not from its author
        return {
            (line.project_id.id, line.employee_id.id, line.date)
            for line in self.sudo()
            if line.project_id.billing_frequency
        }

    def _is_not_billed(self):
        # EXTENDS sale_timesheet
        # A link of ours counts even while Odoo has cleared its own for a moment: an
        # entry that looks unbilled would take over its task's project and sale line.
        return not self.invoice_line_id and super()._is_not_billed()

    def _set_invoice_line(self, invoice_line):
        result = super()._set_invoice_line(invoice_line)
        if not invoice_line:
            self._round_anew()
        return result

    @api.model
    def _get_settled_fields(self):
        return (*super()._get_settled_fields(), "project_id", "partner_id", "user_id")

    @api.model
    def _get_billed_values_of(self, invoice_line):
        return {
            **super()._get_billed_values_of(invoice_line),
            "timesheet_invoice_id": invoice_line.move_id.id,
        }
