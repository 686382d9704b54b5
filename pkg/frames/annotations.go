package frames

import (
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// Annotations has the fields of Grafana's annotations. There is no id: by it Grafana knows the annotations of its own, which it lets
// people change.
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
		// Grafana knows them by what they are called on screen, too.
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
