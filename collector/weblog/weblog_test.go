package weblog

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/footfall-analytics/footfall/collector/event"
	"github.com/footfall-analytics/footfall/collector/writer"
)

// imported is what an import brought, and the places of refused lines.
type imported struct {
	events  []event.Event
	refused []string
	Summary
}

// collect imports files into memory, where equal ids are one event.
func collect(t *testing.T, known map[uuid.UUID]bool, files ...string) imported {
	t.Helper()
	got, err := collectIn(t, Combined, known, files...)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func collectIn(t *testing.T, format Format, known map[uuid.UUID]bool, files ...string) (imported, error) {
	t.Helper()
	var got imported
	im := &Importer{Format: format, Key: []byte("0123456789abcdef"), Progress: io.Discard,
		Store: func(_ context.Context, events []event.Event) (writer.Result, error) {
			var r writer.Result
			for _, e := range events {
				if known[e.ID] {
					r.Known++
					continue
				}
				known[e.ID] = true
				r.New++
				got.events = append(got.events, e)
			}
			return r, nil
		},
		Refuse: func(file string, line int, reason string) {
			got.refused = append(got.refused, fmt.Sprintf("%s:%d %s", filepath.Base(file), line, reason))
		}}
	err := im.Run(t.Context(), files)
	got.Summary = im.Summary
	return got, err
}

func TestSample(t *testing.T) {
	got := collect(t, map[uuid.UUID]bool{}, "testdata/access.log")
	var lines []string
	for _, e := range got.events {
		lines = append(lines, fmt.Sprint(e.Time.Format("15:04:05"), " ", e.Type, " ", e.PageURL, " ", e.DeviceType, " ", string(e.Metadata)))
	}
	phone := `"browser":"Safari","os":"iOS","bot":false,"asset":`
	firefox := `"browser":"Firefox","os":"Windows","bot":false,"asset":false}`
	want := []string{
		`08:59:58 page_view /download/catalogue.pdf mobile {"method":"GET","status":206,"bytes":1048576,` + phone + `false}`,
		`09:00:00 page_view /shop mobile {"method":"GET","status":200,"bytes":5120,"referrer":"https://example.org/?q=\"shoes\"",` + phone + `false}`,
		`09:00:00 page_view /shop mobile {"method":"GET","status":200,"bytes":5120,"referrer":"https://example.org/?q=\"shoes\"",` + phone + `false}`,
		`09:00:01 page_view /static/app.css mobile {"method":"GET","status":304,"bytes":0,"query":"v=2","referrer":"https://shop.example/shop",` + phone + `true}`,
		`09:10:00 page_view /login desktop {"method":"POST","status":302,"bytes":0,"referrer":"https://shop.example/login",` + firefox,
		`09:12:00 page_view /robots.txt bot {"method":"GET","status":200,"bytes":80,"browser":"Googlebot","bot":true,"asset":false}`,
		`09:12:01 page_view / bot {"method":"GET","status":200,"bytes":80,"browser":"curl","bot":true,"asset":false}`,
		`09:12:02 page_view /a b.html bot {"method":"GET","status":200,"bytes":80,"query":"x","bot":true,"asset":false}`,
		`09:40:00 page_view /café desktop {"method":"GET","status":200,"bytes":900,"query":"page=1",` + firefox,
		`10:10:01 page_view /caf\xe9 desktop {"method":"GET","status":404,"bytes":150,` + firefox,
	}
	slices.Sort(lines)
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
	wantRefused := []string{
		"access.log:11 has no request with a method and a path: the connection was closed early or was not HTTP",
		"access.log:12 has no request with a method and a path: the connection was closed early or was not HTTP",
		"access.log:13 has a time that cannot be read; it should look like 02/Jan/2006:15:04:05 -0700",
		`access.log:14 is not in the combined format: address - user [time] "request" status bytes "referrer" "agent"`,
		`access.log:15 is not in the combined format: address - user [time] "request" status bytes "referrer" "agent"`,
	}
	if diff := cmp.Diff(wantRefused, got.refused[:5]); diff != "" || len(got.refused) != 6 || !strings.Contains(got.refused[5], "access.log:16 timestamp") {
		t.Error(diff, got.refused)
	}
	// The iPhone, alice, Googlebot, curl and the agent without a name; alice comes back one second too late.
	wantSummary := Summary{Lines: 16, New: 10, Refused: 6, Users: 5, Sessions: 6, BotUsers: 3, BotEvents: 3, Late: 3,
		First: time.Date(2026, 11, 24, 8, 59, 58, 0, time.UTC), Last: time.Date(2026, 11, 24, 10, 10, 1, 0, time.UTC)}
	if diff := cmp.Diff(wantSummary, got.Summary); diff != "" {
		t.Error(diff)
	}
}

func TestNobodyLearnsAnAddressFromAnEvent(t *testing.T) {
	for _, e := range collect(t, map[uuid.UUID]bool{}, "testdata/access.log").events {
		text := fmt.Sprintf("%+v %s", e, e.Metadata)
		for _, secret := range []string{"203.0.113", "2001:db8", "198.51", "alice"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s in %s", secret, text)
			}
		}
	}
}

func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// line returns a log line; agent tells users apart.
func line(at time.Time, agent, path string) string {
	return fmt.Sprintf("192.0.2.1 - - [%s] \"GET %s HTTP/1.1\" 200 1 \"-\" \"%s\"\n", at.Format(timeLayout), path, agent)
}

var noon = time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)

func TestAgainAndGrownAndPacked(t *testing.T) {
	var log strings.Builder
	for i := range 3000 { // more than one batch; many equal lines
		log.WriteString(line(noon.Add(time.Duration(i/100)*time.Second), fmt.Sprint("agent", i%3), "/"))
	}
	end := strings.LastIndexByte(log.String()[:log.Len()/2], '\n')
	half := log.String()[:end+20] // the server was in the middle of a line
	known := map[uuid.UUID]bool{}
	first := collect(t, known, write(t, "a.log", half))
	if first.Refused != 1 || first.New != first.Lines-1 {
		t.Errorf("%+v", first.Summary)
	}
	whole := collect(t, known, write(t, "b.log", log.String()))
	if whole.New+whole.Known != 3000 || whole.Known != first.New {
		t.Errorf("%+v", whole.Summary)
	}
	var packed bytes.Buffer
	for _, part := range []string{log.String()[:1000], log.String()[1000:]} { // two members, as gzip -c >> writes them
		z := gzip.NewWriter(&packed)
		if _, err := io.WriteString(z, part); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if again := collect(t, known, write(t, "c.log.gz", packed.String())); again.New != 0 || again.Known != 3000 {
		t.Errorf("%+v", again.Summary)
	}
	if len(known) != 3000 {
		t.Error(len(known))
	}
}

func TestRotatedFilesInAnyOrder(t *testing.T) {
	old := write(t, "access.log.1", line(noon, "a", "/1")+line(noon.Add(20*time.Minute), "a", "/2"))
	young := write(t, "access.log", line(noon.Add(40*time.Minute), "a", "/3")+line(noon.Add(60*time.Minute), "a", "/4"))
	for _, files := range [][]string{{old, young}, {young, old}} {
		if got := collect(t, map[uuid.UUID]bool{}, files...); got.Sessions != 1 || got.Late != 0 || got.events[0].PageURL != "/1" {
			t.Errorf("%+v", got.Summary)
		}
	}
}

// TestSessionsAgainstSorting compares the sessions with those of a plain sort of everything, on logs that are out of
// order by up to the slack.
func TestSessionsAgainstSorting(t *testing.T) {
	for seed := range uint64(30) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		type hit struct {
			at, written time.Time
			agent       string
		}
		var hits []hit
		at := noon
		for range 400 {
			at = at.Add(time.Duration(rnd.IntN(1200)) * time.Second)
			for range 1 + rnd.IntN(3) { // a page and its parts, written late
				h := hit{at: at.Add(time.Duration(rnd.IntN(3)) * time.Second), agent: fmt.Sprint("agent", rnd.IntN(3))}
				h.written = h.at.Add(time.Duration(rnd.Int64N(int64(slack))).Truncate(time.Second))
				hits = append(hits, h)
			}
		}
		slices.SortStableFunc(hits, func(a, b hit) int { return a.written.Compare(b.written) })
		var log strings.Builder
		for _, h := range hits {
			log.WriteString(line(h.at, h.agent, "/"))
		}
		got := collect(t, map[uuid.UUID]bool{}, write(t, "access.log", log.String()))
		slices.SortStableFunc(hits, func(a, b hit) int { return a.at.Compare(b.at) })
		last, want := map[string]time.Time{}, 0
		for _, h := range hits {
			if before, seen := last[h.agent]; !seen || h.at.Sub(before) > 30*time.Minute {
				want++
			}
			last[h.agent] = h.at
		}
		distinct := map[string]bool{}
		for _, e := range got.events {
			distinct[e.SessionID] = true
		}
		if got.Sessions != want || len(distinct) != want || got.New != len(hits) || got.Late != 0 {
			t.Errorf("seed %d: %d sessions, %d names, want %d; %+v", seed, got.Sessions, len(distinct), want, got.Summary)
		}
	}
}

func TestLateLines(t *testing.T) {
	log := line(noon, "a", "/now") + line(noon.Add(-10*time.Minute), "a", "/slow") + line(noon.Add(-10*time.Minute), "a", "/slow") +
		line(noon.Add(-5*time.Hour), "a", "/night")
	got := collect(t, map[uuid.UUID]bool{}, write(t, "access.log", log))
	// Two equal late lines are two events; the one of the night has a session of its own.
	if got.New != 4 || got.Late != 3 || got.Sessions != 2 {
		t.Errorf("%+v", got.Summary)
	}
}

func TestLongAndBrokenInput(t *testing.T) {
	long := write(t, "long.log", strings.Repeat("x", 3*maxLine)+"\n"+line(noon, "a", "/")+line(noon, "a", "/"+strings.Repeat("y", event.MaxPageURL)))
	got := collect(t, map[uuid.UUID]bool{}, long)
	if got.Lines != 3 || got.New != 1 || !strings.Contains(got.refused[0], "long.log:1 is longer than 131072 bytes") || !strings.Contains(got.refused[1], "long.log:3 page_url") {
		t.Errorf("%+v %q", got.Summary, got.refused)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	for i := range 2000 {
		if _, err := io.WriteString(z, line(noon.Add(time.Duration(i)*time.Second), fmt.Sprint(rand.Uint64()), "/")); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	stored := 0
	im := &Importer{Format: Combined, Key: []byte("k"), Progress: io.Discard, Refuse: func(string, int, string) {},
		Store: func(_ context.Context, events []event.Event) (writer.Result, error) {
			stored += len(events)
			return writer.Result{New: len(events)}, nil
		}}
	err := im.Run(t.Context(), []string{write(t, "cut.log.gz", packed.String()[:packed.Len()/2])})
	if !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), "cut.log.gz ends early after line") || stored < 500 {
		t.Error(err, stored)
	}
}

func TestFilesThatAreNotThere(t *testing.T) {
	im := &Importer{Format: Combined, Key: []byte("k")}
	for _, files := range [][]string{{"nothing.log"}, {"testdata/access.log", "nothing.log"}, {"testdata/access.log", os.DevNull}} {
		if err := im.Run(t.Context(), files); err == nil || !strings.Contains(err.Error(), filepath.Base(files[len(files)-1])) {
			t.Error(files, err)
		}
	}
}

// TestRealLog reads ten thousand lines of a real server where they are at hand.
func TestRealLog(t *testing.T) {
	path := os.Getenv("FOOTFALL_TEST_ACCESS_LOG")
	if path == "" {
		path = "../../../shared/data/apache_access.log.gz"
	}
	if _, err := os.Stat(path); err != nil {
		t.Log("the real log is not at hand; FOOTFALL_TEST_ACCESS_LOG names it")
		return
	}
	got := collect(t, map[uuid.UUID]bool{}, path)
	want := Summary{Lines: 10000, New: 9999, Refused: 1, Users: 1861, Sessions: 3223, BotUsers: 388, BotEvents: 2788, First: got.First, Last: got.Last}
	if diff := cmp.Diff(want, got.Summary); diff != "" {
		t.Error(diff)
	}
}
