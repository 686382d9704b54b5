package frames

import (
	"slices"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// weightedMean is the name of the mean over all cohorts.
const weightedMean = "weighted mean"

// cohortRow is a row of a retention matrix: a cohort, or the weighted mean.
type cohortRow struct {
	group, name string
	size        int64
	// users and shares have an element per column, nil in the future. The mean has no users.
	users  []*int64
	shares []*float64
	states []analysis.CellState
}

// cohortRows returns the rows of a group's cohorts.
func cohortRows(answer *analysis.RetentionAnswer, g *analysis.RetentionGroup) []cohortRow {
	rows := make([]cohortRow, len(g.Cohorts))
	for c := range rows {
		cohort := &g.Cohorts[c]
		row := cohortRow{group: g.Title(), name: answer.Names[c], size: cohort.Size}
		for i, users := range cohort.Users {
			state := answer.State(c, i)
			row.states = append(row.states, state)
			if state == analysis.Future {
				row.users, row.shares = append(row.users, nil), append(row.shares, nil)
			} else {
				row.users, row.shares = append(row.users, &users), append(row.shares, ratio(users, cohort.Size))
			}
		}
		rows[c] = row
	}
	return rows
}

// meanRow returns the mean share in each column, weighted by size, over all cohorts whose cell in it is over.
func meanRow(answer *analysis.RetentionAnswer, g *analysis.RetentionGroup) cohortRow {
	row := cohortRow{group: g.Title(), name: weightedMean, size: g.Size()}
	for i := range answer.Columns {
		var users, size int64
		for c := range g.Cohorts {
			if answer.State(c, i) == analysis.Complete {
				users += g.Cohorts[c].Users[i]
				size += g.Cohorts[c].Size
			}
		}
		row.users, row.shares = append(row.users, nil), append(row.shares, ratio(users, size))
	}
	return row
}

// inProgress names the row's cells that have begun and are not over; nil if there are none.
func (row *cohortRow) inProgress(r *model.Retention) *say.Text {
	var names *say.Text
	for i, b := range r.Columns() {
		if row.states == nil || row.states[i] != analysis.Incomplete {
			continue
		}
		next := columnTitle(r, b)
		if names != nil {
			next = say.New("word.list", "{{before}}, {{next}}", *names, next)
		}
		names = &next
	}
	return names
}

// linkCell links a field to the actors of the row's cohort that have a status in a column.
func (p *Panel) linkCell(field *data.Field, r *model.Retention, column string, status model.RetentionStatus) *data.Field {
	title := say.New("link.came-back", "Who came back")
	if status == model.Everyone {
		title = say.New("link.cohort", "Who is in the cohort")
	}
	return p.linkList(field, title, map[string]any{
		"output": model.RetentionActors, "column": column, "actors": pickActors(status, r.Breakdown, map[string]any{"cohort": cohortOfRow}),
	})
}

// columnOf returns a column as a query writes it.
func columnOf(r *model.Retention, i int) string { return r.Columns()[i].String() }

func columnTitle(r *model.Retention, b model.Bracket) say.Text {
	switch r.Period {
	case model.Hour:
		return say.New("column.hour-n", "hour {{bracket}}", b.String())
	case model.Day:
		return say.New("column.day-n", "day {{bracket}}", b.String())
	case model.Week:
		return say.New("column.week-n", "week {{bracket}}", b.String())
	}
	return say.New("column.month-n", "month {{bracket}}", b.String())
}

// RetentionTable returns a table with a row per cohort and a column per period, with the weighted mean on top.
func RetentionTable(panel Panel, answer *analysis.RetentionAnswer) data.Frames {
	r := panel.Query.Retention
	return matrixFrame(r, answer, panel, actorsName(r.Actor), func(rows []cohortRow, i int, title say.Text) []*data.Field {
		share := setPercent(setTitle(newField(rows, title.String(), func(row cohortRow) *float64 { return row.shares[i] }), title))
		return []*data.Field{panel.linkCell(share, r, columnOf(r, i), model.Retained)}
	})
}

// RetentionClassic returns a table with the number and the share of each column.
func RetentionClassic(panel Panel, answer *analysis.RetentionAnswer) data.Frames {
	r := panel.Query.Retention
	size := actorsName(r.Actor)
	if r.Cohorts == model.FirstTime {
		size = "new_" + size
	}
	return matrixFrame(r, answer, panel, size, func(rows []cohortRow, i int, title say.Text) []*data.Field {
		users := setTitle(newField(rows, title.String(), func(row cohortRow) *int64 { return row.users[i] }), title)
		rate := say.New("column.rate", "{{column}} rate", title)
		return []*data.Field{
			panel.linkCell(users, r, columnOf(r, i), model.Retained),
			panel.linkCell(setPercent(setTitle(newField(rows, rate.String(), func(row cohortRow) *float64 { return row.shares[i] }), rate)), r, columnOf(r, i), model.Retained),
		}
	})
}

// matrixFrame returns a table of all rows, with the fields that each column makes.
func matrixFrame(
	r *model.Retention, answer *analysis.RetentionAnswer, panel Panel, size string, fields func(rows []cohortRow, i int, title say.Text) []*data.Field,
) data.Frames {
	var rows []cohortRow
	for i := range answer.Groups {
		rows = append(append(rows, meanRow(answer, &answer.Groups[i])), cohortRows(answer, &answer.Groups[i])...)
	}
	frame := data.NewFrame("retention")
	if r.Breakdown != nil {
		frame.Fields = append(frame.Fields, markLinked(addGroupWords(newColumn(rows, "breakdown", func(row cohortRow) string { return row.group }))))
	}
	frame.Fields = append(frame.Fields,
		// The mean belongs to no cohort: the links in its row lead nowhere.
		addWord(newColumn(rows, "cohort", func(row cohortRow) string { return row.name }), meanText()),
		panel.linkCell(newColumn(rows, size, func(row cohortRow) int64 { return row.size }), r, columnOf(r, 0), model.Everyone))
	for i, b := range answer.Columns {
		frame.Fields = append(frame.Fields, fields(rows, i, columnTitle(r, b))...)
	}
	frame.Fields = append(frame.Fields, openColumn(r, rows))
	frame.Meta = &data.FrameMeta{PreferredVisualization: data.VisTypeTable}
	noteOpen(frame, rows)
	return data.Frames{frame}
}

// openColumn makes a column with the names of each row's cells that are not over.
func openColumn(r *model.Retention, rows []cohortRow) *data.Field {
	field := newColumn(rows, "in_progress", func(row cohortRow) *string {
		text := row.inProgress(r)
		if text == nil {
			return nil
		}
		english := text.String()
		return &english
	})
	for i := range rows {
		if text := rows[i].inProgress(r); text != nil {
			addWord(field, *text)
		}
	}
	return field
}

// noteOpen adds a notice about cohorts whose last cells are not over.
func noteOpen(frame *data.Frame, rows []cohortRow) {
	open := 0
	for i := range rows {
		if slices.Contains(rows[i].states, analysis.Incomplete) {
			open++
		}
	}
	if open > 0 {
		addNotice(frame, data.NoticeSeverityInfo, say.New("notice.cohorts-open",
			"{{number}} cohorts have cells whose time is not over yet: their shares can still grow.", open))
	}
}

// RetentionHeatmap returns a heatmap. On x are the columns, by the number of the period or, with brackets, of the bracket from 1; on y are
// the cohorts, group by group.
func RetentionHeatmap(panel Panel, answer *analysis.RetentionAnswer) data.Frames {
	r := panel.Query.Retention
	var rows []cohortRow
	labels := []string{}
	for i := range answer.Groups {
		rows = append(rows, cohortRows(answer, &answer.Groups[i])...)
	}
	for i := range rows {
		label := rows[i].name
		if r.Breakdown != nil {
			label = rows[i].group + " " + label
		}
		labels = append(labels, label)
	}
	first := 0.0
	if len(r.Brackets) > 0 {
		first = 1
	}
	frame := newHeatmap("retention", len(answer.Columns), len(rows),
		func(i int) any { return first + float64(i) },
		func(i, row int) *float64 { return rows[row].shares[i] })
	x := say.New("column.period", "period")
	if text, isKnown := columnText(string(r.Period)); isKnown && len(r.Brackets) == 0 {
		x = text
	}
	setTitle(frame.Fields[0], x)
	setTitle(frame.Fields[1], say.New("column.cohort", "cohort"))
	setPercent(setTitle(frame.Fields[2], say.New("column.share", "share")))
	labelY(frame, labels)
	for i := range rows {
		if group, isOurs := groupText(rows[i].group); isOurs && r.Breakdown != nil {
			addWord(frame.Fields[1], say.New("word.group-cohort", "{{group}} {{cohort}}", group, rows[i].name))
		}
	}
	noteOpen(frame, rows)
	return data.Frames{frame}
}

// RetentionLong returns a table with a row per cell that has begun. Its period is a number or, with brackets, a text.
func RetentionLong(panel Panel, answer *analysis.RetentionAnswer) data.Frames {
	r := panel.Query.Retention
	type cell struct {
		*cohortRow
		column int
	}
	var list []cell
	for i := range answer.Groups {
		rows := cohortRows(answer, &answer.Groups[i])
		for c := range rows {
			for p, state := range rows[c].states {
				if state != analysis.Future {
					list = append(list, cell{&rows[c], p})
				}
			}
		}
	}
	frame := data.NewFrame("retention")
	if r.Breakdown != nil {
		frame.Fields = append(frame.Fields, markLinked(addGroupWords(newColumn(list, "breakdown", func(c cell) string { return c.group }))))
	}
	frame.Fields = append(frame.Fields, newColumn(list, "cohort", func(c cell) string { return c.name }))
	if len(r.Brackets) > 0 {
		frame.Fields = append(frame.Fields, newColumn(list, "period", func(c cell) string { return r.Brackets[c.column] }))
	} else {
		frame.Fields = append(frame.Fields, newColumn(list, "period", func(c cell) int64 { return int64(c.column) }))
	}
	frame.Fields = append(frame.Fields,
		panel.linkCell(newColumn(list, "size", func(c cell) int64 { return c.size }), r, periodOfRow, model.Everyone),
		panel.linkCell(newColumn(list, actorsName(r.Actor), func(c cell) int64 { return *c.users[c.column] }), r, periodOfRow, model.Retained),
		panel.linkCell(setPercent(newColumn(list, "share", func(c cell) *float64 { return c.shares[c.column] })), r, periodOfRow, model.Retained),
		setYesNo(newColumn(list, "complete", func(c cell) bool { return c.states[c.column] == analysis.Complete })))
	return data.Frames{frame}
}

// RetentionCurve returns a frame with the periods (the first period of each bracket) and the weighted mean of each. Without a breakdown, it
// also has a line for each cohort that is not empty, as far as its cells are over.
func RetentionCurve(panel Panel, answer *analysis.RetentionAnswer) data.Frames {
	r := panel.Query.Retention
	frame := data.NewFrame("retention", newColumn(answer.Columns, string(r.Period), func(b model.Bracket) float64 { return float64(b.From) }))
	frame.Meta = &data.FrameMeta{PreferredVisualizationPluginID: "trend"}
	for i := range answer.Groups {
		g := &answer.Groups[i]
		mean := titleByName(data.NewField(weightedMean, nil, meanRow(answer, g).shares))
		if r.Breakdown != nil {
			setGroup(mean, g.Title())
		}
		frame.Fields = append(frame.Fields, setPercent(mean))
	}
	if r.Breakdown != nil {
		return data.Frames{frame}
	}
	for _, row := range cohortRows(answer, &answer.Groups[0]) {
		if row.size == 0 {
			continue
		}
		for i, state := range row.states {
			if state != analysis.Complete {
				row.shares[i] = nil
			}
		}
		frame.Fields = append(frame.Fields, setPercent(data.NewField(row.name, nil, row.shares)))
	}
	return data.Frames{frame}
}

// RetentionRate returns one number per breakdown value, which alert rules accept; no number if no cell is over.
func RetentionRate(panel Panel, answer *analysis.RetentionAnswer) data.Frames {
	r := panel.Query.Retention
	var breakdown []string
	var rate []float64
	for i := range answer.Groups {
		g := &answer.Groups[i]
		if share := meanRow(answer, g).shares[r.ColumnIndex()]; share != nil {
			breakdown, rate = append(breakdown, g.Title()), append(rate, *share)
		}
	}
	frame := data.NewFrame("retention")
	frame.Meta = &data.FrameMeta{Type: data.FrameTypeNumericLong, TypeVersion: data.FrameTypeVersion{0, 1}}
	if len(rate) == 0 {
		return data.Frames{frame} // no fields: what alert rules take for "no data"
	}
	if r.Breakdown != nil {
		frame.Fields = append(frame.Fields, addGroupWords(titleByName(data.NewField("breakdown", nil, breakdown))))
	}
	frame.Fields = append(frame.Fields, setPercent(titleByName(data.NewField("retention_rate", nil, rate))))
	return data.Frames{frame}
}

// RetentionActors returns a table of actors.
func RetentionActors(panel Panel, list []analysis.RetentionActor) data.Frames {
	r := panel.Query.Retention
	frame := data.NewFrame("actors", actorColumns(&panel, r.Actor, list, func(a analysis.RetentionActor) analysis.ActorID { return a.ActorID })...)
	frame.Fields = append(frame.Fields,
		newColumn(list, "started", func(a analysis.RetentionActor) time.Time { return a.Started }),
		setYesNo(newColumn(list, "retained", func(a analysis.RetentionActor) bool { return a.Retained })),
	)
	if r.Breakdown != nil {
		frame.Fields = append(frame.Fields, addGroupWords(newColumn(list, "breakdown", func(a analysis.RetentionActor) string {
			return a.Title()
		})))
	}
	frame.Meta = &data.FrameMeta{PreferredVisualization: data.VisTypeTable}
	return data.Frames{frame}
}
