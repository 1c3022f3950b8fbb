import {registry} from "@web/core/registry";
import {
    buildM2OFieldDescription,
    Many2OneField,
} from "@web/views/fields/many2one/many2one_field";

/** The project of a row: the column that may not be squeezed, as it names the row. */
export const billingProjectField = {
    ...buildM2OFieldDescription(Many2OneField),
    listViewWidth: [168, 420],
};

registry.category("fields").add("billing_project", billingProjectField);
