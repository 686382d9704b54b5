package model

// AnnotationsMode says which events are marked.
type AnnotationsMode string

// The modes.
const (
	// EveryEvent marks each event that is picked.
	EveryEvent AnnotationsMode = "every"
	// FirstOf marks, for each value of a property, the first event ever that has it.
	FirstOf AnnotationsMode = "first_of"
)

// MaxAnnotations is the largest number of annotations.
const MaxAnnotations = 1000

// Annotations marks moments on the panels of a dashboard: events, or the first time that each value of a property was seen.
type Annotations struct {
	EventSelector
	// Mode is every (default) or first_of.
	Mode AnnotationsMode `json:"mode,omitempty"`
	// Property is the property whose values' first events are marked. With every, it is optional, and its value is the annotation's text.
	Property string `json:"property,omitempty"`
	// Limit is how many to mark, 1 to 1000, the newest. Default 100.
	Limit int `json:"limit,omitempty"`
}

func (a *Annotations) setDefaults() {
	setDefault(&a.Mode, EveryEvent)
	setDefault(&a.Limit, 100)
}

func (a *Annotations) validate(c *checker) {
	a.EventSelector.validate(c, "annotations")
	oneOf(c, "annotations.mode", a.Mode, EveryEvent, FirstOf)
	if a.Mode == FirstOf || a.Property != "" {
		c.property("annotations.property", a.Property)
	}
	c.count("annotations.limit", a.Limit, 1, MaxAnnotations)
}
