"""What tests share: a real PostgreSQL, deployments with a settable clock, running servers."""
