"""The plugins that ship with AIPCHAIN; they enter through the same door as anyone's."""
