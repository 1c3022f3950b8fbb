from datetime import date
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL, formatLang


class Scope(NamedTuple):
    """What is proven: the time of some projects between two days, both included."""

    projects: models.BaseModel
    date_from: date | None
    date_to: date | None


class Difference(NamedTuple):
    """Something that is not as it must be, and the record it is about."""

    kind: str
    message: str
    record: models.BaseModel
    project: models.BaseModel


class Proof(NamedTuple):
    """What :meth:`BillingProof._prove` found."""

    scope: Scope
    totals: list
    lines: list
    differences: list


class BillingProof(models.AbstractModel):
    """Proves that every billable entry is in exactly one place, and counted once.

    It reads the tables alone, by grouped queries of its own: what it compares with was
    kept by the ledger, so a fault of the ledger shows. Each concern is a file that adds
    to :meth:`_get_differences`; the number of queries is fixed.
    """

    _name = "billing.proof"
    _description = "Proof of the Billing Cycle"

    @api.model
    def _prove(self, projects, date_from=None, date_to=None):
        """Prove the billing of the time of some projects.

        :param projects: ``project.project``, whose choice is the caller's matter
        :param date_from: first day of the time, none for all
        :param date_to: last day of the time, none for all
        :return: :class:`Proof`, with superuser records
        """
        # Whatever is to be written counts.
        self.env.flush_all()
        # sudo: a proof covers all time of a project, whoever may read it
        self = self.sudo()
        # sudo: as above; whose billing is proven, the caller has decided
        scope = Scope(projects.sudo(), date_from or None, date_to or None)
        if not projects:
            return Proof(scope, [], [], [])
        totals, lines = self._get_totals(scope), self._get_lines(scope)
        differences = self._get_differences(scope, totals, lines)
        return Proof(scope, totals, lines, differences)

    @api.model
    def _get_differences(self, scope, totals, lines):
        """What is not as it must be; each concern adds its own.

        :param totals: result of :meth:`_get_totals`
        :param lines: result of :meth:`_get_lines`
        :return: list of :class:`Difference`
        """
        return []

    # ------------------------------------------------------------------- SQL

    @api.model
    def _scope_sql(self, scope, alias="entry", project="project_id"):
        """An entry is of the projects and days that are proven.

        :param str alias: of its table
        :param str project: the column with its project
        """
        day = SQL.identifier(alias, "date")
        conditions = [
            SQL("%s IN %s", SQL.identifier(alias, project), tuple(scope.projects.ids))
        ]
        if scope.date_from:
            conditions.append(SQL("%s >= %s", day, scope.date_from))
        if scope.date_to:
            conditions.append(SQL("%s <= %s", day, scope.date_to))
        return SQL("(%s)", SQL(" AND ").join(conditions))

    @api.model
    def _period_scope_sql(self, scope, alias):
        """The billing period covers a day that is proven."""
        alias = SQL.identifier(alias)
        conditions = [SQL("%s.project_id IN %s", alias, tuple(scope.projects.ids))]
        if scope.date_from:
            conditions.append(
                SQL(
                    "COALESCE(%s.date_to, 'infinity'::date) >= %s",
                    alias,
                    scope.date_from,
                )
            )
        if scope.date_to:
            conditions.append(SQL("%s.date_from <= %s", alias, scope.date_to))
        return SQL("(%s)", SQL(" AND ").join(conditions))

    @api.model
    def _all_rows_sql(self):
        """All time that is billed or to be billed: the table ``entry``."""
        return self.env["account.analytic.line"]._all_rows_sql("entry")

    @api.model
    def _kept_rows_sql(self, name, alias=None):
        """The keys of rows that lines keep: a table of ``move_line_id`` and
        ``entry_id``.

        :param str name: "released" or "credited"
        :param str alias: of the table, by default its name
        """
        return SQL(
            """
            (SELECT move_line_id, entry_id FROM %(entries)s
              UNION ALL
             SELECT move_line_id, -part_id FROM %(parts)s) %(alias)s
            """,
            entries=SQL.identifier(f"invoicing_cycle_{name}_entry_rel"),
            parts=SQL.identifier(f"invoicing_cycle_{name}_part_rel"),
            alias=SQL.identifier(alias or name),
        )

    @api.model
    def _time_sql(self):
        """What is billed or to be billed of ``entry``, in its own unit."""
        return SQL("COALESCE(entry.billing_hours, 0)")

    @api.model
    def _hours_sql(self, amount=None):
        """The same in hours.

        :param SQL amount: another amount in the unit of ``entry``
        """
        return SQL(
            """
            (%(amount)s
             * COALESCE((SELECT factor FROM uom_uom WHERE id = entry.product_uom_id),
                        %(hour)s) / %(hour)s)
            """,
            amount=amount or self._time_sql(),
            hour=self._get_hour_factor(),
        )

    @api.model
    def _quantity_sql(self):
        """The same in the unit of ``sale_line``, exact."""
        return SQL(
            """
            (%(hours)s * %(hour)s
             / COALESCE((SELECT factor FROM uom_uom
                          WHERE id = sale_line.product_uom_id), %(hour)s))
            """,
            hours=self._hours_sql(),
            hour=self._get_hour_factor(),
        )

    @api.model
    def _waiting_sql(self):
        """The entry ``entry`` on ``sale_line`` is to be billed; never NULL.

        The rule of ``account.analytic.line._get_unbilled_time_domain``.
        """
        return SQL(
            """
            COALESCE(%s AND entry.billing_hold = 'bill'
                     AND entry.invoice_line_id IS NULL, FALSE)
            """,
            self._delivered_sql(),
        )

    @api.model
    def _delivered_sql(self):
        """The entry ``entry`` is delivered time on a confirmed order; never NULL."""
        return SQL(
            """
            COALESCE(entry.timesheet_invoice_type = 'billable_time'
                     AND sale_line.state = 'sale' AND %s, FALSE)
            """,
            self.env["account.analytic.line"]._delivered_sql("entry"),
        )

    @api.model
    def _live_sql(self, alias):
        """An invoice that bills: neither cancelled nor gone; never NULL.

        Cancelled invoices of another invoicing app still bill their time, as in Odoo.
        """
        alias = SQL.identifier(alias)
        return SQL(
            """
            COALESCE(%(alias)s.state <> 'cancel'
                     OR %(alias)s.payment_state = 'invoicing_legacy', FALSE)
            """,
            alias=alias,
        )

    @api.model
    def _credit_to_come_sql(self):
        """The draft ``invoice`` of ``line`` credits an invoice of Odoo's own dialog, of
        which billing periods bill again what it will free; never NULL.

        Of the item ``sale_line``; ``original`` is the line that is credited.
        """
        return SQL(
            """
            COALESCE(
                invoice.move_type = 'out_refund' AND invoice.state = 'draft'
                AND original.id IS NOT NULL
                AND COALESCE(line.billing_kind, original.billing_kind,
                             line.billing_period_id::text,
                             original.billing_period_id::text) IS NULL
                AND (sale_line.billing_period_id IS NOT NULL
                     OR EXISTS (
                        SELECT 1
                          FROM %(rows)s
                         WHERE entry.invoice_line_id = original.id
                           AND entry.billing_period_id IS NOT NULL)
                     OR EXISTS (
                        SELECT 1
                          FROM %(released)s
                          JOIN %(rows)s
                            ON entry.id = released.entry_id
                         WHERE released.move_line_id = original.id
                           AND entry.billing_period_id IS NOT NULL)
                     OR EXISTS (
                        SELECT 1
                          FROM invoicing_cycle_line_milestone_rel made
                          JOIN project_milestone milestone
                            ON milestone.id = made.milestone_id
                         WHERE made.move_line_id = original.id
                           AND milestone.billing_period_id IS NOT NULL)), FALSE)
            """,
            rows=self._all_rows_sql(),
            released=self._kept_rows_sql("released"),
        )

    @api.model
    def _credited_sql(self, alias):
        """Posted credit notes credit all of an invoice line; never NULL.

        What is left beside the entries chosen for credit notes says so: work of 3 h may
        be credited of a line that a correction has made 2 h.
        """
        alias = SQL.identifier(alias)
        return SQL(
            """
            COALESCE((
                SELECT CASE WHEN chosen.rest > %(noise)s
                            THEN chosen.credited >= %(alias)s.quantity - %(noise)s
                                 AND %(alias)s.quantity - chosen.credited
                                     < chosen.price_noise
                            WHEN chosen.rest < -%(noise)s
                            THEN chosen.credited <= %(alias)s.quantity + %(noise)s
                                 AND chosen.credited - %(alias)s.quantity
                                     < chosen.price_noise
                            ELSE chosen.unchosen END
                  FROM (SELECT COALESCE(
                                   %(price_noise)s * ABS(%(alias)s.quantity)
                                   / NULLIF(ABS(%(alias)s.price_unit
                                     * (1 - COALESCE(%(alias)s.discount, 0) / 100)),
                                     0), 'Infinity') AS price_noise, %(alias)s.quantity
                               - SUM(COALESCE(credit.credited_quantity, 0)) AS rest,
                               ROUND(SUM(%(at_full_price)s), 6) AS credited,
                               BOOL_OR(COALESCE(credit.credited_quantity, 0) = 0)
                                   AS unchosen
                          FROM account_move_line credit
                         WHERE credit.credited_line_id = %(alias)s.id
                           AND credit.parent_state = 'posted') chosen), FALSE)
            """,
            alias=alias,
            at_full_price=self._at_full_price_sql(alias),
            noise=self.env["sale.order.line"]._get_last_digit() / 2,
            # Of a fixed amount, which is one unit, a hundredth is money.
            price_noise=10.0
            ** -self.env["decimal.precision"].precision_get("Product Price")
            / 2,
        )

    @api.model
    def _at_full_price_sql(self, alias):
        """The quantity of the line ``alias`` that is worth what ``credit`` takes back.

        :param SQL alias: identifier
        """
        return SQL(
            """
            (credit.quantity * COALESCE(
                credit.price_unit * (1 - COALESCE(credit.discount, 0) / 100)
                / NULLIF(%(alias)s.price_unit
                         * (1 - COALESCE(%(alias)s.discount, 0) / 100), 0), 1))
            """,
            alias=alias,
        )

    # --------------------------------------------------------------- precision

    @api.model
    def _get_hour_factor(self):
        return self.env["uom.uom"]._get_time_unit("hour").factor

    # ------------------------------------------------------------------ words

    @api.model
    def _format_number(self, value):
        return formatLang(
            self.env, value, self.env["sale.order.line"]._get_quantity_digits()
        )
