package program

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// A text that somebody made up is cut, and so many kinds are told apart.
func TestLogLinesAreShort(t *testing.T) {
	var out strings.Builder
	log, end := NewLog(&out, nil)
	log.Warn("long", "error", fmt.Errorf("%s", strings.Repeat("x", 100_000)), "text", strings.Repeat("y", 100_000))
	for i := range 10 * logKinds {
		log.Info(fmt.Sprint("kind ", i))
		Kind(log, "HTTP").Info(fmt.Sprint("whatever ", i))
	}
	end()
	if len(out.String()) > 3*logText+(logKinds+4*LogBurst)*200 {
		t.Error(len(out.String()), "bytes")
	}
	for _, want := range []string{fmt.Sprintf(`"kind":"HTTP","lines":%d`, 10*logKinds-LogBurst), `"kind":"other"`} {
		if !strings.Contains(out.String(), want) {
			t.Error("no", want)
		}
	}
}

func TestDurationsHaveDaysAndWeeks(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"90d": 90 * 24 * time.Hour, "2w": 14 * 24 * time.Hour, "1w3d": 10 * 24 * time.Hour, "1d12h": 36 * time.Hour, "1.5h": 90 * time.Minute, "0s": 0, "0": 0,
		"500ms": 500 * time.Millisecond, "8760h": 8760 * time.Hour,
		"": -1, "d": -1, "90": -1, "off": -1, "1.5d": -1, "90 d": -1, "99999999w": -1,
	} {
		if got, err := parseDuration(text); got != want && (err == nil || want >= 0) {
			t.Errorf("%q is %s, %v", text, got, err)
		}
	}
}
