from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, formatLang

from ....tools.billing_calendar import FREQUENCIES, days_of
from ....tools.caps import NOISE, allot
from ....tools.retainer import get_balances
from ...entries.row_set import Rows


class ProjectBillingPeriod(models.Model):
    """Each period of a retainer bills its amount, and tells the hours.

    What a period bills and includes is kept on it, so that a changed retainer changes
    open periods alone. Hours are drawn by the days of the time.
    """

    _inherit = "project.billing.period"

    is_retainer = fields.Boolean(
        readonly=True,
        copy=False,
        help="The fixed amount follows from the retainer of the project.",
    )
    retainer_amount = fields.Monetary(
        readonly=True,
        copy=False,
        help="What the retainer was when the period took it; another fixed amount is "
        "one that a person has entered.",
    )
    retainer_hours = fields.Float(readonly=True, copy=False)
    retainer_above = fields.Float(
        "Hours Beyond the Retainer",
        compute="_compute_retainer_above",
        compute_sudo=True,
    )

    # ---------------------------------------------------------------- amounts

    def _take_retainer(self, changed=False):
        """Let these periods bill the retainer of their projects.

        :param bool changed: the retainer changed: also those that bill one already, but
            for the amounts that a person has entered
        """
        periods = self.filtered(
            lambda period: (
                not period.is_supplementary
                and (
                    (changed and period.is_retainer)
                    or (
                        not period.fixed_amount
                        and not period.is_retainer
                        and period.project_id.billing_retainer_line_id
                    )
                )
            )
        )
        if not periods:
            return
        for project, group in (
            (periods - periods._filtered_closed()).grouped("project_id").items()
        ):
            line = project.billing_retainer_line_id
            amount = project.billing_retainer_amount if line else 0.0
            hours = project.billing_retainer_hours if line else 0.0
            kept = group.filtered("is_retainer")._filtered_entered()
            for (days, full), own in group.grouped(
                lambda period: period._get_billed_days_of()
            ).items():
                vals = {
                    "is_retainer": bool(line),
                    "retainer_amount": line.currency_id.round(amount * days / full)
                    if line
                    else 0.0,
                    "retainer_hours": hours * days / full,
                }
                if line:
                    vals["sale_line_id"] = line.id
                (own & kept)._record(vals)
                (own - kept)._record({**vals, "fixed_amount": vals["retainer_amount"]})

    def _get_billed_days_of(self):
        """The days that this period bills of its retainer, and those of a whole one.

        As many where nothing is cut, or where the project bills it in full.
        """
        self.ensure_one()
        if self.project_id.billing_proration == "full":
            return 1, 1
        return self._get_days_of()

    def _get_days_of(self):
        """The days of this period, and those of one that is not cut short."""
        self.ensure_one()
        project = self.project_id
        if project.billing_frequency not in FREQUENCIES or not self.date_to:
            return 1, 1
        anchor = project.billing_start_date or self.date_from
        days, full = days_of(
            project.billing_frequency, anchor, self.date_from, self.date_to
        )
        return (days, full) if days < full else (1, 1)

    def _filtered_entered(self):
        """Those with an amount that a person has entered: not that of the retainer."""
        return self.filtered(
            lambda period: (
                period.currency_id.compare_amounts(
                    period.fixed_amount, period.retainer_amount
                )
                if period.is_retainer
                else period.fixed_amount
            )
        )

    @api.model
    def _holds_amount_sql(self, alias):
        # A retainer that has not begun holds no period of a schedule that has ended.
        return SQL(
            "(%s AND (%s IS NOT TRUE OR %s <= %s))",
            super()._holds_amount_sql(alias),
            self._column(alias, "is_retainer"),
            self._column(alias, "date_from"),
            self._today_sql(self._column(alias, "company_id")),
        )

    def _check_droppable(self):
        # Periods of a retainer come and go with the schedule.
        retained = self.filtered("is_retainer")
        return super(
            ProjectBillingPeriod, self - (retained - retained._filtered_entered())
        )._check_droppable()

    # ------------------------------------------------------------------ hours

    def _get_retainer_balances(self):
        """The hours of these periods, in two queries for any number of them.

        :return: dict, period to :class:`tools.retainer.Balance`
        """
        projects = self.filtered("is_retainer").project_id
        if not projects:
            return {}
        # sudo: what is left depends on all periods before, whoever may see them
        periods = self.sudo().search(
            [("project_id", "in", projects.ids), ("is_retainer", "=", True)],
            order="project_id, date_from",
        )
        drawn = periods._get_drawn_hours()
        result = {}
        for project, own in periods.grouped("project_id").items():
            balances = get_balances(
                [
                    (0.0 if p.skip_reason else p.retainer_hours, drawn.get(p.id, 0.0))
                    for p in own
                ],
                project.billing_retainer_carry_over,
            )
            result.update(zip(own, balances, strict=True))
        return {period: result[period] for period in self if period in result}

    def _get_drawn_hours(self):
        """Hours on the retainer's item within the days of these periods."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT p.id, SUM(%(hours)s)
                  FROM %(drawn)s
                 WHERE p.id IN %(ids)s
              GROUP BY 1
                """,
                hours=self.env["account.analytic.line"]._hours_to_bill_sql("entry"),
                drawn=self._drawn_sql(),
                ids=tuple(self.ids),
            )
        )
        return dict(rows)

    @api.model
    def _drawn_sql(self):
        """Periods ``p`` with each ``entry`` on their item within their days."""
        return SQL(
            """
            project_billing_period p
                  JOIN %(rows)s
                    ON %(project)s = p.project_id
                   AND %(sale_line)s = %(retainer)s
                   AND %(date)s >= %(date_from)s
                   AND (%(date_to)s IS NULL OR %(date)s <= %(date_to)s)
                   AND %(hold)s = 'bill'
            """,
            **self._drawn_columns(),
            rows=self.env["account.analytic.line"]._all_rows_sql("entry"),
        )

    @api.model
    def _drawn_columns(self):
        column, Entry = self._column, "account.analytic.line"
        return {
            "project": column("entry", "project_id", Entry),
            "sale_line": column("entry", "so_line", Entry),
            "date": column("entry", "date", Entry),
            "hold": column("entry", "billing_hold", Entry),
            "retainer": column("p", "sale_line_id"),
            "date_from": column("p", "date_from"),
            "date_to": column("p", "date_to"),
        }

    @api.depends(
        "date_from",
        "is_retainer",
        "project_id.billing_retainer_carry_over",
        "project_id.timesheet_ids.billing_hours",
        "retainer_hours",
    )
    def _compute_retainer_above(self):
        balances = self._get_retainer_balances()
        for period in self:
            balance = balances.get(period)
            period.retainer_above = balance.above if balance else 0.0

    def _format_balance(self, balance, env=None):
        """The hours in words; before the end of the period only what there is.

        :param env: environment in the reader's language, by default the user's
        """
        self.ensure_one()
        env = env or self.env
        parts = [env._("Included %(hours)s h", hours=_format(env, balance.included))]
        if balance.carried:
            parts.append(
                env._("carried over %(hours)s h", hours=_format(env, balance.carried))
            )
        today = self.company_id._get_today()
        if balance.drawn or (self.date_to and self.date_to < today):
            parts.append(env._("used %(hours)s h", hours=_format(env, balance.drawn)))
            parts.append(
                env._("above %(hours)s h", hours=_format(env, balance.above))
                if balance.above
                else env._("left %(hours)s h", hours=_format(env, balance.left))
            )
        return ", ".join(parts)

    @api.depends("retainer_above")
    def _compute_readiness(self):
        return super()._compute_readiness()

    def _get_readiness_details(self, closed):
        details = super()._get_readiness_details(closed)
        for period, balance in self._get_retainer_balances().items():
            if period in details:
                details[period]["retainer"] = {
                    **balance._asdict(),
                    "text": period._format_balance(balance),
                }
        return details

    @api.model
    def _get_line_text(self, item, name):
        text = super()._get_line_text(item, name)
        if item.kind != "fixed" or not item.period.is_retainer:
            return text
        balance = item.period._get_retainer_balances()[item.period]
        if not (balance.included or balance.drawn):
            return text
        env = self._localize(item).env
        return f"{text}\n{item.period._format_balance(balance, env)}"

    # ---------------------------------------------------------------- overrun

    def action_bill_retainer_overrun(self):
        """Bill the hours beyond the retainer on the project's item for them.

        The last ones of each period, the entry on the boundary split. They wait in
        their period then like other time.
        """
        self.check_access("write")
        # sudo: who bills the row bills its time; the item is set, no other value
        for period, balance in self.sudo()._get_retainer_balances().items():
            line = period.project_id.billing_retainer_overrun_line_id
            if not balance.above:
                raise UserError(
                    self.env._(
                        "%(period)s has no hours beyond its retainer.",
                        period=period.display_name,
                    )
                )
            if not line:
                raise UserError(
                    self.env._(
                        "Choose on %(project)s the sales order item on which hours "
                        "beyond the retainer are billed.",
                        project=period.project_id.display_name,
                    )
                )
            entries = period._get_drawing_entries()
            hour = self.env["uom.uom"]._get_time_unit("hour")
            fits = allot(
                [
                    entry.product_uom_id._to_hours(entry.billing_hours)
                    for entry in entries
                ],
                balance.included + balance.carried,
            )
            for entry, hours in zip(entries, fits, strict=True):
                item = line._get_item_at(entry.date)
                uom = entry.product_uom_id or hour
                kept = hour._compute_quantity(hours, uom, round=False)
                if entry.billing_hours - kept < NOISE:
                    continue
                if kept:
                    entry._split_off(
                        entry.billing_hours - kept, {"own_sale_line_id": item.id}
                    )
                elif entry == entry._get_entries():
                    # As OdooBot: billing people need no right to change locked time.
                    entry.with_user(SUPERUSER_ID).write(
                        {"so_line": item.id, "is_so_line_edited": True}
                    )
                else:
                    entry._record({"own_sale_line_id": item.id})
            period._message_log(
                body=self.env._(
                    "%(hours)s h beyond the retainer are billed on %(line)s.",
                    hours=_format(self.env, balance.above),
                    line=line.display_name,
                )
            )

    def _get_drawing_entries(self):
        """Rows that draw on the hours of this period, in the order of their days."""
        self.ensure_one()
        domain = [
            ("project_id", "=", self.project_id.id),
            ("so_line", "=", self.sale_line_id.id),
            ("date", ">=", self.date_from),
            ("billing_hold", "=", "bill"),
        ]
        if self.date_to:
            domain.append(("date", "<=", self.date_to))
        return Rows.search(self.env, domain).sorted_by_day()


def _format(env, hours):
    """In the language of the environment, with no more digits than there are, two at
    most."""
    digits = len(f"{hours:.2f}".rstrip("0").partition(".")[2])
    return formatLang(env, hours, digits)
