package frames

import (
	"encoding/json"

	"github.com/grafana/grafana-plugin-sdk-go/data"

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

// actors links a field of ids to their timelines. Where it is called as the property is, a click can also filter by an id.
func (l *Links) actors(field *data.Field, a model.Actor) *data.Field {
	filterable := field.Name == string(a)+"_id"
	config(field).Filterable = &filterable
	return l.link(field, say.New("link.timeline", "Timeline"), map[string]any{
		"queryType": model.TimelineType,
		"timeZone":  l.Query.TimeZone,
		"timeline":  map[string]any{string(a): "${__data.fields." + field.Name + "}"},
	})
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
