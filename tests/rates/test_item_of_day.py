from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.invoicing_cycle.models.rates.item_change import holding_from

from .common import RatesCommon


@tagged("post_install", "-at_install")
class TestItemOfDay(RatesCommon):
    """Another item holds from the day after what is locked or billed."""

    def test_project(self):
        self.project.sale_line_id = self.dearer
        self.assertItems((self.early, self.item), (self.late, self.dearer))
        self.assertProven(self.project)

    def test_nothing_locked(self):
        self._lock(False)
        self.project.sale_line_id = self.dearer
        self.assertItems((self.early, self.dearer), (self.late, self.dearer))

    def test_late_time_and_correction(self):
        self.project.sale_line_id = self.dearer
        other = self._log_time(
            self.project, date(2026, 1, 4), 1.0, employee=self.colleague
        )
        correction = self._log_time(
            self.project, date(2026, 1, 5), -1.0, employee=self.colleague
        )
        new = self._log_time(
            self.project, date(2026, 1, 6), 1.0, employee=self.colleague
        )
        self.assertItems(
            (other, self.item), (correction, self.item), (new, self.dearer)
        )

    def test_price(self):
        self.item.price_unit = 120.0
        self.assertEqual(self.item.price_unit, 100.0)
        self.assertPrices((self.early, 100.0), (self.late, 120.0))
        new = self.late.so_line
        self.assertEqual(new.billing_replaces_id, self.item)
        self.assertEqual(new.billing_rate_from, date(2026, 1, 6))
        self.assertEqual(self.project.sale_line_id, new)
        self.assertEqual(sum((self.item | new).mapped("product_uom_qty")), 10.0)
        self._lock(date(2026, 1, 31))
        invoice = self.env["account.move"].browse(
            self.january._generate_invoices().made
        )
        self.assertEqual(invoice.amount_untaxed, 3 * 100.0 + 2 * 120.0)
        self.assertProven(self.project)

    def test_price_of_open_time(self):
        self._lock(False)
        self.item.price_unit = 120.0
        self.assertEqual(self.item.price_unit, 120.0)
        self.assertPrices((self.early, 120.0), (self.late, 120.0))

    def test_rate(self):
        """A rate that is new, changed, taken away."""
        rate = self.env["project.sale.line.employee.map"].create(
            {
                "project_id": self.project.id,
                "employee_id": self.consultant.id,
                "sale_line_id": self.dearer.id,
            }
        )
        self.assertItems((self.early, self.item), (self.late, self.dearer))
        self._lock(date(2026, 1, 25))
        rate.unlink()
        new = self._log_time(self.project, date(2026, 1, 26), 1.0)
        self.assertItems(
            (self.early, self.item), (self.late, self.dearer), (new, self.item)
        )

    def test_task(self):
        task = self.env["project.task"].create(
            {
                "name": "Task",
                "project_id": self.project.id,
                "sale_line_id": self.item.id,
            }
        )
        self._lock(False)
        (self.early | self.late).task_id = task
        self._lock(date(2026, 1, 15))
        task.sale_line_id = self.dearer
        self.assertItems((self.early, self.item), (self.late, self.dearer))

    def test_customer(self):
        """What was worked for one customer is not billed to another."""
        other = self.env["res.partner"].create({"name": "Other"})
        order = self._create_order(partner_id=other.id)
        self.project.write(
            {"partner_id": other.id, "sale_line_id": order.order_line.id}
        )
        new = self._log_time(self.project, date(2026, 1, 28), 1.0)
        self.assertItems(
            (self.early, self.item), (self.late, self.item), (new, order.order_line)
        )
        self._lock(date(2026, 1, 31))
        made = self.env["account.move"].browse(self.january._generate_invoices().made)
        self.assertEqual(
            {move.partner_id: move.amount_untaxed for move in made},
            {self.partner: 500.0, other: 100.0},
        )

    def test_tax(self):
        tax = self.env["account.tax"].create({"name": "25.5 %", "amount": 25.5})
        before = self.item.tax_ids
        self.item.tax_ids = tax
        self.assertEqual(self.early.so_line.tax_ids, before)
        self.assertEqual(self.late.so_line.tax_ids, tax)

    def test_two_changes(self):
        """Each holds from its day, also for what is entered late."""
        third = self._create_order(price=150.0).order_line
        self.project.sale_line_id = self.dearer
        self._lock(date(2026, 1, 25))
        self.project.sale_line_id = third
        late = [
            self._log_time(
                self.project, date(2026, 1, day), 1.0, employee=self.colleague
            )
            for day in (4, 10, 21)
        ]
        self.assertItems(
            (self.early, self.item),
            (self.late, self.dearer),
            *zip(late, (self.item, self.dearer, third), strict=True),
        )

    def test_there_and_back(self):
        """What held in between stays."""
        self.project.sale_line_id = self.dearer
        self._lock(date(2026, 1, 25))
        self.project.sale_line_id = self.item
        self.project.sale_line_id = self.dearer
        late = self._log_time(
            self.project, date(2026, 1, 10), 1.0, employee=self.colleague
        )
        self.assertItems(
            (self.early, self.item), (self.late, self.dearer), (late, self.dearer)
        )

    def test_price_of_a_shared_item(self):
        """What another project knows of earlier days is not touched."""
        other = self._create_project("Other", sale_line_id=self.dearer.id)
        self._log_time(other, date(2026, 1, 8), 1.0)
        self.project.sale_line_id = self.dearer
        self._lock(date(2026, 1, 25))
        self.dearer.price_unit = 140.0
        late = self._log_time(
            self.project, date(2026, 1, 4), 1.0, employee=self.colleague
        )
        self.assertPrices((self.early, 100.0), (self.late, 130.0), (late, 100.0))
        new = self._log_time(
            self.project, date(2026, 1, 26), 1.0, employee=self.colleague
        )
        self.assertPrices((new, 140.0))

    def test_price_of_an_item_that_held_before(self):
        self.project.sale_line_id = self.dearer
        self._change_for_all(self.item, {"price_unit": 90.0})
        self.assertPrices((self.early, 90.0), (self.late, 130.0))

    def test_old_price_again(self):
        """The item that was replaced is not changed any more."""
        self.item.price_unit = 120.0
        with self.assertRaisesRegex(UserError, "replaced"):
            self.item.price_unit = 125.0

    def test_quantity_with_the_price(self):
        """What is ordered is that of both items."""
        self.item.write({"price_unit": 120.0, "product_uom_qty": 20.0})
        items = self.item | self.late.so_line
        self.assertEqual(items.mapped("product_uom_qty"), [3.0, 17.0])

    def test_moved_to_another_day(self):
        self.project.sale_line_id = self.dearer
        self.assertItems((self.late, self.dearer))
        self.late.date = date(2026, 1, 5)
        self.assertItems((self.late, self.item))

    def test_person_of_a_rate(self):
        """The time of whoever gets the rate keeps its item as well."""
        own = self._log_time(
            self.project, date(2026, 1, 7), 1.0, employee=self.colleague
        )
        self._lock(date(2026, 1, 15), self.colleague)
        rate = self.env["project.sale.line.employee.map"].create(
            {
                "project_id": self.project.id,
                "employee_id": self.lead.id,
                "sale_line_id": self.dearer.id,
            }
        )
        rate.employee_id = self.colleague
        self.assertItems((own, self.item))
        # Nobody else's time is touched by that.
        rate.sale_line_id = self.item
        self.assertItems((self.early, self.item), (self.late, self.item))

    def test_capped(self):
        self.item.billing_capped = True
        with self.assertRaisesRegex(UserError, "two prices"):
            self.item.price_unit = 120.0

    def test_order_taken_back(self):
        """Neither by way of a cancelled order."""
        self.order._action_cancel()
        self.order.action_draft()
        with self.assertRaisesRegex(UserError, "confirm"):
            self.item.price_unit = 50.0
        self.order.action_confirm()
        self.assertPrices((self.early, 100.0))

    def test_other_values_keep_their_rights(self):
        """Only the price is written for whoever may change it."""
        Item, rights = type(self.item), {}
        write, create = Item.write, Item.create

        def spy_write(items, vals):
            rights.update(dict.fromkeys(vals, items.env.su))
            return write(items, vals)

        def spy_create(items, vals_list):
            self.assertEqual(vals_list[0]["name"], self.item.name)
            return create(items, vals_list)

        self.patch(Item, "write", spy_write)
        self.patch(Item, "create", spy_create)
        item = self.item.with_user(self.user_accountant)
        item.write({"price_unit": 120.0, "name": "Dearer"})
        self.assertFalse(rights["name"])
        self.assertEqual(self.late.so_line.name, "Dearer")
        self.assertNotEqual(self.item.name, "Dearer")

    def test_price_of_an_item_that_held_twice(self):
        """What another one held in between stays."""
        self._change_from(date(2026, 1, 10), self.dearer)
        self._change_from(date(2026, 1, 20), self.item)
        self._change_from(date(2026, 1, 25), self.dearer)
        with holding_from(date(2026, 1, 15)):
            self.item.price_unit = 90.0
        days = (4, 12, 21, 26)
        late = [
            self._log_time(
                self.project, date(2026, 1, day), 1.0, employee=self.colleague
            )
            for day in days
        ]
        prices = (100.0, 130.0, 90.0, 130.0)
        self.assertPrices(*zip(late, prices, strict=True))

    def _change_from(self, day, item):
        with holding_from(day):
            self.project.sale_line_id = item
        self.env.flush_all()
