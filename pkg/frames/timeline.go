package frames

import (
	"encoding/json"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// Timeline is a table of events. The time comes first and the event's name is the first text: so the logs panel and annotations
// take the frame as it is, too. A session's events have their users as well.
func Timeline(panel Panel, answer *analysis.Limited[analysis.TimelineEvent]) data.Frames {
	t, events := panel.Query.Timeline, answer.List
	user := column(events, "user_id", func(e analysis.TimelineEvent) *string { return e.User })
	session := column(events, "session", func(e analysis.TimelineEvent) *string { return e.Session })
	if t.Session == "" {
		panel.session(session, t.User)
	}
	frame := data.NewFrame("timeline",
		column(events, "time", func(e analysis.TimelineEvent) time.Time { return e.Time.UTC() }),
		column(events, "event", func(e analysis.TimelineEvent) string { return e.Event }),
		column(events, "page", func(e analysis.TimelineEvent) *string { return e.Page }),
		column(events, "device", func(e analysis.TimelineEvent) *string { return e.Device }),
		session,
	)
	if t.User == "" {
		frame.Fields = append(frame.Fields, panel.user(user))
	}
	frame.Fields = append(frame.Fields, column(events, "metadata", func(e analysis.TimelineEvent) *json.RawMessage {
		if e.Metadata == nil {
			return nil
		}
		text := json.RawMessage(*e.Metadata)
		return &text
	}))
	frame.Meta = &data.FrameMeta{PreferredVisualization: data.VisTypeTable}
	noteOmissions(frame, t, events, answer.More)
	return data.Frames{frame}
}

// users is how many users events have; those without one count as one.
func users(events []analysis.TimelineEvent) int {
	seen := map[string]bool{}
	for _, e := range events {
		if e.User == nil {
			seen[""] = true
		} else {
			seen[*e.User] = true
		}
	}
	return len(seen)
}

func noteOmissions(frame *data.Frame, t *model.Timeline, events []analysis.TimelineEvent, more bool) {
	if more {
		order := say.New("word.newest", "newest")
		if t.Order == model.OldestFirst {
			order = say.New("word.oldest", "oldest")
		}
		note(frame, data.NoticeSeverityWarning, say.New("notice.more-events",
			"Only the {{order}} {{limit}} events are listed, and there are more: use a shorter range, more filters, or a higher limit.", order, t.Limit))
	}
	if n := users(events); t.User == "" && n > 1 {
		note(frame, data.NoticeSeverityInfo, say.New("notice.session-of-users",
			"Sessions of {{users}} users have this id: name the user as well to see one of them.", n))
	}
	leftOut := 0
	for _, e := range events {
		if e.LeftOut {
			leftOut++
		}
	}
	if leftOut > 0 {
		note(frame, data.NoticeSeverityWarning, say.New("notice.large-metadata",
			"The metadata of {{number}} events has more than 64 KiB and is not shown.", leftOut))
	}
}
