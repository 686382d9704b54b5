package plugin

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// forbidden is the error of a question that the user may not ask, because its answer is about single people.
type forbidden struct{ field string }

func (f forbidden) text() say.Text {
	return say.New("error.forbidden",
		"{{field}} tells of single users or sessions, which this data source shows to editors and admins only: ask for numbers, such as counts or rates, or ask an editor", f.field)
}

func (f forbidden) Error() string { return f.text().String() }

// mayAsk refuses questions about single people to viewers, if the data source's settings say so.
func (d *Datasource) mayAsk(user *backend.User, q *model.Query) error {
	if !d.hidesPeopleFrom(user) {
		return nil
	}
	if field := ofPeople(q); field != "" {
		return forbidden{field}
	}
	return nil
}

// hidesPeopleFrom reports whether single users and sessions are hidden from this user. No user means that Grafana asks, for an alert rule.
// Anyone who is neither editor nor admin counts as a viewer, also a guest without a role.
func (d *Datasource) hidesPeopleFrom(user *backend.User) bool {
	return d.settings.hideUsers && user != nil && user.Role != "Editor" && !isAdmin(user)
}

// isAdmin reports whether the user, or Grafana itself, may see addresses and the server's own words.
func isAdmin(user *backend.User) bool { return user == nil || user.Role == "Admin" }

// ofPeople returns the field by which a valid query lists single users or sessions, follows one, or picks or splits events by their ids; ""
// if its answer has only numbers.
func ofPeople(q *model.Query) string {
	switch kind := kindOf(q); {
	case !answers[kind].listsPeople:
		return placeOfID(asJSON(q), "")
	case kind.output == "":
		return string(kind.queryType)
	default:
		return string(kind.queryType) + ".output"
	}
}

// identifies reports whether each value of the property is a single user or session.
func identifies(property any) bool { return property == "user_id" || property == "session_id" }

// placeOfID returns the path of a property that identifies people, anywhere in the query. A filter on whether an event has an id at all
// identifies nobody.
func placeOfID(value any, path string) string {
	switch v := value.(type) {
	case []any:
		for i, entry := range v {
			if place := placeOfID(entry, fmt.Sprintf("%s[%d]", path, i)); place != "" {
				return place
			}
		}
	case map[string]any:
		anybody := v["operator"] == string(model.IsSet) || v["operator"] == string(model.IsNotSet)
		for _, name := range slices.Sorted(maps.Keys(v)) {
			field := name
			if path != "" {
				field = path + "." + name
			}
			if isProperty := name == "property" || name == "xProperty" || name == "yProperty"; isProperty && identifies(v[name]) && !anybody {
				return field
			}
			if place := placeOfID(v[name], field); place != "" {
				return place
			}
		}
	}
	return ""
}

func asJSON(q *model.Query) (value any) {
	raw, err := json.Marshal(q)
	if err == nil {
		err = json.Unmarshal(raw, &value)
	}
	if err != nil {
		panic(err) // it was made from JSON
	}
	return value
}
