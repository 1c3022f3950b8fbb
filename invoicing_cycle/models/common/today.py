from odoo import api, fields, models
from odoo.tools import SQL, ormcache

# Whose day it is. What a company bills, opens, closes and converts goes by its own day,
# whoever asks: jobs run as OdooBot, and its time zone is nobody's. What a person has to
# do goes by the day of that person. ``fields.Date.context_today`` is the day of whoever
# looks at a screen: for what dialogs propose, and for limits of years.


def _today_in(record, *zones):
    zone = next(filter(None, zones), None)
    return fields.Date.context_today(record.with_context(tz=zone))


class ResCompany(models.Model):
    _inherit = "res.company"

    def _get_today(self):
        """The day it is in a company: by its working hours, else by its address.

        Of none it is the current company.
        """
        # sudo: which day it is, for users who read no working hours
        company = (self or self.env.company).sudo()
        company.ensure_one()
        return _today_in(
            company, company.resource_calendar_id.tz, company.partner_id.tz
        )

    @api.model
    def _get_all(self):
        """Every company: what is looked up of one is a value in a query of rows."""
        # sudo: settings of all companies, whichever of them the rows of a user have
        return self.sudo().browse(self._get_all_ids())

    @api.model
    @ormcache()
    def _get_all_ids(self):
        # Odoo clears the cache when companies come and go.
        # sudo: as above
        companies = self.sudo().with_context(active_test=False)
        return companies.search([("id", "!=", False)])._ids


class ResUsers(models.Model):
    _inherit = "res.users"

    def _get_today(self):
        """The day it is for a person, who need not be the one that asks."""
        self.ensure_one()
        # sudo: the time zone of a colleague
        user = self.sudo()
        return _today_in(user, user.tz) if user.tz else user.company_id._get_today()


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    def _get_today(self):
        """The day it is for somebody who logs time."""
        self.ensure_one()
        # sudo: the time zone of a colleague
        return _today_in(self, self.sudo().tz)


class BillingSqlMixin(models.AbstractModel):
    _inherit = "billing.sql.mixin"

    @api.model
    def _today_sql(self, company, get_day=None):
        """The day it is in a company, in SQL.

        :param SQL company: its id
        :param get_day: function of ``res.company`` and its day, for another day that
            follows from it
        """
        cases = []
        for record in self.env["res.company"]._get_all():
            day = record._get_today()
            day = get_day(record, day) if get_day else day
            cases.append(SQL("WHEN %s THEN %s::date", record.id, day))
        return SQL("CASE %s %s END", company, SQL(" ").join(cases))
