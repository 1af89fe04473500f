"""What the kernel of Coq checks: theorems of the development, and certificates of lambda_max."""
