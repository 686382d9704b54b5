package frames

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/say"
)

const (
	// Names of the nodes at which a visit has no more events.
	visitEnd   = "(end)"
	visitStart = "(start)"
	// pathArrow stands between the steps of a path.
	pathArrow = " → "
)

// Distances between the nodes of the graph, in pixels: the panel's circles are 80 wide, with titles below.
const (
	columnWidth = 200
	rowHeight   = 115
)

// PathGraph returns two frames for the node graph panel, nodes and edges. Each step is a column of nodes at fixed places, from left to
// right in the order of time. The panel writes numbers with two decimals and ignores units. So what it shows is text, and the numbers are
// in other fields, which it ignores.
func PathGraph(panel Panel, g *analysis.PathGraph) data.Frames {
	p := panel.Query.Paths
	return data.Frames{pathNodes(&panel, g), pathEdges(p, g)}
}

func pathNodes(panel *Panel, g *analysis.PathGraph) *data.Frame {
	p := panel.Query.Paths
	// The columns are centred on the panel's middle, at 0, 0, so that the chosen event is always in view.
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
	title := newColumn(g.Nodes, "title", func(n analysis.PathNode) string { return pathLabel(p, n.Group) })
	for i := range g.Nodes {
		if text, isOurs := pathText(title.At(i).(string)); isOurs {
			ensureTexts(addWord(title, text)).IsText = true
		}
	}
	frame := data.NewFrame("nodes",
		newColumn(g.Nodes, "id", nodeID),
		title,
		setDisplayName(newColumn(g.Nodes, "mainstat", func(n analysis.PathNode) string { return strconv.FormatInt(n.Paths, 10) }), say.New("graph.paths", "Paths")),
		setDisplayName(newColumn(g.Nodes, "secondarystat", func(n analysis.PathNode) string { return percentText(n.Paths, g.Paths) }), say.New("graph.share", "Share of all paths")),
		newColumn(g.Nodes, "fixedx", func(n analysis.PathNode) float64 {
			fromMiddle := columnWidth * (float64(n.Step) - float64(p.Steps)/2)
			if p.Direction == model.PathsBefore {
				return -fromMiddle
			}
			return fromMiddle
		}),
		titleByName(data.NewField("fixedy", nil, heights)),
		newColumn(g.Nodes, "paths", func(n analysis.PathNode) int64 { return n.Paths }),
		setPercent(newColumn(g.Nodes, "share", func(n analysis.PathNode) *float64 { return ratio(n.Paths, g.Paths) })),
		panel.linkBeginning(newColumn(g.Nodes, "label", beginningOf)),
	)
	frame.Meta = &data.FrameMeta{PreferredVisualization: data.VisTypeNodeGraph}
	return frame
}

// beginningOf is the label from which paths can begin; nil where a node stands for several labels, for none, or for the end. An event
// that is called * cannot be asked for alone.
func beginningOf(n analysis.PathNode) *string {
	if n.Place < 0 || n.Value == model.AnyEvent {
		return nil
	}
	return &n.Value
}

// linkBeginning links a field of labels to the paths that begin from the events with the label. It returns the field.
func (p *Panel) linkBeginning(field *data.Field) *data.Field {
	begin := map[string]any{"event": valueOf(field), "filters": []model.Filter{}}
	if property := p.Query.Paths.Property; property != "event_type" {
		begin["event"] = model.AnyEvent
		begin["filters"] = []model.Filter{{Property: property, Operator: model.Equal, Values: []string{valueOf(field)}}}
	}
	return p.linkList(field, say.New("link.begin", "Begin from it"), begin)
}

func pathEdges(p *model.Paths, g *analysis.PathGraph) *data.Frame {
	source := func(e analysis.PathEdge) string { return nodeID(g.Nodes[e.Near]) }
	target := func(e analysis.PathEdge) string { return nodeID(g.Nodes[e.Far]) }
	if p.Direction == model.PathsBefore {
		source, target = target, source
	}
	// The share says how the paths split at the node nearer to the chosen event.
	of := func(e analysis.PathEdge) int64 { return g.Nodes[e.Near].Paths }
	frame := data.NewFrame("edges",
		newColumn(g.Edges, "id", func(e analysis.PathEdge) string { return source(e) + " " + target(e) }),
		newColumn(g.Edges, "source", source),
		newColumn(g.Edges, "target", target),
		setDisplayName(newColumn(g.Edges, "mainstat", func(e analysis.PathEdge) string { return strconv.FormatInt(e.Paths, 10) }), say.New("graph.paths", "Paths")),
		setDisplayName(newColumn(g.Edges, "secondarystat", func(e analysis.PathEdge) string { return percentText(e.Paths, of(e)) }), say.New("graph.share-of-step", "Share of the step")),
		newColumn(g.Edges, "thickness", func(e analysis.PathEdge) float64 { return 1 + 9*float64(e.Paths)/float64(g.Paths) }),
		newColumn(g.Edges, "paths", func(e analysis.PathEdge) int64 { return e.Paths }),
		setPercent(newColumn(g.Edges, "share", func(e analysis.PathEdge) *float64 { return ratio(e.Paths, of(e)) })),
	)
	frame.Meta = &data.FrameMeta{PreferredVisualization: data.VisTypeNodeGraph}
	return frame
}

// nodeID returns a node's id: the step, and the label's rank or place.
func nodeID(n analysis.PathNode) string {
	place := map[int]string{analysis.OtherPlace: "other", analysis.NonePlace: "none", analysis.EndPlace: "end"}[n.Place]
	if place == "" {
		place = strconv.Itoa(n.Place + 1)
	}
	return fmt.Sprintf("%d-%s", n.Step, place)
}

// pathLabel returns the name of a label. A value that could be taken for one of our words, or for several steps, is quoted.
func pathLabel(p *model.Paths, g analysis.Group) string {
	switch {
	case g.Place == analysis.EndPlace && p.Direction == model.PathsBefore:
		return visitStart
	case g.Place == analysis.EndPlace:
		return visitEnd
	case g.Place >= 0 && (g.Value == visitStart || g.Value == visitEnd || strings.Contains(g.Value, pathArrow)):
		return strconv.Quote(g.Value)
	}
	return g.Title()
}

// PathList returns a table of paths, their steps in the order of time.
func PathList(panel Panel, list *analysis.PathList) data.Frames {
	p := panel.Query.Paths
	frame := data.NewFrame("paths",
		pathColumn(p, list.List),
		newColumn(list.List, "paths", func(l analysis.ListedPath) int64 { return l.Paths }),
		setPercent(newColumn(list.List, "share", func(l analysis.ListedPath) *float64 { return ratio(l.Paths, list.Paths) })),
	)
	frame.Meta = &data.FrameMeta{PreferredVisualization: data.VisTypeTable}
	if list.Different > len(list.List) {
		addNotice(frame, data.NoticeSeverityInfo, say.New("notice.more-paths",
			"The {{number}} most frequent of {{all}} different paths are listed.", len(list.List), list.Different))
	}
	return data.Frames{frame}
}

// pathColumn makes a column with each path, from its first step to its last.
func pathColumn(p *model.Paths, list []analysis.ListedPath) *data.Field {
	paths := make([]string, len(list))
	field := data.NewField("path", nil, paths)
	for i, l := range list {
		steps := make([]string, len(l.Steps))
		for j, s := range l.Steps {
			steps[j] = pathLabel(p, s)
		}
		if p.Direction == model.PathsBefore {
			slices.Reverse(steps)
		}
		field.Set(i, strings.Join(steps, pathArrow))
		if text, hasOurs := pathWords(steps); hasOurs {
			addWord(field, text)
		}
	}
	return titleByName(field)
}

// pathWords returns the text of a path in which some steps have our words as names.
func pathWords(steps []string) (path say.Text, hasOurs bool) {
	var before any
	for i, step := range steps {
		var next any = step
		if text, isOurs := pathText(step); isOurs {
			next, path, hasOurs = text, text, true
		}
		if i > 0 {
			path = say.New("word.path", "{{before}} → {{next}}", before, next)
			next = path
		}
		before = next
	}
	return path, hasOurs
}

// pathText returns the text of a node's label that is one of our words.
func pathText(label string) (text say.Text, isOurs bool) {
	switch label {
	case visitStart:
		return say.New("word.start", "(start)"), true
	case visitEnd:
		return say.New("word.end", "(end)"), true
	}
	return groupText(label)
}

// setDisplayName sets what the panel calls a field, whatever its name. It returns the field.
func setDisplayName(field *data.Field, name say.Text) *data.Field {
	ensureTexts(field).Name = &name
	ensureConfig(field).DisplayName = name.String()
	return field
}

// percentText returns a share as text.
func percentText(part, whole int64) string {
	return strconv.FormatFloat(100*float64(part)/float64(whole), 'f', 1, 64) + " %"
}
