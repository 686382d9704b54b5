package frames

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
)

func parsePanel(t *testing.T, query string) Panel {
	t.Helper()
	q, err := model.Parse([]byte(query))
	if err != nil {
		t.Fatal(err)
	}
	from := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	return Panel{UID: "u", Name: "Footfall", Query: q, From: from, To: from.AddDate(0, 0, 3), Zone: time.UTC, WeekStart: time.Monday}
}

const twoSteps = `"steps":[{"event":"view"},{"event":"pay"}],"breakdown":{"property":"metadata.plan"}`

// A breakdown with values that are called as our own groups are, or that links could be broken by.
var oddGroups = []analysis.Group{
	{Place: 0, Value: "Other"}, {Place: 1, Value: `a "b" {c} ${d}`}, {Place: 2, Value: ""}, {Place: analysis.OtherPlace}, {Place: analysis.NonePlace},
}

func funnelGroups() []analysis.FunnelGroup {
	var groups []analysis.FunnelGroup
	for i, g := range oddGroups {
		groups = append(groups, analysis.FunnelGroup{
			Group: g, Reached: []int64{int64(10 - i), 5}, InProgress: []int64{1, 0}, FromPrevious: make([]analysis.Spread, 2), Converted: []int64{1e6, 2e6},
		})
	}
	return groups
}

func retentionAnswer(panel Panel) *analysis.RetentionAnswer {
	day := func(n int) time.Time { return panel.From.AddDate(0, 0, n) }
	spec := analysis.NewRetention(panel.Query.Retention, []time.Time{day(0), day(1), day(2), day(3)}, []string{"2026-03-01", "2026-03-02"}, day(2).Add(time.Hour))
	answer := &analysis.RetentionAnswer{Retention: spec}
	for _, g := range oddGroups {
		answer.Groups = append(answer.Groups, analysis.RetentionGroup{
			Group: g, Cohorts: []analysis.RetentionCohort{{Size: 4, Users: []int64{4, 2}}, {Size: 3, Users: []int64{3, 1}}},
		})
	}
	return answer
}

// Every link of every row leads to a query that can be asked, and a group's link to that group.
func TestLinksLeadToQueries(t *testing.T) {
	funnel := parsePanel(t, `{"queryType":"funnel","funnel":{`+twoSteps+`}}`)
	retention := parsePanel(t, `{"queryType":"retention","retention":{"start":{"event":"view"},"return":{"event":"pay"},"periods":2,"breakdown":{"property":"metadata.plan"}}}`)
	busy := parsePanel(t, `{"queryType":"anomalies","anomalies":{"output":"actors","actor":"session"}}`)
	user := "ann ${__data.fields.x}"
	for name, frames := range map[string]data.Frames{
		"steps":     FunnelSteps(funnel, funnelGroups()),
		"chart":     FunnelChart(funnel, funnelGroups()),
		"rate":      FunnelConversion(funnel, funnelGroups()),
		"count":     BusyActorCount(busy, &analysis.BusyList{All: 2}),
		"actors":    FunnelActors(funnel, []analysis.FunnelActor{{ActorID: analysis.ActorID{ID: user}}}),
		"table":     RetentionTable(retention, retentionAnswer(retention)),
		"classic":   RetentionClassic(retention, retentionAnswer(retention)),
		"long":      RetentionLong(retention, retentionAnswer(retention)),
		"retained":  RetentionActors(retention, []analysis.RetentionActor{{ActorID: analysis.ActorID{ID: user}}}),
		"busy":      BusyActors(busy, &analysis.BusyList{Busiest: []analysis.BusyActor{{ActorID: analysis.ActorID{ID: "7", User: &user}}}, All: 2}),
		"timelines": Timeline(parsePanel(t, `{"queryType":"timeline","timeline":{"session":"7"}}`), &analysis.Limited[analysis.TimelineEvent]{List: []analysis.TimelineEvent{{User: &user}}}),
	} {
		links := 0
		for _, frame := range frames {
			for row := range frame.Rows() {
				links += followLinks(t, name, frame, row)
			}
		}
		if links == 0 {
			t.Errorf("%s: no link", name)
		}
	}
}

// stepInText is a step as the steps table calls it.
var stepInText = regexp.MustCompile(`"step":"(\d+)\. [^"]*"`)

// followLinks fills a row into the links of its fields, as Grafana does, and asks what they lead to. The mean of a matrix leads nowhere.
func followLinks(t *testing.T, name string, frame *data.Frame, row int) (links int) {
	t.Helper()
	fill := func(raw []byte) []byte {
		text := string(raw)
		for _, field := range frame.Fields {
			value, isSet := field.ConcreteAt(row)
			if !isSet {
				value = ""
			}
			quoted, err := json.Marshal(strings.ReplaceAll(fmt.Sprint(value), "${", "$\x00{")) // a value is not filled in again
			if err != nil {
				t.Fatal(err)
			}
			text = strings.ReplaceAll(text, "${__data.fields."+field.Name+"}", string(quoted[1:len(quoted)-1]))
		}
		text = stepInText.ReplaceAllString(text, `"step":$1`) // as the front end reads it
		return []byte(strings.ReplaceAll(text, `$\u0000{`, "${"))
	}
	for _, field := range frame.Fields {
		if field.Config == nil {
			continue
		}
		for _, link := range field.Config.Links {
			raw, err := json.Marshal(link.Internal.Query)
			if err != nil {
				t.Fatal(err)
			}
			filled := fill(raw)
			if strings.Contains(string(filled), weightedMean) {
				continue
			}
			links++
			q, err := model.Parse(filled)
			if err != nil {
				t.Errorf("%s, row %d, %s: %v: %s", name, row, field.Name, err, filled)
				continue
			}
			if column, _ := frame.FieldByName("breakdown"); column != nil && q.Funnel != nil {
				if got, want := *q.Funnel.Actors.Value, column.At(row).(string); got != want {
					t.Errorf("%s, row %d: the link leads to %q, the row is %q", name, row, got, want)
				}
			}
		}
	}
	return links
}

// Two groups never share a title, whatever values are called.
func TestTitlesOfGroupsDiffer(t *testing.T) {
	seen := map[string]bool{}
	for _, g := range append(oddGroups, analysis.Group{Place: 3, Value: "(none)"}, analysis.Group{Place: 4, Value: "other"}) {
		if seen[g.Title()] {
			t.Errorf("two groups are called %q", g.Title())
		}
		seen[g.Title()] = true
	}
}

// Numbers that alert rules take have no fields where nothing is known: to a rule, null is an error.
func TestNothingToAlertOnHasNoFields(t *testing.T) {
	funnel := parsePanel(t, `{"queryType":"funnel","funnel":{`+twoSteps+`,"output":"conversion"}}`)
	retention := parsePanel(t, `{"queryType":"retention","retention":{"start":{"event":"view"},"return":{"event":"pay"},"periods":2,"output":"rate","column":"1"}}`)
	answer := retentionAnswer(retention)
	answer.Now = 0 // no cell is over
	for name, frames := range map[string]data.Frames{
		"conversion":  FunnelConversion(funnel, nil),
		"trend":       FunnelTrend(funnel, &analysis.FunnelTrend{Buckets: []time.Time{{}, {}}}),
		"rate":        RetentionRate(retention, answer),
		"stickiness":  StickinessRate(parsePanel(t, `{"queryType":"stickiness","stickiness":{"output":"rate","atLeast":3}}`), &analysis.Stickiness{Users: []int64{0}}),
		"peaks":       BusyActorPeaks(parsePanel(t, `{"queryType":"anomalies","anomalies":{"output":"actor_peaks"}}`), &analysis.BusyList{}),
		"score":       BucketScore(parsePanel(t, `{"queryType":"anomalies","anomalies":{"output":"bucket_score"}}`), []analysis.UnusualBucket{{}}),
		"trend lines": Trend(parsePanel(t, `{"queryType":"trend","trend":{}}`), &analysis.Trend{}),
	} {
		if len(frames) != 1 || len(frames[0].Fields) != 0 {
			t.Errorf("%s: %d frames, %d fields", name, len(frames), len(frames[0].Fields))
		}
	}
}

// A cell of the future is empty, one that is not over is marked, and neither is in the mean.
func TestCellsThatAreNotOver(t *testing.T) {
	panel := parsePanel(t, `{"queryType":"retention","retention":{"start":{"event":"view"},"return":{"event":"pay"},"periods":2}}`)
	answer := retentionAnswer(panel)
	answer.Groups = answer.Groups[:1]
	answer.Groups[0].Group = analysis.Group{}
	answer.Now = analysis.Microseconds(panel.From.AddDate(0, 0, 2)) // the second cohort's next day begins
	frame := RetentionTable(panel, answer)[0]
	cell := func(column string, row int) any {
		field, at := frame.FieldByName(column)
		if at < 0 {
			t.Fatalf("no column %q", column)
		}
		value, isSet := field.ConcreteAt(row)
		if !isSet {
			return nil
		}
		return value
	}
	for _, c := range []struct {
		column string
		row    int
		want   any
	}{
		{"day 1", 0, 0.5}, {"day 1", 1, 0.5}, {"day 1", 2, nil}, {"day 0", 0, 1.0}, {"cohort", 0, weightedMean}, {"users", 0, int64(7)}, {"in_progress", 1, nil},
	} {
		if got := cell(c.column, c.row); got != c.want {
			t.Errorf("row %d, %s: %v; want %v", c.row, c.column, got, c.want)
		}
	}
}

// A dense heatmap has every cell, also those in which nothing happened; where events are divided by users these are empty.
func TestHeatmapsAreDense(t *testing.T) {
	for value, want := range map[string]any{"events": 0.0, "events_per_user": nil} {
		panel := parsePanel(t, `{"queryType":"heatmap","heatmap":{"x":"date","y":"hour","value":"`+value+`"}}`)
		day := int(panel.From.Unix() / 86400)
		frame := Heatmap(panel, analysis.Heatmap{Cells: []analysis.HeatmapCell{{X: day, Y: 5, Events: 6, Actors: 2}, {X: day, Y: 5, Events: 1, Actors: 0}}})[0]
		if frame.Rows() != 3*24 {
			t.Fatalf("%d cells", frame.Rows())
		}
		for row := range frame.Rows() {
			got, isSet := frame.Fields[2].ConcreteAt(row)
			if !isSet {
				got = nil
			}
			if row == 5 {
				if got == want {
					t.Errorf("%s: cell 5 is %v", value, got)
				}
			} else if got != want {
				t.Errorf("%s: cell %d is %v; want %v", value, row, got, want)
			}
		}
	}
}
