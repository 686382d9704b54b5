package frames

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
)

const (
	// Names of the nodes at which a visit has no more events.
	visitEnd   = "(end)"
	visitStart = "(start)"
	// pathArrow stands between the steps of a path.
	pathArrow = " → "
)

// Distances between the nodes of the graph, in pixels: the panel's circles are 80 wide, and their titles stand below.
const (
	columnWidth = 200
	rowHeight   = 115
)

// PathGraph is two frames for the node graph panel, nodes and edges. Each step is a column of nodes at fixed places, from left to
// right in the order of time. The panel writes numbers with two decimals and ignores units; so what it shows is text, and the numbers
// stand in fields of their own, which it does not look at.
func PathGraph(p *model.Paths, g *analysis.PathGraph) data.Frames {
	return data.Frames{pathNodes(p, g), pathEdges(p, g)}
}

func pathNodes(p *model.Paths, g *analysis.PathGraph) *data.Frame {
	// Columns stand around the panel's middle, which is at 0, 0: so the chosen event is always in view.
	inStep := map[int]int{}
	for _, n := range g.Nodes {
		inStep[n.Step]++
	}
	heights := make([]float64, len(g.Nodes))
	for i, n := range g.Nodes {
		if i > 0 && g.Nodes[i-1].Step == n.Step {
			heights[i] = heights[i-1] + rowHeight
		} else {
			heights[i] = -rowHeight * float64(inStep[n.Step]-1) / 2
		}
	}
	frame := data.NewFrame("nodes",
		column(g.Nodes, "id", nodeID),
		column(g.Nodes, "title", func(n analysis.PathNode) string { return pathLabel(p, n.Place, n.Text) }),
		named(column(g.Nodes, "mainstat", func(n analysis.PathNode) string { return strconv.FormatInt(n.Paths, 10) }), "Paths"),
		named(column(g.Nodes, "secondarystat", func(n analysis.PathNode) string { return percentText(n.Paths, g.Paths) }), "Share of all paths"),
		column(g.Nodes, "fixedx", func(n analysis.PathNode) float64 {
			fromMiddle := columnWidth * (float64(n.Step) - float64(p.Steps)/2)
			if p.Direction == model.PathsBefore {
				return -fromMiddle
			}
			return fromMiddle
		}),
		data.NewField("fixedy", nil, heights),
		column(g.Nodes, "paths", func(n analysis.PathNode) int64 { return n.Paths }),
		percent(column(g.Nodes, "share", func(n analysis.PathNode) *float64 { return ratio(n.Paths, g.Paths) })),
	)
	frame.Meta = &data.FrameMeta{PreferredVisualization: data.VisTypeNodeGraph}
	return frame
}

func pathEdges(p *model.Paths, g *analysis.PathGraph) *data.Frame {
	source := func(e analysis.PathEdge) string { return nodeID(g.Nodes[e.Near]) }
	target := func(e analysis.PathEdge) string { return nodeID(g.Nodes[e.Far]) }
	if p.Direction == model.PathsBefore {
		source, target = target, source
	}
	// The share tells how the paths of the node nearer to the chosen event split.
	of := func(e analysis.PathEdge) int64 { return g.Nodes[e.Near].Paths }
	frame := data.NewFrame("edges",
		column(g.Edges, "id", func(e analysis.PathEdge) string { return source(e) + " " + target(e) }),
		column(g.Edges, "source", source),
		column(g.Edges, "target", target),
		named(column(g.Edges, "mainstat", func(e analysis.PathEdge) string { return strconv.FormatInt(e.Paths, 10) }), "Paths"),
		named(column(g.Edges, "secondarystat", func(e analysis.PathEdge) string { return percentText(e.Paths, of(e)) }), "Share of the step"),
		column(g.Edges, "thickness", func(e analysis.PathEdge) float64 { return 1 + 9*float64(e.Paths)/float64(g.Paths) }),
		column(g.Edges, "paths", func(e analysis.PathEdge) int64 { return e.Paths }),
		percent(column(g.Edges, "share", func(e analysis.PathEdge) *float64 { return ratio(e.Paths, of(e)) })),
	)
	frame.Meta = &data.FrameMeta{PreferredVisualization: data.VisTypeNodeGraph}
	return frame
}

// nodeID is the step and the rank of the label, or what stands for it.
func nodeID(n analysis.PathNode) string {
	place := map[int]string{analysis.OtherPlace: "other", analysis.NonePlace: "none", analysis.EndPlace: "end"}[n.Place]
	if place == "" {
		place = strconv.Itoa(n.Place + 1)
	}
	return fmt.Sprintf("%d-%s", n.Step, place)
}

// pathLabel is the name of a label by its place. A value that could be taken for one of ours, or for several steps, stands in quotes.
func pathLabel(p *model.Paths, place int, text string) string {
	switch {
	case place == analysis.EndPlace && p.Direction == model.PathsBefore:
		return visitStart
	case place == analysis.EndPlace:
		return visitEnd
	case place >= 0 && (text == visitStart || text == visitEnd || strings.Contains(text, pathArrow)):
		return strconv.Quote(text)
	}
	return rankedLabel(place, text)
}

// PathList is a table of paths, their steps in the order of time.
func PathList(p *model.Paths, list *analysis.PathList) data.Frames {
	frame := data.NewFrame("paths",
		column(list.List, "path", func(l analysis.ListedPath) string {
			steps := make([]string, len(l.Steps))
			for i, s := range l.Steps {
				steps[i] = pathLabel(p, s.Place, s.Text)
			}
			if p.Direction == model.PathsBefore {
				slices.Reverse(steps)
			}
			return strings.Join(steps, pathArrow)
		}),
		column(list.List, "paths", func(l analysis.ListedPath) int64 { return l.Paths }),
		percent(column(list.List, "share", func(l analysis.ListedPath) *float64 { return ratio(l.Paths, list.Paths) })),
	)
	frame.Meta = &data.FrameMeta{PreferredVisualization: data.VisTypeTable}
	if list.Different > len(list.List) {
		frame.Meta.Notices = []data.Notice{{Severity: data.NoticeSeverityInfo, Text: fmt.Sprintf(
			"The %d most frequent of %d different paths are listed.", len(list.List), list.Different)}}
	}
	return data.Frames{frame}
}

// named is what the panel calls a field.
func named(field *data.Field, name string) *data.Field {
	config(field).DisplayName = name
	return field
}

// percentText is a share as people read it.
func percentText(part, whole int64) string {
	return strconv.FormatFloat(100*float64(part)/float64(whole), 'f', 1, 64) + " %"
}
