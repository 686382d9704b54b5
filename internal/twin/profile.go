package twin

import (
	"strconv"
	"strings"
)

// Profile is what is known of a user now.
type Profile struct {
	Segment     string         `json:"segment,omitempty"`
	Tags        []string       `json:"tags,omitempty"`
	Categories  []string       `json:"favorite_categories,omitempty"`
	TotalClicks int64          `json:"total_clicks,omitempty"`
	Consent     *bool          `json:"consent,omitempty"`
	Traits      map[string]any `json:"traits,omitempty"`
	Scores      map[string]any `json:"scores,omitempty"`
}

// property is the text of a column, or of what a path into it leads to, and whether it is set.
func (p *Profile) property(column string, path []string) (string, bool) {
	if p == nil {
		return "", false
	}
	inside := func(value map[string]any) (string, bool) {
		var found any = value
		for _, name := range path {
			found = member(found, name)
		}
		return jsonText(found)
	}
	text := ""
	switch column {
	case "traits":
		return inside(p.Traits)
	case "scores":
		return inside(p.Scores)
	case "total_clicks":
		text = strconv.FormatInt(p.TotalClicks, 10)
	case "consent":
		if p.Consent != nil {
			text = strconv.FormatBool(*p.Consent)
		}
	case "segment":
		text = p.Segment
	case "tags":
		text = strings.Join(p.Tags, ",")
	case "favorite_categories":
		text = strings.Join(p.Categories, ",")
	default:
		panic("twin: unknown column " + column)
	}
	return text, text != ""
}
