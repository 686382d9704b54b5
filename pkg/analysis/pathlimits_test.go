package analysis

import (
	"strconv"
	"testing"
)

// visitPairs shows a visitor so many actors, each with two events of labels of its own.
func visitPairs(t *testing.T, values *Values, v *PathVisitor, actors int) {
	t.Helper()
	id := func(text string) uint32 {
		id, err := values.ID([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	for i := range actors {
		v.Visit(t.Context(), []Event{
			{Actor: int64(i), Time: 1, Picks: 3, Value: id("a" + strconv.Itoa(i))},
			{Actor: int64(i), Time: 2, Picks: 1, Value: id("b" + strconv.Itoa(i))},
		})
	}
}

// As many different paths and transitions as there may be are counted; one more is refused, whoever found which.
func TestTooManyPaths(t *testing.T) {
	for extra := range 2 {
		p := &Paths{Steps: 1, Values: NewValues()}
		whole := NewWholePaths(p)
		visitPairs(t, p.Values, whole.NewVisitor(), MaxDifferentPaths)
		visitPairs(t, p.Values, whole.NewVisitor(), MaxDifferentPaths+extra)
		list, ok := whole.List(1)
		if ok != (extra == 0) || ok && (list.Different != MaxDifferentPaths || list.Paths != 2*MaxDifferentPaths || list.List[0].Paths != 2) {
			t.Errorf("with %d paths too many: %v, %+v", extra, ok, list)
		}
		p = &Paths{Steps: 1, Values: NewValues()}
		transitions := NewPathTransitions(p)
		visitPairs(t, p.Values, transitions.NewVisitor(), MaxTransitions+extra)
		graph, ok := transitions.Graph(3)
		if ok != (extra == 0) || ok && (graph.Paths != MaxTransitions || len(graph.Nodes) != 8 || graph.Nodes[3].Paths != MaxTransitions-3) {
			t.Errorf("with %d transitions too many: %v", extra, ok)
		}
	}
}

// 400 thousand users with 25 events each, of twelve labels.
func BenchmarkPaths(b *testing.B) {
	p := &Paths{Steps: 4, Gap: 1000, Values: NewValues()}
	for i := range 12 {
		if _, err := p.Values.ID([]byte(strconv.Itoa(i))); err != nil {
			b.Fatal(err)
		}
	}
	events := make([]Event, 25)
	for b.Loop() {
		v := NewPathTransitions(p).NewVisitor()
		for actor := range 400_000 {
			for i := range events {
				label := uint32(actor*7+i*i*5+i)%12 + 1
				events[i] = Event{Actor: int64(actor), Time: int64(i * 500), Picks: 1 + 2*uint64(label&1), Value: label}
			}
			v.Visit(b.Context(), events)
		}
	}
}
