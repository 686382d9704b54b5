package twin

// addProfiles gives some of the users a profile, and some of them segments, which all of their events share.
func (g generator) addProfiles(w *World) {
	profiles, members := map[string]*Profile{"": nil}, map[string][]string{}
	for i := range w.Events {
		e := &w.Events[i]
		if _, known := profiles[e.User]; !known {
			profiles[e.User] = g.profile()
			for _, name := range SegmentNames {
				if g.chance(35) {
					members[e.User] = append(members[e.User], name)
				}
			}
		}
		e.Profile, e.Segments = profiles[e.User], members[e.User]
	}
}

var (
	// SegmentNames are the segments that there are.
	SegmentNames = []string{"buyers", "Buyers", "it's, \"gone\""}
	segments     = []string{"", "vip", "vip", "Other", "it's"}
	categories   = []string{"shoes", "hats", "a,b", ""}
)

func (g generator) profile() *Profile {
	if g.chance(25) {
		return nil
	}
	p := Profile{
		Segment: pick(g, segments), Tags: g.list(), Categories: g.list(), TotalClicks: int64(pick(g, []int{0, 0, 9, 10, 100})),
		Traits: map[string]any{"plan": pick(g, channels), "a.b": map[string]any{"c": pick(g, channels)}},
		Scores: map[string]any{},
	}
	if g.chance(60) {
		consent := g.chance(50)
		p.Consent = &consent
	}
	if g.chance(60) {
		p.Scores["churn"] = pick(g, channels)
	}
	return &p
}

func (g generator) list() []string {
	var list []string
	for range g.IntN(3) {
		list = append(list, pick(g, categories))
	}
	return list
}
