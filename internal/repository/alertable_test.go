package repository_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/internal/repository"
)

// outputs are those that docs/alerting.md calls fit for rules.
var outputs = regexp.MustCompile(`^(funnel_(conversion|trend)|retention_rate|trend|lifecycle|stickiness_rate|anomalies_(actor_count|actor_peaks|bucket_score))(_|$)`)

// Of the plugin's recorded answers, alert rules take those of the outputs that are made for them, and refuse those for panels.
func TestAnswersForRulesAreAlertable(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(repositoryRoot(t), "pkg", "plugin", "testdata", "*.golden.jsonc"))
	if err != nil || len(files) < 40 {
		t.Fatalf("%d answers, %v", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".golden.jsonc")
		err := repository.Alertable(readRecording(t, file))
		switch {
		case outputs.MatchString(name) && err != nil:
			t.Errorf("%s: %v", name, err)
		case !outputs.MatchString(name) && err == nil && name != "heatmap_date_hour": // whose dates make it a time series, of sorts
			t.Errorf("%s is for panels, and a rule would take it", name)
		}
	}
}

// readRecording reads the frames of a golden file, below its comments.
func readRecording(t *testing.T, file string) data.Frames {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var answer struct{ Frames data.Frames }
	if err := json.Unmarshal(regexp.MustCompile(`(?m)^//.*$`).ReplaceAll(text, nil), &answer); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return answer.Frames
}

func TestAlertableRefuses(t *testing.T) {
	typed := func(kind data.FrameType, fields ...*data.Field) *data.Frame {
		return data.NewFrame("f", fields...).SetMeta(&data.FrameMeta{Type: kind, TypeVersion: data.FrameTypeVersion{0, 1}})
	}
	times := data.NewField("time", nil, []time.Time{time.Unix(0, 0), time.Unix(1, 0)})
	texts, numbers := data.NewField("step", nil, []string{"a", "b"}), data.NewField("users", nil, []int64{1, 2})
	same := data.NewField("step", nil, []string{"a", "a"})
	none := data.NewField("users", nil, []int64{})
	labelled := data.NewField("users", data.Labels{"step": "b"}, []int64{1, 2})
	for name, c := range map[string]struct {
		frame *data.Frame
		want  string // part of the refusal; empty: taken
	}{
		"nothing":                        {data.NewFrame("f"), ""},
		"numbers with texts":             {data.NewFrame("f", texts, numbers), ""},
		"two columns of numbers":         {data.NewFrame("f", texts, numbers, numbers), "2 columns of numbers"},
		"rows that are called alike":     {data.NewFrame("f", same, numbers), "two results have the labels"},
		"a wide series":                  {data.NewFrame("f", times, numbers, labelled), ""},
		"a long series":                  {data.NewFrame("f", times, texts, numbers), "got type long"},
		"series that are called alike":   {data.NewFrame("f", times, numbers, numbers), "two results have the labels"},
		"columns without rows":           {data.NewFrame("f", none), "no rows"},
		"typed, long":                    {typed(data.FrameTypeNumericLong, texts, numbers), ""},
		"typed, long, two columns":       {typed(data.FrameTypeNumericLong, texts, numbers, numbers), "labels would repeat"},
		"typed, wide, two rows":          {typed(data.FrameTypeNumericWide, numbers), "2 rows"},
		"typed, wide series":             {typed(data.FrameTypeTimeSeriesWide, times, numbers), ""},
		"typed, wide series, with texts": {typed(data.FrameTypeTimeSeriesWide, times, texts, numbers), "no wide time series"},
		"typed, long series":             {typed(data.FrameTypeTimeSeriesLong, times, texts, numbers), "none that Footfall answers with"},
	} {
		err := repository.Alertable(data.Frames{c.frame})
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
