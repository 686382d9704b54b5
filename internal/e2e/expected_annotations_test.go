package e2e

import (
	"fmt"
	"time"

	"github.com/footfall-analytics/footfall/internal/twin"
	"github.com/footfall-analytics/footfall/pkg/model"
)

func annotationsTable(m *model.Annotations, marked twin.MarkList, zone *time.Location) table {
	t := table{Fields: []string{"time", "title", "text", "tags"}}
	for _, mark := range marked.Marks {
		var value any
		if mark.Value != nil {
			value = *mark.Value
		}
		if m.Mode == model.FirstOf {
			var tags any
			if m.Event != model.AnyEvent {
				tags = m.Event
			}
			t.Rows = append(t.Rows, []any{moment(mark.Time, zone), value, "First seen: " + m.Property, tags})
		} else {
			t.Rows = append(t.Rows, []any{moment(mark.Time, zone), mark.Event, value, mark.Event})
		}
	}
	if marked.More {
		t.Notices = []string{fmt.Sprintf("Only the newest %d are marked, and there are more: use a shorter range, more filters, or a higher limit.", m.Limit)}
	}
	return t
}
