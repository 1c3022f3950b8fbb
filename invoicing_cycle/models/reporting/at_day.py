from datetime import datetime, time

import pytz

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from ..common.call_arguments import get_day

#: What carries the day of a report. It chooses what is shown and opens nothing.
DAY_KEY = "billing_report_day"


class BillingAtDayMixin(models.AbstractModel):
    """Reports of what was true at the end of a day, in the reader's currency.

    The day comes with the context, as the date of Odoo's stock valuation does; today by
    default.
    """

    _name = "billing.at.day.mixin"
    _description = "Report at a Day"
    _inherit = ["billing.sql.mixin"]

    @api.model
    def _get_report_day(self):
        return (
            get_day(self.env, self.env.context.get(DAY_KEY))
            or self.env.company._get_today()
        )

    @api.model
    def _get_report_moment(self):
        """The end of that day for the reader, in UTC as moments are stored."""
        following = fields.Date.add(self._get_report_day(), days=1)
        moment = self.env.tz.localize(datetime.combine(following, time.min))
        return moment.astimezone(pytz.utc).replace(tzinfo=None)

    @api.model
    def _to_own_currency_sql(self, alias="own"):
        """A table of what one unit of each currency (``currency_id``) is worth
        in that of the reader's company: at the rate of the day, as Odoo converts."""
        company = self.env.company
        currencies = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search_fetch([("rate_ids", "!=", False)], ["id"])
        ) | company.currency_id
        rates = currencies._get_rates(company, self._get_report_day())
        own = rates[company.currency_id.id]
        values = SQL(", ").join(
            SQL("(%s, %s::float8)", currency_id, own / rate if rate else 1.0)
            for currency_id, rate in rates.items()
        )
        return SQL(
            "(VALUES %s) AS %s (currency_id, rate)", values, SQL.identifier(alias)
        )

    @api.model
    def _columns(self, alias, model):
        """A function that gives the columns of a table in SQL, flushed before."""
        return lambda name: self._column(alias, name, model)

    @api.model
    def _get_action_at(self, name, day):
        """A window action of such a report, which says and keeps its day.

        :param str name: its XML id without the module
        """
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"invoicing_cycle.{name}"
        )
        action["name"] = action["display_name"] = self.env._(
            "%(report)s on %(day)s",
            report=action["name"],
            day=format_date(self.env, day),
        )
        # Without its address: a page that is loaded anew would show today's.
        action["path"] = False
        action["context"] = {DAY_KEY: fields.Date.to_string(day)}
        return action

    @api.model
    def _price_sql(self):
        """The agreed net price of one unit of ``item``."""
        item = self._columns("item", "sale.order.line")
        return SQL(
            "(COALESCE(%s, 0)::float8 * (100 - COALESCE(%s, 0)::float8) / 100)",
            item("standard_rate"),
            item("discount"),
        )
