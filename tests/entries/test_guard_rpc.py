import json
from datetime import timedelta
from xmlrpc.client import Fault

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common.guard import FORGED
from ..common.http import InvoicingCycleHttpCommon


@tagged("post_install", "-at_install")
class TestGuardRpc(InvoicingCycleHttpCommon):
    """Clients of every protocol, with a context of their own, meet the same guard."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.period = cls._create_due_period("Locked")
        cls.entry = cls.period.timesheet_ids
        cls._lock(cls.last_month_end, cls.colleague)
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

    # ---------------------------------------------------------------- protocols

    def _call_json_2(self, model, method, ids, kwargs):
        """
        :return: the text of the refusal
        """
        body = {"ids": ids, "context": FORGED, **kwargs}
        with mute_logger("odoo.http"):
            response = self.url_open(
                f"/json/2/{model}/{method}",
                data=json.dumps(body),
                headers={
                    "Authorization": f"Bearer {self.key}",
                    "Content-Type": "application/json",
                },
            )
        self.assertEqual(response.status_code, 403, response.text)
        return response.json()["message"]

    def _call_xml_rpc(self, model, method, ids, kwargs):
        with self.assertRaises(Fault) as caught, mute_logger("odoo.http"):
            self.xmlrpc_object.execute_kw(
                self.env.cr.dbname,
                self.user_consultant.id,
                self.key,
                model,
                method,
                [ids],
                {"context": FORGED, **kwargs},
            )
        return caught.exception.faultString

    def _call_json_rpc(self, model, method, ids, kwargs):
        self.authenticate(self.user_consultant.login, self.user_consultant.login)
        params = {
            "model": model,
            "method": method,
            "args": [ids],
            "kwargs": {"context": FORGED, **kwargs},
        }
        with mute_logger("odoo.http"):
            response = self.url_open(
                "/web/dataset/call_kw",
                data=json.dumps({"params": params}),
                headers={"Content-Type": "application/json"},
            )
        return response.json()["error"]["data"]["message"]

    def _assert_refused(self, call):
        """Closed time, and the locks that close it, are refused by a protocol.

        :param call: one of the methods above
        """
        self._assert_closed(
            call("account.analytic.line", method, self.entry.ids, kwargs)
            for method, kwargs in self.calls
        )
        locks = {
            person: person.timesheet_locked_until
            for person in self.consultant | self.colleague
        }
        for person in locks:
            unlock = {"timesheet_locked_until": False}
            nested = {"name": "z", "employee_ids": [[1, person.id, unlock]]}
            vals = {"category_ids": [[0, 0, nested]]}
            call("res.users", "write", self.user_consultant.ids, {"vals": vals})
            self.env.invalidate_all()
            self.assertEqual(person.timesheet_locked_until, locks[person])

    def test_json_2(self):
        self._assert_refused(self._call_json_2)

    # Odoo warns that this protocol goes with its next version.
    @mute_logger("odoo.addons.rpc.controllers.xmlrpc")
    def test_xml_rpc(self):
        self._assert_refused(self._call_xml_rpc)

    def test_json_rpc(self):
        self._assert_refused(self._call_json_rpc)
