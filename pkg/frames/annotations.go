package frames

import (
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// Annotations returns a frame with the fields of Grafana's annotations, except id: Grafana lets people edit annotations that have one.
func Annotations(panel Panel, answer *analysis.Limited[analysis.Annotation]) data.Frames {
	a, list := panel.Query.Annotations, answer.List
	title := func(m analysis.Annotation) *string { return m.Event }
	text := func(m analysis.Annotation) *string { return m.Value }
	tag := title
	firstSeen := say.New("word.first-seen", "First seen: {{property}}", a.Property)
	first := firstSeen.String()
	if a.Mode == model.FirstOf {
		title, text = text, func(analysis.Annotation) *string {
			return &first
		}
		tag = func(analysis.Annotation) *string {
			if a.Event == model.AnyEvent {
				return nil
			}
			return &a.Event
		}
	}
	texts := newField(list, "text", text)
	if a.Mode == model.FirstOf {
		ensureTexts(addWord(texts, firstSeen)).IsText = true
	}
	frame := data.NewFrame("annotations",
		// Grafana also finds these fields by their titles.
		newField(list, "time", func(m analysis.Annotation) time.Time { return m.Time.UTC() }),
		newField(list, "title", title),
		texts,
		newField(list, "tags", tag),
	)
	frame.Meta = &data.FrameMeta{PreferredVisualization: data.VisTypeTable}
	if answer.More {
		addNotice(frame, data.NoticeSeverityWarning, say.New("notice.more-annotations",
			"Only the newest {{limit}} are marked, and there are more: use a shorter range, more filters, or a higher limit.", a.Limit))
	}
	return data.Frames{frame}
}
