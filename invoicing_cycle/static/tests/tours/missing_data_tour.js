import {stepUtils} from "@web_tour/tour_utils";
import {
    addTour,
    checkCount,
    checkNoRow,
    chooseOption,
    clickDialogButton,
    clickListButton,
    dialogIsClosed,
    enterDate,
    openSection,
    row,
    selectRow,
    startOfLastMonth,
} from "./tour_helpers";

addTour("set_schedules", () => [
    ...stepUtils.goToAppSteps("invoicing_cycle.invoicing_cycle_menu_root"),
    ...openSection("missing"),
    checkCount("missing", 3),
    {
        content: "The row says what is missing, and the hours in total",
        trigger: `${row("Missing one")}:contains("Set a billing schedule."):contains("07:30")`,
    },
    {
        content: "Edit the row in place",
        trigger: `${row("Missing one")} td[name=billing_frequency]`,
        run: "click",
    },
    ...chooseOption(".o_selected_row [name=billing_frequency]", "Monthly"),
    ...enterDate(".o_selected_row [name=billing_start_date]", startOfLastMonth),
    {
        content: "Save the row",
        trigger: ".o_control_panel button.o_list_button_save",
        run: "click",
    },
    checkCount("missing", 2),
    ...selectRow("Missing many"),
    ...selectRow("Missing more"),
    clickListButton("Set schedule"),
    ...chooseOption(".modal .o_field_widget[name=billing_frequency]", "Bi-weekly"),
    ...clickDialogButton("Set schedule"),
    dialogIsClosed,
    {
        content: "Nothing is left to be mended",
        trigger: `.o_billing_cycle_empty:contains("No data is missing")`,
    },
    checkCount("missing", 0),
]);

addTour("create_sales_order", () => [
    ...openSection("missing"),
    {
        content: "The row says what is missing",
        trigger: `${row("Missing order")}:contains("sales order item")`,
    },
    {
        content: "Create the sales order",
        trigger: `${row("Missing order")} button[name=action_open_sale_order_dialog]`,
        run: "click",
    },
    {
        content: "The rate of the service",
        trigger: ".modal .o_field_widget[name=price_unit] input",
        run: "edit 125",
    },
    ...clickDialogButton("Create and confirm"),
    dialogIsClosed,
    checkNoRow("Missing order"),
    checkCount("missing", 0),
]);
