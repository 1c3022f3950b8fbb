from dateutil.relativedelta import relativedelta

from odoo import SUPERUSER_ID, fields
from odoo.tests import HttpCase

from .base import InvoicingCycleCommon

# Values of the attachments that hold the compiled client, by URL. Each test rolls back
# those that it made; compiling them anew takes longer than most tours.
_BUNDLES = {}


class InvoicingCycleHttpCommon(InvoicingCycleCommon, HttpCase):
    """The same company, people and products, for tests in a browser.

    A browser has a clock of its own, so the data lies around today: unless a test says
    otherwise, projects are billed monthly from last month on, on the first day of the
    next month. So the period of last month is due in the current cycle, whatever day
    it is.
    """

    browser_size = "1440x900"

    @classmethod
    def setUpClass(cls):
        cls.today = fields.Date.today()
        cls.month = fields.Date.start_of(cls.today, "month")
        cls.last_month = cls.month - relativedelta(months=1)
        cls.last_month_end = cls.month - relativedelta(days=1)
        super().setUpClass()
        # Nothing is odd about a company that can be paid.
        cls.env["res.partner.bank"].create(
            {
                "acc_number": "BE15001559627230",
                "partner_id": cls.company.partner_id.id,
                "company_id": cls.company.id,
            }
        )

    @classmethod
    def _freeze_today(cls):
        # The browser, its session and its time limits need the real time.
        pass

    def setUp(self):
        super().setUp()
        bundles = self._get_bundles()
        made = set(bundles.mapped("url"))
        bundles.create([vals for url, vals in _BUNDLES.items() if url not in made])

    def _get_bundles(self):
        attachments = self.env["ir.attachment"].with_user(SUPERUSER_ID)
        return attachments.search([("url", "=like", "/web/assets/%")])

    def _keep_bundles(self):
        names = ("name", "mimetype", "res_model", "type", "public", "url", "raw")
        for bundle in self._get_bundles():
            if bundle.url not in _BUNDLES:
                vals = {name: bundle[name] for name in names}
                _BUNDLES[bundle.url] = {**vals, "res_id": False}

    # --------------------------------------------------------------- builders

    @classmethod
    def _create_project(cls, name="Project", order=None, schedule=True, **values):
        """A billable project; with a schedule, its period of last month is due."""
        if schedule:
            values = {
                "billing_start_date": cls.last_month,
                "billing_invoice_delay": 1,
                **values,
            }
        return super()._create_project(name, order, schedule, **values)

    @classmethod
    def _create_due_period(cls, name, hours=8.0, locked=True, **values):
        """A project with time in its due period, the consultant's, locked or not.

        :return: the period
        """
        project = cls._create_project(name, **values)
        cls._log_time(project, cls.last_month, hours)
        if locked:
            cls._lock(cls.last_month_end)
        return cls._period(project, cls.last_month)

    # ---------------------------------------------------------------- browser

    def _run_tour(self, name, user, url="/odoo/invoicing-cycle", **kwargs):
        """Play a tour of ours as a user, and read again what it changed."""
        kwargs = {"timeout": 180, **kwargs}
        self.start_tour(url, f"invoicing_cycle_{name}", login=user.login, **kwargs)
        self.env.invalidate_all()
        self._keep_bundles()
