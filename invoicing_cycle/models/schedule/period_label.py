from babel.dates import format_interval, format_skeleton

from odoo import api, models
from odoo.tools import format_date
from odoo.tools.misc import babel_locale_parse, get_lang


class ProjectBillingPeriod(models.Model):
    """How a period is called: by its project and its days."""

    _inherit = "project.billing.period"

    @api.depends("date_from", "date_to")
    @api.depends_context("lang")
    def _compute_period_label(self):
        for period in self:
            period.period_label = period._format_period()

    @api.depends("project_id.display_name", "date_from", "date_to")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for period in self:
            period.display_name = (
                f"{period.project_id.display_name} · {period._format_period()}"
            )

    def _format_period(self, lang_code=None):
        """The span in words, such as "Nov 1 – 30, 2026".

        :param str lang_code: language, that of the user by default
        """
        self.ensure_one()
        return self._format_span(self.date_from, self.date_to, lang_code)

    @api.model
    def _format_span(self, date_from, date_to, lang_code=None):
        if not date_from:
            return ""
        if not date_to:
            return self.env._(
                "From %(date)s", date=format_date(self.env, date_from, lang_code)
            )
        locale = babel_locale_parse(get_lang(self.env, lang_code).code)
        return format_interval(date_from, date_to, "yMMMd", locale=locale)

    @api.model
    def _format_month(self, day):
        locale = babel_locale_parse(get_lang(self.env).code)
        return format_skeleton("yMMMM", day, locale=locale)
