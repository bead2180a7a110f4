CREATE INDEX order_lines_slate ON order_lines (slate);
