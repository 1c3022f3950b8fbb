import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {formatInteger, formatMonetary} from "@web/views/fields/formatters";

const STEPS = {
    pending: {label: _t("Pending"), color: "bg-warning"},
    ready: {label: _t("Ready"), color: "o_billing_step_ready"},
    created: {label: _t("Created"), color: "bg-info"},
    sent: {label: _t("Sent"), color: "bg-success"},
};

/**
 * How far a cycle is: a bar from what is pending to what is sent, by money, or by number
 * where the user sees none; beside it what the last cycles came to.
 */
export class BillingCycleProgress extends Component {
    static template = "invoicing_cycle.BillingCycleProgress";
    static props = {
        // See `get_cycle_overview`
        progress: Object,
        trend: Array,
        openCycle: Function,
    };

    get hasMoney() {
        return this.props.progress.done_amount !== null;
    }

    format(amount) {
        return formatMonetary(amount, {
            currencyId: this.props.progress.currency_id,
            digits: [16, 0],
        });
    }

    /** What was done first stands first. */
    get steps() {
        const {steps} = this.props.progress;
        const sizes = steps.map(({count, amount}) =>
            this.hasMoney ? Math.max(amount, 0) : count
        );
        const total = sizes.reduce((sum, size) => sum + size, 0);
        return steps
            .map(({key, count, amount}, index) => ({
                key,
                color: STEPS[key].color,
                percent: total ? (100 * sizes[index]) / total : 0,
                text: this.hasMoney
                    ? _t("%(step)s: %(count)s, %(amount)s", {
                          step: STEPS[key].label,
                          count: formatInteger(count),
                          amount: this.format(amount),
                      })
                    : _t("%(step)s: %(count)s", {
                          step: STEPS[key].label,
                          count: formatInteger(count),
                      }),
            }))
            .reverse();
    }

    get hasSteps() {
        return this.steps.some(({percent}) => percent);
    }

    get percent() {
        const {done, done_amount} = this.props.progress;
        return this.hasMoney ? done_amount : done;
    }

    get text() {
        return _t("%(percent)s sent", {percent: `${this.percent} %`});
    }

    get description() {
        return this.steps.map(({text}) => text).join(" · ");
    }

    /** The cycle that is shown is the last. */
    get bars() {
        const {trend} = this.props;
        const most = Math.max(...trend.map(({amount}) => amount), 0);
        if (!most || trend.length < 2) {
            return [];
        }
        return trend.map(({date_from, label, amount, sent}, index) => ({
            date_from,
            isShown: index === trend.length - 1,
            height: Math.max((100 * Math.max(amount, 0)) / most, 4),
            text: _t("%(cycle)s: %(amount)s invoiced, %(sent)s of it sent", {
                cycle: label,
                amount: this.format(amount),
                sent: this.format(sent),
            }),
        }));
    }
}
