import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {formatInteger, formatMonetary} from "@web/views/fields/formatters";

/**
 * What managers ask for: money that is ready and not created, created and not sent, since
 * when, and whom most of the rest waits for.
 */
export class BillingCycleNumbers extends Component {
    static template = "invoicing_cycle.BillingCycleNumbers";
    static props = {
        // See `get_cycle_numbers`
        numbers: Object,
        openDebts: Function,
    };

    formatAmounts(amounts) {
        return amounts
            .map(({currency_id, amount}) =>
                formatMonetary(amount, {currencyId: currency_id, digits: [16, 0]})
            )
            .join(" + ");
    }

    formatAge(days) {
        return days === 1 ? _t("1 day") : _t("%s days", formatInteger(days));
    }

    get parts() {
        const {ready, to_send: toSend} = this.props.numbers;
        const tell = (key, label, {count, amounts, oldest_days: days}) => ({
            key,
            label,
            count,
            amount: this.formatAmounts(amounts) || formatInteger(count),
            age: days ? _t("oldest %s", this.formatAge(days)) : "",
        });
        return [
            tell("ready", _t("Ready, not created"), ready),
            tell("to_send", _t("Created, not sent"), toSend),
        ].filter(({count}) => count);
    }

    get blocker() {
        const {blocks_most: blocker} = this.props.numbers;
        return (
            blocker &&
            _t("Most waits for %(name)s (%(periods)s)", {
                name: blocker.name,
                periods: formatInteger(blocker.periods),
            })
        );
    }
}
