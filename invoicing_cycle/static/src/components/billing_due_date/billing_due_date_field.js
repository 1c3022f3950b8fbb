import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {formatDate} from "@web/views/fields/formatters";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/**
 * The scheduled invoice date of a row; one that is past says so in a word, because
 * colour alone does not reach everybody.
 */
export class BillingDueDateField extends Component {
    static template = "invoicing_cycle.BillingDueDateField";
    static props = {
        ...standardFieldProps,
        overdueField: String,
    };

    get formattedDate() {
        const date = this.props.record.data[this.props.name];
        return date ? formatDate(date) : "";
    }

    get isOverdue() {
        return Boolean(this.props.record.data[this.props.overdueField]);
    }
}

export const billingDueDateField = {
    component: BillingDueDateField,
    displayName: _t("Scheduled invoice date"),
    supportedTypes: ["date"],
    supportedOptions: [
        {
            label: _t("Overdue"),
            name: "overdue_field",
            type: "field",
            availableTypes: ["boolean"],
        },
    ],
    listViewWidth: [132, 185],
    extractProps: ({options}) => ({
        overdueField: options.overdue_field || "is_overdue",
    }),
};

registry.category("fields").add("billing_due_date", billingDueDateField);
