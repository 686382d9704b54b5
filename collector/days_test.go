package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/footfall-analytics/footfall/internal/dbtest"
)

// onDays returns a request with an event on each of the days [from, to), counted back from today, of fifty users.
func onDays(t *testing.T, from, to int) []byte {
	t.Helper()
	type message struct {
		ID   uuid.UUID `json:"event_id"`
		User string    `json:"user_id"`
		Type string    `json:"event_type"`
		Time time.Time `json:"timestamp"`
	}
	var batch []message
	for day := from; day < to; day++ {
		user := fmt.Sprint("user", day%50)
		if day == 1 {
			user = "once" // whoever is forgotten has the rollups refreshed from the first event on, which takes long where they never were
		}
		batch = append(batch, message{uuid.New(), user, "visit", time.Now().UTC().AddDate(0, 0, -day).Truncate(time.Microsecond)})
	}
	body, err := json.Marshal(map[string]any{"batch": batch})
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// bystander returns somebody else on the server: it logs in again and again, and returns the most locks that one of the collector's
// sessions had.
func bystander(ctx context.Context, dsn, schema string) (most, logins int, err error) {
	for ; ctx.Err() == nil; logins++ {
		conn, err := pgx.Connect(context.WithoutCancel(ctx), dsn)
		if err != nil {
			return most, logins, fmt.Errorf("a new login: %w", err)
		}
		var locks, events int
		err = conn.QueryRow(context.WithoutCancel(ctx), `SELECT coalesce(max(n), 0), (SELECT count(*) FROM `+schema+`.user_events WHERE time > now() - INTERVAL '2 days')
			FROM (SELECT count(*) AS n FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE application_name = 'footfall collector' GROUP BY pid) l`).Scan(&locks, &events)
		_ = conn.Close(context.WithoutCancel(ctx))
		if err != nil {
			return most, logins, fmt.Errorf("another session: %w", err)
		}
		most = max(most, locks)
		time.Sleep(200 * time.Millisecond)
	}
	return most, logins, nil
}

// countStored counts the events, and the different ones, in stretches of days: one statement for all would lock all of them.
func countStored(t *testing.T, conn *pgx.Conn, schema string, days int) (events, different int) {
	t.Helper()
	const stretch = 300
	for day := -1; day < days; day += stretch {
		var n, d int
		if err := conn.QueryRow(t.Context(), `SELECT count(*), count(DISTINCT event_id) FROM `+schema+`.user_events WHERE time > $1 AND time <= $2`,
			time.Now().AddDate(0, 0, -day-stretch), time.Now().AddDate(0, 0, -day)).Scan(&n, &d); err != nil {
			t.Fatal(err)
		}
		events, different = events+n, different+d
	}
	return events, different
}

// Requests with events of thousands of days, of which each is a table of its own for the database: every event is stored once, and
// meanwhile others use the server as before. Then all that is done with one user works, too.
func TestThousandsOfDays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		days, more := 5000, 6000
		if dsn == dbtest.Embedded(t) {
			days, more = 100, 250 // one session, and slow
		}
		schema := dbtest.Schema(t, dsn)
		s := serve(t, "--database", dsn, "--schema", schema, "--oldest", "0", "--max-batch", fmt.Sprint(more), "--max-memory", "1000000000")
		others, stop := context.WithCancel(t.Context())
		type seen struct {
			most, logins int
			err          error
		}
		told := make(chan seen, 1)
		go func() {
			most, logins, err := bystander(others, dsn, schema)
			told <- seen{most, logins, err}
		}()
		start := time.Now()
		for _, r := range [][2]int{{0, days / 5}, {days / 5, 2 * days / 5}, {2 * days / 5, 3 * days / 5}, {3 * days / 5, 4 * days / 5}, {4 * days / 5, days}, {0, more}} {
			res, err := http.Post(s.url+"/track/batch", "application/json", bytes.NewReader(onDays(t, r[0], r[1])))
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			if res.StatusCode != 200 {
				t.Fatal(res.Status)
			}
		}
		for !strings.Contains(s.get(t, "/metrics"), "\nfootfall_queue_records 0\n") {
			if time.Since(start) > longest-time.Minute {
				t.Fatal("the events are not stored")
			}
			time.Sleep(500 * time.Millisecond)
		}
		took := time.Since(start)
		stop()
		other := <-told
		conn := dbtest.Connect(t, dsn)
		events, different := countStored(t, conn, schema, more)
		t.Logf("%d events of %d days in %s; at most %d locks of a session; %d logins meanwhile", events, more, took, other.most, other.logins)
		if want := days + more; events != want || different != want {
			t.Errorf("%d events, %d different ones; want %d", events, different, want)
		}
		if other.err != nil || other.most > 1500 || other.logins == 0 {
			t.Errorf("%+v", other)
		}
		for line := range strings.Lines(s.end(t)) {
			if strings.Contains(line, `"level":"WARN","msg":"the database`) || strings.Contains(line, `"level":"ERROR"`) {
				t.Error(line)
			}
		}
		if stdout, stderr, status := run(t, "export", "user7", "--database", dsn, "--schema", schema); status != 0 || strings.Count(stdout, `"table": "user_events"`) != (days+more)/50 {
			t.Errorf("%d %.200s", status, stderr)
		}
		if _, err := conn.Exec(t.Context(), fmt.Sprintf(`SELECT %[1]s.join_users('user8', 'user9')`, schema)); err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Exec(t.Context(), fmt.Sprintf(`UPDATE %s.user_aliases SET joined_at = now() - INTERVAL '2 hours'`, schema)); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{{"squash"}, {"unjoin", "user8"}, {"forget", "--yes", "once"}} {
			start := time.Now()
			if _, stderr, status := run(t, append(args, "--database", dsn, "--schema", schema)...); status != 0 {
				t.Errorf("%s: %d %.500s", args, status, stderr)
			}
			t.Log(args, time.Since(start))
		}
		if events, _ := countStored(t, conn, schema, more); events != days+more-2 {
			t.Errorf("%d events after one user with two of them was forgotten", events)
		}
	})
}
