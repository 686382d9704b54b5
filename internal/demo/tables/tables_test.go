package tables

import (
	"regexp"
	"strings"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/data"
)

func ptr[T any](v T) *T { return &v }

func funnelFrame() *data.Frame {
	return data.NewFrame("funnel",
		data.NewField("breakdown", nil, []string{"mobile", "mobile", "desktop", "desktop"}),
		data.NewField("step", nil, []string{"1. visit", "2. pay", "1. visit", "2. pay"}),
		data.NewField("users", nil, []int64{1200, 300, 0, 0}),
		data.NewField("share_of_first", nil, []*float64{ptr(1.0), ptr(0.25), nil, nil}),
		data.NewField("share_of_previous", nil, []*float64{nil, ptr(0.25), nil, nil}),
		data.NewField("dropped", nil, []*int64{ptr(int64(890)), nil, ptr(int64(0)), nil}),
		data.NewField("in_progress", nil, []*int64{ptr(int64(10)), nil, ptr(int64(0)), nil}),
		data.NewField("median_time", nil, []*float64{nil, ptr(3725.0), nil, nil}),
	)
}

func TestFunnel(t *testing.T) {
	got := Funnel(funnelFrame(), Style{})
	for _, line := range []string{
		`^  mobile$`,
		`^    1\. visit  █{30} +1,200 +100\.0 % +890 +10$`,
		`^    2\. pay    █{7}▌ +300 +25\.0 %  +25\.0 % +1 h  2 min$`,
		`^    1\. visit +0 +0 +0$`,
	} {
		if !regexp.MustCompile("(?m)" + line).MatchString(got) {
			t.Errorf("no line like %s in\n%s", line, got)
		}
	}
}

func TestRetention(t *testing.T) {
	frame := data.NewFrame("retention",
		data.NewField("cohort", nil, []string{"weighted mean", "2026-11-22", "2026-11-23"}),
		data.NewField("users", nil, []int64{3, 2, 1}),
		data.NewField("day 0", nil, []*float64{ptr(1.0), ptr(1.0), ptr(1.0)}),
		data.NewField("day 1", nil, []*float64{ptr(0.5), ptr(0.5), ptr(0.0)}),
		data.NewField("day 2", nil, []*float64{nil, ptr(0.25), nil}),
		data.NewField("in_progress", nil, []*string{nil, ptr("day 2"), ptr("day 1")}),
	)
	want := `
  Cohort            Users  day 0    1    2
  weighted mean         3  100%  50%

  Sun 22 Nov 2026       2  100%  50%  25%*
  Mon 23 Nov 2026       1  100%   0%*
  * this day is not over yet
`
	if got := trimLines(Retention(frame, Style{})); got != want[1:] {
		t.Errorf("got\n%s\nwant%s", got, want)
	}
}

func TestHeatmap(t *testing.T) {
	frame := data.NewFrame("heatmap",
		data.NewField("x", nil, []float64{0, 0, 1, 1}),
		data.NewField("y", nil, []float64{0, 1, 0, 1}),
		data.NewField("events", nil, []*float64{ptr(0.0), ptr(5.0), ptr(10.0), ptr(7.0)}),
	)
	frame.Meta = &data.FrameMeta{Custom: map[string]any{"yOrdinalDisplay": []string{"Mon", "Tue"}}}
	want := `
       00 01
  Mon     ███       10
  Tue  ▒▒▒▓▓▓       12

       0    ░░░▒▒▒▓▓▓███ 10 events in an hour of the week
       busiest: Mon 01:00 with 10 events, quietest: Mon 00:00 with 0
`
	if got := trimLines(Heatmap(frame, Style{})); got != want[1:] {
		t.Errorf("got\n%s\nwant%s", got, want)
	}
}

// Colours change nothing of the text, and without them there is no escape sequence.
func TestColorsAreOnlyOnDemand(t *testing.T) {
	plain, colored := Funnel(funnelFrame(), Style{}), Funnel(funnelFrame(), Style{Color: true})
	if strings.Contains(plain, "\x1b") || !strings.Contains(colored, "\x1b[36m█") {
		t.Errorf("plain\n%q\ncoloured\n%q", plain, colored)
	}
	if bare := regexp.MustCompile(`\x1b\[[0-9;]*m`).ReplaceAllString(colored, ""); trimLines(bare) != trimLines(plain) {
		t.Errorf("coloured\n%s\nplain\n%s", bare, plain)
	}
}

func trimLines(s string) string { return regexp.MustCompile(`(?m) +$`).ReplaceAllString(s, "") }
