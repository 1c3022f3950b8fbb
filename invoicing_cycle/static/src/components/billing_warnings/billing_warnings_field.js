import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/**
 * What is odd about an invoice to come: a tag each, whose tooltip tells the whole; with
 * the option `details` a line each. Nothing where all is fine.
 */
export class BillingWarningsField extends Component {
    static template = "invoicing_cycle.BillingWarningsField";
    static props = {
        ...standardFieldProps,
        details: {type: Boolean, optional: true},
    };

    get warnings() {
        return this.props.record.data[this.props.name] || [];
    }
}

export const billingWarningsField = {
    component: BillingWarningsField,
    displayName: _t("Warnings"),
    supportedTypes: ["json"],
    supportedOptions: [
        {
            label: _t("With details"),
            name: "details",
            type: "boolean",
        },
    ],
    listViewWidth: [180, 420],
    isEmpty: () => false,
    extractProps: ({options}) => ({details: Boolean(options.details)}),
};

registry.category("fields").add("billing_warnings", billingWarningsField);
