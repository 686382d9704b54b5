package sql_test

import (
	"context"
	"os"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/sql"
)

// visits are events of an anonymous visitor, of the user that the visitor turned out to be, and of somebody else; the second day
// is in the columnstore.
const visits = `INSERT INTO user_events (time, user_id, user_key, event_type, event_id, anonymous_id)
	SELECT timestamptz '2026-03-01' + n * INTERVAL '1 hour', u, user_key_of(u), 'e' || n % 3, md5(u || n)::uuid, CASE WHEN u = 'cookie' AND n = 30 THEN 'earlier' END
	FROM generate_series(1, 60) n, unnest(ARRAY['cookie', 'tab', 'ann', 'ben', NULL]) u WHERE u IS NOT NULL`

const aliases = `INSERT INTO user_aliases (alias, user_id, joined_at) VALUES
	('cookie', 'ann', now() - INTERVAL '2 hours'), ('tab', 'ann', now() - INTERVAL '2 hours'), ('young', 'ben', now())`

// What is stored under aliases moves to their users, also where days are compressed; a message that came under both ids stays once.
func TestAliasesAreSquashed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		db := newSquashing(t, dsn)
		db.do(visits)
		db.do(`SELECT compress_chunk(c) FROM show_chunks('user_events') c OFFSET 1 LIMIT 1`)
		db.do(`INSERT INTO user_events (time, user_id, user_key, event_type, event_id)
			SELECT time, 'young', user_key_of('young'), event_type, gen_random_uuid() FROM user_events WHERE user_id = 'ben'`)
		db.do(aliases)
		before := db.answer()
		// A second arrival of messages that are known already; of one of them under each of three ids.
		db.do(`INSERT INTO user_events (time, user_id, user_key, event_type, event_id, anonymous_id)
			SELECT time, u, user_key_of(u), event_type, event_id, coalesce(anonymous_id, user_id) FROM user_events, unnest(ARRAY['ann', 'tab']) u
			WHERE user_id = 'cookie' AND (u = 'ann' AND time < '2026-03-03' OR time = '2026-03-02 05:00Z')`)
		db.do(`CREATE TEMP TABLE marked AS SELECT * FROM late_days`)
		if err := sql.SquashAliases(t.Context(), db.conn, db.schema); err != nil {
			t.Fatal(err)
		}
		if after := db.answer(); after != before {
			t.Errorf("the events count as\n%s\ninstead of\n%s", after, before)
		}
		for what, query := range map[string]string{
			"events of ann":                    `SELECT count(*) - 180 FROM user_events WHERE user_id = 'ann'`,
			"events under squashed aliases":    `SELECT count(*) FROM user_events WHERE user_id IN ('cookie', 'tab')`,
			"events of the young alias":        `SELECT count(*) - 60 FROM user_events WHERE user_id = 'young'`,
			"anonymous ids":                    `SELECT count(*) - 120 FROM user_events WHERE user_id = 'ann' AND anonymous_id IN ('cookie', 'tab', 'earlier')`,
			"ids that were anonymous before":   `SELECT count(*) - 1 FROM user_events WHERE anonymous_id = 'earlier'`,
			"aliases that are squashed":        `SELECT count(*) - 2 FROM user_aliases WHERE squashed_at IS NOT NULL`,
			"changes of aliases":               `SELECT changes - 1 FROM alias_changes`,
			"days that are marked as changed":  `SELECT count(*) - 3 FROM late_days`,
			"days that were marked beforehand": `SELECT count(*) FROM marked`,
		} {
			if n := db.number(query); n != 0 {
				t.Errorf("%s: %d too many", what, n)
			}
		}
		if err := sql.SquashAliases(t.Context(), db.conn, db.schema); err != nil || db.number(`SELECT changes FROM alias_changes`) != 1 {
			t.Error("squashing again changes something", err)
		}
	})
}

// While aliases are squashed, events come in, and every moment shows what it should. The embedded database has one session.
func TestSquashingUnderLoad(t *testing.T) {
	dsn := os.Getenv("FOOTFALL_TEST_DSN")
	if dsn == "" {
		t.Log("FOOTFALL_TEST_DSN names no server")
		return
	}
	db := newSquashing(t, dsn)
	db.do(visits)
	db.do(`SELECT compress_chunk(c) FROM show_chunks('user_events') c`)
	db.do(aliases)
	before := db.answer()
	var group sync.WaitGroup
	squashed := make(chan struct{})
	load := func(work func(conn *squashing)) {
		conn := &squashing{t, connect(t, dsn), db.schema}
		group.Go(func() {
			for done := false; !done && !t.Failed(); {
				select {
				case <-squashed:
					done = true
				default:
				}
				work(conn)
			}
		})
	}
	for _, user := range []string{"ann", "dan"} { // ann's are what the collector makes of cookie's
		load(func(conn *squashing) {
			conn.do(`INSERT INTO user_events (time, user_id, user_key, event_type, event_id)
				SELECT timestamptz '2026-03-01' + n * INTERVAL '1 hour', '` + user + `', user_key_of('` + user + `'), 'new', gen_random_uuid()
				FROM generate_series(1, 60) n`)
		})
	}
	load(func(conn *squashing) {
		if now := conn.answer(); now != before {
			t.Errorf("meanwhile the events count as\n%s\ninstead of\n%s", now, before)
		}
	})
	if err := sql.SquashAliases(t.Context(), db.conn, db.schema); err != nil {
		t.Error(err)
	}
	close(squashed)
	group.Wait()
	if n := db.number(`SELECT count(*) FROM user_events WHERE user_id IN ('cookie', 'tab')`); n != 0 {
		t.Errorf("%d events are left", n)
	}
	if after := db.answer(); after != before {
		t.Errorf("the events count as\n%s\ninstead of\n%s", after, before)
	}
}

// squashing is a connection to a schema.
type squashing struct {
	*testing.T
	conn   *pgx.Conn
	schema string
}

func newSquashing(t *testing.T, dsn string) *squashing {
	t.Helper()
	return &squashing{t, connect(t, dsn), dbtest.Schema(t, dsn)}
}

// connect asks as the plugin does, without prepared statements: TimescaleDB 2.27 and 2.29 do not plan them anew when a compressed day gets
// rows outside the columnstore, and miss these then.
func connect(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	config.DefaultQueryExecMode = pgx.QueryExecModeExec
	conn, err := pgx.ConnectConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func (s *squashing) inside(fn func(ctx context.Context, tx pgx.Tx) error) {
	s.Helper()
	s.within(pgx.TxOptions{}, fn)
}

func (s *squashing) within(options pgx.TxOptions, fn func(ctx context.Context, tx pgx.Tx) error) {
	s.Helper()
	err := pgx.BeginTxFunc(s.Context(), s.conn, options, func(tx pgx.Tx) error {
		if _, err := tx.Exec(s.Context(), "SELECT "+sql.PathWithExtension, s.schema); err != nil {
			return err
		}
		return fn(s.Context(), tx)
	})
	if err != nil {
		s.Error(err)
	}
}

func (s *squashing) do(statement string) {
	s.Helper()
	s.inside(func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, statement)
		return err
	})
}

func (s *squashing) number(query string) (n int) {
	s.Helper()
	s.inside(func(ctx context.Context, tx pgx.Tx) error { return tx.QueryRow(ctx, query).Scan(&n) })
	return n
}

// answer returns which user has which of the events that were there from the start, in a snapshot as the plugin reads it.
func (s *squashing) answer() (text string) {
	s.Helper()
	s.within(pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(ctx context.Context, tx pgx.Tx) error {
		return tx.QueryRow(ctx, `SELECT string_agg(concat_ws(' ', user_id, user_key, count, ids), E'\n' ORDER BY user_id) FROM (
			SELECT user_id, user_key, count(*), md5(string_agg(event_id::text || time, ' ' ORDER BY event_id, time)) AS ids
			FROM known_events WHERE event_type <> 'new' GROUP BY 1, 2) users`).Scan(&text)
	})
	return text
}
