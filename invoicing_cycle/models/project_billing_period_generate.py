import logging
from collections import defaultdict
from dataclasses import dataclass, field

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL, format_date

from .project_project_missing import BLOCKING_CODES

_logger = logging.getLogger(__name__)


@dataclass
class BillingResult:
    """What became of the periods of one run, as ``context["billing_result"]``."""

    made: list = field(default_factory=list)  # ids of account.move
    skipped: list = field(default_factory=list)  # [period id, reason]
    failed: list = field(default_factory=list)  # [period id, reason]

    def as_dict(self):
        return {"made": self.made, "skipped": self.skipped, "failed": self.failed}


class ProjectBillingPeriod(models.Model):
    """Makes the invoices of periods: set-based, idempotent, all or nothing per unit."""

    _inherit = "project.billing.period"

    def action_generate_invoices(self, reason=None):
        """Create the draft invoices of Ready periods.

        :param str reason: why periods that are not ready are invoiced anyway; only for
            billing managers. Such time is billed, never locked or approved by this.
        :return: window action on the invoices made, with
            ``context["billing_result"] = {"made": [ids], "skipped": [[id, reason]],
            "failed": [[id, reason]]}``
        :raises UserError: where a single period cannot be invoiced
        """
        self.check_access("write")
        self = self._without_caller_context()
        reason = (reason or "").strip()
        if reason and not self.env.user.has_group(
            "invoicing_cycle.group_invoicing_cycle_manager"
        ):
            raise AccessError(
                self.env._(
                    "Only billing managers may invoice a period that is not ready."
                )
            )
        result = self._generate_invoices(reason)
        if len(self) == 1 and not result.made:
            raise UserError((result.skipped + result.failed)[0][1])
        return self._get_generated_action(result)

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
        locked = self.sudo().try_lock_for_update()
        for period in self - locked:
            result.skipped.append(
                [
                    period.id,
                    self.env._(
                        "%(period)s is being invoiced by somebody else right now.",
                        period=period.display_name,
                    ),
                ]
            )
        # Read again what was decided before the lock.
        locked.invalidate_recordset()
        periods = locked._filter_generatable(result, reason)
        for company, company_periods in periods.grouped("company_id").items():
            company_periods.with_company(company)._generate_in_company(result, reason)
        return result

    def _filter_generatable(self, result, reason):
        """Those that may be invoiced; the reasons of the others go into the result."""
        allowed = self.browse()
        for period in self:
            obstacle = period._get_obstacle(bool(reason))
            if obstacle:
                result.skipped.append([period.id, obstacle])
            else:
                allowed |= period
        return allowed

    def _get_obstacle(self, override):
        """Why this period cannot be invoiced now, or an empty string."""
        self.ensure_one()
        _, name, state = self.env._, self.display_name, self.state
        if state in ("to_send", "sent"):
            return _(
                "%(period)s is invoiced already: %(invoices)s.",
                period=name,
                invoices=", ".join(
                    self.invoice_line_ids.move_id.mapped("display_name")
                ),
            )
        if state == "skipped":
            return _(
                "%(period)s is skipped (%(reason)s). Take it back first.",
                period=name,
                reason=self.skip_reason,
            )
        missing = set((self.project_id.billing_missing or "").split(","))
        if missing & BLOCKING_CODES:
            labels = self.project_id._get_missing_labels()
            return _(
                "%(period)s lacks data. %(todo)s",
                period=name,
                todo=" ".join(
                    label
                    for code, label in labels.items()
                    if code in missing & BLOCKING_CODES
                ),
            )
        if self.fixed_amount and not self.sale_line_id:
            return _(
                "%(period)s bills a fixed amount: choose its sales order item.",
                period=name,
            )
        if state == "empty":
            return _("%(period)s has nothing to invoice.", period=name)
        if self.amount_to_invoice < 0 and not override:
            return _(
                "%(period)s is negative in total. Confirm with a reason to create a "
                "credit note.",
                period=name,
            )
        if state == "upcoming" and not override:
            return _(
                "%(period)s is not due before %(date)s.",
                period=name,
                date=format_date(self.env, self.invoice_date)
                if self.invoice_date
                else _("the project is complete"),
            )
        if state == "pending" and not override:
            return _(
                "%(period)s is pending: %(debts)s.",
                period=name,
                debts=self._get_debts_text(),
            )
        return ""

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
            try:
                with self.env.cr.savepoint():
                    result.made += unit._create_invoices(reason).ids
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                raise
            except Exception as error:
                text = str(error) or type(error).__name__
                if not isinstance(error, UserError):
                    _logger.exception("Invoicing %s failed", unit)
                for period in unit:
                    result.failed.append([period.id, text])
                unit.generate_error = text

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

    # -------------------------------------------------------------- invoices

    def _create_invoices(self, reason):
        """The draft invoices of these periods: one create, one link.

        :return: ``account.move``
        """
        self = self.sorted(lambda period: (period.date_from, period.id))
        # Before the link closes the entries: what they were when they were billed. The
        # note is read in the company of the invoice, whatever its author sees.
        debts = {
            period: period.with_context(
                allowed_company_ids=period.company_id.ids
            )._get_debts_text()
            for period in self
            if reason
        }
        endless = self._end_today()
        documents = defaultdict(list)
        for item in self._get_billing_items(sequential=True):
            documents[self._get_document_key(item)].append(item)
        if not reason and any(self._is_negative(items) for items in documents.values()):
            raise UserError(
                self.env._(
                    "One of the documents is negative in total. Confirm with a reason "
                    "to create a credit note."
                )
            )
        vals_list = [self._prepare_invoice(items) for items in documents.values()]
        if not vals_list:
            raise UserError(self.env._("There is nothing to invoice."))
        # sudo: project managers and salespeople invoice their own rows without the
        # right to create journal entries by hand, as in sale.order. Creation messages
        # and tracking take half of the time and say nothing that the note does not.
        invoices = (
            self.env["account.move"]
            .sudo()
            .with_context(
                default_move_type="out_invoice",
                mail_create_nolog=True,
                mail_create_nosubscribe=True,
                tracking_disable=True,
            )
            .create(vals_list)
        )
        self._link_items(list(documents.values()), invoices)
        invoices = self.env["account.move"].sudo().browse(invoices.ids)
        endless.project_id._follow_completion()
        self._log_generated(invoices, reason, debts)
        if errors := self.filtered("generate_error"):
            errors.generate_error = False
        return invoices

    def _get_document_key(self, item):
        """Items with the same key go on the same invoice."""
        order = item.sale_line.order_id
        vals = self._prepare_order_invoice(order)
        keys = [
            *order._get_invoice_grouping_keys(),
            "invoice_payment_term_id",
            "journal_id",
        ]
        shared = item.period.project_id.billing_grouping == "customer"
        return (
            *(vals.get(key) for key in keys),
            order.client_order_ref or "",
            None if shared else item.period.id,
        )

    def _prepare_order_invoice(self, order):
        """Odoo's values of an invoice of the order, in the customer's language."""
        lang = order.partner_invoice_id.lang
        order = order.with_context(lang=lang) if lang else order
        return order.with_company(order.company_id)._prepare_invoice()

    @staticmethod
    def _is_negative(items):
        """Corrections outweigh the work: the document is a credit note."""
        return sum(item.amount for item in items) < 0

    def _prepare_invoice(self, items):
        """Values of one invoice, without its lines' accounts: Odoo computes those."""
        orders = self.env["sale.order"].union(
            *(item.sale_line.order_id for item in items)
        )
        vals = self._prepare_order_invoice(orders[:1])
        if len(orders) > 1:
            references = {order.reference for order in orders}
            vals.update(
                ref=orders[:1].client_order_ref or ", ".join(orders.mapped("name")),
                invoice_origin=", ".join(orders.mapped("name")),
                payment_reference=references.pop() if len(references) == 1 else False,
            )
        lines = [
            self._prepare_invoice_line(item, sequence)
            for sequence, item in enumerate(items, start=1)
        ]
        if self._is_negative(items):
            vals["move_type"] = "out_refund"
            for line in lines:
                line["quantity"] = -line["quantity"]
                line["quantity_made"] = -line["quantity_made"]
        vals.update(
            billing_origin="schedule",
            invoice_date=self._get_draft_date(items),
            invoice_line_ids=[fields.Command.create(line) for line in lines],
        )
        return vals

    def _get_draft_date(self, items):
        """No date, so that Odoo sets it and payment terms count from confirming; by
        company option the scheduled date, never in the future, never locked."""
        period = items[0].period
        if not period.company_id.billing_invoice_date_scheduled:
            return False
        date = min(
            period.invoice_date or fields.Date.context_today(period),
            fields.Date.context_today(period),
        )
        journal = self.env["account.journal"].search(
            [
                *self.env["account.journal"]._check_company_domain(period.company_id),
                ("type", "=", "sale"),
            ],
            limit=1,
        )
        lock_date = period.company_id._get_user_fiscal_lock_date(journal)
        return max(date, fields.Date.add(lock_date, days=1))

    def _prepare_invoice_line(self, item, sequence):
        """Values of the invoice line of one item, through the sale order line."""
        sale_line = item.sale_line
        lang = sale_line.order_id.partner_invoice_id.lang
        if lang:
            sale_line = sale_line.with_context(lang=lang)
        vals = sale_line._prepare_invoice_line(
            sequence=sequence,
            quantity=item.quantity,
            billing_period_id=item.period.id,
            quantity_made=item.made,
        )
        if item.kind != "expense":
            vals["name"] = f"{vals['name']}\n{item.period._format_period(lang)}"
        if item.kind == "fixed":
            # The amount is untaxed; where the item's price includes its taxes, so
            # does the line's.
            taxes = sale_line.tax_ids
            included = taxes.filtered("price_include")
            vals.update(
                discount=0.0,
                price_unit=included.with_context(force_price_include=False).compute_all(
                    item.amount, currency=sale_line.currency_id
                )["total_included"],
            )
        return vals

    def _link_items(self, documents, invoices):
        """Link every entry to its line in one statement, and prove that it fits.

        :param documents: list of lists of items, as the invoices were made from
        :param invoices: ``account.move`` in the same order
        :raises UserError: where other entries than those priced would be linked
        """
        pairs = [
            (item, line)
            for items, invoice in zip(documents, invoices, strict=True)
            # Sections and notes that another add-on puts on the invoice bill nothing.
            for item, line in zip(
                items,
                invoice.invoice_line_ids.filtered("billing_period_id").sorted(
                    lambda line: (line.sequence, line.id)
                ),
                strict=True,
            )
        ]
        time = [(item, line) for item, line in pairs if item.kind == "time"]
        if not time:
            return
        Entry = self.env["account.analytic.line"].sudo()
        # What the statement below asks for must be in the database.
        Entry.flush_model(["billing_period_id", "so_line", "invoice_line_id"])
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE account_analytic_line entry
                   SET invoice_line_id = bill.line_id,
                       timesheet_invoice_id = bill.move_id
                  FROM (VALUES %s) AS bill (period_id, so_line, line_id, move_id)
                 WHERE entry.billing_period_id = bill.period_id
                   AND entry.so_line = bill.so_line
                   AND entry.invoice_line_id IS NULL
             RETURNING entry.id, entry.invoice_line_id, entry.unit_amount
                """,
                SQL(", ").join(
                    SQL(
                        "(%s, %s, %s, %s)",
                        item.period.id,
                        item.sale_line.id,
                        line.id,
                        line.move_id.id,
                    )
                    for item, line in time
                ),
            )
        )
        linked = defaultdict(lambda: [0, 0.0])
        for _entry_id, line_id, hours in rows:
            linked[line_id][0] += 1
            linked[line_id][1] += hours
        for item, line in time:
            count, hours = linked[line.id]
            if count != item.entries or abs(hours - item.hours) > 1e-6:
                raise UserError(
                    self.env._(
                        "The time of %(period)s changed while it was invoiced. Nothing "
                        "was created: try again.",
                        period=item.period.display_name,
                    )
                )
        entries = Entry.browse(row[0] for row in rows)
        names = ["invoice_line_id", "timesheet_invoice_id"]
        entries.invalidate_recordset(names, flush=False)
        invoices.invoice_line_ids.invalidate_recordset(
            ["timesheet_entry_ids"], flush=False
        )
        entries.modified(names)
        self.invalidate_recordset(["state", "is_overdue", "readiness"], flush=False)
        self._refresh_totals_of(
            self.env["sale.order.line"].union(*(item.sale_line for item, _line in time))
        )

    def _log_generated(self, invoices, reason, debts):
        """One note per invoice: from which periods, and why if it was not ready."""
        bodies = {}
        for invoice in invoices:
            periods = invoice.invoice_line_ids.billing_period_id
            text = self.env._(
                "Created from %(periods)s.",
                periods=", ".join(periods.mapped("display_name")),
            )
            if reason:
                text += " " + self.env._(
                    "Invoiced anyway: %(reason)s (%(debts)s)",
                    reason=reason,
                    debts="; ".join(
                        f"{period.display_name}: {debts.get(period) or '–'}"
                        for period in periods
                    ),
                )
            bodies[invoice.id] = text
        invoices._message_log_batch(bodies=bodies)
