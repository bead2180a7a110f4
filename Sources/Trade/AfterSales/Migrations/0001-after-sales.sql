CREATE TABLE after_sale_cases (
    id TEXT PRIMARY KEY,
    order_id TEXT NOT NULL,
    shop TEXT NOT NULL,
    buyer TEXT NOT NULL,
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    state TEXT NOT NULL,
    amount BIGINT,
    currency TEXT NOT NULL,
    is_shipped BIGINT NOT NULL,
    due_at BIGINT,
    carrier TEXT,
    tracking TEXT,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX after_sale_cases_order ON after_sale_cases (order_id);
CREATE INDEX after_sale_cases_buyer ON after_sale_cases (buyer, created_at, id);
CREATE INDEX after_sale_cases_shop ON after_sale_cases (shop, created_at, id);
CREATE INDEX after_sale_cases_state ON after_sale_cases (state, created_at, id);
CREATE INDEX after_sale_cases_due ON after_sale_cases (due_at) WHERE due_at IS NOT NULL;
CREATE TABLE after_sale_lines (
    case_id TEXT NOT NULL,
    line TEXT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (case_id, line)
);
-- One open case a line: the key decides between two that are opened at once.
CREATE TABLE after_sale_open_lines (
    line TEXT PRIMARY KEY,
    case_id TEXT NOT NULL
);
CREATE INDEX after_sale_open_lines_case ON after_sale_open_lines (case_id);
CREATE TABLE after_sale_steps (
    case_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    event TEXT NOT NULL,
    state TEXT NOT NULL,
    person TEXT,
    note TEXT NOT NULL,
    happened_at BIGINT NOT NULL,
    PRIMARY KEY (case_id, position)
);
