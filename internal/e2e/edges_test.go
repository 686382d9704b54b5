package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/internal/twin"
	"github.com/footfall-analytics/footfall/pkg/model"
)

// edges is a world that is asked for numbers that are known beforehand.
type edges struct {
	*testing.T
	house *house
	stage stage
}

// noon is when the questions are asked, unless a test says otherwise.
var noon = time.Date(2026, 3, 18, 12, 0, 0, 0, time.UTC)

func eachEdge(t *testing.T, events []twin.Event, aliases map[string]string, test func(*edges)) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		for i := range events {
			events[i].ID = fmt.Sprintf("00000000-0000-4000-8000-%012x", i)
		}
		e := &edges{t, newHouse(t, dsn), stage{Scenario: twin.Scenario{
			World: twin.World{Events: events, Aliases: aliases}, Range: twin.Range{From: noon.AddDate(0, 0, -8), To: noon},
			Settings: twin.Settings{Zone: time.UTC, WeekStart: time.Monday, Now: noon},
		}}}
		e.house.widenChunks(t)
		e.house.settle(t, e.stage)
		test(e)
	})
}

// want asks a question, and again with its lists in other orders, and compares columns of the answer; none means all.
func (e *edges) want(query string, columns []string, rows ...[]any) {
	e.Helper()
	for range 3 {
		var q model.Query
		if err := json.Unmarshal([]byte(query), &q); err != nil {
			e.Fatal(err)
		}
		got := tableOf(e.house.ask(e.T, &q, e.stage)[0], time.UTC)
		var cells [][]any
		for _, row := range got.Rows {
			var some []any
			for i, field := range got.Fields {
				if columns == nil || slices.Contains(columns, field) {
					some = append(some, row[i])
				}
			}
			cells = append(cells, some)
		}
		if diff := cmp.Diff(rows, cells, cmpopts.EquateEmpty()); diff != "" {
			e.Errorf("%s\n%v: wanted (-), got (+):\n%s", query, got.Fields, diff)
		}
	}
}

// Events ahead of now do not end the time of anybody.
func TestTheDataDoNotEndAheadOfNow(t *testing.T) {
	eachEdge(t, []twin.Event{
		{Time: noon.Add(-5 * time.Minute), User: "A", Type: "start"},
		{Time: noon.Add(-3 * time.Hour), User: "C", Type: "start"},
		{Time: noon.Add(20 * time.Hour), User: "B", Type: "noise"},
	}, nil, func(e *edges) {
		e.stage.Range = twin.Range{From: noon.Add(-6 * time.Hour), To: noon.Add(time.Minute)}
		const funnel = `{"queryType":"funnel","funnel":{"window":"1h","steps":[{"event":"start"},{"event":"done"}]`
		columns := []string{"users", "dropped", "in_progress"}
		e.want(funnel+`}}`, columns, []any{2.0, 1.0, 1.0}, []any{0.0, nil, nil})
		e.want(funnel+`,"output":"actors","actors":{"status":"in_progress"}}}`, []string{"user_id"}, []any{"A"})
		e.want(funnel+`,"output":"actors","actors":{"status":"dropped"}}}`, []string{"user_id"}, []any{"C"})
		e.stage.Settings.Now = noon.Add(2 * time.Hour)
		e.want(funnel+`}}`, columns, []any{2.0, 2.0, 0.0}, []any{0.0, nil, nil})
	})
}

// Events of wrong clocks make no history, however many there are; with a history, they do no harm to it.
func TestStrayEventsAreNoHistory(t *testing.T) {
	daily := func(days int) []twin.Event {
		var events []twin.Event
		for i := range days * 120 {
			events = append(events, twin.Event{Time: noon.Add(-time.Duration(i) * 12 * time.Minute), User: fmt.Sprint(i % 7), Type: "visit"})
		}
		events = append(events, twin.Event{Time: time.Unix(0, 0).UTC(), User: "php", Type: "visit"})
		for i := range 10 {
			events = append(events, twin.Event{Time: noon.AddDate(-5*i, 0, -20), User: "stray", Type: "visit"})
		}
		for i := range 12 { // and one every few days, just before the first
			events = append(events, twin.Event{Time: noon.AddDate(0, 0, -days-3*i), User: "stray", Type: "visit"})
		}
		return events
	}
	const query = `{"queryType":"anomalies","anomalies":{"event":"visit","output":"buckets","interval":"day","weeks":4}}`
	columns := []string{"time", "expected", "score", "anomaly"}
	eachEdge(t, daily(8), nil, func(e *edges) {
		e.stage.Range.From = noon.AddDate(0, 0, -3)
		e.want(query, columns, []any{"2026-03-15", nil, nil, nil}, []any{"2026-03-16", nil, nil, nil}, []any{"2026-03-17", nil, nil, nil}, []any{"2026-03-18", nil, nil, nil})
		e.want(`{"queryType":"anomalies","anomalies":{"event":"visit","output":"bucket_score","interval":"hour","weeks":4}}`, nil)
	})
	eachEdge(t, daily(35), nil, func(e *edges) {
		e.stage.Range.From = noon.AddDate(0, 0, -2)
		e.want(query, columns, []any{"2026-03-16", 120.0, 0.0, false}, []any{"2026-03-17", 120.0, 0.0, false}, []any{"2026-03-18", 120.0, nil, nil})
	})
}

// A JSON number is one number, however it was sent, and a text is a text.
func TestNumbersAreNumbers(t *testing.T) {
	var events []twin.Event
	for i, usd := range []any{
		json.Number("12.0"), json.Number("12"), json.Number("1.2e1"), "12", "12.0", json.Number("12.5"),
		json.Number("123456789012345678901234567890"), json.Number("123456789012345678901234567891.0"), nil, true,
	} {
		events = append(events, twin.Event{
			Time: noon.Add(time.Duration(i-60) * time.Minute), User: fmt.Sprint("u", i), Type: "buy", Metadata: map[string]any{"usd": usd, "cart": map[string]any{"usd": usd}},
			Profile: &twin.Profile{TotalClicks: 12, Traits: map[string]any{"usd": usd}},
		})
	}
	eachEdge(t, events, nil, func(e *edges) {
		e.stage.Range.From = noon.Add(-2 * time.Hour)
		count := func(filters string, n float64) {
			e.Helper()
			for _, property := range []string{"metadata.usd", "metadata.cart.usd", "profile.traits.usd"} {
				filter := fmt.Sprintf(`{"property":%q,%s}`, property, filters)
				e.want(`{"queryType":"trend","trend":{"series":[{"event":"buy","filters":[`+filter+`]}]}}`, []string{"events buy"}, []any{n})
				e.want(`{"queryType":"trend","filters":[`+filter+`],"trend":{"value":"users","series":[{"event":"buy"}]}}`, []string{"users buy"}, []any{n})
			}
		}
		for _, twelve := range []string{"12", "12.0", "12.00", "1.2e1", "+12"} {
			texts := map[string]float64{"12": 1, "12.0": 1}[twelve]
			count(`"operator":"=","values":["`+twelve+`"]`, 3+texts)
			count(`"operator":"in","values":["`+twelve+`"]`, 3+texts)
			count(`"operator":"!=","values":["`+twelve+`"]`, 7-texts)
			count(`"operator":"notIn","values":["`+twelve+`","x"]`, 7-texts)
		}
		count(`"operator":"=","values":["123456789012345678901234567890"]`, 1)
		count(`"operator":"in","values":["123456789012345678901234567891"]`, 1)
		count(`"operator":"=","values":["true"]`, 1)
		count(`"operator":"contains","values":[".0"]`, 1) // the text
		count(`"operator":"matches","values":["^12$"]`, 4)
		count(`"operator":">","values":["12.4"]`, 3)
		count(`"operator":"isNotSet"`, 1)
		e.want(`{"queryType":"trend","trend":{"value":"users","series":[{"event":"buy","filters":[{"property":"profile.total_clicks","operator":"=","values":["12.0"]}]}]}}`,
			[]string{"users buy"}, []any{10.0})

		rows := map[string]float64{"12": 4, "12.0": 1, "12.5": 1, "123456789012345678901234567890": 1, "123456789012345678901234567891": 1, "true": 1, "(none)": 1}
		for _, property := range []string{"metadata.usd", "metadata.cart.usd", "profile.traits.usd"} {
			breakdown := fmt.Sprintf(`{"property":%q,"limit":20}`, property)
			for query, columns := range map[string][]string{
				`{"queryType":"funnel","funnel":{"steps":[{"event":"buy"},{"event":"never"}],"breakdown":` + breakdown + `}}`:                               {"breakdown", "step", "users"},
				`{"queryType":"retention","retention":{"start":{"event":"buy"},"return":{"event":"never"},"period":"month","breakdown":` + breakdown + `}}`: {"breakdown", "cohort", "users"},
			} {
				got := map[string]float64{}
				for _, row := range e.rows(query, columns) {
					if row[1] == "1. buy" || row[1] == "weighted mean" {
						got[row[0].(string)] = row[2].(float64)
					}
				}
				if !maps.Equal(got, rows) {
					e.Errorf("%s: %v; want %v", query, got, rows)
				}
			}
			e.want(fmt.Sprintf(`{"queryType":"paths","paths":{"event":"buy","property":%q,"output":"table","steps":1,"limit":1}}`, property), []string{"path", "paths"}, []any{"12 → (end)", 4.0})
		}
	})
}

func (e *edges) rows(query string, columns []string) [][]any {
	e.Helper()
	var q model.Query
	if err := json.Unmarshal([]byte(query), &q); err != nil {
		e.Fatal(err)
	}
	got := tableOf(e.house.ask(e.T, &q, e.stage)[0], time.UTC)
	var rows [][]any
	for _, row := range got.Rows {
		var some []any
		for i, field := range got.Fields {
			if slices.Contains(columns, field) {
				some = append(some, row[i])
			}
		}
		rows = append(rows, some)
	}
	return rows
}

// A session is its id within its user, under whatever id the user came; and the id alone where no user is known.
func TestASessionIsOfItsUser(t *testing.T) {
	const ben = "ben32" // whose key has the same upper seven bits as ann's
	at := func(minute int, user, session, event string) twin.Event {
		return twin.Event{Time: noon.Add(time.Duration(minute-60) * time.Minute), User: user, SessionID: session, Type: event}
	}
	eachEdge(t, []twin.Event{
		at(0, "ann", "1", "visit"), at(1, ben, "1", "pay"), at(2, "ann", "1", "visit"), // each did one thing
		at(3, "phone", "7", "visit"), at(4, "cat", "7", "pay"), // phone is cat: one session
		at(5, "", "1", "visit"), at(6, "", "1", "pay"), // nobody's
		at(7, "ann", "", "pay"), // of no session
	}, map[string]string{"phone": "cat"}, func(e *edges) {
		e.stage.Range.From = noon.Add(-2 * time.Hour)
		const funnel = `{"queryType":"funnel","funnel":{"actor":"session","steps":[{"event":"visit"},{"event":"pay"}]`
		e.want(funnel+`}}`, []string{"sessions"}, []any{3.0}, []any{2.0})
		e.want(funnel+`,"output":"actors","actors":{"step":1}}}`, []string{"session_id", "user_id"}, []any{"1", nil}, []any{"1", "ann"}, []any{"7", "cat"})
		e.want(funnel+`,"output":"actors","actors":{"step":2}}}`, []string{"session_id", "user_id"}, []any{"1", nil}, []any{"7", "cat"})
		e.want(`{"queryType":"trend","trend":{"value":"sessions"}}`, []string{"sessions any event"}, []any{4.0})
		e.want(`{"queryType":"trend","trend":{"value":"sessions","breakdown":{"property":"session_id"}}}`, []string{"sessions 1 any event", "sessions 7 any event"}, []any{3.0, 1.0})
		e.want(`{"queryType":"heatmap","heatmap":{"x":"month","y":"hour","value":"sessions"}}`, []string{"sessions"}, hoursOf(11, 4)...)
		e.want(`{"queryType":"heatmap","heatmap":{"x":"month","y":"property","yProperty":"event_type","value":"sessions"}}`, []string{"sessions"}, []any{3.0}, []any{3.0})
		e.want(`{"queryType":"retention","retention":{"actor":"session","start":{"event":"visit"},"return":{"event":"pay"},"periods":1}}`, []string{"sessions", "day 0"},
			[]any{3.0, nil}, []any{3.0, 2.0 / 3})
		e.want(`{"queryType":"anomalies","anomalies":{"actor":"session","moreThan":1,"window":"1h"}}`, []string{"session_id", "user_id", "events"},
			[]any{"1", "ann", 2.0}, []any{"7", "cat", 2.0}, []any{"1", nil, 2.0})
		e.want(`{"queryType":"paths","paths":{"actor":"session","event":"visit","steps":1,"output":"table"}}`, []string{"path", "paths"},
			[]any{"visit → pay", 2.0}, []any{"visit → (end)", 1.0})
		e.want(`{"queryType":"timeline","timeline":{"user":"`+ben+`","session":"1"}}`, []string{"event"}, []any{"pay"})
	})
}

// hoursOf returns the hours of a day, one of which counts something.
func hoursOf(hour int, n float64) [][]any {
	rows := make([][]any, 24)
	for i := range rows {
		rows[i] = []any{0.0}
	}
	rows[hour] = []any{n}
	return rows
}

// Start and return are the same event in whatever order their filters are written.
func TestTheSameEventInAnotherOrder(t *testing.T) {
	visit := func(user string, day int) twin.Event {
		return twin.Event{Time: noon.AddDate(0, 0, day-4), User: user, Type: "visit", DeviceType: "mobile", PageURL: "/", Metadata: map[string]any{"n": json.Number("1.0")}}
	}
	eachEdge(t, []twin.Event{visit("ann", 0), visit("ann", 1), visit("ben", 0)}, nil, func(e *edges) {
		e.stage.Range = twin.Range{From: noon.AddDate(0, 0, -4), To: noon.AddDate(0, 0, -3)}
		const a, b, c = `{"property":"device_type","operator":"=","values":["mobile"]}`, `{"property":"page_url","operator":"in","values":["/","/x"]}`,
			`{"property":"metadata.n","operator":">=","values":["1"]}`
		for _, filters := range [][3]string{
			{"", a + "," + b, b + "," + a}, {"", a, a + "," + a}, {"", a, `{"property":"device_type","operator":"in","values":["mobile","mobile"]}`},
			{a, b, b + "," + a}, {b, "", `{"property":"page_url","operator":"in","values":["/x","/"]}`},
			{"", c, `{"property":"metadata.\\n","operator":">=","values":["1.0"]}`},
		} {
			e.want(fmt.Sprintf(`{"queryType":"retention","filters":[%s],"retention":{"start":{"event":"visit","filters":[%s]},"return":{"event":"visit","filters":[%s]},
				"periods":3,"output":"classic","brackets":["0","1"]}}`, filters[0], filters[1], filters[2]), []string{"cohort", "day 0", "day 1"},
				[]any{"weighted mean", nil, nil}, []any{"2026-03-14", 2.0, 1.0}, []any{"2026-03-15", 0.0, 0.0})
		}
	})
}
