from datetime import date

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from odoo.fields import Command

from odoo.addons.invoicing_cycle.models.rates.item_change import holding_from

from .steps import days, numbers, step

#: From when a change holds: the default, all open time, or a day.
since = st.none() | st.just(date.min) | days
PRICES = [
    {"price_unit": 90.0},
    {"price_unit": 123.45},
    {"discount": 12.5},
    {"price_unit": 110.0, "discount": 0.0},
]


class RateSteps(RuleBasedStateMachine):
    """Random people choose other items, prices, taxes and rates, from a day on."""

    def _get_time_items(self):
        return self.case.orders.order_line.filtered(
            lambda item: (
                item.product_id
                and item.product_id._is_delivered_timesheet()
                and not item.is_downpayment
                and not item.is_expense
            )
        ).sorted("id")

    def _change_from(self, day, record, vals):
        with holding_from(day):
            record.write(vals)

    @step(number=numbers, other=numbers, day=since)
    def change_item(self, number, other, day):
        if not (item := self._pick(self._get_time_items(), number)):
            return
        projects = self.case.projects.filtered(
            lambda project: project.sale_line_id in self._get_time_items()
        )
        if project := self._pick(projects.sorted("id"), other):
            self._attempt(self._change_from, day, project, {"sale_line_id": item.id})

    @step(number=numbers, day=since, values=st.sampled_from(PRICES))
    def change_rate(self, number, day, values):
        if item := self._pick(self._get_time_items(), number):
            self._attempt(self._change_from, day, item, values)

    @step(number=numbers, day=since)
    def change_tax(self, number, day):
        if item := self._pick(self._get_time_items(), number):
            taxes = self.case.tax if number % 2 else self.case.tax_included
            vals = {"tax_ids": [Command.set(taxes.ids)]}
            self._attempt(self._change_from, day, item, vals)

    @step(number=numbers, other=numbers, day=since)
    def change_person(self, number, other, day):
        """A rate of their own that is new, another one, or taken away."""
        item = self._pick(self._get_time_items(), number)
        project = self._pick(self.case.projects.sorted("id"), other)
        rates = project.sale_line_employee_ids
        if not item or item.order_partner_id != project.partner_id:
            return
        command = (
            Command.create(
                {"employee_id": self.case.consultant.id, "sale_line_id": item.id}
            )
            if not rates
            else Command.delete(rates[0].id)
            if number % 3 == 0
            else Command.update(rates[0].id, {"sale_line_id": item.id})
        )
        vals = {"sale_line_employee_ids": [command]}
        self._attempt(self._change_from, day, project, vals)

    @step(number=numbers, other=numbers, day=since)
    def change_customer(self, number, other, day):
        """Time of before stays on the order of the customer that it was worked for."""
        orders = self.case.orders.sorted("id")
        project = self._pick(self.case.projects.sorted("id"), number)
        partner = self._pick(orders, other).partner_id
        if number % 3 == 0:
            partner = self.case.env["res.partner"].create({"name": "Another customer"})
        self._attempt(self._change_from, day, project, {"partner_id": partner.id})
