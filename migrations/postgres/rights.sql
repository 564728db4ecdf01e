-- Run at every start by the owner of the tables, for the role may have been made after them. The role may
-- read and append; it may not change or delete. Without it the triggers alone hold.
DO $$
BEGIN
    -- One at a time: two who grant the same at once disturb each other.
    PERFORM pg_advisory_xact_lock(hashtext('quittance rights'));
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'quittance_ledger') THEN
        BEGIN
            CREATE ROLE quittance_ledger NOLOGIN;
        EXCEPTION
            -- Not allowed, or just made for another database of this cluster.
            WHEN insufficient_privilege OR duplicate_object OR unique_violation THEN NULL;
        END;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'quittance_ledger') THEN
        RETURN;
    END IF;
    IF NOT pg_has_role(current_user, 'quittance_ledger', 'MEMBER') THEN
        BEGIN
            EXECUTE format('GRANT quittance_ledger TO %I', current_user);
        EXCEPTION
            WHEN insufficient_privilege THEN RETURN;
        END;
    END IF;
    IF NOT has_schema_privilege('quittance_ledger', 'ledger', 'USAGE')
        OR NOT has_table_privilege('quittance_ledger', 'ledger.events', 'INSERT') THEN
        GRANT USAGE ON SCHEMA ledger TO quittance_ledger;
        GRANT SELECT, INSERT ON ledger.events, ledger.commands TO quittance_ledger;
        GRANT SELECT ON ledger.log_head TO quittance_ledger;
        -- What a row lock asks for. The trigger refuses the UPDATE itself.
        GRANT UPDATE (id) ON ledger.log_head TO quittance_ledger;
    END IF;
END $$;
