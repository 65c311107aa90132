"""Audits the reader's pages with Lighthouse (https://developer.chrome.com/docs/lighthouse)."""
