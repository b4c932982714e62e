"""Who may do what; passwords, masking."""
