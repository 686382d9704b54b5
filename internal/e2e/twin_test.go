package e2e

import (
	"context"
	"encoding/json"
	"flag"
	"maps"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/log"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/jackc/pgx/v5"

	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/internal/twin"
	"github.com/footfall-analytics/footfall/pkg/frames"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/plugin"
	"github.com/footfall-analytics/footfall/pkg/store"
	"github.com/footfall-analytics/footfall/sql"
)

var (
	worlds    = flag.Int("worlds", 120, "random worlds to compare with the brute-force twin")
	crowds    = flag.Int("crowds", 4, "random crowds, each as many small worlds at once, to compare with the brute-force twin")
	firstSeed = flag.Uint64("seed", 0, "seed of the first world and the first crowd")
)

const (
	questionsPerWorld = 6
	crowdSize         = 900
	// enoughDifferences is after how many worlds that differ a test gives up.
	enoughDifferences = 5
)

func TestMain(m *testing.M) {
	log.DefaultLogger = log.NewNullLogger() // the SDK logs every query
	os.Exit(m.Run())
}

// The plugin's answers on random worlds are those of the brute-force twin, to the last digit: from raw events, from closed
// days, from what was kept of the answer before, and after late events; also where ids mean other users, from the moment that this
// is known, and after their events were moved to them.
func TestRandomWorlds(t *testing.T) {
	compareScenarios(t, *worlds, func(seed uint64) twin.Scenario { return twin.Random(seed, questionsPerWorld) })
}

// The same holds for crowds: each answer compares hundreds of small worlds.
func TestRandomCrowds(t *testing.T) {
	compareScenarios(t, *crowds, func(seed uint64) twin.Scenario { return twin.RandomCrowd(seed, questionsPerWorld, crowdSize) })
}

func compareScenarios(t *testing.T, n int, scenario func(seed uint64) twin.Scenario) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		h := newHouse(t, dsn)
		h.widenChunks(t)
		different := 0
		for seed := *firstSeed; seed < *firstSeed+uint64(n) && different < enoughDifferences; seed++ {
			s := scenario(seed)
			h.plugins[time.Sunday].KeepAtMost(128 << 20)
			if seed%4 == 0 {
				h.plugins[time.Sunday].KeepAtMost(10 * len(s.World.Events)) // not all fit: questions are answered in a few parts
			}
			for _, stage := range stages(s) {
				h.settle(t, stage)
				if !h.compareAll(t, stage, s.Queries) {
					different++
					break
				}
			}
		}
	})
}

// stage is a world at one time of its life.
type stage struct {
	twin.Scenario
	// closed are the days that are packed, of the world without its last late events, which come afterwards.
	closed []time.Time
	late   int
	// all asks for every output of every query; otherwise one of each, twice. With joinLate, the first time is before the aliases
	// are known.
	all, joinLate bool
	// squashed says that what is stored under aliases is moved to their users.
	squashed bool
}

// stages returns a world whose days are all open; then with most of its days closed; then with events that come late to them; and where
// there are aliases, with these known late, and moved.
func stages(s twin.Scenario) []stage {
	random := rand.New(rand.NewPCG(s.Seed, 2))
	early := s
	early.World.Events = s.World.Events[:len(s.World.Events)-random.IntN(len(s.World.Events)/4+1)]
	var days []time.Time
	if len(s.World.Events) > 0 && random.IntN(4) > 0 {
		days = closing(early.World.Events, s.World.Events[random.IntN(len(s.World.Events))].Time, random)
	}
	all := []stage{
		{Scenario: s, all: true},
		{Scenario: early, closed: days},
		{Scenario: s, closed: days, late: len(s.World.Events) - len(early.World.Events)},
	}
	if len(s.World.Aliases) > 0 {
		all = append(all, stage{Scenario: early, closed: days, joinLate: true}, stage{Scenario: s, closed: days, squashed: true})
	}
	return all
}

// closing returns the days that are packed up to some time, in order: all that have events, and some that have none.
func closing(events []twin.Event, upTo time.Time, random *rand.Rand) []time.Time {
	last := upTo.UTC().Truncate(24*time.Hour).AddDate(0, 0, random.IntN(3))
	days := []time.Time{last}
	for _, e := range events {
		if day := e.Time.UTC().Truncate(24 * time.Hour); !day.After(last) {
			days = append(days, day)
			if random.IntN(4) == 0 {
				days = append(days, day.AddDate(0, 0, -1))
			}
		}
	}
	slices.SortFunc(days, time.Time.Compare)
	return slices.CompactFunc(days, time.Time.Equal)
}

// The same holds for published examples, of which the twin is known to give the published answers.
func TestWorkedCases(t *testing.T) {
	cases, err := twin.LoadCases(filepath.Join("..", "twin", "testdata", "worked_cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Each(t, func(t *testing.T, dsn string) {
		h := newHouse(t, dsn)
		for _, c := range cases {
			t.Run(c.ID, func(t *testing.T) {
				if err := c.Check(twin.Ask(c.Query, c.World, c.Range, c.Settings)); err != nil {
					t.Fatal(err)
				}
				s := stage{Scenario: twin.Scenario{World: c.World, Range: c.Range, Settings: c.Settings}, all: true}
				h.settle(t, s)
				h.compare(t, c.Query, s)
			})
		}
	})
}

// house is a database schema for one world at a time, and the plugin on it.
type house struct {
	conn    *pgx.Conn
	schema  string
	plugins map[time.Weekday]*plugin.Datasource
	store   *store.Store
	// asked is how many questions were.
	asked uint64
}

func newHouse(t *testing.T, dsn string) *house {
	t.Helper()
	h := &house{conn: dbtest.Connect(t, dsn), schema: dbtest.Schema(t, dsn), plugins: map[time.Weekday]*plugin.Datasource{}}
	c := h.conn.Config()
	host := net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port)))
	for day, name := range map[time.Weekday]string{time.Monday: "monday", time.Sunday: "sunday", time.Saturday: "saturday"} {
		settings := map[string]any{"database": c.Database, "schema": h.schema, "sslmode": "disable", "weekStart": name}
		if dsn == dbtest.Embedded(t) {
			settings["maxOpenConns"] = 1 // it has one session: a second connection would wait for the first one's transaction
		}
		jsonData, err := json.Marshal(settings)
		if err != nil {
			t.Fatal(err)
		}
		instance, err := plugin.New(t.Context(), backend.DataSourceInstanceSettings{
			URL: host, User: c.User, JSONData: jsonData, DecryptedSecureJSONData: map[string]string{"password": c.Password},
		})
		if err != nil {
			t.Fatal(err)
		}
		h.plugins[day] = instance.(*plugin.Datasource)
		t.Cleanup(h.plugins[day].Dispose)
	}
	var err error
	if h.store, err = store.Open(store.Config{
		Host: host, Database: c.Database, User: c.User, Password: c.Password, Schema: h.schema, SSLMode: "disable",
		QueryTimeout: time.Minute, RowLimit: 100_000, MaxOpenConns: 1,
	}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.store.Close)
	return h
}

// widenChunks puts whole worlds into one chunk, which makes for quick inserts and plans.
func (h *house) widenChunks(t *testing.T) {
	t.Helper()
	if _, err := h.conn.Exec(t.Context(), `SELECT set_chunk_time_interval('`+h.schema+`.user_events', INTERVAL '100 years')`); err != nil {
		t.Fatal(err)
	}
}

// settle replaces what is in the database by a world. Late events come into days that are closed.
func (h *house) settle(t *testing.T, s stage) {
	t.Helper()
	early := s.World.Events[:len(s.World.Events)-s.late]
	h.writeProfiles(t, s.World.Events)
	h.insert(t, early, true)
	if len(s.closed) > 0 {
		h.close(t, s.closed)
	}
	if s.late > 0 {
		h.insert(t, s.World.Events[len(early):], false)
	}
	h.join(t, s.World.Aliases)
	if s.squashed {
		if err := sql.SquashAliases(t.Context(), h.conn, h.schema); err != nil {
			t.Fatal(err)
		}
		if s.Seed%2 == 0 { // the days that this has changed
			h.close(t, s.closed)
		}
	}
}

// join replaces the aliases in the database, as if they had been known for long.
func (h *house) join(t *testing.T, aliases map[string]string) {
	t.Helper()
	raw, err := json.Marshal(aliases)
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		`DELETE FROM ` + h.schema + `.user_aliases WHERE $1::text IS NOT NULL`,
		`DELETE FROM ` + h.schema + `.user_profiles WHERE user_id IN (SELECT key FROM json_each_text(nullif($1::text, 'null')::json))`,
		`WITH changed AS (UPDATE ` + h.schema + `.alias_changes SET changes = changes + 1)
			INSERT INTO ` + h.schema + `.user_aliases (alias, user_id, joined_at)
			SELECT key, value, now() - INTERVAL '2 hours' FROM json_each_text(nullif($1::text, 'null')::json)`,
	} {
		if _, err := h.conn.Exec(t.Context(), statement, string(raw)); err != nil {
			t.Fatal(err)
		}
	}
}

// close packs days, as the server's background job does.
func (h *house) close(t *testing.T, days []time.Time) {
	t.Helper()
	for i, day := range days {
		if time.Since(day) < 25*time.Hour {
			continue // not over
		}
		err := pgx.BeginFunc(t.Context(), h.conn, func(tx pgx.Tx) error {
			if _, err := tx.Exec(t.Context(), "SELECT "+sql.PathWithExtension, h.schema); err != nil {
				return err
			}
			_, err := tx.Exec(t.Context(), `CALL close_day($1::date)`, day)
			if err == nil && i%4 > 0 { // on some days, that is yet to come
				_, err = tx.Exec(t.Context(), `CALL pack_properties($1::date)`, day)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// insert adds events, after it has removed what is there if asked to. What changes marks its days, as the collector does.
func (h *house) insert(t *testing.T, events []twin.Event, alone bool) {
	t.Helper()
	columns := map[string][]*string{}
	add := func(column, text string, set bool) {
		var cell *string
		if set {
			cell = &text
		}
		columns[column] = append(columns[column], cell)
	}
	var times []time.Time
	for _, e := range events {
		metadata, err := json.Marshal(e.Metadata)
		if err != nil {
			t.Fatal(err)
		}
		times = append(times, e.Time)
		add("type", e.Type, true)
		add("id", e.ID, true)
		add("metadata", string(metadata), e.Metadata != nil)
		for column, text := range map[string]string{"user": e.User, "page": e.PageURL, "device": e.DeviceType, "session": e.SessionID} {
			add(column, text, text != "")
		}
	}
	err := pgx.BeginFunc(t.Context(), h.conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), "SELECT "+sql.PathWithExtension, h.schema); err != nil {
			return err
		}
		if alone {
			if _, err := tx.Exec(t.Context(), `SELECT mark_late_days(array_agg(time)) FROM user_events`); err != nil {
				return err
			}
			if _, err := tx.Exec(t.Context(), `TRUNCATE user_events`); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(t.Context(), `SELECT mark_late_days($1)`, times); err != nil {
			return err
		}
		_, err := tx.Exec(t.Context(), `INSERT INTO user_events (time, user_id, user_key, event_type, page_url, device_type, session_id, metadata, event_id)
			SELECT time, user_id, user_key_of(user_id), event_type, page_url, device_type, session_id, coalesce(metadata, '{}')::jsonb, event_id
			FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::uuid[])
				AS e (time, user_id, event_type, page_url, device_type, session_id, metadata, event_id)`,
			times, columns["user"], columns["type"], columns["page"], columns["device"], columns["session"], columns["metadata"], columns["id"])
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// compareAll compares the answers to all queries, and is false at the first difference.
func (h *house) compareAll(t *testing.T, s stage, queries []*model.Query) bool {
	t.Helper()
	for _, q := range queries {
		if !h.compare(t, q, s) {
			return false
		}
	}
	return true
}

// compare asks plugin and twin. A difference fails the test with the smallest world that shows it, and makes the result false.
func (h *house) compare(t *testing.T, q *model.Query, s stage) bool {
	t.Helper()
	diff := h.difference(t, q, s)
	if diff == "" {
		return true
	}
	for size := (len(s.World.Events) + 1) / 2; size > 0; size /= 2 {
		for i := 0; i+size <= len(s.World.Events)-s.late; {
			fewer := s
			fewer.World.Events = slices.Delete(slices.Clone(s.World.Events), i, i+size)
			h.settle(t, fewer)
			if d := h.difference(t, q, fewer); d == "" {
				i += size
			} else {
				s, diff = fewer, d
			}
		}
	}
	t.Errorf("seed %d: the plugin (+) differs from the twin (-):\n%s\n%s", s.Seed, diff, asJSON(t, map[string]any{
		"query": q, "events": s.World.Events, "range": s.Range, "zone": s.Settings.Zone.String(),
		"weekStart": s.Settings.WeekStart.String(), "now": s.Settings.Now, "closed": s.closed, "late": s.late,
		"aliases": s.World.Aliases, "joinLate": s.joinLate, "squashed": s.squashed,
	}))
	return false
}

func asJSON(t *testing.T, value any) string {
	t.Helper()
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(value); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// difference returns how answers differ; empty if all are equal.
func (h *house) difference(t *testing.T, q *model.Query, s stage) string {
	t.Helper()
	forms := outputs(t, q, s.Scenario)
	if !s.all {
		one := forms[s.Seed%uint64(len(forms))]
		forms = []*model.Query{one, one}
	}
	if s.joinLate {
		h.join(t, nil)
		h.ask(t, forms[0], s)
		h.join(t, s.World.Aliases)
		forms = forms[:1]
	}
	var all strings.Builder
	for _, q := range forms {
		answer := h.ask(t, q, s)
		want := expect(q, s.World, s.Range, s.Settings)
		if q.BySegment() && !frames.IsEmpty(answer) {
			want.Notices = append(want.Notices, "A user may be in several segments and counts in each: rows overlap.")
		}
		if frames.IsEmpty(answer) || frames.LacksPart(answer) {
			want.Notices = append(want.Notices, expectedAbsence(q, s)...)
		}
		all.WriteString(differ(want, answer, s.Settings.Zone))
	}
	return all.String()
}

// outputs returns the query in all its forms.
func outputs(t *testing.T, q *model.Query, s twin.Scenario) []*model.Query {
	t.Helper()
	var all []*model.Query
	switch q.QueryType {
	case model.FunnelType:
		for _, output := range []model.FunnelOutput{
			model.FunnelSteps, model.FunnelChart, model.FunnelConversion, model.FunnelTrend, model.FunnelTimeToConvert, model.FunnelActors,
		} {
			copied, funnel := *q, *q.Funnel
			funnel.Output = output
			copied.Funnel = &funnel
			all = append(all, reparse(t, &copied))
		}
		if rows := twin.Funnel(q, s.World.ResolveAliases(), s.Range, s.Settings); q.Funnel.Breakdown != nil && len(rows) > 0 {
			copied, funnel := *q, *q.Funnel
			row := rows[s.Seed%uint64(len(rows))]
			title := twin.Title(row.Kind, row.Breakdown)
			funnel.Output, funnel.Actors = model.FunnelActors, &model.FunnelActorList{Step: row.Step, Value: &title}
			copied.Funnel = &funnel
			all = append(all, reparse(t, &copied))
		}
	case model.RetentionType:
		return retentionOutputs(t, q, s)
	case model.AnomaliesType:
		for _, output := range []model.AnomaliesOutput{
			model.BusyActors, model.BusyActorCount, model.BusyActorPeaks, model.UnusualBuckets, model.BucketScore,
		} {
			copied, anomalies := *q, *q.Anomalies
			anomalies.Output = output
			copied.Anomalies = &anomalies
			all = append(all, &copied)
		}
	case model.StickinessType:
		for _, output := range []model.StickinessOutput{model.StickinessTable, model.StickinessRate} {
			copied, stickiness := *q, *q.Stickiness
			stickiness.Output = output
			copied.Stickiness = &stickiness
			all = append(all, &copied)
		}
	case model.PathsType:
		for _, output := range []model.PathsOutput{model.PathsGraph, model.PathsTable} {
			copied, paths := *q, *q.Paths
			paths.Output = output
			copied.Paths = &paths
			all = append(all, &copied)
		}
	default:
		all = append(all, q)
	}
	return all
}

// reparse returns a query as the plugin reads it, with its defaults.
func reparse(t *testing.T, q *model.Query) *model.Query {
	t.Helper()
	parsed, err := model.Parse([]byte(asJSON(t, q)))
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// ask returns what Grafana does, at the scenario's time, with the question written in a way of its own.
func (h *house) ask(t *testing.T, q *model.Query, s stage) data.Frames {
	t.Helper()
	d := h.plugins[s.Settings.WeekStart]
	d.Clock = func() time.Time { return s.Settings.Now }
	h.asked++
	raw := []byte(asJSON(t, twin.Rewrite(q, rand.New(rand.NewPCG(s.Seed, h.asked)))))
	answer, err := d.QueryData(context.WithoutCancel(t.Context()), &backend.QueryDataRequest{
		Queries: []backend.DataQuery{{RefID: "A", JSON: raw, TimeRange: backend.TimeRange(s.Range)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Responses["A"].Error; err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	return answer.Responses["A"].Frames
}

// differ compares frames with the tables that they should be.
func differ(want table, frames data.Frames, zone *time.Location) string {
	got := tableOf(frames[0], zone)
	for _, frame := range frames[1:] {
		got.More = append(got.More, tableOf(frame, zone))
	}
	return cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-9), cmpopts.EquateEmpty())
}

// moment returns a date where a day begins, and else the time.
func moment(t time.Time, zone *time.Location) string {
	t = t.In(zone)
	if before := t.Add(-time.Nanosecond); before.Day() != t.Day() {
		return t.Format(time.DateOnly)
	}
	return t.Format(time.RFC3339Nano)
}

// table is a frame in plain values: nil for null, numbers as float64, times as [moment] writes them.
type table struct {
	Fields []string
	Rows   [][]any
	Labels []string
	// Notices are texts for the user.
	Notices []string
	// Incomplete are the rows that are not counted whole.
	Incomplete []int
	// More are the frames after the first.
	More []table
}

func tableOf(frame *data.Frame, zone *time.Location) table {
	var t table
	for _, field := range frame.Fields {
		name := field.Name
		for _, label := range slices.Sorted(maps.Keys(field.Labels)) {
			name += " " + field.Labels[label]
		}
		t.Fields = append(t.Fields, name)
	}
	for i := range frame.Rows() {
		var row []any
		for _, field := range frame.Fields {
			value, set := field.ConcreteAt(i)
			switch v := value.(type) {
			case int64:
				value = float64(v)
			case time.Time:
				value = moment(v, zone)
			case json.RawMessage:
				value = parsedJSON(v)
			}
			if !set {
				value = nil
			}
			row = append(row, value)
		}
		t.Rows = append(t.Rows, row)
	}
	if frame.Meta == nil {
		return t
	}
	for _, notice := range frame.Meta.Notices {
		t.Notices = append(t.Notices, similar.ReplaceAllString(notice.Text, ""))
	}
	if custom, ok := frame.Meta.Custom.(*frames.Custom); ok {
		t.Labels, t.Incomplete = custom.YOrdinalDisplay, custom.Incomplete
	}
	return t
}
