import {Component, onWillStart, useState} from "@odoo/owl";
import {deserializeDate, formatDate} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";
import {formatLockedUntil} from "../billing_locked_until/locked_until";

/** Up to which day the own timesheet is locked, and complete. */
export class TimesheetStatus extends Component {
    static template = "invoicing_cycle.TimesheetStatus";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.state = useState({status: false});
        onWillStart(async () => {
            this.state.status = await this.orm.call(
                "hr.employee",
                "get_my_timesheet_status",
                []
            );
        });
    }

    get lockedText() {
        return formatLockedUntil(this.state.status.locked_until);
    }

    get completeText() {
        return _t(
            "Complete until %s",
            formatDate(deserializeDate(this.state.status.complete_until))
        );
    }

    get missingText() {
        const {empty_days: count} = this.state.status;
        return count === 1
            ? _t("1 working day without time")
            : _t("%s working days without time", count);
    }
}
