import inspect
import json
import urllib.error
import urllib.request
from contextlib import contextmanager
from datetime import date, datetime

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import HttpCase
from odoo.tests.common import TEST_CURSOR_COOKIE_NAME
from odoo.tools import SQL, mute_logger

from .base import InvoicingCycleCommon

NOW = datetime(2026, 3, 10, 8, 30)
FEBRUARY = date(2026, 2, 10)

#: First ids of what the manual tells of, so that its examples run as they stand.
FIRST_IDS = {
    "hr.employee": 3001,
    "project.project": 4001,
    "res.partner": 5001,
    "project.billing.period": 6001,
    "account.analytic.line": 7001,
    "account.move": 8001,
    "product.product": 9001,
    "res.users": 2001,
}


class ApiCommon(InvoicingCycleCommon, HttpCase):
    """A consultancy in Finland on 10 March 2026, and two keys of least rights.

    ``user_finance`` is the user of a finance tool, with the group Invoicing alone;
    ``user_approver`` manages the projects and the consultants. The website of February
    is ready, the support of February is open.
    """

    @classmethod
    def _freeze_today(cls):
        cls.startClassPatcher(freeze_time(NOW))

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.timesheet_approval = True
        cls._setup_ids()
        cls._setup_seller()
        cls._setup_keys()
        cls._setup_work()
        cls.env.flush_all()

    @classmethod
    def _setup_ids(cls):
        """Ids and moments are those of the manual, on every run."""
        cls.env.cr._now = NOW
        for name, first in FIRST_IDS.items():
            table = cls.env[name]._table
            last = cls.env.execute_query(
                SQL("SELECT COALESCE(MAX(id), 0) FROM %s", SQL.identifier(table))
            )[0][0]
            assert last < first, f"{name} has {last} already"
            cls.env.cr.execute(
                SQL(
                    "ALTER SEQUENCE %s RESTART WITH %s",
                    SQL.identifier(f"{table}_id_seq"),
                    first,
                )
            )

    @classmethod
    def _setup_seller(cls):
        finland = cls.env.ref("base.fi")
        euro = cls.env.ref("base.EUR")
        euro.active = True
        cls.company.write(
            {
                "name": "Nordic Consulting Oy",
                "currency_id": euro.id,
            }
        )
        cls.env["product.pricelist"].search([]).currency_id = euro
        cls.company.partner_id.write(
            {
                "street": "Esplanadi 1",
                "zip": "00100",
                "city": "Helsinki",
                "country_id": finland.id,
                "vat": "FI20774740",
                "peppol_eas": "0216",
                "peppol_endpoint": "003720774740",
                "phone": "+358 9 123456",
                "email": "billing@nordic.example",
                "bank_ids": [Command.create({"acc_number": "FI2112345600000785"})],
            }
        )
        cls.customer = cls.env["res.partner"].create(
            {
                "name": "Acme Oy",
                "is_company": True,
                "email": "invoices@acme.example",
                "street": "Mannerheimintie 2",
                "zip": "00100",
                "city": "Helsinki",
                "country_id": finland.id,
                "vat": "FI09853608",
                "peppol_eas": "0216",
                "peppol_endpoint": "003709853608",
                "invoice_edi_format": "ubl_bis3",
                "property_payment_term_id": cls.env.ref(
                    "account.account_payment_term_15days"
                ).id,
            }
        )

    @classmethod
    def _setup_keys(cls):
        cls.user_finance = cls._new_user(
            "finance_tool", "account.group_account_invoice", name="Finance Tool"
        )
        cls.user_approver = cls._new_user(
            "approver", "hr_timesheet.group_hr_timesheet_user", name="Anna Approver"
        )
        boss = cls.env["hr.employee"].create(
            {"name": "Anna Approver", "user_id": cls.user_approver.id}
        )
        cls.carl, cls.clara = cls.env["hr.employee"].create(
            [
                {"name": "Carl Consultant", "parent_id": boss.id},
                {"name": "Clara Consultant", "parent_id": boss.id},
            ]
        )
        cls.key = cls._create_key(cls.user_finance)
        cls.approver_key = cls._create_key(cls.user_approver)

    @classmethod
    def _create_key(cls, user):
        keys = cls.env(user=user.id)["res.users.apikeys"].sudo()
        return keys._generate(None, "Client", None)

    @classmethod
    def _setup_work(cls):
        cls.website, cls.support = (
            cls._create_api_project(name) for name in ("Website", "Support")
        )
        for day in (2, 3):
            cls._log_time(cls.website, date(2026, 2, day), 8.0, employee=cls.carl)
        cls._lock(date(2026, 2, 28), cls.carl)
        cls.website.timesheet_ids.with_user(cls.user_approver).action_approve()
        for day in (16, 17):
            cls._log_time(cls.support, date(2026, 2, day), 4.0, employee=cls.clara)

    @classmethod
    def _create_api_project(cls, name):
        order = cls._create_order(
            partner_id=cls.customer.id, client_order_ref=f"PO-{name.upper()}"
        )
        return cls._create_project(
            name,
            order=order,
            partner_id=cls.customer.id,
            user_id=cls.user_approver.id,
            billing_start_date=date(2026, 2, 1),
        )

    @classmethod
    def _invoice_website(cls, confirm=True):
        """The invoice of the period that is ready."""
        period = cls._period(cls.website, FEBRUARY)
        result = period.with_user(cls.user_finance)._generate_as_user()
        move = cls.env["account.move"].browse(result.made)
        if confirm:
            move.action_post()
        return move

    @classmethod
    def _create_draft(cls):
        """A freeform draft."""
        return cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": cls.customer.id,
                "billing_origin": "freeform",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Licence",
                            "price_unit": 50.0,
                            "tax_ids": [Command.set(cls.tax.ids)],
                        }
                    )
                ],
            }
        )

    # ------------------------------------------------------------------- calls

    @classmethod
    def _get_calls(cls):
        """
        :return: dict, name of each call to the list of its arguments
        """
        calls = {}
        for kind in type(cls.env["invoicing.cycle.api"]).mro():
            if not kind.__module__.startswith("odoo.addons.invoicing_cycle.models.api"):
                continue
            for name, function in vars(kind).items():
                if not name.startswith("_") and inspect.isfunction(function):
                    calls[name] = list(inspect.signature(function).parameters)[1:]
        return calls

    def _render_for_real(self):
        """Make PDFs; Odoo's tests make HTML of them otherwise."""
        reports = type(self.env["ir.actions.report"])
        render = reports._pre_render_qweb_pdf

        def render_pdf(reports, *args, **kwargs):
            reports = reports.with_context(force_report_rendering=True)
            return render(reports, *args, **kwargs)

        self.patch(reports, "_pre_render_qweb_pdf", render_pdf)

    @contextmanager
    def plain_http(self):
        """Let plain Python reach the server, whose answers see what the test has done.

        :return: the address of the server
        """
        with self.allow_requests():
            opener = urllib.request.build_opener()
            cookie = f"{TEST_CURSOR_COOKIE_NAME}={self.http_request_key}"
            opener.addheaders = [("Cookie", cookie)]
            urllib.request.install_opener(opener)
            try:
                # The server logs each refusal.
                with mute_logger("odoo.http"):
                    yield self.base_url()
            finally:
                urllib.request.install_opener(None)
                self.env.invalidate_all()

    def call(self, method, key=None, **values):
        """Call as a client does.

        :return: (HTTP status, what is answered)
        """
        with self.plain_http() as host:
            return self._post(
                f"{host}/json/2/invoicing.cycle.api/{method}",
                {
                    "Authorization": f"bearer {key or self.key}",
                    "Content-Type": "application/json",
                },
                json.dumps(values),
            )

    def _post(self, url, headers, body):
        request = urllib.request.Request(url, body.encode(), headers)  # noqa: S310
        self.env.flush_all()
        try:
            with urllib.request.urlopen(request) as response:  # noqa: S310
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def assertRefused(self, answer, status, code, text=""):
        """An answer of :meth:`call` that says no."""
        self.assertEqual(answer[0], status, answer)
        self.assertEqual(answer[1]["context"].get("code"), code, answer[1]["message"])
        self.assertIn(text, answer[1]["message"])
