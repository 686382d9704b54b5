package e2e

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/footfall-analytics/footfall/internal/twin"
	"github.com/footfall-analytics/footfall/pkg/model"
)

func pathsTable(p *model.Paths, found twin.PathsAnswer) table {
	all := 0
	for _, path := range found.All {
		all += path.Paths
	}
	if p.Output == model.PathsGraph {
		return pathGraphTable(p, found, all)
	}
	t := table{Fields: []string{"path", "paths", "share"}}
	for _, path := range found.All[:min(p.Limit, len(found.All))] {
		text := ""
		for i, label := range path.Labels {
			switch {
			case i == 0:
				text = labelTitle(p, label)
			case p.Direction == model.PathsBefore:
				text = labelTitle(p, label) + " → " + text
			default:
				text += " → " + labelTitle(p, label)
			}
		}
		t.Rows = append(t.Rows, []any{text, float64(path.Paths), share(path.Paths, all)})
	}
	if len(found.All) > len(t.Rows) {
		t.Notices = []string{fmt.Sprintf("The %d most frequent of %d different paths are listed.", len(t.Rows), len(found.All))}
	}
	return t
}

func pathGraphTable(p *model.Paths, found twin.PathsAnswer, all int) table {
	nodes := table{Fields: []string{"id", "title", "mainstat", "secondarystat", "fixedx", "fixedy", "paths", "share", "label"}}
	ids := map[twin.Node]string{}
	inStep := map[int]int{}
	for _, n := range found.Nodes {
		inStep[n.Step]++
	}
	row := 0
	for i, n := range found.Nodes {
		if i > 0 && found.Nodes[i-1].Step < n.Step {
			row = 0
		}
		place := map[twin.Kind]string{twin.Value: strconv.Itoa(row + 1), twin.Other: "other", twin.None: "none", twin.End: "end"}[n.Label.Kind]
		ids[n] = fmt.Sprintf("%d-%s", n.Step, place)
		x := 200*n.Step - 100*p.Steps
		if p.Direction == model.PathsBefore {
			x = -x
		}
		var label any
		if n.Label.Kind == twin.Value && n.Label.Text != model.AnyEvent {
			label = n.Label.Text
		}
		nodes.Rows = append(nodes.Rows, []any{
			ids[n], labelTitle(p, n.Label), strconv.Itoa(n.Paths), shareText(n.Paths, all),
			float64(x), 115*float64(row) - 57.5*float64(inStep[n.Step]-1), float64(n.Paths), share(n.Paths, all), label,
		})
		row++
	}
	edges := table{Fields: []string{"id", "source", "target", "mainstat", "secondarystat", "thickness", "paths", "share"}}
	for _, e := range found.Edges {
		source, target := ids[e.Near], ids[e.Far]
		if p.Direction == model.PathsBefore {
			source, target = target, source
		}
		edges.Rows = append(edges.Rows, []any{
			source + " " + target, source, target, strconv.Itoa(e.Paths), shareText(e.Paths, e.Near.Paths),
			1 + 9*float64(e.Paths)/float64(all), float64(e.Paths), share(e.Paths, e.Near.Paths),
		})
	}
	nodes.More = []table{edges}
	return nodes
}

func shareText(part, whole int) string {
	return fmt.Sprintf("%.1f %%", 100*float64(part)/float64(whole))
}

func labelTitle(p *model.Paths, label twin.Place) string {
	switch {
	case label.Kind == twin.End && p.Direction == model.PathsBefore:
		return "(start)"
	case label.Kind == twin.End:
		return "(end)"
	case label.Kind == twin.Value && (label.Text == "(start)" || label.Text == "(end)" || strings.Contains(label.Text, " → ")):
		return `"` + label.Text + `"`
	}
	return twin.Title(label.Kind, label.Text)
}
