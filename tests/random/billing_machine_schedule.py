from datetime import date, timedelta

from hypothesis import strategies as st

from ..common.base import TODAY
from .billing_machine_beyond import BillingMachineBeyond
from .steps import days, numbers, step

frequencies = st.sampled_from(
    ["weekly", "biweekly", "monthly", "quarterly", "completion", "custom", False]
)
statuses = st.sampled_from(["done", "on_track", "at_risk", "to_define"])


class BillingMachineSchedule(BillingMachineBeyond):
    """Random people change the schedules as well, whatever is billed already.

    ``case`` has the project ``on_completion``, which is billed once it is complete.
    """

    def _get_project(self, number):
        return self._pick(self.case.projects, number)

    # -------------------------------------------------------------- schedules

    @step(number=numbers, frequency=frequencies)
    def change_frequency(self, number, frequency):
        project = self._get_project(number)
        self._attempt(
            project.write,
            {
                "billing_frequency": frequency,
                "billing_start_date": project.billing_start_date or date(2026, 1, 1),
            },
        )

    change_frequency_more = change_frequency

    @step(number=numbers, day=days)
    def change_start(self, number, day):
        self._attempt(self._get_project(number).write, {"billing_start_date": day})

    @step(number=numbers, day=days)
    def change_end(self, number, day):
        """Or take it away."""
        vals = {"date_start": date(2026, 1, 1), "date": day}
        if number % 3 == 0:
            vals = {"date_start": False, "date": False}
        self._attempt(self._get_project(number).write, vals)

    @step(number=numbers)
    def archive_or_reopen(self, number):
        project = self._get_project(number)
        self._attempt(project.write, {"active": not project.active})

    @step(number=numbers, status=statuses)
    def report(self, number, status):
        """Mostly on the project that waits for its completion."""
        project = (
            self._get_project(number) if number % 3 == 0 else self.case.on_completion
        )
        self._attempt(project.write, {"last_update_status": status})

    report_more = report

    @step(number=numbers, day=st.none() | days)
    def change_cutover(self, number, day):
        """Of a project, or of all that have none of their own."""
        project = self._get_project(number)
        record = project if number % 4 else project.billing_company_id
        self._attempt(record.write, {"billing_cutover_date": day or False})

    @step(number=numbers, weeks=st.integers(0, 8))
    def time_goes_by(self, number, weeks):
        """The cron opens what a later day asks for."""
        self._attempt(
            self.case.projects._open_billing_periods, TODAY + timedelta(weeks=weeks)
        )

    @step(number=numbers)
    def change_item(self, number):
        """The project's time is billed on another item, of whichever order."""
        items = self.case.orders.order_line.filtered(
            lambda line: not (line.is_expense or line.is_downpayment)
        )
        self._attempt(
            self._get_project(number).write,
            {"sale_line_id": self._pick(items, number // 7).id},
        )

    # --------------------------------------------------------- custom periods

    def _get_custom_periods(self):
        return self._get_custom_projects().billing_period_ids.sorted("id")

    @step(number=numbers, day=days, length=st.integers(0, 20))
    def enter_period(self, number, day, length):
        if project := self._pick(self._get_custom_projects(), number):
            self._attempt(
                self.case.env["project.billing.period"].create,
                {
                    "project_id": project.id,
                    "date_from": day,
                    "date_to": day + timedelta(length),
                },
            )

    @step(number=numbers, day=days)
    def move_period(self, number, day):
        name = "date_from" if number % 2 else "date_to"
        if period := self._pick(self._get_custom_periods(), number // 2):
            self._attempt(period.write, {name: day})

    @step(number=numbers)
    def delete_period(self, number):
        if period := self._pick(self._get_custom_periods(), number):
            self._attempt(period.unlink)
