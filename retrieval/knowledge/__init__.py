"""What the shop says: its pages of policies and questions, and what it and its shoppers say of a product."""
