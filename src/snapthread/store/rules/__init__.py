"""The rules of the store: each verb once, as a function of a transaction (decision 0018)."""
