import {
    addTour,
    clickDialogButton,
    clickListButton,
    dialogIsClosed,
    openSection,
    row,
    selectRow,
    unselectRow,
} from "./tour_helpers";

const CURRENT = "Up to date";
const LATE = "Late one";
const LATER = "Later one";
const WHY = ".modal [name=outdated_move_ids]";

addTour("confirm_outdated", () => [
    ...openSection("to_send"),
    ...[CURRENT, LATE, LATER].map(selectRow).flat(),
    clickListButton("Confirm"),
    ...[LATE, LATER].map((project) => ({
        content: `The dialog tells why ${project} is out of date`,
        trigger: `${WHY} .o_data_row:contains("${project}"):contains("h arrived since")`,
    })),
    {
        content: "It tells of no other one",
        trigger: `${WHY}:not(:contains("${CURRENT}"))`,
    },
    ...clickDialogButton("Refresh"),
    dialogIsClosed,
    {
        content: "What is up to date is confirmed",
        trigger: `${row(CURRENT)} td[name=sent_status]:contains("Confirmed")`,
    },
    ...[LATE, LATER].map((project) => ({
        content: `${project} is refreshed`,
        trigger: `${row(project)}:not(:contains("Out of date")):contains("1,000.00")`,
    })),
    // What was ticked stays so
    ...unselectRow(LATE),
    clickListButton("Confirm"),
    {
        content: "Nothing is asked any more",
        trigger: `${row(LATER)} td[name=sent_status]:contains("Confirmed")`,
    },
]);

addTour("confirm_outdated_form", () => [
    {
        content: "The draft tells what arrived",
        trigger: `.o_form_view [name=outdated]:contains("2.00 h arrived since")`,
    },
    {
        content: "And what stays for later",
        trigger: `.o_form_view [name=arrived_not_ready]:contains("1.00 h arrived since")`,
    },
    {
        content: "Confirm it",
        trigger: ".o_statusbar_buttons button[name=action_post]",
        run: "click",
    },
    {trigger: `${WHY}:contains("2.00 h arrived since")`},
    ...clickDialogButton("Confirm as it is"),
    dialogIsClosed,
    {
        content: "It is confirmed",
        trigger: ".o_arrow_button_current:contains(Posted)",
    },
]);
