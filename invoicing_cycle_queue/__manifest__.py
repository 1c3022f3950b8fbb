{
    "name": "Invoicing Cycle: Job Queue",
    "version": "19.0.1.0.0",
    "summary": "Several workers and hosts work on a run, by OCA's job queue",
    "category": "Accounting/Accounting",
    "author": "The invoicing_cycle developers",
    "license": "LGPL-3",
    "depends": [
        "invoicing_cycle",
        "queue_job",
    ],
    "data": [
        "data/queue_job_function_data.xml",
    ],
    "auto_install": True,
}
