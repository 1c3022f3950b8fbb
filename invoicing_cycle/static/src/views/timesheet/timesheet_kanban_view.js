import {registry} from "@web/core/registry";
import {KanbanController} from "@web/views/kanban/kanban_controller";
import {kanbanView} from "@web/views/kanban/kanban_view";
import {TimesheetStatus} from "../../components/timesheet_status/timesheet_status";

/** The cards of time entries, as on a phone; one's own say how far one has locked. */
export class TimesheetKanbanController extends KanbanController {
    static template = "invoicing_cycle.TimesheetKanbanView";
    static components = {...KanbanController.components, TimesheetStatus};

    get isMine() {
        return Boolean(this.props.context.is_my_timesheets);
    }
}

registry.category("views").add("timesheet_kanban", {
    ...kanbanView,
    Controller: TimesheetKanbanController,
});
