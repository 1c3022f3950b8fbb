from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..entries.row_set import Rows


class ProjectBillingPeriod(models.Model):
    """From items to draft invoices: one create, one link."""

    _inherit = "project.billing.period"

    def _create_invoices(self, reason, rows=None):
        """The draft invoices of these periods: one create, one link.

        :param str reason: why periods are invoiced that are not ready
        :param Rows rows: bill this time of the periods alone, on supplementary
            invoices, which close no period
        :return: ``account.move``
        """
        self._hold_above_caps(rows)
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
        documents = self._get_documents(rows)
        if not reason and any(map(self._is_negative, documents)):
            raise UserError(
                self.env._(
                    "One of the documents is negative in total. Confirm with a reason "
                    "to create a credit note."
                )
            )
        vals_list = [self._prepare_invoice(items) for items in documents]
        if not vals_list:
            raise UserError(self.env._("There is nothing to invoice."))
        # sudo: project managers and salespeople invoice their own rows without the
        # right to create journal entries by hand, as in sale.order. Creation messages
        # and tracking take half of the time and say nothing that the note does not.
        Moves = self.env["account.move"].sudo()
        with self.env["account.move.line"]._recording():
            invoices = Moves.with_context(
                default_move_type="out_invoice",
                mail_create_nolog=True,
                mail_create_nosubscribe=True,
                tracking_disable=True,
            ).create(vals_list)
        self._link_items(documents, invoices)
        invoices = Moves.browse(invoices.ids)
        endless.project_id._follow_completion()
        self._log_generated(invoices, reason, debts)
        if errors := self.filtered("generate_error"):
            errors._record({"generate_error": False})
        if rows is None:
            self._check_shares_billed()
            # What arrived between the pricing and the link.
            self._sweep_closed()
        return invoices

    def _get_documents(self, rows=None):
        """The documents that these periods would make now.

        :param rows: as in :meth:`_create_invoices`
        :return: list of lists of ``BillingItem``, each in the order of its lines
        """
        items = self._get_billing_items(sequential=True, rows=rows)
        # Asked once per order, not per item: a line per entry makes many of these.
        order_keys = {
            order: self._get_order_key(order)
            for order in dict.fromkeys(item.sale_line.order_id for item in items)
        }
        documents = defaultdict(list)
        for item in items:
            key = self._get_document_key(item, order_keys[item.sale_line.order_id])
            documents[key].append(item)
        return [
            sorted(items, key=self._get_line_order)
            for items in documents.values()
            # Zero is nothing, and takes no number.
            if any(item.quantity or item.made for item in items)
        ]

    @staticmethod
    def _get_line_order(item):
        """Project by project; time of earlier periods stands last, in a section.

        Down payments stand behind everything.
        """
        project = item.period.project_id
        deducts = item.kind == "down_payment"
        return deducts, project.sequence, project.id, item.late

    def _get_document_key(self, item, order_key=None):
        """Items with the same key go on the same invoice.

        :param order_key: :meth:`_get_order_key` of the item's order, where it is known
        """
        if order_key is None:
            order_key = self._get_order_key(item.sale_line.order_id)
        shared = item.period.project_id.billing_grouping == "customer"
        return (*order_key, None if shared else item.period.id)

    def _get_order_key(self, order):
        """What the orders of one invoice have in common."""
        vals = self._prepare_order_invoice(order)
        keys = [
            *order._get_invoice_grouping_keys(),
            "invoice_payment_term_id",
            "journal_id",
        ]
        return (*(vals.get(key) for key in keys), order.client_order_ref or "")

    def _prepare_order_invoice(self, order):
        """Odoo's values of an invoice of the order, in the customer's language."""
        lang = order.partner_invoice_id.lang
        order = order.with_context(lang=lang) if lang else order
        return order.with_company(order.company_id)._prepare_invoice()

    @staticmethod
    def _is_negative(items):
        """Corrections outweigh the work: the document is a credit note."""
        # Amounts are rounded to a currency; what is less is the noise of floats.
        return round(sum(item.amount for item in items), 6) < 0

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
        sign = -1 if self._is_negative(items) else 1
        if sign < 0:
            vals["move_type"] = "out_refund"
            vals.update(self._prepare_correction(items, vals["ref"]))
        lines = self._prepare_lines(items, sign)
        for sequence, line in enumerate(lines, start=1):
            line["sequence"] = sequence
        vals.update(
            billing_origin="schedule",
            delivery_date=self._get_delivery_date(items),
            invoice_date=self._get_draft_date(items),
            invoice_line_ids=[fields.Command.create(line) for line in lines],
        )
        return vals

    def _link_items(self, documents, invoices):
        """Link what the items were made from to the lines that bill it.

        :param documents: list of lists of items, as the invoices were made from
        :param invoices: ``account.move`` in the same order
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
        self._link_pairs(pairs)

    def _link_pairs(self, pairs, taken_from=()):
        """Link every row to its line in one statement, and prove that it fits.

        :param pairs: list of (item, ``account.move.line``)
        :param taken_from: lines that are made anew; their entries are billed by these
            pairs, in whatever period of those they waited
        :raises UserError: where other entries than those priced would be linked
        """
        bills = [
            (key, item.period.id, item.sale_line.id, line.id, line.move_id.id)
            for item, line in pairs
            for key in item.rows
        ]
        if not bills:
            return
        # sudo: whoever bills the row need not read timesheets; the statement writes no
        # other fields than the links, and who wrote them
        Entry = self.env["account.analytic.line"].sudo()
        # sudo: as above, parts of entries
        Part = self.env["project.billing.part"].sudo()
        # What the statement below asks for must be in the database.
        names = ["billing_hours", "billing_period_id", "so_line", "invoice_line_id"]
        Entry.flush_model(names)
        Part.flush_model(names)
        rows = self.env.execute_query(
            SQL(
                """
                WITH bill AS (
                     SELECT * FROM UNNEST(%s::int[], %s::int[], %s::int[], %s::int[],
                                          %s::int[])
                            AS bill (key, period_id, so_line, line_id, move_id)),
                     entries AS (%s),
                     parts AS (%s)
              SELECT * FROM entries UNION ALL SELECT * FROM parts
                """,
                *map(list, zip(*bills, strict=True)),
                self._link_sql(Entry, 1, taken_from),
                self._link_sql(Part, -1, taken_from),
            )
        )
        Uom = self.env["uom.uom"]
        linked = defaultdict(lambda: [0, 0.0])
        for _key, line_id, hours, uom_id in rows:
            linked[line_id][0] += 1
            linked[line_id][1] += Uom.browse(uom_id)._to_hours(hours)
        for item, line in pairs:
            count, hours = linked[line.id]
            if count != item.entries or abs(hours - item.hours) > 1e-6:
                raise UserError(
                    self.env._(
                        "The time of %(period)s changed while it was invoiced. Nothing "
                        "was created: try again.",
                        period=item.period.display_name,
                    )
                )
        # sudo: as above, to tell what depends on them
        billed = Rows.browse(self.env(su=True), (row[0] for row in rows))
        names = ["invoice_line_id", "timesheet_invoice_id"]
        lines = self.env["account.move.line"].union(*(line for _item, line in pairs))
        if taken_from:
            names += ["billed_as", "billing_period_id"]
            lines |= taken_from
            for name in ("billed_count", "billed_hours"):
                self.env.add_to_compute(lines._fields[name], taken_from)
            taken_from.modified(["billed_count", "billed_hours"])
        lines.invalidate_recordset(
            ["timesheet_entry_ids", "billed_part_ids"], flush=False
        )
        for records in (billed.entries, billed.parts):
            records.invalidate_recordset(
                [*names, "write_date", "write_uid"], flush=False
            )
            # The statement wrote all there is. What a draft billed may come from
            # another period, which is counted, too.
            settled = records._get_derived_fields(
                but={"counted_in"} if taken_from else ()
            )
            with self.env.protecting(settled, records):
                records.modified(names)
        periods = self.union(*(item.period for item, _line in pairs))
        self.env["project.billing.time"]._touch(periods=periods.ids)
        self.invalidate_recordset(["state", "is_overdue", "readiness"], flush=False)

    @api.model
    def _link_sql(self, records, sign, taken_from):
        """The statement that links rows of one table to the lines of ``bill``.

        :param records: of the table
        :param int sign: that keys of these rows have
        :param taken_from: as in :meth:`_link_pairs`
        """
        return SQL(
            """
            UPDATE %(table)s entry
               SET invoice_line_id = bill.line_id,
                   timesheet_invoice_id = bill.move_id,
                   billing_period_id = bill.period_id,
                   billed_as = NULL,
                   write_uid = %(uid)s,
                   write_date = %(now)s
              FROM bill
             WHERE entry.id = %(sign)s * bill.key
               AND entry.so_line = bill.so_line
               AND CASE WHEN %(again)s
                        THEN entry.invoice_line_id IS NULL
                             OR entry.invoice_line_id = ANY(%(taken_from)s)
                        ELSE entry.invoice_line_id IS NULL
                             AND entry.billing_period_id = bill.period_id END
         RETURNING bill.key, entry.invoice_line_id, entry.billing_hours,
                   entry.product_uom_id
            """,
            table=SQL.identifier(records._table),
            uid=self.env.uid,
            now=self.env.cr.now(),
            sign=sign,
            again=bool(taken_from),
            taken_from=[line.id for line in taken_from],
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
            bodies[invoice.id] = f"{text} {periods._get_date_note(invoice)}".strip()
        invoices._message_log_batch(bodies=bodies)

    # The date of the invoices that periods make.

    def _get_draft_date(self, items):
        """No date, so that Odoo sets it and payment terms count from confirming; by
        company option the scheduled date, never in the future, never locked."""
        periods = self.union(*(item.period for item in items))
        company = periods.company_id
        if not company.billing_invoice_date_scheduled:
            return False
        date = periods._get_scheduled_date()
        if locks := periods._get_lock_dates(date):
            date = fields.Date.add(locks[-1][0], days=1)
        # Where accounting is closed up to today no date is right: who confirms is told.
        return date <= company._get_today() and date

    def _get_scheduled_date(self):
        """Day on which an invoice of all these periods is meant to be made."""
        today = self.company_id._get_today()
        return min(today, max(period.invoice_date or today for period in self))

    def _get_lock_dates(self, date):
        """Lock dates of accounting that close a day for the invoice of these periods.

        :return: list of (date, name of the company's field), the latest one last
        """
        journals = self.env["account.journal"]
        company = self.company_id
        journal = journals.search(
            [*journals._check_company_domain(company), ("type", "=", "sale")], limit=1
        )
        return company._get_violated_lock_dates(date, True, journal)

    def _get_date_note(self, invoice):
        """Why a draft does not have its scheduled date, or an empty string."""
        date = self._get_scheduled_date()
        company = self.company_id
        if not company.billing_invoice_date_scheduled or invoice.invoice_date == date:
            return ""
        return self.env._(
            "Its scheduled date is closed in accounting: %(locks)s.",
            locks=company._format_lock_dates(self._get_lock_dates(date)),
        )
