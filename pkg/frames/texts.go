package frames

import (
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// Custom is a frame's custom metadata.
type Custom struct {
	// View is how the Footfall panel draws the frame.
	View View `json:"view,omitempty"`
	// User is the user whose timeline the frame is; empty for a session's.
	User string `json:"user,omitempty"`
	// Area is what the bins of both axes cover, where they are places on a page.
	Area *Area `json:"area,omitempty"`
	// Page is the one page that they are on, by its page_url, and Viewport the one class of its viewport, such as mobile; empty where the
	// query picks several.
	Page     string `json:"page,omitempty"`
	Viewport string `json:"viewport,omitempty"`
	// Incomplete are the rows of buckets that are not counted whole.
	Incomplete []int `json:"incomplete,omitempty"`
	// Buckets are what a series over time counts in.
	Buckets *Buckets `json:"buckets,omitempty"`
	// Additive says that the cells of a heatmap may be added up. Events may; who is counted in several cells would count several times.
	Additive bool `json:"additive,omitempty"`
	// YOrdinalDisplay names the ordinals of a heatmap's y axis, as the heatmap panel reads it.
	YOrdinalDisplay []string `json:"yOrdinalDisplay,omitempty"`
	// Notices and Stats are the texts of the frame's notices and the names of its stats, in the same order.
	Notices []say.Text `json:"notices,omitempty"`
	Stats   []say.Text `json:"stats,omitempty"`
	// Comments are the texts of the comments in the query string, one for each line that begins with "-- ".
	Comments []say.Text `json:"comments,omitempty"`
	// Empty says why an answer says nothing.
	Empty *Empty `json:"empty,omitempty"`
	// Error says why a query has no answer.
	Error *say.Text `json:"error,omitempty"`
}

// Buckets are the periods that a series over time counts in.
type Buckets struct {
	// Interval is 15m, hour, day, week or month.
	Interval string `json:"interval"`
	// Zone is where they are cut, by its IANA name.
	Zone string `json:"zone"`
	// WeekStart is the first day of a week; 0 is Sunday.
	WeekStart time.Weekday `json:"weekStart"`
}

// Area is a part of a page, in the unit of its events, such as pixels. It reaches from Left and Top, of its first bins, to Right and
// Bottom, where its last bins end.
type Area struct {
	Left   float64 `json:"left"`
	Top    float64 `json:"top"`
	Right  float64 `json:"right"`
	Bottom float64 `json:"bottom"`
}

// fieldTexts are the texts of a field that the front end translates. The field's name is the same in all languages: rules, overrides and
// transformations find it by that.
type fieldTexts struct {
	// Name is the field's title on screen.
	Name *say.Text `json:"name,omitempty"`
	// Links are the titles of the field's links, in the same order.
	Links []say.Text `json:"links,omitempty"`
	// Words are the field's values and labels that are our words.
	Words map[string]say.Text `json:"words,omitempty"`
	// IsLinked says that links pass on the value as it is shown, so that a table must not translate it.
	IsLinked bool `json:"isLinked,omitempty"`
	// IsText says that panels show the values without the field's mappings.
	IsText bool `json:"isText,omitempty"`
}

// ensureTexts returns a field's texts, and makes them if there are none.
func ensureTexts(field *data.Field) *fieldTexts {
	c := ensureConfig(field)
	if c.Custom == nil {
		c.Custom = map[string]any{"texts": &fieldTexts{}}
	}
	return c.Custom["texts"].(*fieldTexts)
}

// ensureCustom returns a frame's custom metadata, and makes it if there is none.
func ensureCustom(frame *data.Frame) *Custom {
	if frame.Meta == nil {
		frame.Meta = &data.FrameMeta{}
	}
	if frame.Meta.Custom == nil {
		frame.Meta.Custom = &Custom{}
	}
	return frame.Meta.Custom.(*Custom)
}

// setBuckets says what a frame counts in.
func (p *Panel) setBuckets(frame *data.Frame, interval string) {
	ensureCustom(frame).Buckets = &Buckets{interval, p.Zone.String(), p.WeekStart}
}

// NoteOverlap says in an answer by segments that these may have the same users.
func NoteOverlap(answer data.Frames) {
	if !IsEmpty(answer) {
		addNotice(answer[0], data.NoticeSeverityInfo, say.New("notice.segments-overlap", "A user may be in several segments and counts in each: rows overlap."))
	}
}

// addNotice adds a notice to a frame.
func addNotice(frame *data.Frame, severity data.NoticeSeverity, text say.Text) {
	c := ensureCustom(frame)
	c.Notices = append(c.Notices, text)
	frame.Meta.Notices = append(frame.Meta.Notices, data.Notice{Severity: severity, Text: text.String()})
}

// setTitle sets a field's title on screen. It returns the field.
func setTitle(field *data.Field, name say.Text) *data.Field {
	ensureTexts(field).Name = &name
	ensureConfig(field).DisplayNameFromDS = ""
	if name.String() != field.Name {
		ensureConfig(field).DisplayNameFromDS = name.String()
	}
	return field
}

// setAnyTitle sets a field's title on screen: one of our texts, or a name that is not translated.
func setAnyTitle(field *data.Field, title any) {
	if text, isOurs := title.(say.Text); isOurs {
		setTitle(field, text)
		return
	}
	ensureConfig(field).DisplayNameFromDS = title.(string)
}

// addWord notes that a value of the field is one of our words. It returns the field.
func addWord(field *data.Field, text say.Text) *data.Field {
	texts := ensureTexts(field)
	if texts.Words == nil {
		texts.Words = map[string]say.Text{}
	}
	texts.Words[text.String()] = text
	return field
}

// addGroupWords notes which values of a breakdown are our words. It returns the field.
func addGroupWords(field *data.Field) *data.Field {
	for i := range field.Len() {
		if text, isOurs := groupText(field.At(i).(string)); isOurs {
			addWord(field, text)
		}
	}
	return field
}

// markLinked notes that links pass the field's values on. It returns the field.
func markLinked(field *data.Field) *data.Field {
	if texts, has := ensureConfig(field).Custom["texts"].(*fieldTexts); has && texts.Words != nil {
		texts.IsLinked = true
	}
	return field
}

// groupText returns the text of a breakdown's group if its title is one of our words: values that look like these are quoted.
func groupText(title string) (text say.Text, isOurs bool) {
	switch title {
	case analysis.OtherTitle:
		return say.New("word.other", "Other"), true
	case analysis.NoneTitle:
		return say.New("word.none", "(none)"), true
	}
	return say.Text{}, false
}

// groupValue returns a group's title to be put into another text.
func groupValue(title string) any {
	if text, isOurs := groupText(title); isOurs {
		return text
	}
	return title
}

func anyEvent() say.Text { return say.New("word.any-event", "any event") }

// isAnyEvent reports whether a selector picks every event and has no label.
func isAnyEvent(s *model.EventSelector, label string) bool {
	return label == "" && s.Event == model.AnyEvent
}

// periodText returns the word for an hour, day, week or month within a sentence.
func periodText(period model.Period) say.Text {
	switch period {
	case model.Hour:
		return say.New("word.hour", "hour")
	case model.Day:
		return say.New("word.day", "day")
	case model.Week:
		return say.New("word.week", "week")
	}
	return say.New("word.month", "month")
}

// actorsText returns the word for users or sessions within a sentence.
func actorsText(a model.Actor) say.Text {
	if a == model.SessionActor {
		return say.New("word.sessions", "sessions")
	}
	return say.New("word.users", "users")
}

// columnText returns the title of a column that has the same name in all answers; false for other columns.
func columnText(name string) (text say.Text, isKnown bool) {
	for _, table := range []func(string) say.Text{commonColumn, funnelColumn, cohortColumn, activityColumn, pictureColumn} {
		if text := table(name); text.ID != "" {
			return text, true
		}
	}
	return say.Text{}, false
}

func commonColumn(name string) say.Text {
	switch name {
	case "time":
		return say.New("column.time", "time")
	case "users":
		return say.New("column.users", "users")
	case "sessions":
		return say.New("column.sessions", "sessions")
	case "events":
		return say.New("column.events", "events")
	case "events_per_user":
		return say.New("column.events-per-user", "events per user")
	case "user_id":
		return say.New("column.user-id", "user id")
	case "session_id":
		return say.New("column.session-id", "session id")
	case "breakdown":
		return say.New("column.breakdown", "breakdown")
	case "share":
		return say.New("column.share", "share")
	case "started":
		return say.New("column.started", "started")
	case "value":
		return say.New("column.value", "value")
	case "in_progress":
		return say.New("column.in-progress", "in progress")
	}
	return say.Text{}
}

func funnelColumn(name string) say.Text {
	switch name {
	case "step":
		return say.New("column.step", "step")
	case "steps":
		return say.New("column.steps", "steps")
	case "share_of_first":
		return say.New("column.share-of-first", "share of first")
	case "share_of_previous":
		return say.New("column.share-of-previous", "share of previous")
	case "dropped":
		return say.New("column.dropped", "dropped")
	// The title says that the time is since the previous step, not since the first.
	case "median_time":
		return say.New("column.median-time", "median time from previous")
	case "p90_time":
		return say.New("column.p90-time", "p90 time from previous")
	case "mean_time":
		return say.New("column.mean-time", "mean time from previous")
	case "conversion_rate":
		return say.New("column.conversion-rate", "conversion rate")
	case "ended":
		return say.New("column.ended", "ended")
	}
	return say.Text{}
}

func cohortColumn(name string) say.Text {
	switch name {
	case "cohort":
		return say.New("column.cohort", "cohort")
	case "size":
		return say.New("column.size", "size")
	case "new_users":
		return say.New("column.new-users", "new users")
	case "new_sessions":
		return say.New("column.new-sessions", "new sessions")
	case "period":
		return say.New("column.period", "period")
	case "complete":
		return say.New("column.complete", "complete")
	case "retained":
		return say.New("column.retained", "retained")
	case "retention_rate":
		return say.New("column.retention-rate", "retention rate")
	case weightedMean:
		return meanText()
	case "hour":
		return say.New("column.hour", "hour")
	case "day":
		return say.New("column.day", "day")
	case "week":
		return say.New("column.week", "week")
	case "month":
		return say.New("column.month", "month")
	}
	return say.Text{}
}

func meanText() say.Text { return say.New("word.weighted-mean", "weighted mean") }

func activityColumn(name string) say.Text {
	switch name {
	case "hours":
		return say.New("column.hours", "hours")
	case "days":
		return say.New("column.days", "days")
	case "weeks":
		return say.New("column.weeks", "weeks")
	case "months":
		return say.New("column.months", "months")
	case "users_at_least":
		return say.New("column.users-at-least", "users at least")
	case "share_at_least":
		return say.New("column.share-at-least", "share at least")
	case "stickiness_rate":
		return say.New("column.stickiness-rate", "stickiness rate")
	case "expected":
		return say.New("column.expected", "expected")
	case "low":
		return say.New("column.low", "low")
	case "high":
		return say.New("column.high", "high")
	case "score":
		return say.New("column.score", "score")
	case "anomaly":
		return say.New("column.anomaly", "anomaly")
	case "path":
		return say.New("column.path", "path")
	case "paths":
		return say.New("column.paths", "paths")
	case "session":
		return say.New("column.session", "session")
	case "event":
		return say.New("column.event", "event")
	case "page":
		return say.New("column.page", "page")
	case "device":
		return say.New("column.device", "device")
	case "metadata":
		return say.New("column.metadata", "metadata")
	}
	return say.Text{}
}

// pictureColumn returns the title of a column whose name tells a panel what to draw where.
func pictureColumn(name string) say.Text {
	switch name {
	case "xMin":
		return say.New("column.from", "from")
	case "xMax":
		return say.New("column.to", "to")
	case "id":
		return say.New("column.id", "id")
	case "title":
		return say.New("column.title", "title")
	case "label":
		return say.New("column.label", "label")
	case "element":
		return say.New("column.element", "element")
	case "left":
		return say.New("column.left", "left")
	case "top":
		return say.New("column.top", "top")
	case "right":
		return say.New("column.right", "right")
	case "bottom":
		return say.New("column.bottom", "bottom")
	case "depth":
		return say.New("column.depth", "depth")
	case "source":
		return say.New("column.source", "from node")
	case "target":
		return say.New("column.target", "to node")
	case "thickness":
		return say.New("column.thickness", "thickness")
	case "fixedx":
		return say.New("column.fixed-x", "place across")
	case "fixedy":
		return say.New("column.fixed-y", "place down")
	}
	return say.Text{}
}
