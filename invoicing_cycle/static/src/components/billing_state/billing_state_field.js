import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {BadgeField, badgeField} from "@web/views/fields/badge/badge_field";

/**
 * The status of a row. Where no invoice could be made of it, a sign beside the badge
 * tells the reason on hover, focus or tap, so that a failed row is found at a glance.
 */
export class BillingStateField extends BadgeField {
    static template = "invoicing_cycle.BillingStateField";
    static props = {
        ...BadgeField.props,
        errorField: String,
    };

    get problem() {
        return this.props.record.data[this.props.errorField];
    }
}

export const billingStateField = {
    ...badgeField,
    component: BillingStateField,
    displayName: _t("Billing status"),
    supportedTypes: ["selection"],
    supportedOptions: [
        {
            label: _t("Problem"),
            name: "error_field",
            type: "field",
            availableTypes: ["char", "text"],
        },
    ],
    listViewWidth: [126, 170],
    extractProps: (staticInfo) => ({
        ...badgeField.extractProps(staticInfo),
        errorField: staticInfo.options.error_field || "generate_error",
    }),
};

registry.category("fields").add("billing_state", billingStateField);
