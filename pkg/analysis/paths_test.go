package analysis_test

import (
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/footfall-analytics/footfall/internal/twin"
	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/plan"
)

// Without a database in between: the paths of random worlds are the twin's.
func TestPathsOfRandomWorlds(t *testing.T) {
	asked := 0
	for seed := range *worlds {
		s := twin.Random(seed, 4)
		for _, q := range s.Queries {
			if q.QueryType != model.PathsType {
				continue
			}
			asked++
			want, got := twin.FindPaths(q, s.World, s.Range), foundPaths(t, q, s)
			if diff := gocmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("seed %d: paths (+) differ from the twin (-)\n%s\n%+v", seed, diff, q.Paths)
			}
		}
	}
	t.Log("asked", asked)
}

// foundPaths returns a world's paths in the twin's form.
func foundPaths(t *testing.T, q *model.Query, s twin.Scenario) twin.PathsAnswer {
	t.Helper()
	var found twin.PathsAnswer
	spec := analysis.NewPaths(q.Paths)
	transitions, whole := analysis.NewPathTransitions(spec), analysis.NewWholePaths(spec)
	visitWorld(t, q, s, plan.PathsScan(q, model.Range(s.Range)), spec.Values, &inTurn{visitors: []analysis.Visitor{transitions.NewVisitor(), transitions.NewVisitor()}})
	visitWorld(t, q, s, plan.PathsScan(q, model.Range(s.Range)), spec.Values, &inTurn{visitors: []analysis.Visitor{whole.NewVisitor(), whole.NewVisitor()}})
	graph, ok := transitions.Graph(q.Paths.Nodes)
	list, alsoOK := whole.List(1 << 30)
	if !ok || !alsoOK {
		t.Fatal("too many paths")
	}
	for _, n := range graph.Nodes {
		found.Nodes = append(found.Nodes, twin.Node{Step: n.Step, Label: twinPlace(n.Group, true), Paths: int(n.Paths)})
	}
	for _, e := range graph.Edges {
		found.Edges = append(found.Edges, twin.Edge{Near: found.Nodes[e.Near], Far: found.Nodes[e.Far], Paths: int(e.Paths)})
	}
	sum := int64(0)
	for _, l := range list.List {
		path := twin.FoundPath{Paths: int(l.Paths)}
		for _, label := range l.Steps {
			path.Labels = append(path.Labels, twinPlace(label, true))
		}
		found.All = append(found.All, path)
		sum += l.Paths
	}
	if graph.Paths != sum || list.Paths != sum || list.Different != len(list.List) {
		t.Errorf("seed %d: the graph has %d paths, the list says %d, and has %d", s.Seed, graph.Paths, list.Paths, sum)
	}
	return found
}
