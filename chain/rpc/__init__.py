"""Substrate JSON-RPC of the embedded node, in process and over WebSocket."""
