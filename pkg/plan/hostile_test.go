package plan

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// Whatever a user writes is an argument: the SQL is the same whatever the texts are.
func TestTextsOfUsersAreNeverPartOfTheSQL(t *testing.T) {
	r := model.Range{From: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 3, 20, 0, 0, 0, 0, time.UTC)}
	s := Settings{Zone: time.UTC, WeekStart: time.Monday, Now: r.To}
	for _, raw := range fullQueries(t) {
		want := sqlOf(t, replaceTexts(t, raw, "harmless"), r, s)
		for _, evil := range []string{`x'; DROP TABLE user_events; --`, `$1`, `"`, `\`, `/* */`, "a\nb", `%s`, `'); SELECT pg_sleep(9)--`, "Ünïcødé 💥"} {
			if got := sqlOf(t, replaceTexts(t, raw, evil), r, s); got != want {
				t.Errorf("with %q the SQL is\n%s\ninstead of\n%s", evil, got, want)
			}
		}
	}
	for _, property := range []string{"metadata.", "profile.traits.", "profile.scores."} {
		suggestions := func(text string) string {
			values, err := Values(property+escaped.Replace(text), text, text, r)
			if err != nil {
				t.Fatal(err)
			}
			properties, err := Properties(text, r)
			if err != nil {
				t.Fatal(err)
			}
			return values.SQL + properties.SQL + Occurrences([]string{text, model.AnyEvent}, r, r.To).SQL
		}
		for _, evil := range []string{`x'; DROP TABLE user_events; --`, `$1`, `"`, `\`, "Ünïcødé 💥"} {
			if got := suggestions(evil); got != suggestions("harmless") {
				t.Errorf("with %q the suggestions' SQL is %s", evil, got)
			}
		}
	}
}

// FuzzPlan plans any valid query: without a panic, and with SQL that does not depend on its texts.
func FuzzPlan(f *testing.F) {
	for i, raw := range fullQueries(f) {
		f.Add([]byte(raw), int64(1_770_000_000_000), int64(1_772_000_000_000), int64(1_771_000_000_000), uint8(i))
	}
	zones := []string{"UTC", "Australia/Lord_Howe", "America/Havana", "Asia/Kathmandu", "Europe/Amsterdam", "Pacific/Apia"}
	f.Fuzz(func(t *testing.T, raw []byte, from, to, now int64, choice uint8) {
		zone, err := time.LoadLocation(zones[int(choice)%len(zones)])
		if err != nil {
			t.Fatal(err)
		}
		r := model.Range{From: time.UnixMilli(from).UTC(), To: time.UnixMilli(to).UTC()}
		s := Settings{Zone: zone, WeekStart: time.Weekday(choice % 7), Now: time.UnixMilli(now % 200_000_000_000_000).UTC()}
		if !r.From.Before(r.To) || r.From.Year() < 1 || r.To.Year() > 9999 {
			return // the plugin refuses these
		}
		q, err := model.Parse(raw)
		if err != nil {
			return
		}
		if got, want := sqlOf(t, q, r, s), sqlOf(t, replaceTexts(t, raw, "harmless"), r, s); got != want {
			t.Errorf("the SQL is\n%s\ninstead of\n%s", got, want)
		}
	})
}

// sqlOf returns the SQL of all the statements that a query may need, whatever the database offers; or why it is refused.
func sqlOf(t *testing.T, q *model.Query, r model.Range, s Settings) string {
	t.Helper()
	statements, err := statementsOf(q, r, s)
	var sql strings.Builder
	for _, statement := range statements {
		fmt.Fprintln(&sql, statement.SQL)
		for i := range statement.Args {
			if !strings.Contains(statement.SQL, fmt.Sprintf("$%d::", i+1)) {
				t.Errorf("argument %d is not used by\n%s", i+1, statement.SQL)
			}
		}
	}
	if err != nil {
		return err.Error()
	}
	return sql.String()
}

func statementsOf(q *model.Query, r model.Range, s Settings) ([]Statement, error) {
	switch q.QueryType {
	case model.FunnelType:
		return ofScan(FunnelScan(q, r)), nil
	case model.RetentionType:
		cohorts, err := RetentionCohorts(q.Retention, r, s)
		return ofScan(RetentionScan(q, cohorts, s)), err
	case model.HeatmapType:
		if err := CheckHeatmap(q.Heatmap, r); err != nil {
			return nil, err
		}
		statements := []Statement{Heatmap(q, r, s, HeatmapReason(), true)}
		if q.Heatmap.Elements != nil {
			statements = append(statements, Elements(q, r, s, true))
		}
		if q.Heatmap.Scroll != nil {
			statements = append(statements, Depths(q, r, true))
		}
		if scan, ok := HeatmapScan(q, r); ok {
			statements = append(statements, ofScan(scan)...)
		}
		if c, ok := HeatmapEvents(q, r, s); ok {
			statements = append(statements, ofCounting(c)...)
		}
		return statements, nil
	case model.TrendType:
		return ofTrend(q, r, s)
	case model.LifecycleType:
		starts, err := LifecycleBuckets(q.Lifecycle, r, s)
		if err != nil {
			return nil, err
		}
		return ofScan(LifecycleScan(q, starts, s)), nil
	case model.StickinessType:
		starts, err := StickinessBuckets(q.Stickiness, r, s)
		if err != nil {
			return nil, err
		}
		return ofScan(StickinessScan(q, starts, s)), nil
	case model.PathsType:
		return ofScan(PathsScan(q, r)), nil
	case model.TimelineType:
		return []Statement{Timeline(q, r, false, nil), Timeline(q, r, true, []int64{1, 2})}, nil
	case model.AnomaliesType:
		return ofAnomalies(q, r, s)
	case model.AnnotationsType:
		return []Statement{Annotations(q, r, false), Annotations(q, r, true)}, nil
	}
	panic("no statements are known of " + string(q.QueryType))
}

func ofTrend(q *model.Query, r model.Range, s Settings) ([]Statement, error) {
	b, err := NewTrendBuckets(q.Trend, r, s)
	if err != nil {
		return nil, err
	}
	statements := ofScan(TrendScan(q, q.Trend.Series, b))
	for i := range q.Trend.Series {
		selector := &q.Trend.Series[i].EventSelector
		statements = append(statements, TrendEvents(q, selector, b, Piece{Range: r}, true))
		statements = append(statements, ofCounting(Counting{Filters: q.Filters, Selector: selector, Range: r, Zone: s.Zone})...)
		property := ""
		if q.Trend.Breakdown != nil {
			property = q.Trend.Breakdown.Property
		}
		statements = append(statements, ofScan(EventScan(q.Filters, selector, property, r))...)
	}
	return statements, nil
}

func ofAnomalies(q *model.Query, r model.Range, s Settings) ([]Statement, error) {
	b, err := NewWeeklyBuckets(q.Anomalies, r, s)
	if err != nil {
		return nil, err
	}
	statements := ofScan(BusyScan(q, r))
	for _, run := range b.Runs() {
		span := model.Range{From: run[0], To: run[len(run)-1]}
		statements = append(statements, ofScan(BucketScan(q, span))...)
		statements = append(statements, TrendEvents(q, &q.Anomalies.EventSelector, TrendBuckets{Starts: run}, Piece{Range: span}, false))
	}
	return append(statements, ActiveQuarters(Piece{Range: r})), nil
}

// ofScan returns the statements of a scan of a few days, some of which are closed, in whole and in part.
func ofScan(s Scan) []Statement {
	aliased := s
	aliased.Aliases = true
	return slices.Concat(ofScanOnly(s), ofScanOnly(aliased), []Statement{KnownIDs([]int64{1})})
}

func ofScanOnly(s Scan) []Statement {
	statements := []Statement{Days(s.Range), s.NotPacked()}
	if s.Actor != Anyone {
		statements = append(statements, ActorIDs(s, []int64{1}))
	}
	for _, p := range slices.Concat(s.Pieces(someDays(s.Range)), []Piece{{Range: s.Range}}) {
		want := Columns{Keys: true, Times: true, Sessions: s.Actor == model.SessionActor}
		for range s.Packed() {
			want.Codes = append(want.Codes, true)
		}
		if p.Days != nil {
			statements = append(statements, s.Blocks(p))
		}
		if p.Days != nil && len(s.Packed()) > 0 {
			statements = append(statements, s.ReadMeanings(p))
		}
		for _, part := range append(Parts(3), Part{0, Slices}) {
			if p.Days != nil {
				statements = append(statements, s.ReadClosed(p, part, want))
			} else {
				statements = append(statements, s.ReadRaw(p, part))
			}
		}
	}
	return statements
}

func ofCounting(c Counting) []Statement {
	var statements []Statement
	for _, p := range c.Pieces(someDays(c.Range)) {
		if p.Days != nil {
			statements = append(statements, c.ReadQuarters(p))
		}
	}
	return statements
}

func someDays(r model.Range) []Day {
	var days []Day
	for i := range 5 {
		start := dayOf(r.From).AddDate(0, 0, i)
		days = append(days, Day{Start: start, End: start.AddDate(0, 0, 1), Closed: i != 2, Events: 10})
	}
	return days
}

func fullQueries(t testing.TB) []json.RawMessage {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "model", "testdata", "full_queries.json"))
	if err != nil {
		t.Fatal(err)
	}
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

// replaceTexts returns a query whose texts are replaced by others: equal ones by equal ones, different ones by different ones.
func replaceTexts(t *testing.T, raw []byte, text string) *model.Query {
	t.Helper()
	q, err := model.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	rename := func(name string) string {
		if names[name] == "" {
			names[name] = fmt.Sprint(text, len(names))
		}
		return names[name]
	}
	numbers := map[string]string{}
	visit(reflect.ValueOf(q).Elem(), func(v any) {
		switch v := v.(type) {
		case *model.EventSelector:
			if v.Event != model.AnyEvent {
				v.Event = rename(v.Event)
			}
		case *model.Filter:
			v.Property = renamedProperty(v.Property, rename)
			for i, value := range v.Values {
				switch v.Operator {
				case model.Less, model.LessOrEqual, model.Greater, model.GreaterOrEqual:
					numbers[value] = fmt.Sprint(len(numbers))
					v.Values[i] = numbers[value]
				default:
					v.Values[i] = rename(value)
				}
			}
		case *model.Breakdown:
			v.Property = renamedProperty(v.Property, rename)
		case *model.Paths:
			v.Property = renamedProperty(v.Property, rename)
		case *model.Annotations:
			v.Property = renamedProperty(v.Property, rename)
		case *model.Heatmap:
			v.XProperty, v.YProperty = renamedProperty(v.XProperty, rename), renamedProperty(v.YProperty, rename)
		case *model.FunnelStep:
			v.Label = rename(v.Label)
		case *model.TrendSeries:
			v.Label = rename(v.Label)
		case *model.Timeline:
			for _, id := range []*string{&v.User, &v.Session} {
				if *id != "" {
					*id = rename(*id)
				}
			}
		}
	})
	return q
}

// renamedProperty keeps the column, and where a path leads from.
func renamedProperty(name string, rename func(string) string) string {
	p, err := model.ParseProperty("property", name)
	if err != nil || p.Path == nil {
		return name // a property of an axis that has none, or a column
	}
	prefix, _, _ := strings.Cut(name, p.Column)
	parts := []string{prefix + p.Column}
	for _, part := range p.Path {
		parts = append(parts, escaped.Replace(rename(part)))
	}
	return strings.Join(parts, ".")
}

var escaped = strings.NewReplacer(`\`, `\\`, ".", `\.`)

// visit hands over pointers to all structs in a value.
func visit(v reflect.Value, fn func(any)) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			visit(v.Elem(), fn)
		}
	case reflect.Struct:
		fn(v.Addr().Interface())
		for i := range v.NumField() {
			visit(v.Field(i), fn)
		}
	case reflect.Slice:
		for i := range v.Len() {
			visit(v.Index(i), fn)
		}
	}
}
