-- Only for a ledger with a continuous copy, which asks at each step which commands have ended since the
-- last one. It grows at its end alone: one page more in each transaction, however many commands it has.
CREATE INDEX IF NOT EXISTS commands_by_place ON commands (last_position);
