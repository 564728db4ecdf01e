-- Only for a ledger with a continuous copy, which asks at each step which commands have ended since the
-- last one. It grows at its end alone, so it costs the writer one page in some hundred commands.
CREATE INDEX IF NOT EXISTS commands_by_place ON commands (last_position);
