"""The stores: one port (`ports.Store`), one contract test-suite, one file a verb group."""
