package model

// queryTypes are all the analyses.
var queryTypes = []QueryType{
	FunnelType, RetentionType, HeatmapType, TrendType, LifecycleType, StickinessType, PathsType, TimelineType, AnomaliesType, AnnotationsType,
}

// Defaults returns a query with every analysis and every object that has defaults, holding the defaults only. The front end's defaults
// (src/defaults.gen.ts) are generated from it.
func Defaults() *Query {
	q := &Query{
		Funnel:      &Funnel{Exclusions: []Exclusion{{}}, Breakdown: &Breakdown{}, Actors: &FunnelActorList{}},
		Retention:   &Retention{Breakdown: &Breakdown{}, Actors: &RetentionActorList{}},
		Heatmap:     &Heatmap{X: ByProperty, Y: ByProperty, XBins: &Bins{}, YBins: &Bins{}, Breakdown: &Breakdown{}, Elements: &Breakdown{}, Scroll: &Scroll{}},
		Trend:       &Trend{Breakdown: &Breakdown{}},
		Lifecycle:   &Lifecycle{},
		Stickiness:  &Stickiness{},
		Paths:       &Paths{},
		Timeline:    &Timeline{},
		Anomalies:   &Anomalies{},
		Annotations: &Annotations{},
	}
	q.Heatmap.setDefaults() // defaults for dimensions that are not the default
	q.Heatmap.X, q.Heatmap.Y = "", ""
	for _, q.QueryType = range queryTypes {
		q.setDefaults()
	}
	q.QueryType = ""
	q.Retention.Column = "" // it depends on brackets and periods
	return q
}
