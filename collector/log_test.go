package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/program"
)

// Whatever strangers do a thousand times, and whatever the database says of what they sent, makes few lines; how many were left out
// is said, and other kinds of lines are not kept out by it.
func TestStrangersDoNotFillTheLog(t *testing.T) {
	dsn := dbtest.Embedded(t)
	schema := dbtest.Schema(t, dsn)
	conn := dbtest.Connect(t, dsn)
	for _, statement := range []string{`CREATE FUNCTION %[1]s.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN
			IF NEW.event_type = 'bad' THEN
				RAISE EXCEPTION 'bad' USING ERRCODE = '22000';
			END IF;
			RETURN NEW;
		END $$`, `CREATE TRIGGER refuse BEFORE INSERT ON %[1]s.user_events FOR EACH ROW EXECUTE FUNCTION %[1]s.refuse()`} {
		if _, err := conn.Exec(t.Context(), fmt.Sprintf(statement, schema)); err != nil {
			t.Fatal(err)
		}
	}
	key, stderr, status := run(t, "key", "add", "web", "--database", dsn, "--schema", schema)
	if status != 0 {
		t.Fatal(stderr)
	}
	key = strings.TrimSpace(key)
	s := serve(t, "--database", dsn, "--schema", schema, "--log-level", "info")
	const times = 300
	post := func(key, body string, want int) {
		t.Helper()
		res, err := http.Post(s.url+"/track/batch?writeKey="+key, "", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
		if res.StatusCode != want {
			t.Fatal(res.Status)
		}
	}
	for range times {
		post("ff_nobody", `{"batch": []}`, 401)
		post(key, `{"batch": [{}]}`, 400)
	}
	post(key, `{`+strings.Repeat(" ", 6<<20), 413)
	said := func(kind string) string {
		return `{"user_id": "u", "event_type": "` + kind + `", "timestamp": "2026-11-01T12:00:00Z"}`
	}
	post(key, `{"batch": [`+said("good")+strings.Repeat(", "+said("bad"), times)+`]}`, 200)
	shown, leftOut := map[string]int{}, map[string]int{}
	for line := range strings.Lines(s.end(t)) {
		var entry struct {
			Msg, Kind     string
			Status, Lines int
		}
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Error(line, err)
		}
		switch {
		case entry.Kind != "":
			leftOut[entry.Kind] += entry.Lines
		case entry.Status != 0:
			shown[fmt.Sprint(entry.Msg, " ", entry.Status)]++
		default:
			shown[entry.Msg]++
		}
	}
	for kind, n := range map[string]int{"request 401": times, "request 400": times, "request 413": 1, "an event went to rejected_events": times} {
		if shown[kind]+leftOut[kind] != n || shown[kind] == 0 || shown[kind] > 4*program.LogBurst {
			t.Errorf("%s: %d lines, %d left out, of %d", kind, shown[kind], leftOut[kind], n)
		}
	}
	if n := count(t, dsn, schema); n != 1 {
		t.Error(n, "events")
	}
}
