import logging
from collections import defaultdict
from dataclasses import dataclass, field

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import format_date

from ..common.call_arguments import get_text
from ..common.news import tell_screens
from ..common.refusal import Reason, refusal
from ..readiness.missing_data_reasons import BLOCKING_CODES

_logger = logging.getLogger(__name__)


@dataclass
class BillingResult:
    """What became of the periods of one run, as ``context["billing_result"]``."""

    made: list = field(default_factory=list)  # ids of account.move
    skipped: list = field(default_factory=list)  # [period id, reason]
    failed: list = field(default_factory=list)  # [period id, reason]

    def as_dict(self):
        return {
            "made": self.made,
            # Plain texts: not each protocol takes another kind of them.
            "skipped": [[period_id, str(reason)] for period_id, reason in self.skipped],
            "failed": self.failed,
        }


class ProjectBillingPeriod(models.Model):
    """Makes the invoices of periods: set-based, idempotent, all or nothing per unit."""

    _inherit = "project.billing.period"

    def action_generate_invoices(self, reason=None):
        """Create the draft invoices of Ready periods.

        :param str reason: why periods that are not ready are invoiced anyway; only for
            billing managers. Such time is billed, never locked or approved by this.
        :return: window action on the invoices made, with
            ``context["billing_result"] = {"made": [ids], "skipped": [[id, reason]],
            "failed": [[id, reason]]}``; of more than one request can do, on the run
            (``billing.run``) that makes them
        :raises UserError: where a single period cannot be invoiced
        """
        self = self._without_caller_context()
        reason = self._check_may_generate(reason)
        if action := self._start_run_where_big("generate", reason=reason):
            return action
        result = self._generate_invoices(reason)
        if len(self) == 1 and not result.made:
            raise refusal((result.skipped + result.failed)[0][1])
        return self._get_generated_action(result)

    def _generate_as_user(self, reason=None):
        """Invoice what this user may invoice of these periods.

        :param reason: as a client sends it, see :meth:`action_generate_invoices`
        :return: :class:`BillingResult`
        :raises AccessError: where one of them is not the user's to invoice
        """
        return self._generate_invoices(self._check_may_generate(reason))

    def _check_may_generate(self, reason):
        """
        :param reason: as a client sends it
        :return: the reason as a text, empty where there is none
        :raises AccessError: where one of them is not the user's to invoice
        """
        self.check_access("write")
        reason = get_text(self.env, reason)
        if reason and not self.env.user.has_group(
            "invoicing_cycle.group_invoicing_cycle_manager"
        ):
            raise AccessError(
                self.env._(
                    "Only billing managers may invoice a period that is not ready."
                )
            )
        return reason

    @api.model
    def _shows_invoices(self):
        """Whether this user's sections show invoices: else their periods.

        By group, because other add-ons give access to a few invoices only (expense
        approvers read receipts), and a list of those would pass for the whole.
        """
        return any(
            self.env.user.has_group(group)
            for group in (
                "account.group_account_invoice",
                "account.group_account_readonly",
                "sales_team.group_sale_salesman",
            )
        )

    def _get_generated_action(self, result):
        """The invoices made, in the section and under the head where they are now."""
        invoices = self.env["account.move"].browse(result.made)
        readable = self._shows_invoices() and invoices.has_access("read")
        # Project managers without a right to invoices see the periods instead.
        # sudo: the periods of the invoices made here are this user's own
        records = invoices if readable else invoices.sudo().billing_period_ids
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "invoicing_cycle.account_move_action_to_send"
            if readable
            else "invoicing_cycle.project_billing_period_action"
        )
        name = self.env._("Invoices created")
        action.update(
            name=name,
            display_name=name,
            domain=[("id", "in", records.ids)],
            context={
                "billing_cycle_section": "to_send",
                "billing_cycle_fixed": True,
                # What is created is confirmed next.
                "billing_ticked": True,
                "billing_result": result.as_dict(),
            },
        )
        if readable and len(invoices) == 1 and not (result.skipped or result.failed):
            action["context"]["default_move_type"] = "out_invoice"
            action.update(view_mode="form", views=[(False, "form")], res_id=invoices.id)
        return action

    # ------------------------------------------------------------------- run

    def _without_caller_context(self):
        """These periods without what a client sent along in the context.

        Invoices are made as superuser, where a ``default_…`` or another key could fill
        or bend what the user may not write.
        """
        kept = ("lang", "tz", "allowed_company_ids")
        context = self.env.context
        return self.with_env(
            self.env(context={key: context[key] for key in kept if key in context})
        )

    def _generate_invoices(self, reason=""):
        """Invoice what can be invoiced and say why the rest cannot.

        :return: :class:`BillingResult`
        """
        result = BillingResult()
        # Rows first: two clicks, or a click and a cron, never work on the same period.
        # Nobody refers to them meanwhile: the first entry of a person would get into a
        # period that closes. It waits, is saved again, and gets into the next one.
        # sudo: the callers have checked that the user may write these rows; what is
        # billed with them, the user need not be able to write or read
        locked = self.sudo().try_lock_for_update()
        for period in self - locked:
            result.skipped.append([period.id, period._get_busy_text()])
        # Read again what was decided before the lock.
        locked.invalidate_recordset()
        periods = locked._filter_generatable(result, reason)
        for company, company_periods in periods.grouped("company_id").items():
            company_periods.with_company(company)._generate_in_company(result, reason)
        if result.made:
            tell_screens(self.env)
        return result

    def _filter_generatable(self, result, reason):
        """Those that may be invoiced; the reasons of the others go into the result."""
        allowed = self.browse()
        self.project_id._ask_missing_anew()
        # What waits for people alone makes no invoice, however good the reason.
        billable = self._filtered_billable() if reason else self
        for period in self:
            obstacle = period._get_obstacle(bool(reason))
            if not obstacle and period not in billable:
                obstacle = period._get_empty_text()
            if obstacle:
                result.skipped.append([period.id, obstacle])
            else:
                allowed |= period
        return allowed

    def _get_obstacle(self, override):
        """Why this period cannot be invoiced now: a :class:`Reason`, or empty."""
        self.ensure_one()
        _, name, state = self.env._, self.display_name, self.state
        if state in ("to_send", "sent"):
            text = _(
                "%(period)s is invoiced already: %(invoices)s.",
                period=name,
                invoices=", ".join(
                    self.invoice_line_ids.move_id.mapped("display_name")
                ),
            )
            return Reason(text, "already_invoiced")
        if state == "skipped":
            text = _(
                "%(period)s is skipped (%(reason)s). Take it back first.",
                period=name,
                reason=self.skip_reason,
            )
            return Reason(text, "skipped")
        if obstacle := self._get_missing_obstacle():
            return Reason(obstacle, "missing_data")
        if self.fixed_amount and not self.sale_line_id:
            text = _(
                "%(period)s bills a fixed amount: choose its sales order item.",
                period=name,
            )
            return Reason(text, "missing_data")
        if state == "empty":
            return self._get_empty_text()
        if self.amount_to_invoice < 0 and not override:
            text = _(
                "%(period)s is negative in total. Confirm with a reason to create a "
                "credit note.",
                period=name,
            )
            return Reason(text, "negative")
        if state == "upcoming" and not override:
            text = _(
                "%(period)s is not due before %(date)s.",
                period=name,
                date=format_date(self.env, self.invoice_date)
                if self.invoice_date
                else _("the project is complete"),
            )
            return Reason(text, "upcoming")
        if state == "pending" and not override:
            text = _(
                "%(period)s is pending: %(debts)s.",
                period=name,
                debts=self._get_debts_text(),
            )
            return Reason(text, "pending")
        if not override and (obstacle := self._get_fixed_obstacle()):
            return Reason(obstacle, "billed_beside")
        return ""

    def _get_empty_text(self):
        self.ensure_one()
        text = self.env._(
            "%(period)s has nothing to invoice.", period=self.display_name
        )
        return Reason(text, "empty")

    def _get_busy_text(self):
        self.ensure_one()
        text = self.env._(
            "%(period)s is being invoiced by somebody else right now.",
            period=self.display_name,
        )
        return Reason(text, "busy")

    def _get_missing_obstacle(self):
        """What the project lacks, or an empty string."""
        self.ensure_one()
        missing = set((self.project_id.billing_missing or "").split(","))
        if not missing & BLOCKING_CODES:
            return ""
        if missing & BLOCKING_CODES == {"price"} and self.amount_to_invoice:
            # An item without a price, beside others: told under Missing data, and in
            # the preview.
            return ""
        labels = self.project_id._get_missing_labels()
        return self.env._(
            "%(period)s lacks data. %(todo)s",
            period=self.display_name,
            todo=" ".join(
                label
                for code, label in labels.items()
                if code in missing & BLOCKING_CODES
            ),
        )

    def _get_debts_text(self):
        """Who owes what, in one sentence."""
        _, readiness = self.env._, self.readiness
        parts = [
            _(
                "%(person)s has open days (%(lock)s)",
                person=item["name"],
                lock=_(
                    "locked until %(date)s",
                    date=format_date(self.env, item["locked_until"]),
                )
                if item["locked_until"]
                else _("never locked"),
            )
            for item in readiness["open"]
        ]
        parts += [
            _(
                "%(hours).2f h of %(person)s wait for approval by %(approvers)s",
                hours=item["hours"],
                person=item["name"],
                approvers=", ".join(user["name"] for user in item["approvers"])
                or _("a timesheet administrator"),
            )
            for item in readiness["pending"]
        ]
        if readiness["expenses"]["pending"]:
            parts.append(_("expenses wait for approval or posting"))
        return "; ".join(parts)

    def _generate_in_company(self, result, reason):
        """One create for all; unit by unit only where that fails."""
        try:
            with self.env.cr.savepoint():
                result.made += self._create_invoices(reason).ids
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:  # noqa: BLE001 - the reason goes on the row
            _logger.info("Invoicing %s at once failed: %s", self, error)
        else:
            return
        for unit in self._get_units():
            result.made += unit._try_create(
                lambda unit=unit: unit._create_invoices(reason), result
            )

    def _try_create(self, create, result):
        """Create invoices in a savepoint; what fails stays behind with the reason.

        :param create: function that returns ``account.move``
        :return: ids of the invoices
        """
        try:
            with self.env.cr.savepoint():
                return create().ids
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:
            text = str(error) or type(error).__name__
            if not isinstance(error, UserError):
                _logger.exception("Invoicing %s failed", self)
            result.failed += [[period.id, text] for period in self]
            self._record({"generate_error": text})
            return []

    def _get_units(self):
        """Periods that succeed or fail together: those that share an invoice."""
        units = defaultdict(self.browse)
        for period in self:
            shared = period.project_id.billing_grouping == "customer"
            key = (
                ("customer", period.partner_id.commercial_partner_id.id)
                if shared
                else ("period", period.id)
            )
            units[key] |= period
        return list(units.values())
