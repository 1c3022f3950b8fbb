from odoo import models


class ProjectUpdate(models.Model):
    _inherit = "project.update"

    def write(self, vals):
        result = super().write(vals)
        if "status" in vals:
            # The project's status follows its last update without a call of write.
            self.project_id._follow_completion()
        return result
