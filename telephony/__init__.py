"""The phone company's language, both ways: webhooks, TwiML, Media Streams, REST."""
