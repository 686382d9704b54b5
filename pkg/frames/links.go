package frames

import (
	"encoding/json"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// Variables that Grafana replaces in a link, for the row that is clicked.
const (
	stepOfRow      = "${__data.fields.step}"
	cohortOfRow    = "${__data.fields.cohort}"
	periodOfRow    = "${__data.fields.period}"
	breakdownOfRow = "${__data.fields.breakdown}"
)

// linkList links a field to the actors behind its numbers, or to another question of the same kind. parts replace parts of the panel's
// query to make the linked one. It returns the field.
func (p *Panel) linkList(field *data.Field, title say.Text, parts map[string]any) *data.Field {
	raw, err := json.Marshal(p.Query)
	if err != nil {
		panic(err) // it was made of JSON
	}
	var query map[string]any
	if err := json.Unmarshal(raw, &query); err != nil {
		panic(err)
	}
	part := query[string(p.Query.QueryType)].(map[string]any)
	for name, value := range parts {
		part[name] = value
	}
	return p.link(field, title, query)
}

// actorColumns makes the columns that name actors, with links to their timelines. Sessions have a second column with their users.
func actorColumns[R any](p *Panel, a model.Actor, list []R, id func(R) analysis.ActorID) []*data.Field {
	ids := newColumn(list, string(a)+"_id", func(row R) string { return id(row).ID })
	if a == model.UserActor {
		return []*data.Field{p.linkUser(ids)}
	}
	users := newColumn(list, "user_id", func(row R) *string { return id(row).User })
	return []*data.Field{p.linkSession(ids, valueOf(users)), p.linkUser(users)}
}

// valueOf returns the variable that Grafana replaces with a field's value, for the row that is clicked.
func valueOf(field *data.Field) string { return "${__data.fields." + field.Name + "}" }

// linkUser links a field of user ids to their timelines.
func (p *Panel) linkUser(field *data.Field) *data.Field {
	return p.linkTimeline(field, "user_id", map[string]any{"user": valueOf(field)})
}

// linkSession links a field of session ids to their timelines. user is the sessions' user.
func (p *Panel) linkSession(field *data.Field, user string) *data.Field {
	return p.linkTimeline(field, "session_id", map[string]any{"user": user, "session": valueOf(field)})
}

// linkTimeline links a field to timelines. If the field has the property's name, a click can also filter by an id.
func (p *Panel) linkTimeline(field *data.Field, property string, timeline map[string]any) *data.Field {
	filterable := field.Name == property
	ensureConfig(field).Filterable = &filterable
	return p.link(field, say.New("link.timeline", "Timeline"), map[string]any{"queryType": model.TimelineType, "timeZone": p.Query.TimeZone, "timeline": timeline})
}

func (p *Panel) link(field *data.Field, title say.Text, query map[string]any) *data.Field {
	query["refId"] = "A"
	c, texts := ensureConfig(field), ensureTexts(field)
	texts.Links = append(texts.Links, title)
	c.Links = append(c.Links, data.DataLink{
		Title: title.String(), TargetBlank: true, // a panel that is being edited would be lost
		Internal: &data.InternalDataLink{Query: query, DatasourceUID: p.UID, DatasourceName: p.Name},
	})
	return field
}

// pickActors returns the part of a query that picks the actors of a table's row.
func pickActors(status any, b *model.Breakdown, more map[string]any) map[string]any {
	list := map[string]any{"status": status}
	if b != nil {
		list["value"] = breakdownOfRow
	}
	for name, value := range more {
		list[name] = value
	}
	return list
}
