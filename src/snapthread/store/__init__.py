"""The stores: one port (`ports.Store`), one suite of contract tests, a folder each."""
