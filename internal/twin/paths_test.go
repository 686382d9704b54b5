package twin

import (
	"fmt"
	"strings"
	"testing"

	"github.com/footfall-analytics/footfall/pkg/model"
)

func TestFindPaths(t *testing.T) {
	w := world(t, `2026-01-05 09:00:00 u a x
		2026-01-05 09:01:00 u a x
		2026-01-05 09:02:00 u b y
		2026-01-05 09:32:00 u c
		2026-01-05 10:02:01 u a y
		2026-01-05 09:00:00 v c
		2026-01-05 09:00:00 v b
		2026-01-05 09:00:00 v a x
		2026-01-04 09:00:00 v a x`)
	r := between(t, "2026-01-05 00:00:00", "2026-01-06 00:00:00")
	for query, want := range map[string]string{
		`{"event":"a","steps":2}`:                                 "a b c 2, a end 1",
		`{"event":"a","steps":2,"keepRepeats":true}`:              "a b c 2, a a b 1, a end 1",
		`{"event":"a","steps":3,"gap":"31m"}`:                     "a b c a 1, a b c end 1, a end 1",
		`{"event":"a","steps":3,"gap":"29m"}`:                     "a b c end 1, a b end 1, a end 1",
		`{"event":"c","steps":2,"direction":"before"}`:            "c b a 2",
		`{"event":"c","steps":3,"direction":"before","gap":"1m"}`: "c b a end 1, c end 1",
		`{"event":"a","steps":2,"property":"metadata.channel"}`:   "x y none 1, x none end 1, y end 1",
		`{"event":"d"}`: "",
	} {
		q := parse(t, `{"queryType":"paths","paths":`+query+`}`)
		var rows []string
		for _, path := range FindPaths(q, w, r).All {
			text := ""
			for _, label := range path.Labels {
				text += drawLabel(label) + " "
			}
			rows = append(rows, fmt.Sprint(text, path.Paths))
		}
		if got := strings.Join(rows, ", "); got != want {
			t.Errorf("%s: %s; want %s", query, got, want)
		}
	}
}

func drawLabel(label Place) string {
	if label.Kind == Value {
		return label.Text
	}
	return string(label.Kind)
}

func TestPathsAsAGraph(t *testing.T) {
	w := world(t, `2026-01-05 09:00:00 u a
		2026-01-05 09:01:00 u b
		2026-01-05 09:00:00 v a
		2026-01-05 09:01:00 v b
		2026-01-05 09:00:00 w a
		2026-01-05 09:01:00 w c
		2026-01-05 09:00:00 x a
		2026-01-05 09:01:00 x d
		2026-01-05 09:00:00 y a`)
	q := parse(t, `{"queryType":"paths","paths":{"event":"a","steps":2,"nodes":1}}`)
	found := FindPaths(q, w, between(t, "2026-01-05 00:00:00", "2026-01-06 00:00:00"))
	var nodes, edges []string
	for _, n := range found.Nodes {
		nodes = append(nodes, fmt.Sprintf("%d %s %d", n.Step, drawLabel(n.Label), n.Paths))
	}
	for _, e := range found.Edges {
		edges = append(edges, fmt.Sprintf("%d %s %s %d", e.Near.Step, drawLabel(e.Near.Label), drawLabel(e.Far.Label), e.Paths))
	}
	if got, want := strings.Join(nodes, ", "), "0 a 5, 1 b 2, 1 other 2, 1 end 1, 2 end 4"; got != want {
		t.Errorf("nodes %s; want %s", got, want)
	}
	if got, want := strings.Join(edges, ", "), "0 a b 2, 0 a other 2, 0 a end 1, 1 b end 2, 1 other end 2"; got != want {
		t.Errorf("edges %s; want %s", got, want)
	}
}

// Random lifecycles, stickiness and paths reach everything.
func TestRandomActivityAndPathsReachEverything(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(3000) {
		s := Random(seed, 6)
		for _, q := range s.Queries {
			answer := Ask(q, s.World, s.Range, s.Settings)
			for _, row := range answer.Lifecycle {
				for what, n := range map[string]int{"new": row.New, "returning": row.Returning, "resurrecting": row.Resurrecting, "dormant": row.Dormant} {
					if n > 0 {
						seen[what]++
						seen["lifecycle by "+string(q.Lifecycle.Interval)]++
					}
				}
			}
			for n, users := range answer.Stickiness.Users {
				if users > 0 {
					seen[fmt.Sprint("in ", min(n+1, 3))]++
					seen["stickiness by "+string(q.Stickiness.Interval)]++
				}
			}
			for _, trait := range pathTraits(q.Paths, answer.Paths) {
				seen[trait]++
			}
		}
	}
	for _, what := range []string{
		"new", "returning", "resurrecting", "dormant", "in 1", "in 2", "in 3",
		"lifecycle by hour", "lifecycle by day", "lifecycle by week", "lifecycle by month",
		"stickiness by hour", "stickiness by day", "stickiness by week", "stickiness by month",
		"path value", "path other", "path none", "path end", "step 4",
		"several after user", "several before user", "several after session", "several before session", "repeats",
	} {
		if seen[what] < 20 {
			t.Errorf("only %d random answers show %q", seen[what], what)
		}
	}
}

func pathTraits(p *model.Paths, found PathsAnswer) []string {
	var all []string
	for _, n := range found.Nodes {
		all = append(all, "path "+string(n.Label.Kind), fmt.Sprint("step ", n.Step))
	}
	for _, path := range found.All {
		if path.Paths > 1 {
			all = append(all, fmt.Sprintf("several %s %s", p.Direction, p.Actor))
		}
		if len(path.Labels) > 1 && path.Labels[0] == path.Labels[1] {
			all = append(all, "repeats")
		}
	}
	return all
}
