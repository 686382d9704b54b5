-- Login users for the collector, for Grafana and, if it has a password, for the analyzer, each a member of the role that the migrations made for it. Run it with
-- psql as the owner, after collector migrate; run again, it sets the passwords anew.
--   FOOTFALL_WRITER_PASSWORD=... FOOTFALL_READER_PASSWORD=... FOOTFALL_ANALYZER_PASSWORD=... psql -f logins.sql DATABASE
-- A second installation on the same server needs users of its own; a schema other than footfall is named as well:
--   psql -v schema=siteb -v collector=siteb_collector -v grafana=siteb_grafana -v analyzer=siteb_analyzer -f logins.sql DATABASE
\set ON_ERROR_STOP on
\getenv writer_password FOOTFALL_WRITER_PASSWORD
\getenv reader_password FOOTFALL_READER_PASSWORD
\getenv analyzer_password FOOTFALL_ANALYZER_PASSWORD
\if :{?writer_password}
\else
    DO $$ BEGIN RAISE EXCEPTION 'FOOTFALL_WRITER_PASSWORD is not set: set it to the password that the collector is to have'; END $$;
\endif
\if :{?reader_password}
\else
    DO $$ BEGIN RAISE EXCEPTION 'FOOTFALL_READER_PASSWORD is not set: set it to the password that Grafana is to have'; END $$;
\endif
\if :{?schema}
\else
    \set schema footfall
\endif
\if :{?collector}
\else
    \set collector footfall_collector
\endif
\if :{?grafana}
\else
    \set grafana footfall_grafana
\endif
\if :{?analyzer}
\else
    \set analyzer footfall_analyzer
\endif

SELECT writer, reader, analyzer AS keeper FROM :"schema".installation \gset

-- A user of another installation would read both.
SELECT count(*) > 0 AS taken FROM pg_auth_members m JOIN pg_shdepend s ON s.refclassid = 'pg_authid'::regclass AND s.refobjid = m.roleid
WHERE m.member IN (SELECT oid FROM pg_roles WHERE rolname IN (:'collector', :'grafana', :'analyzer')) AND s.classid = 'pg_namespace'::regclass
    AND (s.dbid, s.objid) <> ((SELECT oid FROM pg_database WHERE datname = current_database()), :'schema'::regnamespace::oid) \gset
\if :taken
    DO $$ BEGIN RAISE EXCEPTION 'one of the users has rights on another schema or database of this server: name users of this installation''s own with -v collector=... -v grafana=... -v analyzer=...'; END $$;
\endif

SELECT format('CREATE ROLE %I', name)
FROM unnest(ARRAY[:'collector', :'grafana']) name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

GRANT :"writer" TO :"collector";
GRANT :"reader" TO :"grafana";
ALTER ROLE :"collector" LOGIN PASSWORD :'writer_password';
ALTER ROLE :"grafana" LOGIN PASSWORD :'reader_password';
-- A second lock besides the role's rights: nothing is written even by mistake.
ALTER ROLE :"grafana" SET default_transaction_read_only = on;

\if :{?analyzer_password}
    SELECT format('CREATE ROLE %I', :'analyzer') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'analyzer') \gexec
    GRANT :"keeper" TO :"analyzer";
    ALTER ROLE :"analyzer" LOGIN PASSWORD :'analyzer_password';
\endif
