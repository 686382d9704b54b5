package frames

import (
	"encoding/json"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// Timeline returns a table of events. The time comes first and the event's name is the first text, so that the logs panel and annotations
// can also use the frame as it is. A session's events also have their users.
func Timeline(panel Panel, answer *analysis.Limited[analysis.TimelineEvent]) data.Frames {
	t, events := panel.Query.Timeline, answer.List
	user := newColumn(events, "user_id", func(e analysis.TimelineEvent) *string { return e.User })
	session := newColumn(events, "session", func(e analysis.TimelineEvent) *string { return e.Session })
	if t.Session == "" {
		panel.linkSession(session, t.User)
	}
	frame := data.NewFrame("timeline",
		newColumn(events, "time", func(e analysis.TimelineEvent) time.Time { return e.Time.UTC() }),
		newColumn(events, "event", func(e analysis.TimelineEvent) string { return e.Event }),
		newColumn(events, "page", func(e analysis.TimelineEvent) *string { return e.Page }),
		newColumn(events, "device", func(e analysis.TimelineEvent) *string { return e.Device }),
		session,
	)
	if t.User == "" {
		frame.Fields = append(frame.Fields, panel.linkUser(user))
	}
	frame.Fields = append(frame.Fields, newColumn(events, "metadata", func(e analysis.TimelineEvent) *json.RawMessage {
		if e.Metadata == nil {
			return nil
		}
		text := json.RawMessage(*e.Metadata)
		return &text
	}))
	frame.Meta = &data.FrameMeta{PreferredVisualization: data.VisTypeTable}
	ensureCustom(frame).User = t.User
	noteOmissions(frame, t, events, answer.More)
	return data.Frames{frame}
}

// countUsers returns how many different users events have; no user counts as one.
func countUsers(events []analysis.TimelineEvent) int {
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
		addNotice(frame, data.NoticeSeverityWarning, say.New("notice.more-events",
			"Only the {{order}} {{limit}} events are listed, and there are more: use a shorter range, more filters, or a higher limit.", order, t.Limit))
	}
	if n := countUsers(events); t.User == "" && n > 1 {
		addNotice(frame, data.NoticeSeverityInfo, say.New("notice.session-of-users",
			"Sessions of {{users}} users have this id: name the user as well to see one of them.", n))
	}
	leftOut := 0
	for _, e := range events {
		if e.LeftOut {
			leftOut++
		}
	}
	if leftOut > 0 {
		addNotice(frame, data.NoticeSeverityWarning, say.New("notice.large-metadata",
			"The metadata of {{number}} events has more than 64 KiB and is not shown.", leftOut))
	}
}
