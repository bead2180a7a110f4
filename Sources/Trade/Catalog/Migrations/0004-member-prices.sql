-- What members of the shop pay; absent where they pay what everybody pays.
ALTER TABLE prices ADD COLUMN member_amount BIGINT;
