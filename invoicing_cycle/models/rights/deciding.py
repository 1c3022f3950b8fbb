from odoo import api, models
from odoo.exceptions import AccessError

from ..common.changes import is_change
from ..common.recorded import check_user_rights


class BillingDecidingMixin(models.AbstractModel):
    """Fields that decide who may lock, approve or bill, and what is expected of whom.

    Odoo writes some records as the superuser for users without a right to them, and
    follows the commands that these give. Whoever changes one of these fields needs the
    right to change the record, whoever the code runs as: those whom it governs have
    none.
    """

    _name = "billing.deciding.mixin"
    _description = "Fields That Rights Depend On"

    @api.model
    def _get_deciding_fields(self):
        """Names of these fields."""
        return frozenset()

    def write(self, vals):
        names = self._get_deciding_fields() & vals.keys() if self.env.su else ()
        if names:
            self.filtered(
                lambda record: any(
                    is_change(record, name, vals[name]) for name in names
                )
            )._check_may_decide("write")
        return super().write(vals)

    def _filtered_decided(self):
        """Those whose fields decide something by now."""
        return self

    def _check_may_decide(self, operation):
        """Raise unless the user has the right to do so with those that decide.

        :param str operation: as in ``check_access``
        """
        records = self._filtered_decided()
        try:
            check_user_rights(records, operation)
        except AccessError as error:
            # sudo: taken off, so that no name is told that the user may not read
            known = records.sudo(False)._filtered_access("read")
            raise AccessError(
                self.env._(
                    "%(documents)s: who may and who has to do what follows from this, "
                    "so only those change it who have the right to.\n\n%(reason)s",
                    documents=", ".join(known.mapped("display_name"))
                    or self.env["ir.model"]._get(self._name).name,
                    reason=error,
                )
            ) from error


class HrEmployee(models.Model):
    _name = "hr.employee"
    _inherit = ["hr.employee", "billing.deciding.mixin"]

    @api.model
    def _get_deciding_fields(self):
        return super()._get_deciding_fields() | {
            "active",
            "company_id",
            "current_version_id",
            "department_id",
            "parent_id",
            "resource_calendar_id",
            "resource_id",
            "user_id",
        }

    @api.model_create_multi
    def create(self, vals_list):
        employees = super().create(vals_list)
        if self.env.su:
            # Odoo makes people for whoever it has to, and nobody for oneself: whose
            # department and manager count is a decision about the own time.
            employees.filtered(
                lambda employee: employee.user_id == self.env.user
            )._check_may_decide("create")
        return employees

    # Also "at uninstall": that is a context key, which anybody can send.
    @api.ondelete(at_uninstall=True)
    def _unlink_except_deciding(self):
        self._check_may_decide("unlink")


class HrVersion(models.Model):
    _name = "hr.version"
    _inherit = ["hr.version", "billing.deciding.mixin"]

    @api.model
    def _get_deciding_fields(self):
        return super()._get_deciding_fields() | {
            "active",
            "company_id",
            "contract_date_end",
            "contract_date_start",
            "date_version",
            "departure_date",
            "department_id",
            "employee_id",
            "resource_calendar_id",
        }

    @api.model_create_multi
    def create(self, vals_list):
        versions = super().create(vals_list)
        versions._check_new_versions()
        return versions

    def write(self, vals):
        # Odoo makes the first version of a person before the person.
        new = self - self._filtered_decided()
        result = super().write(vals)
        new._check_new_versions()
        return result

    def _filtered_decided(self):
        return self.filtered("employee_id")

    def _check_new_versions(self):
        if self.env.su:
            changing = self.filtered(lambda version: version._is_other_version())
            changing._check_may_decide("create")

    # Also "at uninstall": that is a context key, which anybody can send.
    @api.ondelete(at_uninstall=True)
    def _unlink_except_deciding(self):
        self._check_may_decide("unlink")

    def _is_other_version(self):
        """Whether this version changes what rights depend on for its person."""
        self.ensure_one()
        others = self.employee_id.version_ids - self
        others = others.sorted("date_version")
        before = others.filtered(lambda other: other.date_version <= self.date_version)
        known = before[-1:] or others[:1]
        return bool(known) and any(
            self[name] != known[name]
            for name in ("department_id", "resource_calendar_id")
        )


class HrDepartment(models.Model):
    _name = "hr.department"
    _inherit = ["hr.department", "billing.deciding.mixin"]

    @api.model
    def _get_deciding_fields(self):
        return super()._get_deciding_fields() | {
            "active",
            "company_id",
            "manager_id",
            "parent_id",
            "parent_path",
        }

    # Also "at uninstall": that is a context key, which anybody can send.
    @api.ondelete(at_uninstall=True)
    def _unlink_except_deciding(self):
        self._check_may_decide("unlink")


class ResourceResource(models.Model):
    _name = "resource.resource"
    _inherit = ["resource.resource", "billing.deciding.mixin"]

    @api.model
    def _get_deciding_fields(self):
        return super()._get_deciding_fields() | {
            "active",
            "calendar_id",
            "company_id",
            "user_id",
        }


class ProjectTags(models.Model):
    """Approval flows match tags: whoever tags a project may change that project."""

    _inherit = "project.tags"

    @api.model_create_multi
    def create(self, vals_list):
        tags = super().create(vals_list)
        tags._check_may_tag(tags._get_tagged())
        return tags

    def write(self, vals):
        if "project_ids" not in vals:
            return super().write(vals)
        before = self._get_tagged()
        result = super().write(vals)
        self._check_may_tag(before ^ self._get_tagged())
        return result

    def _get_tagged(self):
        """
        :return: set of (tag id, project id)
        """
        # sudo: also projects that the user does not see are tagged or not
        return {
            (tag.id, project.id)
            for tag in self.sudo().with_context(active_test=False)
            for project in tag.project_ids
        }

    def _check_may_tag(self, pairs):
        """
        :param set pairs: those of :meth:`_get_tagged` that came or went
        :raises AccessError: where the user may not change one of these projects
        """
        ids = {project_id for _tag_id, project_id in pairs}
        projects = self.env["project.project"].browse(ids)
        # Who makes a project has just had the right to.
        # sudo: who made them, no more is read; rights are asked for the user below
        projects = projects.sudo().filtered(
            lambda project: project.create_uid != self.env.user
        )
        check_user_rights(projects.with_env(self.env), "write")


class ResCompany(models.Model):
    """The switches of a company say whether time needs an approval, and whose."""

    _name = "res.company"
    _inherit = ["res.company", "billing.deciding.mixin"]

    @api.model
    def _get_deciding_fields(self):
        return (
            super()
            ._get_deciding_fields()
            .union(
                ["partner_id"],
                (
                    name
                    for name, field in self._fields.items()
                    if "invoicing_cycle" in field._modules
                ),
            )
        )
