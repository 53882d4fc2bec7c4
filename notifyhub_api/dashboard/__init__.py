"""The dashboard: pages for people, over the operations of the API."""
