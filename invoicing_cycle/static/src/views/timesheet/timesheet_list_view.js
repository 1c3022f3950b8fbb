import {registry} from "@web/core/registry";
import {ListController} from "@web/views/list/list_controller";
import {listView} from "@web/views/list/list_view";
import {TimesheetStatus} from "../../components/timesheet_status/timesheet_status";

/** The list of time entries; one's own says how far one has locked. */
export class TimesheetListController extends ListController {
    static template = "invoicing_cycle.TimesheetListView";
    static components = {...ListController.components, TimesheetStatus};

    get isMine() {
        return Boolean(this.props.context.is_my_timesheets);
    }
}

registry.category("views").add("timesheet_list", {
    ...listView,
    Controller: TimesheetListController,
});
