package twin

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// at reads a UTC time.
func at(t *testing.T, text string) time.Time {
	t.Helper()
	moment, err := time.Parse("2006-01-02 15:04:05.999999", text)
	if err != nil {
		t.Fatal(err)
	}
	return moment
}

// world reads lines of the form "date time user event [channel]"; the user - is nobody.
func world(t *testing.T, lines string) World {
	t.Helper()
	var w World
	for line := range strings.Lines(lines) {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		e := Event{Time: at(t, f[0]+" "+f[1]), User: strings.Trim(f[2], "-"), Type: f[3]}
		if len(f) > 4 {
			e.Metadata = map[string]any{"channel": f[4]}
		}
		w.Events = append(w.Events, e)
	}
	return w
}

func between(t *testing.T, from, to string) Range {
	t.Helper()
	return Range{From: at(t, from), To: at(t, to)}
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func decode(t *testing.T, text string) map[string]any {
	t.Helper()
	var m map[string]any
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&m); err != nil {
		t.Fatal(err)
	}
	return m
}

func parse(t *testing.T, query string) *model.Query {
	t.Helper()
	q, err := model.Parse([]byte(query))
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func TestFunnel(t *testing.T) {
	const abc = `{"event":"a"},{"event":"b"},{"event":"c"}`
	tests := []struct{ name, steps, window, breakdown, events, want string }{
		{
			name: "nobody", steps: abc, window: "1h",
			events: "2026-01-05 10:00:00 u b",
			want:   "all 1: 0 0 0 -, all 2: 0 0 0 -, all 3: 0 0 0 -",
		}, {
			name: "the window is inclusive, and a later start may save it", steps: abc, window: "1h",
			events: `2026-01-05 10:00:00 u a
				2026-01-05 10:00:00.000001 u a
				2026-01-05 10:30:00 u b
				2026-01-05 11:00:00.000001 u c`,
			want: "all 1: 1 0 0 -, all 2: 1 0 0 1799.999999, all 3: 1 0 0 1800.000001",
		}, {
			name: "a microsecond past the window is too late", steps: abc, window: "1h",
			events: `2026-01-05 10:00:00 u a
				2026-01-05 10:30:00 u b
				2026-01-05 11:00:00.000001 u c
				2026-01-05 11:00:00.000001 - x`,
			want: "all 1: 1 0 0 -, all 2: 1 1 0 1800, all 3: 0 0 0 -",
		}, {
			name: "equal times are not in order", steps: abc, window: "1h",
			events: `2026-01-05 10:00:00 u a
				2026-01-05 10:00:00 u b`,
			want: "all 1: 1 0 1 -, all 2: 0 0 0 -, all 3: 0 0 0 -",
		}, {
			name: "the same event twice needs two events", steps: `{"event":"a"},{"event":"a"},{"event":"*"}`, window: "1h",
			events: `2026-01-05 10:00:00 u a
				2026-01-05 10:10:00 u a
				2026-01-05 10:00:00 v a
				2026-01-05 10:00:00 v a`,
			want: "all 1: 2 0 1 -, all 2: 1 0 1 600, all 3: 0 0 0 -",
		}, {
			name: "in progress while the latest start's window is open when the data end", steps: abc, window: "1h",
			events: `2026-01-05 10:00:00 u a
				2026-01-05 10:01:00 u b
				2026-01-05 10:30:00 u a
				2026-01-05 10:29:59.999999 v a
				2026-01-05 11:30:00 - x`,
			want: "all 1: 2 1 0 -, all 2: 1 0 1 60, all 3: 0 0 0 -",
		}, {
			name: "the start lies in the range, later steps need not", steps: abc, window: "7d",
			events: `2026-01-04 23:59:59.999999 u a
				2026-01-06 00:00:00 v a
				2026-01-05 00:00:00 w a
				2026-01-06 00:00:00 w b
				2026-01-06 01:00:00 u b`,
			want: "all 1: 1 0 0 -, all 2: 1 0 1 86400, all 3: 0 0 0 -",
		}, {
			name: "earliest end, then tightest start, then latest steps between", steps: abc, window: "1h",
			events: `2026-01-05 10:00:00 u a
				2026-01-05 10:01:00 u a
				2026-01-05 10:02:00 u b
				2026-01-05 10:05:00 u b
				2026-01-05 10:10:00 u c
				2026-01-05 10:20:00 u a
				2026-01-05 10:21:00 u b
				2026-01-05 10:22:00 u c`,
			want: "all 1: 1 0 0 -, all 2: 1 0 0 240, all 3: 1 0 0 300",
		}, {
			name: "the median lies between the middle two", steps: `{"event":"a"},{"event":"b"}`, window: "1h",
			events: `2026-01-05 10:00:00 u a
				2026-01-05 10:00:01 u b
				2026-01-05 10:00:00 v a
				2026-01-05 10:00:04 v b`,
			want: "all 1: 2 0 0 -, all 2: 2 0 0 2.5",
		}, {
			name: "breakdown: top values, others, none", steps: `{"event":"a"},{"event":"b"}`, window: "1h", breakdown: "metadata.channel",
			events: `2026-01-05 10:00:00 u1 a z
				2026-01-05 10:01:00 u1 b
				2026-01-05 10:00:00 u2 a Z
				2026-01-05 10:00:00 u3 a é
				2026-01-05 10:00:00 u4 a é
				2026-01-05 10:00:00 u5 a
				2026-01-05 10:00:00 u6 a
				2026-01-05 10:00:00 u7 a
				2026-01-05 12:00:00 - x`,
			want: "value(é) 1: 2 2 0 -, value(é) 2: 0 0 0 -, value(Z) 1: 1 1 0 -, value(Z) 2: 0 0 0 -, " +
				"other 1: 1 0 0 -, other 2: 1 0 0 60, none 1: 3 3 0 -, none 2: 0 0 0 -",
		}, {
			name: "breakdown: the value of the chain's start, of equal ones the smallest that is set", steps: `{"event":"a"},{"event":"b"}`,
			window: "1h", breakdown: "metadata.channel",
			events: `2026-01-05 10:00:00 u a A
				2026-01-05 10:01:00 u a
				2026-01-05 10:01:00 u a n
				2026-01-05 10:01:00 u a m
				2026-01-05 10:02:00 u b B
				2026-01-05 10:03:00 u a C`,
			want: "value(m) 1: 1 0 0 -, value(m) 2: 1 0 0 60",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			breakdown := ""
			if test.breakdown != "" {
				breakdown = fmt.Sprintf(`,"breakdown":{"property":%q,"limit":2}`, test.breakdown)
			}
			q := parse(t, fmt.Sprintf(`{"queryType":"funnel","funnel":{"steps":[%s],"window":%q%s}}`, test.steps, test.window, breakdown))
			var got []string
			for _, row := range Funnel(q, world(t, test.events), between(t, "2026-01-05 00:00:00", "2026-01-06 00:00:00"), Settings{Now: at(t, "2027-01-01 00:00:00")}) {
				got = append(got, describe(row))
			}
			if diff := cmp.Diff(strings.Split(test.want, ", "), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func describe(row FunnelRow) string {
	group, median := string(row.Kind), "-"
	if row.Kind == Value {
		group += "(" + row.Breakdown + ")"
	}
	if row.MedianSeconds != nil {
		median = fmt.Sprint(*row.MedianSeconds)
	}
	return fmt.Sprintf("%s %d: %d %d %d %s", group, row.Step, row.Users, row.Dropped, row.InProgress, median)
}

func TestRetention(t *testing.T) {
	// 8 March 2026 has 23 hours in New York: 05:00 UTC on the 8th to 04:00 UTC on the 9th.
	const events = `2026-03-07 05:00:00 u1 start
		2026-03-07 05:00:00 u1 back
		2026-03-07 12:00:00 u1 back
		2026-03-08 04:59:59.999999 u2 start
		2026-03-08 05:00:00 u2 back
		2026-03-09 03:59:59.999999 u1 start
		2026-03-09 04:00:00 u2 back
		2026-03-09 04:00:00 u3 start
		2026-03-09 20:00:00 u3 back
		2026-03-09 20:00:00 - start`
	const early = "\n2026-03-01 12:00:00 u3 start"
	tests := []struct{ name, query, events, now, want string }{
		{
			name: "first time, on the day", events: events, now: "2026-03-10 04:00:00",
			query: `"start":{"event":"start"},"return":{"event":"back"},"periods":3`,
			want:  "7: 2 [1 1 1], 8: 0 [0 0 -], 9: 1 [1 - -], mean 0.6666666666666666 0.5 0.5",
		}, {
			name: "the last bucket is not over", events: events, now: "2026-03-10 03:59:59.999999",
			query: `"start":{"event":"start"},"return":{"event":"back"},"periods":3`,
			want:  "7: 2 [1 1 1?], 8: 0 [0 0? -], 9: 1 [1? - -], mean 0.5 0.5 -",
		}, {
			name: "a bucket that begins now is no cohort yet", events: events, now: "2026-03-09 04:00:00",
			query: `"start":{"event":"start"},"return":{"event":"back"},"periods":2`,
			want:  "7: 2 [1 1], 8: 0 [0 -], mean 0.5 0.5",
		}, {
			name: "recurring", events: events, now: "2026-03-10 04:00:00",
			query: `"start":{"event":"start"},"return":{"event":"back"},"periods":2,"cohorts":"recurring"`,
			want:  "7: 2 [1 1], 8: 1 [0 0], 9: 1 [1 -], mean 0.5 0.3333333333333333",
		}, {
			name: "on or after", events: events, now: "2026-03-10 04:00:00",
			query: `"start":{"event":"start"},"return":{"event":"back"},"periods":2,"mode":"on_or_after"`,
			want:  "7: 2 [2 1], 8: 0 [0 0], 9: 1 [1 -], mean 1 0.5",
		}, {
			name: "the same event is everybody's period 0", events: events, now: "2026-03-10 04:00:00",
			query: `"start":{"event":"start"},"return":{"event":"start"},"periods":2`,
			want:  "7: 2 [2 1], 8: 0 [0 0], 9: 1 [1 -], mean 1 0.5",
		}, {
			name: "first time means first ever", events: events + early, now: "2026-03-10 04:00:00",
			query: `"start":{"event":"start"},"return":{"event":"back"},"periods":1`,
			want:  "7: 2 [1], 8: 0 [0], 9: 0 [0], mean 0.5",
		}, {
			name: "whole weeks, from Sunday", events: events + early, now: "2026-03-31 00:00:00",
			query: `"start":{"event":"start"},"return":{"event":"back"},"periods":2,"period":"week"`,
			want:  "1: 3 [1 2], 8: 0 [0 0], mean 0.3333333333333333 0.6666666666666666",
		}, {
			name: "whole months", events: events, now: "2026-04-30 00:00:00",
			query: `"start":{"event":"start"},"return":{"event":"back"},"periods":3,"period":"month"`,
			want:  "1: 3 [3 0? -], mean 1 - -",
		}, {
			name: "brackets, the second of which is not over", events: events, now: "2026-03-10 04:00:00",
			query: `"start":{"event":"start"},"return":{"event":"back"},"brackets":["0","1-2","2"]`,
			want:  "7: 2 [1 1 1], 8: 0 [0 0? -], 9: 1 [1 - -], mean 0.6666666666666666 0.5 0.5",
		}, {
			// u1 returns 7 hours after the start. u2 returns a microsecond after it, and 23 hours after that.
			name: "rolling windows, which begin and end with the actors'", events: events, now: "2026-03-10 05:00:00",
			query: `"start":{"event":"start"},"return":{"event":"back"},"windows":"rolling","periods":2`,
			want:  "7: 2 [2 0], 8: 0 [0 0?], 9: 1 [1? 0?], mean 1 0",
		}, {
			name: "two returns, a start counting itself", events: events, now: "2026-03-10 04:00:00",
			query: `"start":{"event":"back"},"return":{"event":"back"},"periods":2,"minOccurrences":2`,
			want:  "7: 1 [1 0], 8: 1 [0 0], 9: 1 [0 -], mean 0.3333333333333333 0",
		}, {
			name: "two returns after the start", events: events, now: "2026-03-10 04:00:00",
			query: `"start":{"event":"start"},"return":{"event":"back"},"brackets":["0-2","1"],"minOccurrences":2`,
			want:  "7: 2 [1 0], 8: 0 [0? 0], 9: 1 [0? -], mean 0.5 0",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			q := parse(t, `{"queryType":"retention","retention":{`+test.query+`}}`)
			s := Settings{Zone: zone(t, "America/New_York"), WeekStart: time.Sunday, Now: at(t, test.now)}
			m := Retention(q, world(t, test.events), between(t, "2026-03-07 20:00:00", "2026-03-09 04:00:00.001"), s)
			if got := describeMatrix(m[0]); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// describeMatrix writes a cohort as its day of the month; ? marks an incomplete cell, - a future one.
func describeMatrix(m Matrix) string {
	var text strings.Builder
	for _, c := range m.Cohorts {
		var cells []string
		for _, cell := range c.Cells {
			cells = append(cells, map[State]string{Complete: fmt.Sprint(cell.Users), Incomplete: fmt.Sprint(cell.Users, "?"), Future: "-"}[cell.State])
		}
		fmt.Fprintf(&text, "%d: %d %v, ", c.Start.Day(), c.Size(), cells)
	}
	text.WriteString("mean")
	for _, mean := range m.Mean {
		if mean == nil {
			text.WriteString(" -")
		} else {
			fmt.Fprint(&text, " ", *mean)
		}
	}
	return text.String()
}

func TestHeatmap(t *testing.T) {
	// At 15:00 UTC on 4 April 2026, 2:00 on Sunday the 5th becomes 1:30 on Lord Howe Island.
	w := world(t, `2026-04-04 14:29:00 u a
		2026-04-04 14:59:00 u a
		2026-04-04 15:00:00 u a
		2026-04-04 15:15:00 v a
		2026-04-04 15:30:00 v a
		2026-04-04 15:30:00 - a
		2026-04-04 16:00:00 v a`)
	r := between(t, "2026-04-04 14:29:00", "2026-04-04 16:00:00")
	s := Settings{Zone: zone(t, "Australia/Lord_Howe")}
	for query, want := range map[string]string{
		`{}`:                "1,0: 4, 2,0: 2",
		`{"value":"users"}`: "1,0: 2, 2,0: 1",
		`{"x":"date","y":"hour","value":"users"}`: "2026-04-05,1: 2, 2026-04-05,2: 1",
		`{"x":"month","y":"hour"}`:                "2026-04,1: 4, 2026-04,2: 2",
		`{"value":"events_per_user"}`:             "1,0: 2, 2,0: 1",
		`{"y":"property","yProperty":"user_id"}`:  "1,u: 3, 1,v: 1, 2,v: 1, 2,none: 1",
		`{"event":"b"}`:                           "",
	} {
		q := parse(t, `{"queryType":"heatmap","heatmap":`+query+`}`)
		if got := drawGrid(Heatmap(q, w, r, s)); got != want {
			t.Errorf("%s: %s; want %s", query, got, want)
		}
	}
}

// drawGrid writes the cells that are not 0.
func drawGrid(g Grid) string {
	name := func(p Place) string {
		if p.Kind == Value {
			return p.Text
		}
		return string(p.Kind)
	}
	var cells []string
	for _, part := range g.Parts {
		for i, x := range g.X {
			for j, y := range g.Y {
				if value := part.Cells[i][j]; value != nil && *value != 0 {
					cells = append(cells, fmt.Sprintf("%s,%s: %g", name(x), name(y), *value))
				}
			}
		}
	}
	return strings.Join(cells, ", ")
}

func TestBinsOfAHeatmap(t *testing.T) {
	w := World{}
	for i, x := range []string{"0", "9.999", "10", "1e1", "19", "20", "20.001", "-1", "no", "", "5 "} {
		w.Events = append(w.Events, Event{Time: at(t, fmt.Sprintf("2026-01-05 10:00:%02d", i)), Type: "click", Metadata: map[string]any{"x": x}})
	}
	q := parse(t, `{"queryType":"heatmap","heatmap":{"x":"bins","xProperty":"metadata.x","xBins":{"min":0,"max":20,"count":2},"y":"hour"}}`)
	g := Heatmap(q, w, between(t, "2026-01-05 00:00:00", "2026-01-06 00:00:00"), Settings{Zone: time.UTC})
	if got, want := drawGrid(g), "0,10: 2, 1,10: 4"; got != want {
		t.Errorf("%s; want %s", got, want)
	}
	if want := map[LeftOut]int{{"metadata.x", false}: 3, {"metadata.x", true}: 2}; !cmp.Equal(g.LeftOut, want) {
		t.Errorf("left out %v; want %v", g.LeftOut, want)
	}
}

func TestFilters(t *testing.T) {
	tests := []struct {
		json     string // the value of metadata.x; empty: not there
		operator model.Operator
		values   []string
		holds    bool
	}{
		{`"a"`, model.Equal, []string{"a"}, true},
		{`"a"`, model.Equal, []string{"A"}, false},
		{`"a"`, model.NotEqual, []string{"A"}, true},
		{``, model.Equal, []string{""}, false},
		{`""`, model.Equal, []string{""}, true},
		{``, model.NotEqual, []string{"a"}, true},
		{`null`, model.NotIn, []string{"a", "null"}, true},
		{`"b"`, model.In, []string{"a", "b"}, true},
		{`"b"`, model.NotIn, []string{"a", "b"}, false},
		{`true`, model.Equal, []string{"true"}, true},
		{`10.50`, model.Equal, []string{"10.50"}, true},
		{`10.50`, model.Equal, []string{"10.5"}, true},
		{`"10.50"`, model.Equal, []string{"10.5"}, false},
		{`"10.5"`, model.Equal, []string{"10.5"}, true},
		{`1.2e1`, model.In, []string{"a", "012.0"}, true},
		{`12`, model.NotIn, []string{"12.0", "a"}, false},
		{`123456789012345678901234567890`, model.Equal, []string{"123456789012345678901234567891"}, false},
		{`123456789012345678901234567890.0`, model.Equal, []string{"123456789012345678901234567890"}, true},
		{`true`, model.Equal, []string{"1"}, false},
		{`1e60`, model.Greater, []string{"1"}, true},
		{`10.0`, model.Contains, []string{"."}, false},
		{`1e2`, model.Equal, []string{"100"}, true},
		{`2.5E-3`, model.Equal, []string{"0.0025"}, true},
		{`-0`, model.Equal, []string{"0"}, true},
		{`"100%"`, model.Contains, []string{"0%"}, true},
		{`"100%"`, model.Contains, []string{"1%"}, false},
		{``, model.Contains, []string{""}, false},
		{`"abc"`, model.Matches, []string{"^ab"}, true},
		{`"abc"`, model.Matches, []string{"^b"}, false},
		{`"9"`, model.Less, []string{"10"}, true},
		{`9`, model.Less, []string{"9.000"}, false},
		{`9`, model.LessOrEqual, []string{"9.000"}, true},
		{`"12345678901234567890.00000000000000000001"`, model.Greater, []string{"12345678901234567890"}, true},
		{`"+.5e1"`, model.GreaterOrEqual, []string{"5."}, true},
		{`"010"`, model.Greater, []string{"9"}, true},
		{`"0x10"`, model.Greater, []string{"9"}, false},
		{`" 10"`, model.Greater, []string{"9"}, false},
		{`"10\n"`, model.Greater, []string{"9"}, false},
		{`"NaN"`, model.Greater, []string{"9"}, false},
		{`"1e1000"`, model.Greater, []string{"9"}, false},
		{``, model.Less, []string{"9"}, false},
		{`"a"`, model.IsSet, nil, true},
		{`null`, model.IsSet, nil, false},
		{``, model.IsNotSet, nil, true},
		{`false`, model.IsNotSet, nil, false},
	}
	for _, test := range tests {
		e := Event{Type: "a"}
		if test.json != "" {
			e.Metadata = decode(t, `{"x":`+test.json+`}`)
		}
		f := model.Filter{Property: "metadata.x", Operator: test.operator, Values: test.values}
		if got := holds(f, e); got != test.holds {
			t.Errorf("%s %s %q: %v, want %v", test.json, test.operator, test.values, got, test.holds)
		}
	}
}

func TestProperties(t *testing.T) {
	e := Event{Type: "view", DeviceType: "tablet", User: "u", Metadata: decode(t, `{"cart":{"total":5,"a.b":"dot"},"tags":["x","y"],"0":"zero"}`)}
	for name, want := range map[string]string{
		"event_type": "view", "device_type": "tablet", "user_id": "u", "page_url": "", "session_id": "",
		"metadata.cart.total": "5", `metadata.cart.a\.b`: "dot", "metadata.cart.a.b": "", "metadata.cart.total.x": "",
		"metadata.tags.1": "y", "metadata.tags.-2": "x", "metadata.tags.2": "", "metadata.tags.x": "", "metadata.0": "zero",
	} {
		if got, set := PropertyOf(e, name); got != want || set != (want != "") {
			t.Errorf("%s is %q (%v), want %q", name, got, set, want)
		}
	}
}

// Where clocks change at midnight, a day begins at its first moment, be that 1:00 or the first of two 0:00.
func TestDays(t *testing.T) {
	for _, test := range []struct{ zone, day, begin, end string }{
		{"UTC", "2026-01-01", "2026-01-01 00:00:00", "2026-01-02 00:00:00"},
		{"Asia/Kathmandu", "2026-01-01", "2025-12-31 18:15:00", "2026-01-01 18:15:00"},
		{"America/New_York", "2026-03-08", "2026-03-08 05:00:00", "2026-03-09 04:00:00"},
		{"America/New_York", "2026-11-01", "2026-11-01 04:00:00", "2026-11-02 05:00:00"},
		{"Australia/Lord_Howe", "2026-04-05", "2026-04-04 13:00:00", "2026-04-05 13:30:00"},
		{"America/Havana", "2026-03-08", "2026-03-08 05:00:00", "2026-03-09 04:00:00"},
		{"America/Havana", "2025-11-02", "2025-11-02 04:00:00", "2025-11-03 05:00:00"},
		{"Africa/Cairo", "2026-04-24", "2026-04-23 22:00:00", "2026-04-24 21:00:00"},
		{"Atlantic/Azores", "2026-10-25", "2026-10-25 00:00:00", "2026-10-26 01:00:00"},
	} {
		day, err := time.Parse(time.DateOnly, test.day)
		if err != nil {
			t.Fatal(err)
		}
		cal := calendar{zone: zone(t, test.zone), period: model.Day}
		b := dayNumber(day)
		if begin, end := cal.begin(b), cal.begin(b+1); !begin.Equal(at(t, test.begin)) || !end.Equal(at(t, test.end)) {
			t.Errorf("%s %s is %v to %v", test.zone, test.day, begin.UTC(), end.UTC())
		}
	}
}

// Every bucket holds its first moment, and not the moment before.
func TestBuckets(t *testing.T) {
	for _, place := range places {
		for _, period := range []model.Period{model.Day, model.Week, model.Month} {
			cal := calendar{zone(t, place.zone), time.Saturday, period}
			first := cal.bucket(at(t, place.date+" 00:00:00")) - 20
			for b := first; b < first+40; b++ {
				begin := cal.begin(b)
				if cal.bucket(begin) != b || cal.bucket(begin.Add(-time.Microsecond)) != b-1 {
					t.Errorf("%s: %s %d does not begin at %v", place.zone, period, b, begin)
				}
				if period == model.Week && begin.Weekday() != time.Saturday || period == model.Month && begin.Day() != 1 {
					t.Errorf("%s: a %s begins at %v", place.zone, period, begin)
				}
			}
		}
	}
}

// Random worlds are only worth something if they reach all that there is to reach.
func TestRandomReachesEverything(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(1200) {
		s := Random(seed, 6)
		for _, q := range s.Queries {
			for _, what := range traits(q, Ask(q, s.World, s.Range, s.Settings)) {
				seen[what]++
			}
		}
	}
	for _, what := range []string{
		"deep chain", "value", "other", "none", "dropped", "in progress", "median", "complete", "incomplete", "future",
		"retained later", "mean",
		"retention of value", "retention of none", "retained by several returns", "retained in brackets", "sessions retained",
	} {
		if seen[what] < 20 {
			t.Errorf("only %d random answers show %q: %v", seen[what], what, seen)
		}
	}
	for _, what := range []string{"retention of other", "retained in rolling windows", "retained by the hour"} {
		if seen[what] < 5 {
			t.Errorf("only %d random answers show %q: %v", seen[what], what, seen)
		}
	}
	if a, b := Random(7, 3), Random(7, 3); !cmp.Equal(a.World, b.World) || !cmp.Equal(a.Queries, b.Queries) {
		t.Error("the same seed makes different worlds")
	}
}

func traits(q *model.Query, a Answer) []string {
	var all []string
	see := func(what string, seen bool) {
		if seen && !slices.Contains(all, what) {
			all = append(all, what)
		}
	}
	for _, row := range a.Funnel {
		see(string(row.Kind), true)
		see("deep chain", row.Step >= 3 && row.Users > 0)
		see("dropped", row.Dropped > 0)
		see("in progress", row.InProgress > 0)
		see("median", row.MedianSeconds != nil)
	}
	for _, m := range a.Retention {
		see("retention of "+string(m.Kind), true)
		for _, c := range m.Cohorts {
			for p, cell := range c.Cells {
				see(string(cell.State), c.Size() > 0)
				see("retained later", p > 0 && cell.Users > 0)
				see("retained in rolling windows", q.Retention.Windows == model.Rolling && p > 0 && cell.Users > 0)
				see("retained by several returns", q.Retention.MinOccurrences > 1 && cell.Users > 0)
				see("retained in brackets", len(q.Retention.Brackets) > 0 && cell.Users > 0)
				see("sessions retained", q.Retention.Actor == model.SessionActor && cell.Users > 0)
				see("retained by the hour", q.Retention.Period == model.Hour && p > 0 && cell.Users > 0)
			}
		}
		see("mean", slices.ContainsFunc(m.Mean, func(m *float64) bool { return m != nil && *m > 0 }))
	}
	return all
}
