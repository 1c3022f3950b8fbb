from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ...tools import bounds
from ...tools.billing_calendar import add_days
from ..common.news import tell_screens
from ..common.recorded import check_user_rights


class ProjectBillingPeriod(models.Model):
    """One project × one stretch of days × one scheduled invoice date.

    The backbone of the cycle. Its state is never stored, see ``readiness/state.py``,
    and neither is what follows from time, see ``billing/totals.py``.

    Who may what:

    =================  ==========================  =========================
    \\                 own rows                    all rows of the companies
    =================  ==========================  =========================
    read, skip         invoicing cycle user        billing manager
    enter, change      invoicing cycle user        billing manager
    (custom periods)
    generate (ready)   invoicing cycle user        billing manager
    generate anyway    –                           billing manager
    not expected       invoice owner               billing manager
    =================  ==========================  =========================

    Own rows are those of one's projects (project manager), invoices (invoice owner) or
    customers (their salesperson). What nobody may write by hand, and what only before
    the period is invoiced, is in ``schedule/period_rights.py``.
    """

    _name = "project.billing.period"
    _description = "Billing Period"
    _inherit = [
        "billing.bounds.mixin",
        "billing.sql.mixin",
        "billing.named.mixin",
        "mail.thread",
        "mail.activity.mixin",
        "billing.recorded.mixin",
    ]
    _order = "invoice_date, date_from, id"
    #: Of what is chosen for a period. Its project, customer and invoice owner are not
    #: among that: the company follows from the project, whatever company that has.
    _check_company_auto = True

    project_id = fields.Many2one(
        "project.project", required=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        compute="_compute_partner_id",
        store=True,
        index="btree_not_null",
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        precompute=True,
        required=True,
        index=True,
    )
    currency_id = fields.Many2one(
        "res.currency", compute="_compute_currency_id", store=True
    )
    billing_owner_id = fields.Many2one(
        "res.users",
        string="Invoice Owner",
        related="project_id.billing_owner_id",
        store=True,
        index="btree_not_null",
    )
    date_from = fields.Date("From", required=True)
    date_to = fields.Date(
        "To",
        help="Empty until the project is complete, where it is billed on completion.",
    )
    invoice_date = fields.Date(
        "Scheduled Invoice Date",
        compute="_compute_invoice_date",
        store=True,
        readonly=False,
        index=True,
    )
    is_supplementary = fields.Boolean(
        readonly=True,
        help="Opened for late time after the schedule has ended.",
    )
    fixed_amount = fields.Monetary(
        compute="_compute_fixed_amount",
        store=True,
        readonly=False,
        help="Untaxed amount that is billed with this period, whatever its time.",
    )
    sale_line_id = fields.Many2one(
        "sale.order.line",
        string="Sales Order Item",
        compute="_compute_sale_line_id",
        store=True,
        readonly=False,
        index="btree_not_null",
        check_company=True,
        domain="[('is_service', '=', True), ('is_expense', '=', False),"
        " ('state', '=', 'sale'), ('order_partner_id', 'child_of', partner_id)]",
        help="The sales order item of the fixed amount.",
    )
    required_ids = fields.One2many(
        "project.billing.period.required", "period_id", string="Who Must Have Locked"
    )
    timesheet_ids = fields.One2many(
        "account.analytic.line",
        "billing_period_id",
        string="Time Entries",
        readonly=True,
        groups="hr_timesheet.group_hr_timesheet_user",
    )
    part_ids = fields.One2many(
        "project.billing.part",
        "billing_period_id",
        string="Parts of Time Entries",
        readonly=True,
        groups="hr_timesheet.group_hr_timesheet_user",
    )
    expense_ids = fields.One2many(
        "hr.expense", "billing_period_id", string="Re-invoiced Expenses", readonly=True
    )
    expense_line_ids = fields.One2many(
        "sale.order.line",
        "billing_period_id",
        string="Expense Sales Order Items",
        readonly=True,
    )
    invoice_line_ids = fields.One2many(
        "account.move.line",
        "billing_period_id",
        string="Invoice Lines",
        readonly=True,
        groups="account.group_account_invoice,account.group_account_readonly,"
        "sales_team.group_sale_salesman",
    )
    invoice_ids = fields.Many2many(
        "account.move",
        compute="_compute_invoice_ids",
        compute_sudo=True,
        string="Invoices",
        help="As far as you may read them.",
    )
    generate_error = fields.Char(readonly=True, copy=False)
    period_label = fields.Char("Period", compute="_compute_period_label")

    _unique_start = models.UniqueIndex(
        "(project_id, date_from)",
        "This project has a billing period that starts on the same day already.",
    )
    _dates_in_order = models.Constraint(
        "CHECK (date_to >= date_from)",
        "A billing period cannot end before it starts.",
    )
    _fixed_amount_positive = models.Constraint(
        "CHECK (fixed_amount >= 0)",
        "A fixed amount cannot be negative: use a credit note to pay something back.",
    )

    # -------------------------------------------------------------- computes

    # What was invoiced, in part as well, or skipped keeps its customer, company,
    # currency and date, whatever becomes of the project.

    @api.depends("project_id.partner_id", "project_id.sale_line_id.order_partner_id")
    def _compute_partner_id(self):
        kept = set(self._filtered_kept())
        for period in self:
            project = period.project_id
            period.partner_id = (
                period.partner_id
                if period in kept
                else project.partner_id or project.sale_line_id.order_partner_id
            )

    @api.depends("project_id.billing_company_id")
    def _compute_company_id(self):
        kept = set(self._filtered_kept())
        for period in self:
            period.company_id = (
                period.company_id
                if period in kept
                else period.project_id.billing_company_id
                or period.company_id
                or self.env.company
            )

    @api.depends(
        "company_id",
        "project_id.sale_line_id.currency_id",
        "sale_line_id.currency_id",
    )
    def _compute_currency_id(self):
        kept = set(self._filtered_kept())
        for period in self:
            # A fixed amount is billed as it was entered, in the currency of its item.
            item = period.sale_line_id or period.project_id.sale_line_id
            period.currency_id = (
                period.currency_id
                if period in kept
                else item.currency_id or period.company_id.currency_id
            )

    @api.depends("date_to", "project_id.billing_invoice_delay")
    def _compute_invoice_date(self):
        kept = set(self._filtered_kept())
        for period in self:
            if period in kept:
                period.invoice_date = period.invoice_date
            elif period.date_to:
                delay = period.project_id._get_invoice_delay()
                period.invoice_date = add_days(period.date_to, delay)
            else:
                period.invoice_date = False

    @api.depends("project_id.sale_line_id")
    def _compute_sale_line_id(self):
        for period in self:
            line = period.project_id.sale_line_id
            if line and not period.sale_line_id:
                by_time = line.product_id._is_delivered_timesheet()
                period.sale_line_id = not by_time and line
            else:
                period.sale_line_id = period.sale_line_id

    @api.depends("invoice_line_ids.move_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_invoice_ids(self):
        # As superuser for the links alone: a project manager reads no invoice lines.
        invoices = self.invoice_line_ids.move_id
        readable = set(invoices.sudo(False)._filtered_access("read").ids)
        for period in self:
            period.invoice_ids = period.invoice_line_ids.move_id.filtered(
                lambda invoice: invoice.id in readable
            )

    # ----------------------------------------------------------- constraints

    @api.constrains("project_id")
    def _check_template(self):
        for period in self:
            if period.project_id.is_template:
                raise ValidationError(
                    self.env._(
                        "%(project)s is a template: templates have no billing periods.",
                        project=period.project_id.display_name,
                    )
                )

    @api.constrains("date_to", "project_id")
    def _check_date_to(self):
        for period in self:
            if (
                not period.date_to
                and period.project_id.billing_frequency != "completion"
            ):
                raise ValidationError(
                    self.env._(
                        "The billing period of %(project)s from %(date)s needs an end.",
                        project=period.project_id.display_name,
                        date=format_date(self.env, period.date_from),
                    )
                )

    # Its days are looked at with those of other periods, see _check_span_bounds().
    @api.model
    def _get_bounds(self):
        return {
            **super()._get_bounds(),
            "invoice_date": bounds.billing_days(fields.Date.context_today(self)),
        }

    # ------------------------------------------------------------------ CRUD

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_billing_values(vals)
        # Before the rest: what other refusals tell is not for everybody.
        self._check_may_create(vals_list)
        vals_list = [self._choose_share(vals) for vals in vals_list]
        self._check_new_spans(vals_list)
        periods = super().create(vals_list)
        periods._check_by_hand()
        periods._after_dates_changed()
        periods.filtered("fixed_share")._share_anew()
        # Asked by the ORM as well, unless Odoo's code runs as the superuser.
        check_user_rights(periods, "create")
        # sudo: the retainer's consequences, for whoever enters a period
        periods.sudo()._take_retainer()
        tell_screens(self.env)
        return periods

    def write(self, vals):
        self._check_billing_values(vals)
        self._check_may_write(vals)
        values = self._choose_share(vals)
        self._check_fixed_amount(values)
        tell_screens(self.env)
        with self._following_amount(vals), self._following_dates(vals):
            return super().write(values)

    def unlink(self):
        shared = self.filtered("fixed_share").sale_line_id
        projects = self.project_id
        following = self._get_with_next() - self
        # sudo: all that stands in them
        entries, parts = self.sudo().timesheet_ids, self.sudo().part_ids
        result = super().unlink()
        tell_screens(self.env)
        # They have lost their period past the ORM.
        for rows in (entries, parts):
            rows.modified(["billing_period_id"])
        projects._reassign_entries()
        following._sync_required()
        self._share_anew(shared)
        return result

    @contextmanager
    def _following_dates(self, vals):
        """These periods are written within this block: time finds its place anew."""
        if not {"date_from", "date_to", "project_id"} & vals.keys():
            yield
            return
        self._check_open(self.env._("change the dates of"))
        self._check_by_hand()
        self._check_changed_spans(vals)
        projects = self.project_id if "project_id" in vals else None
        yield
        self._check_by_hand()
        self._after_dates_changed(projects)

    @contextmanager
    def _following_amount(self, vals):
        """These periods are written within this block: what a fixed amount decides
        follows it."""
        changed = not {"fixed_amount", "fixed_share", "sale_line_id"}.isdisjoint(vals)
        yield
        if not {"fixed_share", "date_from", "sale_line_id"}.isdisjoint(vals):
            self._share_anew()
        if changed:
            # With it, what is billed in part may be open or closed now.
            # sudo: where time waits does not depend on who may read invoices
            self.sudo().filtered("invoice_line_ids")._reassign_entries()

    # Also "at uninstall": that is a context key, which anybody can send.
    @api.ondelete(at_uninstall=True)
    def _unlink_except_closed(self):
        check_user_rights(self, "unlink")
        self._check_open(self.env._("delete"))
        self._check_never_invoiced()
        self._check_by_hand()

    def _after_dates_changed(self, projects=None):
        """The entries and persons of these periods' projects find their place."""
        self.env["project.billing.time"]._touch(periods=self.ids)
        (self.project_id | (projects or self.project_id))._reassign_entries()
        self._get_with_next()._sync_required()

    # --------------------------------------------------------------- actions

    def action_mark_as_sent(self):
        """Mark the confirmed invoices of these periods as sent: for those who bill
        the rows without access to the invoices themselves."""
        self.check_access("write")
        # sudo: which invoices there are; who may record is checked there
        invoices = self.sudo().invoice_line_ids.move_id.filtered(
            lambda invoice: invoice.state != "cancel"
        )
        invoices.with_env(self.env).action_mark_as_sent()

    def action_view_invoices(self):
        """Open the invoices of these periods."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Invoices"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("id", "in", self.invoice_ids.ids)],
            **(
                {"view_mode": "form", "res_id": self.invoice_ids.id}
                if len(self.invoice_ids) == 1
                else {}
            ),
        }
