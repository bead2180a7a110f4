-- What the sweep looks for: orders in which nobody has acted in time.
CREATE INDEX orders_waiting ON orders (state, changed_at) WHERE state IN ('placed', 'shipped');
