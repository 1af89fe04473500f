"""The paper's experiments and next checks: each a small file over sweeps and operators."""
