from odoo.tests import tagged
from odoo.tools import SQL

from ..common.schedule import ScheduleCommon, day


@tagged("post_install", "-at_install")
class TestSummaryGrowth(ScheduleCommon):
    """To count projects anew looks at each row a fixed number of times."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        people = cls.env["hr.employee"].create(
            [{"name": f"Person {number}"} for number in range(10)]
        )
        cls.projects = cls.env["project.project"].union(
            *(cls._create_project(f"Project {number}") for number in range(4))
        )
        cls.entries = cls.env["account.analytic.line"].create(
            [
                {
                    "name": "Work",
                    "project_id": project.id,
                    "employee_id": person.id,
                    "date": day(month, 12),
                    "unit_amount": 1.0,
                }
                for project in cls.projects
                for person in people
                for month in (1, 2, 3, 4)
            ]
        )
        cls.env.flush_all()
        cls.env.cr.precommit.run()

    def _count_rows(self, projects):
        """How many rows PostgreSQL goes through, kept or not."""
        Time = self.env["project.billing.time"]
        Time._touch(projects=projects.ids)
        [[[found]]] = self.env.execute_query(
            SQL(
                "EXPLAIN (ANALYZE, FORMAT JSON) WITH %s SELECT TRUE",
                Time._counting_sql(),
            )
        )

        def walk(node):
            names = (
                "Actual Rows",
                "Rows Removed by Filter",
                "Rows Removed by Join Filter",
            )
            rows = sum(node.get(name, 0) for name in names) * node["Actual Loops"]
            return rows + sum(map(walk, node.get("Plans", ())))

        return walk(found["Plan"])

    def test_rows_that_were_known(self):
        self.env.cr.execute("ANALYZE account_analytic_line, project_billing_time")
        one, four = self._count_rows(self.projects[0]), self._count_rows(self.projects)
        self.assertLess(four, 5 * one)
