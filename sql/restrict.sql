-- What PostgreSQL and TimescaleDB let everybody do in a database, and only a superuser may take back: fill the disk with large objects or
-- with messages in the log, and run background jobs. collector migrate does it where it connects as a superuser; else run it with
-- psql, in this database, as one, again after an update of the extension. Owners of the database keep it all, and so do those who
-- have jobs already; others who need it:
--   GRANT EXECUTE ON FUNCTION add_job, lo_create, lo_creat, lo_from_bytea TO them;
DO $$
DECLARE
    routine regprocedure;
    owner   regrole;
BEGIN
    FOR routine IN
        SELECT p.oid FROM pg_proc p WHERE pronamespace = 'pg_catalog'::regnamespace
            AND proname IN ('lo_create', 'lo_creat', 'lo_from_bytea', 'lo_put', 'lowrite', 'lo_truncate', 'lo_truncate64', 'pg_logical_emit_message')
        UNION ALL
        SELECT p.oid FROM pg_proc p JOIN pg_extension e ON p.pronamespace = e.extnamespace WHERE extname = 'timescaledb' AND proname = 'add_job'
    LOOP
        EXECUTE pg_catalog.format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', routine);
        EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION %s TO pg_database_owner', routine);
        FOR owner IN SELECT DISTINCT j.owner FROM timescaledb_information.jobs j LOOP
            EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION %s TO %s', routine, owner);
        END LOOP;
    END LOOP;
END
$$;
