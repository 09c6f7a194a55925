"""The language model behind one seam. Knows nothing of products or shoppers."""
