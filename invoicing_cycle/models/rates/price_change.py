from datetime import date

from odoo import SUPERUSER_ID, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from ..common.changes import get_linked_ids, is_change
from .item_change import _day, holding_from

#: What time on an item is worth.
PRICE_FIELDS = frozenset({"discount", "price_unit", "tax_ids"})


class SaleOrderLine(models.Model):
    """The price of an item with time that is settled holds from a day on.

    A new price, discount or tax is a new item, beside the one that was sold first: so
    what was worked before keeps what held then, on invoices to come, in corrections and
    in whatever is billed again; and Odoo's own figures of the order are right.
    """

    _inherit = "sale.order.line"

    billing_rate_from = fields.Date(
        string="Price Holds From",
        readonly=True,
        copy=False,
        groups="base.group_user",
    )
    billing_replaces_id = fields.Many2one(
        "sale.order.line",
        string="Replaces",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The item at the price that held before.",
        groups="base.group_user",
    )

    # ------------------------------------------------------------------ what changes

    def _write_prices(self, vals):
        """Let what these values change of a price hold from a day on.

        :param dict vals: values of :meth:`write`
        :return: the items that have another one now for what comes, which takes these
            values
        """
        prices = {name: vals[name] for name in vals if name in PRICE_FIELDS}
        if not prices:
            return self.browse()
        changed = self._filtered_by_time().filtered(
            lambda item: (
                # Odoo refuses it there.
                not item.order_id.locked
                and any(is_change(item, name, prices[name]) for name in prices)
            )
        )
        if not changed:
            return changed
        self.check_access("write")
        day = _day.get()
        days = changed._get_days_to_keep(day)
        replaced = changed.filtered(lambda item: item.id in days)
        replaced._check_replaceable()
        for item in replaced:
            item._replace(vals, day or days[item.id] + date.resolution)
        return replaced

    def _filtered_by_time(self):
        """Those that time is billed on."""
        return self.filtered(
            lambda item: (
                item.product_id
                and not item.is_expense
                and not item.is_downpayment
                and item.product_id._is_delivered_timesheet()
            )
        )

    def _get_days_to_keep(self, day):
        """Which of these items keep their price for some time.

        :param day: from which another one holds, see :func:`holding_from`
        :return: dict, id to the last day of time that keeps it
        """
        if day is None:
            return self._get_settled_days()
        if day == date.min:
            posted = self.env["account.analytic.line"]._posted_sql("entry")
            return self._get_settled_days(posted)
        if day > fields.Date.context_today(self):
            return dict.fromkeys(self.ids, day - date.resolution)
        return self._get_settled_days(SQL("entry.date < %s", day))

    def _check_replaceable(self):
        """
        :raises UserError: where another item is to be changed instead
        """
        # sudo: which item holds now, whoever changes a price
        following = self.sudo().search([("billing_replaces_id", "in", self.ids)])
        for item in self:
            new = following.filtered(
                lambda line, item=item: line.billing_replaces_id == item
            )
            if new:
                raise UserError(
                    self.env._(
                        "%(item)s held until %(day)s: change the item that replaced "
                        "it on %(order)s, %(rate)s.",
                        item=(item.name or "").split("\n")[0],
                        day=format_date(
                            self.env,
                            new[:1].billing_rate_from
                            and new[:1].billing_rate_from - date.resolution,
                        )
                        or self.env._("now"),
                        order=item.order_id.name,
                        rate=new[:1]._format_rate(),
                    )
                )
            if item.state != "sale":
                raise UserError(
                    self.env._(
                        "Time on %(item)s is locked or invoiced: confirm %(order)s "
                        "before you change its price.",
                        item=(item.name or "").split("\n")[0],
                        order=item.order_id.name,
                    )
                )
            if item.billing_capped:
                raise UserError(
                    self.env._(
                        "%(item)s is capped, and time on it is locked or invoiced: its "
                        "ordered quantity cannot be at two prices. Add an item at the "
                        "new price to %(order)s and choose it on the project.",
                        item=(item.name or "").split("\n")[0],
                        order=item.order_id.name,
                    )
                )

    def _get_settled_days(self, condition=None):
        """The last day of some time on these items, in one query.

        :param SQL condition: on the rows ``entry``; by default locked or billed
        :return: dict, id to ``datetime.date``
        """
        if not self.ids:
            return {}
        Entry = self.env["account.analytic.line"]
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT %(item)s, MAX(%(date)s)
                      FROM %(rows)s
                     WHERE %(item)s IN %(ids)s AND %(project)s IS NOT NULL
                       AND %(condition)s
                  GROUP BY 1
                    """,
                    rows=Entry._all_rows_sql("entry"),
                    item=Entry._column("entry", "so_line", Entry._name),
                    date=Entry._column("entry", "date", Entry._name),
                    project=Entry._column("entry", "project_id", Entry._name),
                    condition=condition or Entry._settled_sql("entry"),
                    ids=tuple(self.ids),
                )
            )
        )

    # ------------------------------------------------------------------- replacing

    def _replace(self, vals, day):
        """Make the item that holds from a day on, and put on it what is dated so.

        :param dict vals: of what is another then; an ordered quantity is that of both
        :param date day: the first day; ``date.min`` for all time that is not billed
        :return: the new item
        """
        self.ensure_one()
        total = vals.get("product_uom_qty", self.product_uom_qty)
        rest = min(max(total - self._get_worked(day), 0.0), total)
        [copied] = self.copy_data(
            {
                "order_id": self.order_id.id,
                "project_id": self.project_id.id,
                "task_id": self.task_id.id,
                "discount": self.discount,
                "price_unit": self.price_unit,
                "tax_ids": self.tax_ids.ids,
                **{name: vals[name] for name in PRICE_FIELDS & vals.keys()},
                "product_uom_qty": rest,
            }
        )
        if "tax_ids" in vals:
            copied["tax_ids"] = list(
                filter(None, get_linked_ids(set(self.tax_ids.ids), vals["tax_ids"]))
            )
        # sudo: whoever may change the price of an item may have another one for it;
        # nothing but the prices is the user's
        new = self.sudo().create([copied])
        new._record(
            {
                "billing_rate_from": day if day != date.min else False,
                "billing_replaces_id": self.id,
            }
        )
        if total - rest != self.product_uom_qty:
            # sudo: as above; what the new item takes over is not ordered twice
            self.sudo().with_context(no_update_allocated_hours=True).write(
                {
                    "product_uom_qty": total - rest,
                    # Odoo would ask its pricelist again.
                    "price_unit": self.price_unit,
                    "discount": self.discount,
                }
            )
        with holding_from(day, handed_over=True):
            self._hand_over(new, day)
        rest = {
            name: vals[name]
            for name in vals
            if name not in PRICE_FIELDS | {"product_uom_qty"}
        }
        if rest:
            # With the rights of the user, as on the item itself.
            new.with_env(self.env).write(rest)
        # sudo: as above
        self.order_id.sudo().message_post(body=self._format_replaced(new, day))
        return new

    def _get_worked(self, day):
        """What was worked before a day, or is billed: in the unit of this item."""
        Entry = self.env["account.analytic.line"]
        # sudo: how much was worked does not depend on who changes the price
        before = Entry.sudo().search(
            [
                ("so_line", "=", self.id),
                ("project_id", "!=", False),
                ("billing_hold", "!=", "write_off"),
                "|",
                ("date", "<", day),
                ("invoice_line_id", "!=", False),
            ]
        )
        return sum(
            self._convert_time(sum(entries.mapped("billing_hours")), uom)
            for uom, entries in before.grouped("product_uom_id").items()
        )

    def _hand_over(self, new, day):
        """Projects, tasks and rates that point to this item point to the new one, and
        time that was put on it by hand goes along."""
        # sudo: as OdooBot, since the price changes wherever the item is used, and time
        # may be locked where somebody chose so
        env = self.with_user(SUPERUSER_ID).with_context(active_test=False).env
        self._hand_over_history(new, day, env)
        for model, name in (
            ("project.project", "sale_line_id"),
            ("project.task", "sale_line_id"),
            ("project.sale.line.employee.map", "sale_line_id"),
            ("project.project", "billing_retainer_overrun_line_id"),
        ):
            env[model].search([(name, "=", self.id)]).write({name: new.id})
        env["account.analytic.line"].search(
            [
                ("so_line", "=", self.id),
                ("is_so_line_edited", "=", True),
                ("project_id", "!=", False),
                ("invoice_line_id", "=", False),
                ("timesheet_invoice_id", "=", False),
                ("date", ">=", day),
            ]
        ).write({"so_line": new.id})
        env["project.billing.part"].search(
            [
                ("own_sale_line_id", "=", self.id),
                ("invoice_line_id", "=", False),
                ("date", ">=", day),
            ]
        )._record({"own_sale_line_id": new.id})

    def _hand_over_history(self, new, day, env):
        """Where this item held until a later day, the new one did from this day on."""
        Rate = env["project.billing.rate"]
        named = Rate.search([("sale_line_id", "=", self.id), ("date_to", ">=", day)])
        if day != date.min:
            Rate._hold_before(
                {rate._get_pointer(): self.id for rate in named}, day - date.resolution
            )
        named.sale_line_id = new
        named.project_id._get_time_to_rate()._rate_anew()

    def _get_item_at(self, day):
        """The item at the price that held on a day, where this one replaced another."""
        item = self
        while (
            item.billing_replaces_id
            and item.billing_rate_from
            and (day < item.billing_rate_from)
        ):
            item = item.billing_replaces_id
        return item

    def _format_replaced(self, new, day):
        names = {
            "item": (self.name or "").split("\n")[0],
            "before": self._format_rate(),
            "now": new._format_rate(),
        }
        if day == date.min:
            return self.env._(
                "%(item)s: %(now)s instead of %(before)s, for all time that is not "
                "billed.",
                **names,
            )
        return self.env._(
            "%(item)s: %(before)s until %(last)s, %(now)s from %(first)s.",
            last=format_date(self.env, day - date.resolution),
            first=format_date(self.env, day),
            **names,
        )

    def _format_rate(self):
        """Such as "120.00 € (−10 %, 24%)"."""
        self.ensure_one()
        text = self.currency_id.format(self.price_unit)
        details = self.tax_ids.mapped("name")
        if self.discount:
            details = [f"−{self.discount:g} %", *details]
        return f"{text} ({', '.join(details)})" if details else text

    # ------------------------------------------------------ what Odoo works out anew

    def _compute_price_unit(self):
        # EXTENDS sale
        return super(SaleOrderLine, self._filtered_unsettled())._compute_price_unit()

    def _compute_discount(self):
        # EXTENDS sale
        return super(SaleOrderLine, self._filtered_unsettled())._compute_discount()

    def _compute_tax_ids(self):
        # EXTENDS sale
        return super(SaleOrderLine, self._filtered_unsettled())._compute_tax_ids()

    def _filtered_unsettled(self):
        """Those whose price may follow their product, pricelist or quantity: items on
        which no time is settled."""
        days = self._origin._filtered_by_time()._get_settled_days()
        return self.filtered(lambda item: item._origin.id not in days)
