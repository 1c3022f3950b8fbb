import {
    addTour,
    clickDialogButton,
    dialogIsClosed,
    row,
    selectRow,
} from "./tour_helpers";

const ENTRY = row("Wrong text");

addTour("chase_time", () => [
    {
        content: "Look at who is waited for",
        trigger: `${row("Time project")} .o_billing_readiness`,
        run: "hover",
    },
    {
        content: "Remind them",
        trigger: ".o_billing_readiness_popover .o_billing_readiness_remind",
        run: "click",
    },
    {
        content: "It is said who was reminded",
        trigger: `.o_notification:contains("1 person reminded")`,
    },
]);

addTour("follow_reminder", () => [
    {
        content: "Open the reminders",
        trigger: ".o-mail-ActivityMenu-counter:contains(1)",
        run: "click",
    },
    {
        content: "One's own",
        trigger: ".o-mail-ActivityGroup",
        run: "click",
    },
    {
        content: "It leads to the list of what is owed",
        trigger: `button[name=action_open_document]:contains("Open my list")`,
        run: "click",
    },
    {
        content: "The open time is there, and the way to submit it",
        trigger: `${row("Right text")}`,
    },
    {
        trigger: `.o_control_panel button:contains("Submit (lock) my timesheet")`,
    },
]);

addTour("send_back_time", () => [
    ...selectRow("Wrong text"),
    {
        content: "Send it back",
        trigger: `.o_selection_container button:contains("Send back")`,
        run: "click",
    },
    {
        content: "The dialog names whose time it is",
        trigger: `.modal [name=summary]:contains("Consultant")`,
    },
    {
        content: "Say why",
        trigger: ".modal [name=reason] input",
        run: "edit Which workshop?",
    },
    ...clickDialogButton("Send back"),
    dialogIsClosed,
    {
        content: "The other entry still waits",
        trigger: `.o_list_view:not(:has(.o_data_row:contains("Wrong text"))) .o_data_row:contains("Right text")`,
    },
]);

addTour("mend_time", () => [
    {
        content: "The reminder is in the systray",
        trigger: ".o-mail-ActivityMenu-counter:contains(1)",
    },
    {
        content: "The reason is shown",
        trigger: `${ENTRY} td[name=sent_back_reason]:contains("Which workshop?")`,
    },
    {
        content: "Mend the text",
        trigger: `${ENTRY} td[name=name]`,
        run: "click",
    },
    {
        trigger: ".o_selected_row td[name=name] input",
        run: "edit Workshop in June",
    },
    {
        content: "Save it",
        trigger: ".o_list_button_save",
        run: "click",
    },
    {
        content: "Hand it in again",
        trigger: `${row("Workshop in June")} button[name=action_resubmit]`,
        run: "click",
    },
    {
        content: "Nothing is left to mend",
        trigger: `.o_view_nocontent:contains("Nothing was sent back to you")`,
    },
]);

addTour("approve_project", () => [
    {
        content: "Approve all of the project by the button of its group",
        trigger: `.o_group_header:contains("Time project") button:contains("Approve all")`,
        run: "click",
    },
    {
        content: "Nothing is left to approve",
        trigger: `.o_view_nocontent:contains("No time waits for your approval")`,
    },
]);
