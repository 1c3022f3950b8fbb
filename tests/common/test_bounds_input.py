from datetime import date

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .out_of_bounds import BoundsCommon
from .schedule import day

NAN, INFINITY = float("nan"), float("inf")

#: No whole number within a year.
WRONG_DELAYS = (
    367,
    -367,
    2**31 - 1,
    -(2**31),
    2**31,
    -(2**31) - 1,
    10**400,
    2.0**31,
    1.5,
    NAN,
    INFINITY,
    "abc",
    "1.5",
    "2147483648",
    [1],
    {"id": 1},
)
WRONG_DAYS = (
    "0001-01-01",
    "1900-01-01",
    "2016-03-09",
    "2036-03-11",
    "2500-01-01",
    "9999-12-31",
    date.min,
    date.max,
    "abc",
    "2026-02-30",
)


@tagged("post_install", "-at_install")
class TestBoundsInput(BoundsCommon):
    """What is out of bounds gets a sentence, whichever way it comes in."""

    # ------------------------------------------------------------------ delay

    def test_delay_written(self):
        spans = self._spans(self.project)
        for user in self.billers:
            for value in WRONG_DELAYS:
                with self.subTest(user=user.login, value=str(value)[:20]):
                    self.assertOutOfBounds(
                        lambda user=user, value=value: self.project.with_user(
                            user
                        ).write({"billing_invoice_delay": value})
                    )
                    self.assertEqual(self.project.billing_invoice_delay, 0)
        self.assertEqual(self._spans(self.project), spans)

    def test_delay_within_a_year(self):
        for value in (366, -366, 0, 12.0, "30", False):
            with self.subTest(value):
                self.project.write({"billing_invoice_delay": value})
                self.env.flush_all()
                self.assertEqual(self.project.billing_invoice_delay, int(value))

    def test_delay_created(self):
        for value in WRONG_DELAYS:
            with self.subTest(str(value)[:20]):
                self.assertOutOfBounds(
                    lambda value=value: self._create_project(
                        "Another", billing_invoice_delay=value
                    ),
                    "Another",
                )

    def test_delay_by_default(self):
        Project = self.env["project.project"]
        for value in (2**31, 2**31 - 1):
            with self.subTest(value):
                self.assertOutOfBounds(
                    lambda value=value: Project.with_context(
                        default_billing_invoice_delay=value
                    ).create({"name": "Another"}),
                    "Another",
                )

    def test_delay_imported(self):
        for value in ("2147483648", "-2147483649", "5000", "1.5", "abc"):
            with self.subTest(value):
                result = self.env["project.project"].load(
                    [".id", "billing_invoice_delay"], [[str(self.project.id), value]]
                )
                self.assertFalse(result["ids"])
                self.assertRegex(
                    result["messages"][0]["message"],
                    "cannot be|does not seem to be an integer",
                )

    def test_delay_in_the_form(self):
        for value in WRONG_DELAYS:
            with self.subTest(str(value)[:20]):
                self.assertOutOfBounds(
                    lambda value=value: self.project.onchange(
                        {"billing_invoice_delay": value},
                        ["billing_invoice_delay"],
                        {"billing_invoice_delay": {}},
                    )
                )

    def test_delay_in_the_dialog(self):
        Dialog = self.env["project.billing.schedule"].with_user(self.user_accountant)
        dialog = Dialog.create({"project_ids": self.project.ids})
        for value in WRONG_DELAYS:
            vals = {"billing_invoice_delay": value}
            with self.subTest(str(value)[:20]):
                self.assertOutOfBounds(
                    lambda vals=vals: Dialog.create(
                        {"project_ids": self.project.ids, **vals}
                    ).action_apply(),
                    "",
                )
                self.assertOutOfBounds(lambda vals=vals: dialog.write(vals), "")
        self.assertEqual(self.project.billing_invoice_delay, 0)

    # --------------------------------------------------------------- schedule

    def test_start(self):
        for value in WRONG_DAYS:
            with self.subTest(value):
                for user in self.billers:
                    self.assertOutOfBounds(
                        lambda value=value, user=user: self.project.with_user(
                            user
                        ).write(
                            {
                                "billing_frequency": "weekly",
                                "billing_start_date": value,
                            }
                        ),
                        unit="day",
                    )
                for frequency in ("weekly", "custom", "completion"):
                    self.assertOutOfBounds(
                        lambda value=value, frequency=frequency: self._create_project(
                            "Another",
                            billing_frequency=frequency,
                            billing_start_date=value,
                        ),
                        "Another",
                        unit="day",
                    )

    def test_start_at_the_bounds(self):
        for value in ("2016-03-10", "2036-03-10"):
            project = self._create_project("Another", billing_start_date=value)
            self.assertEqual(str(project.billing_start_date), value)

    def test_start_in_the_dialog(self):
        Dialog = self.env["project.billing.schedule"].with_user(self.user_accountant)
        self.assertOutOfBounds(
            lambda: Dialog.create(
                {
                    "project_ids": self.project.ids,
                    "billing_frequency": "weekly",
                    "billing_start_date": "1900-01-01",
                }
            ).action_apply(),
            "",
            unit="day",
        )

    def test_start_imported(self):
        result = self.env["project.project"].load(
            [".id", "billing_start_date"], [[str(self.project.id), "1900-01-01"]]
        )
        self.assertFalse(result["ids"])
        self.assertIn("03/10/2016", result["messages"][0]["message"])

    def test_end(self):
        for value in ("2036-03-11", "3500-01-01", "9999-12-31"):
            with self.subTest(value), self.assertRefused("Bounded .*until 03/10/2036"):
                self.project.write({"date_start": "2026-01-01", "date": value})
        self.env.invalidate_all()
        # Nobody else's business.
        other = self._create_project("Another", schedule=False)
        other.write({"date_start": "2026-01-01", "date": "3500-01-01"})
        with self.assertRefused("Another .*until 03/10/2036"):
            other.write(
                {"billing_frequency": "monthly", "billing_start_date": day(1, 1)}
            )

    def test_what_was_there_before_may_stay(self):
        """Whoever saves it again with another field changes nothing."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE project_project SET billing_start_date = '1980-01-01',"
            " billing_invoice_delay = 2000 WHERE id = %s",
            [self.project.id],
        )
        self.env.invalidate_all()
        self.project.write(
            {
                "billing_start_date": "1980-01-01",
                "billing_invoice_delay": 2000,
                "billing_line_detail": "task",
            }
        )
        self.assertEqual(self.project.billing_line_detail, "task")
        with self.assertRaises(UserError):
            self.project.billing_invoice_delay = 2001
        self.env.invalidate_all()
        self.project.write({"billing_invoice_delay": 30})

    # --------------------------------------------- company, approval, other dialogs

    def test_company(self):
        for name, values in {
            "billing_cycle_anchor": ("0001-01-01", "1900-01-01", "9999-12-31"),
            "timesheet_approval_from": ("0001-01-01", "9999-12-31"),
            "billing_preview_deviation": (-1, 10_001, 2**31, 1.5, "abc"),
            "timesheet_lock_after_days": (-1, 367, 2**31 - 1, 2**31, 1.5, "abc"),
        }.items():
            for value in values:
                with self.subTest(name, value=value):
                    self.assertOutOfBounds(
                        lambda name=name, value=value: self.company.write(
                            {name: value}
                        ),
                        self.company.name,
                        unit="(day|whole number)",
                    )
                    if value in ("abc", 1.5):
                        # Odoo itself reads values of related fields.
                        continue
                    self.assertOutOfBounds(
                        lambda name=name, value=value: self.env[
                            "res.config.settings"
                        ].create({name: value}),
                        self.company.name,
                        unit="(day|whole number)",
                    )

    def test_delegation(self):
        Delegation = self.env["timesheet.approval.delegation"].with_user(
            self.user_manager
        )
        vals = {
            "delegate_id": self.user_colleague.id,
            "date_from": "2026-03-01",
            "date_to": "2026-03-31",
        }
        delegation = Delegation.create(vals)
        for name in ("date_from", "date_to"):
            for value in WRONG_DAYS:
                with self.subTest(name, value=value):
                    self.assertOutOfBounds(
                        lambda name=name, value=value: Delegation.create(
                            {**vals, name: value}
                        ),
                        "",
                        unit="day",
                    )
                    self.assertOutOfBounds(
                        lambda name=name, value=value: delegation.write({name: value}),
                        "Colleague",
                        unit="day",
                    )

    def test_approval_flow(self):
        Flow = self.env["timesheet.approval.flow"]
        step = {"is_project_manager": True}
        flow = Flow.create({"name": "Flow", "step_ids": [Command.create(step)]})
        for value in (2**31, -(2**31) - 1, 1.5, "abc"):
            with self.subTest(value):
                self.assertOutOfBounds(lambda v=value: flow.write({"sequence": v}), "")
                for name in ("sequence", "manager_levels"):
                    self.assertOutOfBounds(
                        lambda name=name, value=value: flow.step_ids.write(
                            {name: value}
                        ),
                        "",
                    )
                    self.assertOutOfBounds(
                        lambda name=name, value=value: Flow.create(
                            {
                                "name": "Other",
                                "step_ids": [Command.create({**step, name: value})],
                            }
                        ),
                        "",
                    )
        for value in (21, 2**31 - 1, -1):
            with self.subTest(value):
                self.assertOutOfBounds(
                    lambda v=value: flow.step_ids.write({"manager_levels": v}), ""
                )

    def test_freeform(self):
        Freeform = self.env["account.move.freeform"].with_user(self.user_accountant)
        for value in WRONG_DAYS:
            with self.subTest(value):
                self.assertOutOfBounds(
                    lambda value=value: Freeform.create(
                        {"partner_id": self.partner.id, "invoice_date": value}
                    ),
                    "",
                    unit="day",
                )
