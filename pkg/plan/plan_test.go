package plan

import (
	"strings"
	"testing"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

func TestTooManyBucketsAreRefused(t *testing.T) {
	q, err := model.Parse([]byte(`{"queryType":"retention","retention":{"start":{"event":"a"},"return":{"event":"b"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	r := model.Range{From: time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), To: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)}
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
