"""Shops that tell what their customers do: WooCommerce, Shopify, PrestaShop and BaseLinker, by webhook and by file."""

from orchestrator_shops import plugin

__all__ = ["plugin"]
