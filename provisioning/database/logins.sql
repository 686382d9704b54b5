-- Login users for the collector and for Grafana, each a member of the role that the migrations made for it. Run it with
-- psql as the owner, after collector migrate; run again, it sets the passwords anew.
--   FOOTFALL_WRITER_PASSWORD=... FOOTFALL_READER_PASSWORD=... psql -v ON_ERROR_STOP=1 -f logins.sql DATABASE
\getenv writer_password FOOTFALL_WRITER_PASSWORD
\getenv reader_password FOOTFALL_READER_PASSWORD

SELECT format('CREATE ROLE %I', name)
FROM unnest(ARRAY['footfall_collector', 'footfall_grafana']) name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

GRANT footfall_writer TO footfall_collector;
GRANT footfall_reader TO footfall_grafana;
ALTER ROLE footfall_collector LOGIN PASSWORD :'writer_password';
ALTER ROLE footfall_grafana LOGIN PASSWORD :'reader_password';
-- A second lock besides the role's rights: nothing is written even by mistake.
ALTER ROLE footfall_grafana SET default_transaction_read_only = on;
