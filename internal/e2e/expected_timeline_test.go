package e2e

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/footfall-analytics/footfall/internal/twin"
	"github.com/footfall-analytics/footfall/pkg/model"
)

func timelineTable(m *model.Timeline, listed twin.EventList, zone *time.Location) table {
	t := table{Fields: []string{"time", "event", "page", "device", "session"}}
	if m.User == "" {
		t.Fields = append(t.Fields, "user_id")
	}
	t.Fields = append(t.Fields, "metadata")
	for _, e := range listed.Events {
		row := []any{moment(e.Time, zone), e.Type, textOrNull(e.PageURL), textOrNull(e.DeviceType), textOrNull(e.SessionID)}
		if m.User == "" {
			row = append(row, textOrNull(e.User))
		}
		t.Rows = append(t.Rows, append(row, plainJSON(e.Metadata)))
	}
	if listed.More {
		t.Notices = []string{fmt.Sprintf(
			"Only the %s %d events are listed, and there are more: use a shorter range, more filters, or a higher limit.", m.Order, m.Limit)}
	}
	users := map[string]bool{}
	for _, e := range listed.Events {
		users[e.User] = true
	}
	if m.User == "" && len(users) > 1 {
		t.Notices = append(t.Notices, fmt.Sprintf("Sessions of %d users have this id: name the user as well to see one of them.", len(users)))
	}
	return t
}

func textOrNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// plainJSON returns what JSON text says, whatever its spaces, the order of its names and the way in which it writes numbers.
func plainJSON(metadata map[string]any) any {
	if metadata == nil {
		return map[string]any{} // as the database has it
	}
	raw, err := json.Marshal(metadata)
	if err != nil {
		panic(err)
	}
	return parsedJSON(raw)
}

func parsedJSON(raw json.RawMessage) any {
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		panic(err)
	}
	return value
}
