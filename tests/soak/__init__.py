"""Long runs that try to break Chainrule; `make soak` runs them in full, `make test` a share."""
