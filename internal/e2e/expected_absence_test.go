package e2e

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/footfall-analytics/footfall/internal/twin"
	"github.com/footfall-analytics/footfall/pkg/model"
)

// similar is the question after a name that no event has. Which name is most like it has a test of its own.
var similar = regexp.MustCompile(" Did you mean `.+?`\\?")

// expectedAbsence returns the notice that explains an answer with nothing in it, or with nothing of some event; none where nothing does.
func expectedAbsence(q *model.Query, s stage) []string {
	a := twin.FindAbsence(q, s.World.ResolveAliases(), s.Range, s.Settings.Now)
	if a.NoEvents {
		return []string{"There are no events yet."}
	}
	var texts []string
	for _, name := range a.Unknown {
		texts = append(texts, fmt.Sprintf("No event is called `%s`.", name))
	}
	at := a.Latest.In(s.Settings.Zone).Format("2006-01-02 15:04")
	known := !a.Latest.Equal(time.Time{})
	switch t := q.Timeline; {
	case !a.Missing:
	case t != nil && known:
		texts = append(texts, fmt.Sprintf("No such events of `%s` in this range. The latest one is of %s.", firstOf(t.User, t.Session), at))
	case t != nil:
		texts = append(texts, fmt.Sprintf("No such event of `%s` is known.", firstOf(t.User, t.Session)))
	case known && a.Event == model.AnyEvent:
		texts = append(texts, fmt.Sprintf("No events in this range. The latest one is of %s.", at))
	case known:
		texts = append(texts, fmt.Sprintf("No events in this range. The latest `%s` is of %s.", a.Event, at))
	case len(a.Unknown) == 0:
		texts = append(texts, "No such events in this range: all that there are lie ahead of now.")
	}
	if texts == nil {
		return nil
	}
	return []string{strings.Join(texts, " ")}
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
