package frames

import (
	"maps"
	"slices"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// Empty says why an answer says nothing, and what can be done about it.
type Empty struct {
	// Why is one sentence or more.
	Why say.Text `json:"why"`
	// NoEvents says that the database has no events at all.
	NoEvents bool `json:"noEvents,omitempty"`
	// Latest is when the latest event was of those that would fill the answer; nil if there is none.
	Latest *time.Time `json:"latest,omitempty"`
}

// IsEmpty reports whether an answer says nothing: it has no number but 0, or where it holds no numbers, no row.
func IsEmpty(answer data.Frames) bool {
	return !slices.ContainsFunc(answer, func(f *data.Frame) bool {
		if !slices.ContainsFunc(f.Fields, func(field *data.Field) bool { return field.Type().Numeric() }) {
			return len(f.Fields) > 0 && f.Rows() > 0
		}
		return slices.ContainsFunc(numbersOf(f), func(field *data.Field) bool { return !isZero(field) })
	})
}

// LacksPart reports whether a series of an answer, a step of a funnel, or one of the things that a page shows has no number but 0.
func LacksPart(answer data.Frames) bool {
	return slices.ContainsFunc(answer, func(f *data.Frame) bool {
		switch ensureCustom(f).View {
		case LinesView, NumbersView:
			return slices.ContainsFunc(numbersOf(f), isZero)
		case FunnelView:
			return lacksStep(f)
		case ClicksView:
			return IsEmpty(data.Frames{f})
		}
		return false
	})
}

// places are the columns whose numbers say where something is counted: coordinates, depths, and the periods after a start.
var places = []string{"x", "y", "xMin", "xMax", "yMin", "yMax", "left", "top", "right", "bottom", "depth", "period", string(model.Hour), string(model.Day), string(model.Week), string(model.Month)}

// numbersOf returns the fields with numbers of what was counted.
func numbersOf(f *data.Frame) (fields []*data.Field) {
	for _, field := range f.Fields {
		if field.Type().Numeric() && !slices.Contains(places, field.Name) {
			fields = append(fields, field)
		}
	}
	return fields
}

func isZero(field *data.Field) bool {
	for i := range field.Len() {
		if v, err := field.NullableFloatAt(i); err == nil && v != nil && *v != 0 {
			return false
		}
	}
	return true
}

// lacksStep reports whether nobody reached a step, in whatever group.
func lacksStep(f *data.Frame) bool {
	steps, _ := f.FieldByName("step")
	numbers := numbersOf(f) // the first one counts users or sessions
	reached := map[any]float64{}
	for i := range f.Rows() {
		if users, err := numbers[0].FloatAt(i); err == nil {
			reached[steps.At(i)] += users
		}
	}
	return slices.Contains(slices.Collect(maps.Values(reached)), 0)
}

// ExplainAbsence says in an answer why it, or a part of it, is empty.
func ExplainAbsence(panel Panel, answer data.Frames, a *analysis.Absence) {
	why := absenceText(panel, a)
	if why.ID == "" || len(answer) == 0 {
		return
	}
	addNotice(answer[0], data.NoticeSeverityInfo, why)
	if !IsEmpty(answer) {
		return
	}
	empty := &Empty{Why: why, NoEvents: a.NoEvents}
	if a.Missing && !a.Latest.IsZero() {
		empty.Latest = &a.Latest
	}
	for _, frame := range answer {
		ensureCustom(frame).Empty = empty
	}
}

// absenceText returns the sentences about an absence; none where it explains nothing.
func absenceText(panel Panel, a *analysis.Absence) say.Text {
	if a.NoEvents {
		return say.New("empty.no-events", "There are no events yet.")
	}
	var text say.Text
	and := func(next say.Text) {
		if text.ID == "" {
			text = next
			return
		}
		text = say.New("empty.and", "{{before}} {{next}}", text, next)
	}
	for _, u := range a.Unknown {
		if u.Similar == "" {
			and(say.New("empty.unknown", "No event is called `{{event}}`.", u.Name))
		} else {
			and(say.New("empty.similar", "No event is called `{{event}}`. Did you mean `{{similar}}`?", u.Name, u.Similar))
		}
	}
	if !a.Missing {
		return text
	}
	at := a.Latest.In(panel.Zone).Format("2006-01-02 15:04")
	switch t := panel.Query.Timeline; {
	case t != nil && panel.Query.QueryType == model.TimelineType:
		and(timelineText(t, a, at))
	case a.Latest.IsZero() && len(a.Unknown) == 0:
		and(say.New("empty.future", "No such events in this range: all that there are lie ahead of now."))
	case a.Latest.IsZero():
	case a.Event == model.AnyEvent:
		and(say.New("empty.latest", "No events in this range. The latest one is of {{time}}.", at))
	default:
		and(say.New("empty.latest-of", "No events in this range. The latest `{{event}}` is of {{time}}.", a.Event, at))
	}
	return text
}

// timelineText returns what is known of a user or a session that did nothing in the range.
func timelineText(t *model.Timeline, a *analysis.Absence, at string) say.Text {
	who := t.User
	if who == "" {
		who = t.Session
	}
	if a.Latest.IsZero() {
		return say.New("empty.nobody", "No such event of `{{who}}` is known.", who)
	}
	return say.New("empty.latest-by", "No such events of `{{who}}` in this range. The latest one is of {{time}}.", who, at)
}
