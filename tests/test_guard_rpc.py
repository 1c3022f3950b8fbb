import json
from datetime import timedelta
from xmlrpc.client import Fault

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_http import InvoicingCycleHttpCommon
from .test_guard_paths import FORGED


@tagged("post_install", "-at_install")
class TestGuardRpc(InvoicingCycleHttpCommon):
    """Clients of every protocol, with a context of their own, meet the same guard."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.period = cls._create_due_period("Locked")
        cls.entry = cls.period.timesheet_ids
        keys = cls.env(user=cls.user_consultant.id)["res.users.apikeys"]
        cls.key = keys._generate(
            "rpc", "Client", fields.Datetime.now() + timedelta(days=0.5)
        )
        cls.calls = (
            ("write", {"vals": {"unit_amount": 1.0}}),
            ("web_save", {"vals": {"unit_amount": 1.0}, "specification": {}}),
            ("unlink", {}),
            ("copy", {}),
        )

    def _assert_closed(self, texts):
        until = self.last_month_end.strftime("%m/%d/%Y")
        for text in texts:
            self.assertIn(until, text)
        self.env.invalidate_all()
        self.assertEqual(self.entry.unit_amount, 8.0)
        self.assertEqual(self.period.project_id.timesheet_ids, self.entry)

    def test_json_2(self):
        texts = []
        for method, kwargs in self.calls:
            body = {"ids": self.entry.ids, "context": FORGED, **kwargs}
            with mute_logger("odoo.http"):
                response = self.url_open(
                    f"/json/2/account.analytic.line/{method}",
                    data=json.dumps(body),
                    headers={
                        "Authorization": f"Bearer {self.key}",
                        "Content-Type": "application/json",
                    },
                )
            self.assertEqual(response.status_code, 403, response.text)
            texts.append(response.json()["message"])
        self._assert_closed(texts)

    # Odoo warns that this protocol goes with its next version.
    @mute_logger("odoo.addons.rpc.controllers.xmlrpc")
    def test_xml_rpc(self):
        texts = []
        for method, kwargs in self.calls:
            with self.assertRaises(Fault) as caught, mute_logger("odoo.http"):
                self.xmlrpc_object.execute_kw(
                    self.env.cr.dbname,
                    self.user_consultant.id,
                    self.key,
                    "account.analytic.line",
                    method,
                    [self.entry.ids],
                    {"context": FORGED, **kwargs},
                )
            texts.append(caught.exception.faultString)
        self._assert_closed(texts)

    def test_json_rpc(self):
        self.authenticate(self.user_consultant.login, self.user_consultant.login)
        texts = []
        for method, kwargs in self.calls:
            with mute_logger("odoo.http"):
                response = self.url_open(
                    "/web/dataset/call_kw",
                    data=json.dumps(
                        {
                            "params": {
                                "model": "account.analytic.line",
                                "method": method,
                                "args": [self.entry.ids],
                                "kwargs": {"context": FORGED, **kwargs},
                            }
                        }
                    ),
                    headers={"Content-Type": "application/json"},
                )
            texts.append(response.json()["error"]["data"]["message"])
        self._assert_closed(texts)
