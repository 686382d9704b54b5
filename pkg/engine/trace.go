package engine

import (
	"strings"
	"sync"
	"time"

	"github.com/footfall-analytics/footfall/pkg/plan"
)

// Trace is what an answer was made of, for the query inspector.
type Trace struct {
	mu sync.Mutex
	// Dry asks for the statements without running them.
	Dry bool
	// Statements are those that ran, one of each form: the parts of a scan differ only in the range of actors.
	Statements []plan.Statement
	// Rows came from the database, and Events were in them.
	Rows, Events int
	// Kept says what was not computed again; empty for nothing.
	Kept string
}

// reset forgets a try that failed.
func (t *Trace) reset() {
	t.Statements, t.Rows, t.Events, t.Kept = nil, 0, 0, ""
}

// String shows the statements with the values of their arguments, for people to read.
func (t *Trace) String() string {
	var texts []string
	if t.Kept != "" {
		texts = append(texts, "-- kept: "+t.Kept)
	}
	for _, s := range t.Statements {
		texts = append(texts, s.String())
	}
	return strings.Join(texts, "\n\n")
}

// keep says that what was computed of closed time was not computed again.
func (t *Trace) keep(span plan.Range) {
	if t.Kept = "what is before " + span.To.UTC().Format(time.DateTime) + " (UTC)"; !span.From.IsZero() {
		t.Kept = "what is from " + span.From.UTC().Format(time.DateTime) + " to " + span.To.UTC().Format(time.DateTime) + " (UTC)"
	}
	t.Kept += " was read before"
}

func (t *Trace) add(s plan.Statement, rows, events int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.Rows += rows
	t.Events += events
	for _, known := range t.Statements {
		if known.SQL == s.SQL || known.Source == s.Source && len(t.Statements) >= maxStatements {
			return
		}
	}
	t.Statements = append(t.Statements, s)
}

// maxStatements keeps the inspector readable.
const maxStatements = 20
