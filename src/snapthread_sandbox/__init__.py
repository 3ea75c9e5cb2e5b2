"""The sandbox: doubles of the Bot API and of OpenAI, strict where the real services are.

It imports nothing from the product, or double and adapter would share mistakes.
"""
