package twin

import "strings"

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

// property returns a column, or what a path into it leads to; nil where it is not set.
func (p *Profile) property(column string, path []string) any {
	if p == nil {
		return nil
	}
	inside := func(value map[string]any) any {
		var found any = value
		for _, name := range path {
			found = member(found, name)
		}
		return found
	}
	switch column {
	case "traits":
		return inside(p.Traits)
	case "scores":
		return inside(p.Scores)
	case "total_clicks":
		return p.TotalClicks
	case "consent":
		if p.Consent == nil {
			return nil
		}
		return *p.Consent
	case "segment":
		return orNil(p.Segment)
	case "tags":
		return orNil(strings.Join(p.Tags, ","))
	case "favorite_categories":
		return orNil(strings.Join(p.Categories, ","))
	}
	panic("twin: unknown column " + column)
}
