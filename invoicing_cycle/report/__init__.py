from . import project_billing_proof_report
