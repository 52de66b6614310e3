# SPDX-License-Identifier: Apache-2.0
"""Harness of the end-to-end tests: a real httpd, hostile and honest counterparts, a strict log."""
