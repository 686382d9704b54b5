-- Two groups; login users are made members of one of them. Roles belong to the whole server, so they may be there already.
DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['footfall_writer', 'footfall_reader'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
        END IF;
    END LOOP;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO footfall_writer, footfall_reader', current_schema());
END
$$;

-- The collector: adds events, keeps profiles up to date, and looks whether the schema is there. It cannot read events.
GRANT INSERT ON user_events TO footfall_writer;
GRANT SELECT, INSERT, UPDATE ON user_profiles TO footfall_writer;
GRANT SELECT ON schema_migrations TO footfall_writer;

-- The data source plugin: reads, nothing else.
GRANT SELECT ON user_events, user_profiles, active_users_hourly, event_counts_15min, user_activity_daily, schema_migrations
    TO footfall_reader;
