package frames

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
)

// Timeline is a table of events. The time comes first and the event's name is the first text: so the logs panel and annotations
// take the frame as it is, too. A session's events have their users as well.
func Timeline(t *model.Timeline, events []analysis.TimelineEvent, more bool, links Links) data.Frames {
	user := column(events, "user_id", func(e analysis.TimelineEvent) *string { return e.User })
	session := column(events, "session", func(e analysis.TimelineEvent) *string { return e.Session })
	if t.Session == "" {
		links.session(session, t.User)
	}
	frame := data.NewFrame("timeline",
		column(events, "time", func(e analysis.TimelineEvent) time.Time { return e.Time.UTC() }),
		column(events, "event", func(e analysis.TimelineEvent) string { return e.Event }),
		column(events, "page", func(e analysis.TimelineEvent) *string { return e.Page }),
		column(events, "device", func(e analysis.TimelineEvent) *string { return e.Device }),
		session,
	)
	if t.User == "" {
		frame.Fields = append(frame.Fields, links.user(user))
	}
	frame.Fields = append(frame.Fields, column(events, "metadata", func(e analysis.TimelineEvent) *json.RawMessage {
		if e.Metadata == nil {
			return nil
		}
		text := json.RawMessage(*e.Metadata)
		return &text
	}))
	frame.Meta = &data.FrameMeta{PreferredVisualization: data.VisTypeTable, Notices: timelineNotices(t, events, more)}
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

func timelineNotices(t *model.Timeline, events []analysis.TimelineEvent, more bool) []data.Notice {
	var notices []data.Notice
	if more {
		notices = append(notices, data.Notice{Severity: data.NoticeSeverityWarning, Text: fmt.Sprintf(
			"Only the %s %d events are listed, and there are more: use a shorter range, more filters, or a higher limit.", t.Order, t.Limit)})
	}
	if n := users(events); t.User == "" && n > 1 {
		notices = append(notices, data.Notice{Severity: data.NoticeSeverityInfo, Text: fmt.Sprintf(
			"Sessions of %d users have this id: name the user as well to see one of them.", n)})
	}
	leftOut := 0
	for _, e := range events {
		if e.LeftOut {
			leftOut++
		}
	}
	if leftOut > 0 {
		notices = append(notices, data.Notice{Severity: data.NoticeSeverityWarning, Text: fmt.Sprintf(
			"The metadata of %d events has more than 64 KiB and is not shown.", leftOut)})
	}
	return notices
}
