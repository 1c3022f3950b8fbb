from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import RatesCommon


@tagged("post_install", "-at_install")
class TestRateChange(RatesCommon):
    """The dialog that asks from which day another price or item holds."""

    def _open(self, user=None, **values):
        Dialog = self.env["project.billing.rate.change"].with_user(
            user or self.env.user
        )
        form = Form(Dialog.with_context(default_project_id=self.project.id))
        for name, value in values.items():
            form[name] = value
        return form

    def test_default_day(self):
        form = self._open()
        self.assertEqual(form.current_line_id, self.item)
        self.assertEqual(form.price_unit, 100.0)
        # The day after the last time that is locked.
        self.assertEqual(form.date_from, date(2026, 1, 6))
        form.price_unit = 120.0
        self.assertIn("2.00 h since 01/20/2026 move", form.effect)
        self.assertIn("200.00", form.effect)
        self.assertIn("240.00", form.effect)
        form.save().action_apply()
        self.assertPrices((self.early, 100.0), (self.late, 120.0))
        self.assertIn("until 01/05/2026", self.project.billing_rates)

    def test_earlier_day(self):
        """Time that is locked goes along, and the preview tells it."""
        self._lock(date(2026, 1, 31))
        form = self._open(price_unit=120.0, date_from=date(2026, 1, 10))
        form.save().action_apply()
        self.assertPrices((self.early, 100.0), (self.late, 120.0))
        documents, _refused = self.january._get_preview_documents()
        warnings = self.env["project.billing.preview"]._get_warnings(documents)
        texts = [
            warning["text"]
            for found in warnings.values()
            for warning in found
            if warning["code"] == "repriced"
        ]
        self.assertEqual(len(texts), 1)
        self.assertRegex(texts[0], "2.00 h of .* were locked at .*100.00.* at .*120.00")

    def test_all_open_time(self):
        self._lock(date(2026, 1, 31))
        form = self._open(price_unit=120.0, scope="open")
        self.assertIn("5.00 h", form.effect)
        form.save().action_apply()
        self.assertEqual(self.item.price_unit, 120.0)
        self.assertPrices((self.early, 120.0), (self.late, 120.0))

    def test_all_open_time_beside_confirmed_invoices(self):
        self._lock(date(2026, 1, 31))
        made = self.january._generate_invoices().made
        self.env["account.move"].browse(made).action_post()
        new = self._log_time(self.project, date(2026, 2, 3), 1.0)
        self._open(price_unit=120.0, scope="open").save().action_apply()
        self.assertPrices((self.early, 100.0), (self.late, 100.0), (new, 120.0))
        # A correction gives back what was billed, or what holds now: the choice was
        # to forget what held before.
        self.assertProven(self.project)

    def test_another_item(self):
        form = self._open(change="item")
        form.sale_line_id = self.dearer
        form.date_from = date(2026, 1, 1)
        form.save().action_apply()
        self.assertItems((self.early, self.dearer), (self.late, self.dearer))

    def test_another_item_to_choose(self):
        """What time becomes worth is told once there is an item."""
        form = self._open(change="item")
        self.assertFalse(form.effect)
        form.sale_line_id = self.dearer
        self.assertIn("2.00 h", form.effect)

    def test_who_is_offered_it(self):
        """Nobody is offered what is refused in the end."""
        Dialog = self.env["project.billing.rate.change"]
        self.project.user_id = self.user_manager
        for user, button, item in (
            (self.user_manager, False, False),
            (self.user_salesperson, True, False),
            (self.user_accountant, True, False),
            (self.env.user, True, True),
        ):
            with self.subTest(user=user.login):
                view = self.env.ref("invoicing_cycle.project_project_view_form_billing")
                form = self.project.with_user(user).get_view(view.id)["arch"]
                self.assertEqual("Change rate…" in form, button)
                dialog = Dialog.with_user(user).get_view(view_type="form")["arch"]
                self.assertEqual('widget="radio"' in dialog.split('"scope"')[0], item)

    def test_person(self):
        rate = self.env["project.sale.line.employee.map"].create(
            {
                "project_id": self.project.id,
                "employee_id": self.colleague.id,
                "sale_line_id": self.item.id,
            }
        )
        own = self._log_time(
            self.project, date(2026, 1, 8), 1.0, employee=self.colleague
        )
        form = self._open(rate_id=rate, change="item")
        form.sale_line_id = self.dearer
        form.date_from = date(2026, 1, 9)
        form.save().action_apply()
        later = self._log_time(
            self.project, date(2026, 1, 9), 1.0, employee=self.colleague
        )
        self.assertItems((own, self.item), (later, self.dearer), (self.late, self.item))

    def test_rights(self):
        """Who may not change the item or the order changes neither here."""
        self.project.user_id = self.user_manager
        form = self._open(user=self.user_manager, price_unit=120.0)
        with self.assertRaises(AccessError):
            form.save().action_apply()
        self.env.invalidate_all()
        self.assertEqual(self.item.price_unit, 100.0)
        self.assertPrices((self.late, 100.0))
