package frames

import (
	"encoding/json"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// Links make the data links of an answer: from a number to the list of its actors, and from an actor to its timeline. They open
// Explore; the front end gives them the panel's range.
type Links struct {
	// UID and Name are those of the data source.
	UID, Name string
	// Query is the one that was answered.
	Query *model.Query
}

// What Grafana puts into a link for the row that is clicked.
const (
	stepOfRow      = "${__data.fields.step}"
	cohortOfRow    = "${__data.fields.cohort}"
	periodOfRow    = "${__data.fields.period}"
	breakdownOfRow = "${__data.fields.breakdown}"
)

// list links a field to the actors behind its numbers: what the parts of the query's own part become. It returns the field.
func (l *Links) list(field *data.Field, title say.Text, parts map[string]any) *data.Field {
	raw, err := json.Marshal(l.Query)
	if err != nil {
		panic(err) // it was made of JSON
	}
	var query map[string]any
	if err := json.Unmarshal(raw, &query); err != nil {
		panic(err)
	}
	part := query[string(l.Query.QueryType)].(map[string]any)
	for name, value := range parts {
		part[name] = value
	}
	return l.link(field, title, query)
}

// actors are the columns that name actors, with links to their timelines: a session's user stands beside it.
func actors[R any](l *Links, a model.Actor, list []R, id func(R) analysis.ActorID) []*data.Field {
	ids := column(list, string(a)+"_id", func(row R) string { return id(row).ID })
	if a == model.UserActor {
		return []*data.Field{l.user(ids)}
	}
	users := column(list, "user_id", func(row R) *string { return id(row).User })
	return []*data.Field{l.session(ids, valueOf(users)), l.user(users)}
}

// valueOf is what Grafana puts into a link for a field of the row that is clicked.
func valueOf(field *data.Field) string { return "${__data.fields." + field.Name + "}" }

// user links a field of user ids to their timelines.
func (l *Links) user(field *data.Field) *data.Field {
	return l.timeline(field, "user_id", map[string]any{"user": valueOf(field)})
}

// session links a field of session ids to their timelines. user is whose sessions they are.
func (l *Links) session(field *data.Field, user string) *data.Field {
	return l.timeline(field, "session_id", map[string]any{"user": user, "session": valueOf(field)})
}

// timeline links a field to timelines. Where it is called as the property is, a click can also filter by an id.
func (l *Links) timeline(field *data.Field, property string, timeline map[string]any) *data.Field {
	filterable := field.Name == property
	config(field).Filterable = &filterable
	return l.link(field, say.New("link.timeline", "Timeline"), map[string]any{"queryType": model.TimelineType, "timeZone": l.Query.TimeZone, "timeline": timeline})
}

func (l *Links) link(field *data.Field, title say.Text, query map[string]any) *data.Field {
	query["refId"] = "A"
	c, texts := config(field), textsOf(field)
	texts.Links = append(texts.Links, title)
	c.Links = append(c.Links, data.DataLink{
		Title: title.String(), TargetBlank: true, // a panel that is being edited would be lost
		Internal: &data.InternalDataLink{Query: query, DatasourceUID: l.UID, DatasourceName: l.Name},
	})
	return field
}

// listed picks actors of a table's row.
func listed(status any, b *model.Breakdown, more map[string]any) map[string]any {
	list := map[string]any{"status": status}
	if b != nil {
		list["value"] = breakdownOfRow
	}
	for name, value := range more {
		list[name] = value
	}
	return list
}
