from contextlib import contextmanager

from odoo import SUPERUSER_ID, models
from odoo.exceptions import AccessError

RESPONSIBLE_FIELDS = frozenset({"billing_owner_id", "partner_id", "user_id"})


class ProjectProject(models.Model):
    """Who becomes responsible for a project by code that runs as superuser.

    Odoo runs code as superuser for ordinary users, and commands of relations reach
    projects from anywhere. For all other ways see ``schedule/project_rights.py``.
    """

    _inherit = "project.project"

    @contextmanager
    def _appointing(self, names):
        """Fields of these projects are written within this block.

        :raises AccessError: where one becomes responsible who is not to
        """
        names = RESPONSIBLE_FIELDS.intersection(names)
        if not (
            names
            and self.env.su
            and self.env.uid != SUPERUSER_ID
            and not self.sudo(False).has_access("write")
        ):
            yield
            return
        # A customer is filled in by sales orders as well: not one's own.
        appointments = names - {"partner_id"}
        before = {project: [project[name] for name in appointments] for project in self}
        own = self._filtered_responsible()
        yield
        refused = (self._filtered_responsible() - own).union(
            *(
                project
                for project, values in before.items()
                if values != [project[name] for name in appointments]
            )
        )
        if refused:
            raise AccessError(
                self.env._(
                    "Only project administrators say who is responsible for "
                    "%(projects)s: ask one of them.",
                    projects=", ".join(refused.mapped("display_name")),
                )
            )

    def _filtered_responsible(self):
        """Those for which the user is responsible, in whatever company."""
        user = self.env.user
        return self.filtered(
            lambda project: (
                user in project.user_id | project.billing_owner_id
                or user == project.partner_id.user_id
            )
        )
