"""Bounds of lambda_max that the kernel of Coq checks: proofs_notes/kernel-certificate.md."""

from verify.formal.emit import coq_certificate

__all__ = ["coq_certificate"]
