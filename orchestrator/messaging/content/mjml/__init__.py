"""MJML: an email in elements that every mail program shows alike, made into HTML once, when a template is prepared."""
