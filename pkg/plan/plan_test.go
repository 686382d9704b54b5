package plan

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// Whatever a user writes is an argument: the SQL is the same whatever the texts are.
func TestTextsOfUsersAreNeverPartOfTheSQL(t *testing.T) {
	for _, evil := range []string{`x'; DROP TABLE user_events; --`, `$1`, `"`, `\`, `/* */`, "a\nb", `%s`, `'); SELECT pg_sleep(9)--`, "Ünïcødé 💥"} {
		for _, form := range []string{
			`{"queryType":"funnel","filters":[{"property":"metadata.%[1]s","operator":"=","values":["%[1]s"]}],
				"funnel":{"steps":[{"event":"%[1]s","label":"%[1]s"},{"event":"b","filters":[{"property":"page_url","operator":"matches","values":["%[1]s"]}]}],
				"breakdown":{"property":"metadata.%[1]s"}}}`,
			`{"queryType":"retention","retention":{"start":{"event":"%[1]s"},"return":{"event":"%[1]s","filters":[{"property":"user_id","operator":"notIn","values":["%[1]s","b"]}]}}}`,
			`{"queryType":"heatmap","heatmap":{"event":"%[1]s","filters":[{"property":"device_type","operator":"contains","values":["%[1]s"]}]}}`,
		} {
			if harmless, got := sqlOf(t, form, "harmless"), sqlOf(t, form, evil); got != harmless {
				t.Errorf("with %q the SQL is\n%s\ninstead of\n%s", evil, got, harmless)
			}
		}
	}
}

func sqlOf(t *testing.T, form, text string) string {
	t.Helper()
	quoted, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	q, err := model.Parse([]byte(fmt.Sprintf(form, quoted[1:len(quoted)-1])))
	if err != nil {
		t.Fatal(err)
	}
	r := Range{time.Unix(0, 0), time.Unix(86400, 0)}
	s := Settings{Zone: time.UTC, WeekStart: time.Monday, Now: time.Unix(86400, 0)}
	var statement Statement
	switch q.QueryType {
	case model.FunnelType:
		scan := FunnelScan(q, r)
		statement = scan.ReadRaw(Piece{Range: scan.Range}, Part{0, Slices})
	case model.RetentionType:
		cohorts, tooMany := RetentionCohorts(q.Retention, r, s)
		scan := RetentionScan(q, cohorts, s)
		statement, err = scan.ReadRaw(Piece{Range: scan.Range}, Part{0, Slices}), tooMany
	default:
		statement = Heatmap(q, r, s, HeatmapReason)
	}
	if err != nil {
		t.Fatal(err)
	}
	return statement.SQL
}

func TestTooManyBucketsAreRefused(t *testing.T) {
	q, err := model.Parse([]byte(`{"queryType":"retention","retention":{"start":{"event":"a"},"return":{"event":"b"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	r := Range{time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)}
	s := Settings{Zone: time.UTC, Now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	if _, err := RetentionCohorts(q.Retention, r, s); err == nil || !strings.Contains(err.Error(), "more than 1000 buckets") {
		t.Errorf("retention over all time: %v", err)
	}
	if err := CheckHeatmap(&model.Heatmap{X: model.Date, Y: model.HourOfDay}, r); err == nil || !strings.Contains(err.Error(), "at most 1000 dates") {
		t.Errorf("heatmap by date over all time: %v", err)
	}
	if err := CheckHeatmap(&model.Heatmap{X: model.Weekday, Y: model.CalendarMonth}, r); err == nil || !strings.Contains(err.Error(), "at most 1000 months") {
		t.Errorf("heatmap by month over all time: %v", err)
	}
}
