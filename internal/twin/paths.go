package twin

import (
	"cmp"
	"slices"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// PathsAnswer is the answer to a query for paths.
type PathsAnswer struct {
	// All are the different paths, the most frequent ones first.
	All []FoundPath
	// Nodes are those of the graph, step by step.
	Nodes []Node
	Edges []Edge
}

// FoundPath is a path from the chosen event on, or back from it, and how many there are of it.
type FoundPath struct {
	Labels []Place
	Paths  int
}

// Node is the paths that have a label at a step.
type Node struct {
	Step  int
	Label Place
	Paths int
}

// Edge is the paths that lead from one node to another, away from the chosen event.
type Edge struct {
	Near, Far Node
	Paths     int
}

// End is the label of a step at which the visit has no more events.
const End Kind = "end"

// pathStep is an event, or several of the same label that count as one.
type pathStep struct {
	label  Place
	chosen bool
}

// FindPaths answers a query for paths.
func FindPaths(q *model.Query, w World, r Range) PathsAnswer {
	var paths [][]Place
	for _, events := range w.byActor(q.Paths.Actor) {
		for _, visit := range visits(q, events, r) {
			for i := range visit {
				if visit[i].chosen {
					paths = append(paths, pathFrom(q.Paths, visit, i))
				}
			}
		}
	}
	var found PathsAnswer
	for _, p := range paths {
		i := slices.IndexFunc(found.All, func(f FoundPath) bool { return slices.Equal(f.Labels, p) })
		if i < 0 {
			i = len(found.All)
			found.All = append(found.All, FoundPath{Labels: p})
		}
		found.All[i].Paths++
	}
	slices.SortFunc(found.All, func(a, b FoundPath) int {
		return cmp.Or(cmp.Compare(b.Paths, a.Paths), slices.CompareFunc(a.Labels, b.Labels, compareLabels))
	})
	found.draw(q.Paths, paths)
	return found
}

// visits returns an actor's events of the range, cut at long pauses.
func visits(q *model.Query, events []Event, r Range) [][]pathStep {
	events = slices.DeleteFunc(slices.Clone(events), func(e Event) bool { return !r.contains(e.Time) || !allHold(q.Filters, e) })
	of := func(e Event) pathStep {
		return pathStep{valuePlace(e, q.Paths.Property), Picks(q, q.Paths.EventSelector, e)}
	}
	slices.SortFunc(events, func(a, b Event) int {
		x, y := of(a), of(b)
		chosenFirst := 0
		if x.chosen != y.chosen {
			chosenFirst = 1
			if x.chosen {
				chosenFirst = -1
			}
		}
		return cmp.Or(a.Time.Compare(b.Time), compareLabels(x.label, y.label), chosenFirst)
	})
	gap, cut := q.Paths.GapDuration()
	var all [][]pathStep
	for i, e := range events {
		if i == 0 || cut && e.Time.Sub(events[i-1].Time) > gap {
			all = append(all, nil)
		}
		visit := &all[len(all)-1]
		if n := len(*visit); n > 0 && !q.Paths.KeepRepeats && (*visit)[n-1].label == of(e).label {
			(*visit)[n-1].chosen = (*visit)[n-1].chosen || of(e).chosen
			continue
		}
		*visit = append(*visit, of(e))
	}
	return all
}

// compareLabels puts values before none, and both before the end.
func compareLabels(a, b Place) int {
	order := []Kind{Value, Other, None, End}
	return cmp.Or(cmp.Compare(slices.Index(order, a.Kind), slices.Index(order, b.Kind)), cmp.Compare(a.Text, b.Text))
}

func pathFrom(p *model.Paths, visit []pathStep, start int) []Place {
	labels := []Place{visit[start].label}
	for step := 1; step <= p.Steps; step++ {
		i := start + step
		if p.Direction == model.PathsBefore {
			i = start - step
		}
		if i < 0 || i >= len(visit) {
			return append(labels, Place{Kind: End})
		}
		labels = append(labels, visit[i].label)
	}
	return labels
}

// draw makes the graph.
func (f *PathsAnswer) draw(p *model.Paths, paths [][]Place) {
	drawn := make([][]Node, len(paths)) // the nodes of each path
	for step := range p.Steps + 1 {
		at := map[Place]int{}
		for _, path := range paths {
			if step < len(path) {
				at[path[step]]++
			}
		}
		var values []Place
		for label := range at {
			if label.Kind == Value {
				values = append(values, label)
			}
		}
		slices.SortFunc(values, func(a, b Place) int { return cmp.Or(cmp.Compare(at[b], at[a]), cmp.Compare(a.Text, b.Text)) })
		own := values[:min(p.Nodes, len(values))]
		others := 0
		for _, label := range values[len(own):] {
			others += at[label]
		}
		var nodes []Node
		for _, label := range append(slices.Clone(own), Place{Kind: Other}, Place{Kind: None}, Place{Kind: End}) {
			n := at[label]
			if label.Kind == Other {
				n = others
			}
			if n > 0 {
				nodes = append(nodes, Node{step, label, n})
			}
		}
		f.Nodes = append(f.Nodes, nodes...)
		for i, path := range paths {
			if step < len(path) {
				label := path[step]
				if label.Kind == Value && !slices.Contains(own, label) {
					label = Place{Kind: Other}
				}
				drawn[i] = append(drawn[i], nodes[slices.IndexFunc(nodes, func(n Node) bool { return n.Label == label })])
			}
		}
	}
	for _, near := range f.Nodes {
		for _, far := range f.Nodes {
			edge := Edge{Near: near, Far: far}
			for _, nodes := range drawn {
				if near.Step+1 == far.Step && far.Step < len(nodes) && nodes[near.Step] == near && nodes[far.Step] == far {
					edge.Paths++
				}
			}
			if edge.Paths > 0 {
				f.Edges = append(f.Edges, edge)
			}
		}
	}
}
