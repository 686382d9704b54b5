package analysis

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// Paths is a question about paths in numbers. Bit 1 of an event's picks is the chosen event.
type Paths struct {
	// Steps is how many steps come after the chosen event, or before it.
	Steps  int
	Before bool
	// Gap is the longest pause within a visit, in microseconds; 0 if all events of an actor are one visit.
	Gap int64
	// KeepRepeats keeps consecutive events with the same label apart.
	KeepRepeats bool
	// Values are the labels.
	Values *Values
}

// NewPaths returns the question of a query.
func NewPaths(m *model.Paths) *Paths {
	p := &Paths{Steps: m.Steps, Before: m.Direction == model.PathsBefore, KeepRepeats: m.KeepRepeats, Values: NewValues()}
	if gap, cut := m.GapDuration(); cut {
		p.Gap = gap.Microseconds()
	}
	return p
}

// label names a step: it is the number of a text in [Values], 0 if the event has none, or one of these constants.
type label uint32

const (
	// visitEnd marks the end of the visit.
	visitEnd label = math.MaxUint32
	// nothing fills the places after the end.
	nothing label = math.MaxUint32 - 1
)

// path is the labels of the chosen event and of the steps after it, or before it, counted away from it.
type path [model.MaxPathSteps + 1]label

// transition is the labels of two consecutive steps, at and at+1.
type transition struct {
	at       int
	from, to label
}

// Limits of what is counted in memory, about 15 MB each.
const (
	// MaxDifferentPaths is how many different whole paths can be counted.
	MaxDifferentPaths = 100_000
	// MaxTransitions is how many different transitions between labels can be counted, over all steps.
	MaxTransitions = 300_000
)

// pathCounter counts paths, or parts of them, for several visitors.
type pathCounter[K comparable] struct {
	paths *Paths
	// add adds a path to a visitor's own counts.
	add func(own map[K]int64, found *path)
	// most is how many different keys can be counted; full says that there were more.
	most     int
	mu       sync.Mutex
	counts   map[K]int64
	full     bool
	visitors []*PathVisitor
}

// manyPaths is how many different keys a visitor counts by itself before it hands its counts over.
const manyPaths = 8192

// Values returns the labels of the paths.
func (c *pathCounter[K]) Values() *Values { return c.paths.Values }

// NewVisitor makes a visitor that counts the paths of its actors.
func (c *pathCounter[K]) NewVisitor() *PathVisitor {
	own := map[K]int64{}
	v := &PathVisitor{paths: c.paths, handOver: func() { c.take(own) }}
	v.found = func(found *path) {
		if c.add(own, found); len(own) > manyPaths {
			c.take(own)
		}
	}
	c.visitors = append(c.visitors, v)
	return v
}

// take adds a visitor's own counts and clears them.
func (c *pathCounter[K]) take(own map[K]int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for k, n := range own {
		if _, known := c.counts[k]; !known && len(c.counts) == c.most {
			c.full = true
			break
		}
		c.counts[k] += n
	}
	clear(own)
}

// finish takes the visitors' remaining counts. It returns false if there was too much to count.
func (c *pathCounter[K]) finish() bool {
	for _, v := range c.visitors {
		v.handOver()
	}
	return !c.full
}

// pathStep is one step of a visit.
type pathStep struct {
	time   int64
	label  label
	chosen bool
}

// PathVisitor finds the paths of one actor after the other.
type PathVisitor struct {
	paths    *Paths
	found    func(*path)
	handOver func()
	visit    []pathStep
}

// Visit finds an actor's paths.
func (v *PathVisitor) Visit(ctx context.Context, events []Event) {
	v.visit = v.visit[:0]
	for i := range events {
		e := &events[i]
		if len(v.visit) > 0 && v.paths.Gap > 0 && e.Time-v.visit[len(v.visit)-1].time > v.paths.Gap {
			v.follow(ctx)
			v.visit = v.visit[:0]
		}
		v.visit = append(v.visit, pathStep{e.Time, label(e.Value), e.Picks&2 != 0})
	}
	v.follow(ctx)
}

// follow finds the paths of a visit.
func (v *PathVisitor) follow(ctx context.Context) {
	if !slices.ContainsFunc(v.visit, func(s pathStep) bool { return s.chosen }) {
		return
	}
	v.sortTies()
	steps := v.visit
	if !v.paths.KeepRepeats {
		steps = foldRepeats(steps)
	}
	away := 1
	if v.paths.Before {
		away = -1
	}
	for i := 0; i < len(steps) && !ended(ctx, i); i++ {
		if !steps[i].chosen {
			continue
		}
		found := noPath
		for k, at := 0, i; k <= v.paths.Steps; k, at = k+1, at+away {
			if at < 0 || at == len(steps) {
				found[k] = visitEnd
				break
			}
			found[k] = steps[at].label
		}
		v.found(&found)
	}
}

// noPath is filled with nothing.
var noPath = func() (p path) {
	for i := range p {
		p[i] = nothing
	}
	return p
}()

// sortTies puts events at the same time in the order of their labels and, with the same label, chosen events first.
func (v *PathVisitor) sortTies() {
	for from := 0; from < len(v.visit); {
		to := from + 1
		for to < len(v.visit) && v.visit[to].time == v.visit[from].time {
			to++
		}
		if to > from+1 {
			slices.SortFunc(v.visit[from:to], func(a, b pathStep) int {
				return cmp.Or(v.paths.compare(a.label, b.label), cmp.Compare(chosenFirst(a), chosenFirst(b)))
			})
		}
		from = to
	}
}

func chosenFirst(s pathStep) int {
	if s.chosen {
		return 0
	}
	return 1
}

// compare returns the order of labels: values by their bytes, then no value, then the end.
func (p *Paths) compare(a, b label) int {
	if a == b {
		return 0
	}
	x, y := p.labelOf(a), p.labelOf(b)
	return cmp.Or(cmp.Compare(y.Place, x.Place), cmp.Compare(x.Value, y.Value))
}

// labelOf returns the group of a single label.
func (p *Paths) labelOf(l label) Group {
	if l == visitEnd {
		return Group{Place: EndPlace}
	}
	return p.Values.Group(uint32(l))
}

// foldRepeats makes consecutive steps with the same label one step. It is the chosen event if one of them is.
func foldRepeats(steps []pathStep) []pathStep {
	kept := steps[:1]
	for _, s := range steps[1:] {
		if last := &kept[len(kept)-1]; last.label == s.label {
			last.chosen = last.chosen || s.chosen
		} else {
			kept = append(kept, s)
		}
	}
	return kept
}

// EndPlace is a place that breakdowns do not have: the end of a visit, or its start where paths lead back.
const EndPlace = -3

// PathGraph is paths as a graph.
type PathGraph struct {
	// Paths is the number of paths.
	Paths int64
	// Nodes are ordered by step, and within a step by place.
	Nodes []PathNode
	// Edges are ordered by the node nearer to the chosen event, then by the other node.
	Edges []PathEdge
}

// PathNode is all paths that have some label at a step.
type PathNode struct {
	// Step is 0 for the chosen event.
	Step int
	// Group is the label, or the group of labels that share the node, or [EndPlace].
	Group
	Paths int64
}

// PathEdge is all paths that lead from one node to another.
type PathEdge struct {
	// Near and Far are indexes in the list of nodes; Near is nearer to the chosen event.
	Near, Far int
	Paths     int64
}

// PathTransitions counts the transitions that make up a graph.
type PathTransitions struct{ pathCounter[transition] }

// NewPathTransitions starts at zero.
func NewPathTransitions(p *Paths) *PathTransitions {
	t := &PathTransitions{pathCounter[transition]{paths: p, most: MaxTransitions, counts: map[transition]int64{}}}
	t.add = func(own map[transition]int64, found *path) {
		for at := 0; at < p.Steps && found[at+1] != nothing; at++ {
			own[transition{at, found[at], found[at+1]}]++
		}
	}
	return t
}

// Graph returns the graph. At each step, the most frequent labels have their own nodes, at most as many as nodes says, with equals ordered
// by bytes; the other labels share one. It returns false if there were more than [MaxTransitions] to count.
func (t *PathTransitions) Graph(nodes int) (g *PathGraph, ok bool) {
	if !t.finish() {
		return nil, false
	}
	g = &PathGraph{}
	counts := make([]map[label]int64, t.paths.Steps+1)
	for step := range counts {
		counts[step] = map[label]int64{}
	}
	for tr, n := range t.counts {
		if counts[tr.at+1][tr.to] += n; tr.at == 0 {
			counts[0][tr.from] += n
			g.Paths += n
		}
	}
	at := make([]map[label]int, len(counts)) // the node of each label
	for step := range counts {
		at[step] = g.addNodes(t.paths, step, counts[step], nodes)
	}
	edges := map[[2]int]int64{}
	for tr, n := range t.counts {
		edges[[2]int{at[tr.at][tr.from], at[tr.at+1][tr.to]}] += n
	}
	for ends, n := range edges {
		g.Edges = append(g.Edges, PathEdge{ends[0], ends[1], n})
	}
	slices.SortFunc(g.Edges, func(a, b PathEdge) int { return cmp.Or(cmp.Compare(a.Near, b.Near), cmp.Compare(a.Far, b.Far)) })
	return g, true
}

// addNodes appends the nodes of a step, and returns the node of each label.
func (g *PathGraph) addNodes(p *Paths, step int, counts map[label]int64, own int) map[label]int {
	ranking := NewRanking(p.Values, own, func(yield func(uint32, int64) bool) {
		for l, n := range counts {
			if l != visitEnd && !yield(uint32(l), n) {
				return
			}
		}
	})
	groupOf := func(l label) Group {
		if l == visitEnd {
			return Group{Place: EndPlace}
		}
		return ranking.Group(uint32(l))
	}
	nodes := map[int]*PathNode{}
	for l, n := range counts {
		group := groupOf(l)
		if nodes[group.Place] == nil {
			nodes[group.Place] = &PathNode{Step: step, Group: group}
		}
		nodes[group.Place].Paths += n
	}
	at := map[int]int{}
	for _, place := range InOrder(nodes) {
		at[place] = len(g.Nodes)
		g.Nodes = append(g.Nodes, *nodes[place])
	}
	found := map[label]int{}
	for l := range counts {
		found[l] = at[groupOf(l).Place]
	}
	return found
}

// PathList has the most frequent paths.
type PathList struct {
	// Paths is the number of all paths, Different the number of different ones.
	Paths     int64
	Different int
	List      []ListedPath
}

// ListedPath is a path, and how many there are of it.
type ListedPath struct {
	// Steps begin with the chosen event. Each is the group of a single label.
	Steps []Group
	Paths int64
}

// WholePaths counts whole paths.
type WholePaths struct{ pathCounter[path] }

// NewWholePaths starts at zero.
func NewWholePaths(p *Paths) *WholePaths {
	w := &WholePaths{pathCounter[path]{paths: p, most: MaxDifferentPaths, counts: map[path]int64{}}}
	w.add = func(own map[path]int64, found *path) { own[*found]++ }
	return w
}

// List returns the most frequent paths, at most limit of them. Equally frequent paths are ordered by their labels, from the chosen event
// on. It returns false if there were more than [MaxDifferentPaths] to count.
func (w *WholePaths) List(limit int) (list *PathList, ok bool) {
	if !w.finish() {
		return nil, false
	}
	type pathCount struct {
		path
		n int64
	}
	all := make([]pathCount, 0, len(w.counts))
	list = &PathList{Different: len(w.counts)}
	for found, n := range w.counts {
		all = append(all, pathCount{found, n})
		list.Paths += n
	}
	slices.SortFunc(all, func(a, b pathCount) int {
		return cmp.Or(cmp.Compare(b.n, a.n), slices.CompareFunc(a.path[:], b.path[:], w.paths.compare))
	})
	for _, c := range all[:min(limit, len(all))] {
		listed := ListedPath{Paths: c.n}
		for _, l := range c.path {
			if l != nothing {
				listed.Steps = append(listed.Steps, w.paths.labelOf(l))
			}
		}
		list.List = append(list.List, listed)
	}
	return list, true
}
