-- Who may do what: all of it, for the last migration. Run after migrations and wherever the roles are new. footfall_writer and
-- footfall_reader stand for the installation's roles.

DO $$
DECLARE
    extension text := (SELECT quote_ident(nspname) FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace WHERE extname = 'timescaledb');
    routine   record;
    relation  record;
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO footfall_writer, footfall_reader', current_schema());
    -- PostgreSQL lets everybody execute what is created.
    EXECUTE format('REVOKE ALL ON ALL ROUTINES IN SCHEMA %I FROM PUBLIC, footfall_writer, footfall_reader', current_schema());
    -- One by one: TimescaleDB 2.23 fails when a continuous aggregate is among all tables of a schema.
    FOR relation IN
        SELECT c.oid::regclass AS name, string_agg(DISTINCT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END, ', ') AS holders
        FROM pg_class c CROSS JOIN aclexplode(relacl)
        WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'v', 'm', 'S')
            AND (grantee = 0 OR grantee::regrole::text IN (SELECT unnest(ARRAY['footfall_writer', 'footfall_reader'])))
        GROUP BY 1
    LOOP
        EXECUTE format('REVOKE ALL ON %s FROM %s', relation.name, relation.holders);
    END LOOP;
    -- Whoever may create objects where others look names up makes them run what they did not mean. Where somebody else owns the
    -- database, these are warnings.
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('REVOKE CREATE ON SCHEMA public, %s FROM PUBLIC', extension);

    -- What runs with the owner's rights, or on the owner's behalf, finds this schema's objects only: pg_temp, which is first unless
    -- it is named, comes last. What commits sets its path by itself; what is bound when it is defined, and is inlined, has none.
    FOR routine IN
        SELECT p.oid::regprocedure AS name, p.prokind
        FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
        WHERE pronamespace = current_schema()::regnamespace AND (prosecdef OR l.lanname = 'plpgsql')
            AND NOT (p.prokind = 'p' AND p.prosrc ~ '\mCOMMIT\M')
    LOOP
        EXECUTE format('ALTER ROUTINE %s SET search_path = %I, pg_temp', routine.name, current_schema());
    END LOOP;
END
$$;

-- Both look whether the schema is there, and how its background jobs are.
GRANT SELECT ON schema_migrations, installation TO footfall_writer, footfall_reader;
GRANT EXECUTE ON FUNCTION user_key_of, background_jobs TO footfall_writer, footfall_reader;

-- The collector: stores events and what they say of their users, and has work done that background jobs leave. It reads neither.
GRANT EXECUTE ON FUNCTION store_events, join_told, tell_traits, is_forgotten, run_overdue, wake_jobs TO footfall_writer;
GRANT INSERT ON rejected_events TO footfall_writer;
GRANT SELECT ON write_keys, forgotten_users, forget_state TO footfall_writer;

-- The data source plugin: reads, nothing else.
GRANT SELECT ON user_events, known_events, user_profiles, active_users_hourly, event_counts_15min, late_days, closed_days, event_blocks,
    quarter_counts, user_aliases, alias_changes TO footfall_reader;
