-- Who may execute what. Run whenever the functions were made anew. footfall_writer, footfall_reader and footfall_analyzer stand for the
-- installation's roles.

-- PostgreSQL lets everybody execute what is created.
DO $$
DECLARE
    routine regprocedure;
BEGIN
    FOR routine IN
        SELECT oid FROM pg_proc p WHERE pronamespace = current_schema()::regnamespace
            -- The extension may be in the same schema.
            AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND deptype = 'e')
    LOOP
        EXECUTE format('REVOKE ALL ON ROUTINE %s FROM PUBLIC, footfall_writer, footfall_reader, footfall_analyzer', routine);
    END LOOP;
END
$$;

-- All make keys of users, and look how the background jobs are.
GRANT EXECUTE ON FUNCTION user_key_of, background_jobs TO footfall_writer, footfall_reader, footfall_analyzer;

-- The collector: stores events and what they say of their users, and has work done that background jobs leave.
GRANT EXECUTE ON FUNCTION store_events, join_told, tell_traits, is_forgotten, run_overdue, wake_jobs TO footfall_writer;
