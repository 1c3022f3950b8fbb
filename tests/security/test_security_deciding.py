from datetime import date

from psycopg2 import IntegrityError

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common.superuser import SuperuserCommon


@tagged("post_install", "-at_install")
class TestSecurityDeciding(SuperuserCommon):
    """Code that runs as the superuser for a user moves nothing that rights hang on."""

    def _get_decisions(self):
        """Records and values that would move somebody's rights or duties."""
        department = self.env["hr.department"].create({"name": "Lax"})
        calendar = self.env["resource.calendar"].create({"name": "Never"})
        own = self.consultant.id
        for person in (self.colleague, self.foreigner, self.consultant):
            yield person, {"department_id": department.id}
            yield person, {"resource_calendar_id": calendar.id}
            yield person, {"user_id": self.user_approver.id}
            yield person, {"active": False}
            yield person.version_id, {"department_id": department.id}
            yield person.version_id, {"resource_calendar_id": calendar.id}
            yield person.resource_id, {"user_id": self.user_approver.id}
            yield person.resource_id, {"calendar_id": calendar.id}
            yield (
                person,
                {
                    "version_ids": [
                        Command.create(
                            {
                                "date_version": date(2026, 2, 15),
                                "department_id": department.id,
                            }
                        )
                    ]
                },
            )
        yield self.colleague, {"parent_id": own}
        yield self.consultant, {"child_ids": [Command.link(self.colleague.id)]}
        yield department, {"manager_id": own}
        yield (
            department,
            {"parent_id": self.env["hr.department"].create({"name": "Above"}).id},
        )

    def test_what_rights_hang_on(self):
        for record, vals in self._get_decisions():
            # Timesheets / Administrator has the rights of an officer for employees.
            officers = self.user_hr | self.user_timesheet_admin
            for user in self.everybody - officers:
                with self.subTest(model=record._name, vals=vals, user=user.login):
                    self.assertRefused(self._as_superuser(user, record).write, vals)

    def test_deleted_with_the_key_of_an_uninstallation(self):
        self.consultant.write(
            {"version_ids": [Command.create({"date_version": date(2025, 1, 1)})]}
        )
        rate = self.env["project.sale.line.employee.map"].create(
            {
                "project_id": self.foreign_project.id,
                "employee_id": self.consultant.id,
                "sale_line_id": self.foreign_project.sale_line_id.id,
            }
        )
        for record in (self.consultant.version_ids[:1], rate):
            known = self._as_superuser(self.user_accountant, record)
            self.assertRefused(known.with_context(_force_unlink=True).unlink)

    def test_switches_of_companies(self):
        for vals in (
            {"timesheet_approval": True},
            {"timesheet_approval_default": "automatic"},
            {"partner_id": self.partner.id},
        ):
            for user in (self.user_consultant, self.user_accountant):
                with self.subTest(vals=vals, user=user.login):
                    self.assertRefused(
                        self._as_superuser(user, self.company).write, vals
                    )

    def test_officers_decide(self):
        for record, vals in self._get_decisions():
            if record == self.foreigner or record in (
                self.foreigner.version_id,
                self.foreigner.resource_id,
            ):
                continue
            with self.subTest(model=record._name, vals=vals):
                before = record.read([*vals])
                with self.env.cr.savepoint() as savepoint:
                    self._as_superuser(self.user_hr, record).write(vals)
                    self.env.flush_all()
                    self.env.invalidate_all()
                    self.assertNotEqual(record.read([*vals]), before)
                    savepoint.rollback()
                self.env.invalidate_all()

    def test_new_people(self):
        """Odoo makes people, and their first version, for whoever it has to."""
        person = self._as_superuser(self.user_accountant, self.consultant).create(
            {"name": "New", "department_id": self.consultant.department_id.id}
        )
        self.assertTrue(person.current_version_id)
        loose = self.env["hr.version"].create(
            {
                "date_version": date(2026, 3, 1),
                "department_id": self.env["hr.department"].create({"name": "Lax"}).id,
            }
        )
        self.assertRefused(
            self._as_superuser(self.user_accountant, loose).write,
            {"employee_id": self.colleague.id},
        )

    def test_same_values_decide_nothing(self):
        """Odoo copies such values along with others."""
        person = self._as_superuser(self.user_consultant, self.colleague)
        person.write({"parent_id": self.boss.id, "work_phone": "1"})
        self.assertEqual(self.colleague.work_phone, "1")

    def test_department_of_a_former_version(self):
        """Which version of a person counts is no matter of a client's context."""
        lax, strict = self.env["hr.department"].create(
            [{"name": "Lax"}, {"name": "Strict"}]
        )
        former = self.consultant.version_id
        former.write({"department_id": lax.id, "date_version": date(2025, 1, 1)})
        self.consultant.write(
            {
                "version_ids": [
                    Command.create(
                        {
                            "date_version": date(2026, 2, 1),
                            "department_id": strict.id,
                        }
                    )
                ]
            }
        )
        self.assertEqual(self.consultant.department_id, strict)
        [entry_id] = self.rpc(
            self.user_consultant,
            self.env["account.analytic.line"],
            "create",
            [
                {
                    "name": "x",
                    "project_id": self.project.id,
                    "employee_id": self.consultant.id,
                    "date": "2026-03-02",
                    "unit_amount": 1.0,
                }
            ],
            context={"version_id": former.id},
        )
        entry = self.env["account.analytic.line"].browse(entry_id)
        self.assertEqual(entry.department_id, strict)

    # ------------------------------------------------------------------- tags

    def test_project_tags(self):
        """Whoever tags a project may change it."""
        tag, used = self.env["project.tags"].create([{"name": "Lax"}, {"name": "Used"}])
        self.foreign_project.tag_ids = used
        project = self.foreign_project.id
        for user in (self.user_consultant, self.user_pm, self.user_accountant):
            for record, command in (
                (tag, Command.link(project)),
                (tag, Command.set([project])),
                (used, Command.unlink(project)),
                (used, Command.clear()),
            ):
                with self.subTest(user=user.login, command=command):
                    self.assertRefused(
                        self.rpc, user, record, "write", {"project_ids": [command]}
                    )
            self.assertRefused(
                self.rpc,
                user,
                tag,
                "create",
                [{"name": "New", "project_ids": [Command.link(project)]}],
            )
            # What changes no project is Odoo's.
            self.rpc(user, tag, "write", {"name": f"Renamed by {user.login}"})
        administrator = self._new_user("project_admin", "project.group_project_manager")
        self.rpc(administrator, tag, "write", {"project_ids": [Command.link(project)]})
        self.assertEqual(self.foreign_project.tag_ids, used | tag)

    def test_conditions_of_flows_stay(self):
        """A flow whose one condition is deleted would hold for everybody's time."""
        tag = self.env["project.tags"].create({"name": "Lax"})
        department = self.env["hr.department"].create({"name": "Lax"})
        manager = self._new_user("leaving", "project.group_project_user")
        person = self.env["hr.employee"].create({"name": "Leaving"})
        for name, record in (
            ("tag_ids", tag),
            ("department_ids", department),
            ("manager_ids", manager),
            ("employee_ids", person),
        ):
            flow = self.env["timesheet.approval.flow"].create(
                {
                    "name": "Lax",
                    name: [Command.link(record.id)],
                    "step_ids": [Command.create({"is_project_manager": True})],
                }
            )
            with self.subTest(condition=name):
                with (
                    self.assertRaises(IntegrityError),
                    mute_logger("odoo.sql_db"),
                    self.env.cr.savepoint(),
                ):
                    record.unlink()
                    self.env.flush_all()
                self.env.invalidate_all()
                self.assertEqual(flow[name], record)
