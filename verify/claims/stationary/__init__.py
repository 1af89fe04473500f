"""Structure of stationary points: what every point with grad L = 0 looks like."""
