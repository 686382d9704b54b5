-- The owner of the database, who is no superuser: what runs in it with the owner's rights can do nothing to the server. Runs once, as a
-- superuser, when the database is made; the extension is there already.
\getenv owner_password FOOTFALL_OWNER_PASSWORD

CREATE ROLE footfall_owner LOGIN CREATEROLE PASSWORD :'owner_password';
SELECT format('ALTER DATABASE %I OWNER TO footfall_owner', current_database()) \gexec
