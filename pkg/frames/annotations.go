package frames

import (
	"fmt"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
)

// Annotations has the fields of Grafana's annotations. There is no id: by it Grafana knows the annotations of its own, which it lets
// people change.
func Annotations(a *model.Annotations, list []analysis.Annotation, more bool) data.Frames {
	title := func(m analysis.Annotation) *string { return m.Event }
	text := func(m analysis.Annotation) *string { return m.Value }
	tag := title
	if a.Mode == model.FirstOf {
		title, text = text, func(analysis.Annotation) *string {
			words := "First seen: " + a.Property
			return &words
		}
		tag = func(analysis.Annotation) *string {
			if a.Event == model.AnyEvent {
				return nil
			}
			return &a.Event
		}
	}
	frame := data.NewFrame("annotations",
		column(list, "time", func(m analysis.Annotation) time.Time { return m.Time.UTC() }),
		column(list, "title", title),
		column(list, "text", text),
		column(list, "tags", tag),
	)
	frame.Meta = &data.FrameMeta{PreferredVisualization: data.VisTypeTable}
	if more {
		frame.Meta.Notices = []data.Notice{{Severity: data.NoticeSeverityWarning, Text: fmt.Sprintf(
			"Only the newest %d are marked, and there are more: use a shorter range, more filters, or a higher limit.", a.Limit)}}
	}
	return data.Frames{frame}
}
