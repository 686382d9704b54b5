package engine

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/plan"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// Trace records how an answer was made, for the query inspector.
type Trace struct {
	mu sync.Mutex
	// Dry asks for the statements without running them.
	Dry bool
	// Statements are the statements that ran, one of each form: the parts of a scan differ only in their ranges of actors.
	Statements []plan.Statement
	// Rows and Events are how many came from the database.
	Rows, Events int
	// Kept says what was kept and not computed again; nil for nothing.
	Kept *say.Text
}

// reset forgets a failed attempt.
func (t *Trace) reset() {
	t.Statements, t.Rows, t.Events, t.Kept = nil, 0, 0, nil
}

// String shows the statements with the values of their arguments, for people to read.
func (t *Trace) String() string {
	var texts []string
	if t.Kept != nil {
		texts = append(texts, "-- "+t.Kept.String())
	}
	for _, s := range t.Statements {
		texts = append(texts, s.String())
	}
	return strings.Join(texts, "\n\n")
}

// keep notes that the result of closed time was not computed again.
func (t *Trace) keep(span model.Range) {
	text := say.New("plan.kept-from", "kept: what is from {{from}} to {{to}} (UTC) was read before",
		span.From.UTC().Format(time.DateTime), span.To.UTC().Format(time.DateTime))
	if span.From.IsZero() {
		text = say.New("plan.kept-until", "kept: what was before {{time}} (UTC) was read before", span.To.UTC().Format(time.DateTime))
	}
	t.Kept = &text
}

// Comments returns the texts of the comments within [Trace.String], each once, for the front end to translate.
func (t *Trace) Comments() []say.Text {
	texts := []say.Text{}
	if t.Kept != nil {
		texts = append(texts, *t.Kept)
	}
	for _, s := range t.Statements {
		comment := s.Comment()
		if !slices.ContainsFunc(texts, func(known say.Text) bool { return known.String() == comment.String() }) {
			texts = append(texts, comment)
		}
	}
	return texts
}

// join adds what another trace has recorded.
func (t *Trace) join(o *Trace) {
	for _, s := range o.Statements {
		t.add(s, 0, 0)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.Rows, t.Events = t.Rows+o.Rows, t.Events+o.Events
	if o.Kept != nil {
		t.Kept = o.Kept
	}
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

// maxStatements is how many statements are shown, so that the inspector stays readable.
const maxStatements = 20
