import {MonetaryField, monetaryField} from "@web/views/fields/monetary/monetary_field";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

/**
 * An amount that says where it can be off by the rounding of single lines.
 */
export class BillingAmountField extends MonetaryField {
    static props = {
        ...MonetaryField.props,
        aboutField: String,
    };

    get formattedValue() {
        const text = super.formattedValue;
        return this.props.record.data[this.props.aboutField] ? `≈ ${text}` : text;
    }
}

export const billingAmountField = {
    ...monetaryField,
    component: BillingAmountField,
    displayName: _t("Amount that can be rounded"),
    supportedTypes: ["monetary"],
    supportedOptions: [
        ...monetaryField.supportedOptions,
        {
            label: _t("About"),
            name: "about_field",
            type: "field",
            availableTypes: ["boolean"],
        },
    ],
    fieldDependencies: [{name: "amount_is_about", type: "boolean"}],
    extractProps: (fieldInfo, dynamicInfo) => ({
        ...monetaryField.extractProps(fieldInfo, dynamicInfo),
        aboutField: fieldInfo.options.about_field || "amount_is_about",
    }),
};

registry.category("fields").add("billing_amount", billingAmountField);
