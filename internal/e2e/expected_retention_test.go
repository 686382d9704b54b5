package e2e

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/footfall-analytics/footfall/internal/twin"
	"github.com/footfall-analytics/footfall/pkg/model"
)

// retentionOutputs returns a retention query in all its forms; of lists, those of one cell of the largest cohort.
func retentionOutputs(t *testing.T, q *model.Query, s twin.Scenario) []*model.Query {
	t.Helper()
	var all []*model.Query
	with := func(output model.RetentionOutput, actors *model.RetentionActorList, column string) {
		copied, retention := *q, *q.Retention
		retention.Output, retention.Actors, retention.Column = output, actors, column
		copied.Retention = &retention
		all = append(all, reparse(t, &copied))
	}
	for _, output := range []model.RetentionOutput{
		model.RetentionTable, model.RetentionHeatmap, model.RetentionLong, model.RetentionCurve, model.RetentionClassic, model.RetentionRate,
	} {
		with(output, nil, "")
	}
	matrices := twin.Retention(q, s.World.ResolveAliases(), s.Range, s.Settings)
	largest, name := 0, ""
	for i, cohort := range names(q.Retention, matrices) {
		size := 0
		for _, m := range matrices {
			size += m.Cohorts[i].Size()
		}
		if size > largest {
			largest, name = size, cohort
		}
	}
	columns := columnNames(q.Retention)
	if largest > 0 && q.Retention.Breakdown != nil {
		row := groupName(matrices[s.Seed%uint64(len(matrices))])
		with(model.RetentionActors, &model.RetentionActorList{Cohort: name, Value: &row}, columns[0])
	}
	if largest > 0 {
		for _, status := range []model.RetentionStatus{model.Retained, model.NotRetained, model.Everyone} {
			with(model.RetentionActors, &model.RetentionActorList{Cohort: name, Status: status}, columns[s.Seed%uint64(len(columns))])
		}
	}
	return all
}

// retentionTable returns the frame that the twin's answer makes.
func retentionTable(r *model.Retention, matrices []twin.Matrix) table {
	switch r.Output {
	case model.RetentionHeatmap:
		return cohortHeatmap(r, matrices)
	case model.RetentionLong:
		return cohortList(r, matrices)
	case model.RetentionCurve:
		return cohortCurve(r, matrices)
	case model.RetentionRate:
		return retentionRate(r, matrices)
	case model.RetentionActors:
		return cohortActors(r, matrices)
	}
	return cohortTable(r, matrices)
}

// columnNames returns the columns as a query writes them.
func columnNames(r *model.Retention) []string {
	if len(r.Brackets) > 0 {
		return r.Brackets
	}
	var all []string
	for p := range r.Periods {
		all = append(all, strconv.Itoa(p))
	}
	return all
}

// names returns the cohorts' names.
func names(r *model.Retention, matrices []twin.Matrix) []string {
	layout := map[model.Period]string{model.Hour: "2006-01-02 15:04", model.Day: time.DateOnly, model.Week: time.DateOnly, model.Month: "2006-01"}[r.Period]
	var all []string
	if len(matrices) == 0 {
		return nil
	}
	for _, c := range matrices[0].Cohorts {
		name := c.Start.Format(layout)
		if slices.Contains(all, name) {
			name = c.Start.Format(layout + " -07:00")
		}
		all = append(all, name)
	}
	return all
}

func groupName(m twin.Matrix) string {
	return twin.Title(m.Kind, m.Breakdown)
}

func cellShare(c twin.Cohort, column int) any {
	if c.Cells[column].State == twin.Future {
		return nil
	}
	return share(c.Cells[column].Users, c.Size())
}

// inGroup puts the group's name first, where there are groups.
func inGroup(r *model.Retention, m twin.Matrix, cells ...any) []any {
	if r.Breakdown == nil {
		return cells
	}
	return append([]any{groupName(m)}, cells...)
}

func groupField(r *model.Retention, fields ...string) []string {
	if r.Breakdown == nil {
		return fields
	}
	return append([]string{"breakdown"}, fields...)
}

// cohortTable returns the table with shares, or the classic one, with numbers before them.
func cohortTable(r *model.Retention, matrices []twin.Matrix) table {
	classic := r.Output == model.RetentionClassic
	size := string(r.Actor) + "s"
	if classic && r.Cohorts == model.FirstTime {
		size = "new_" + size
	}
	t := table{Fields: groupField(r, "cohort", size), Notices: openCohorts(matrices)}
	for _, name := range columnNames(r) {
		if classic {
			t.Fields = append(t.Fields, fmt.Sprintf("%s %s", r.Period, name), fmt.Sprintf("%s %s rate", r.Period, name))
		} else {
			t.Fields = append(t.Fields, fmt.Sprintf("%s %s", r.Period, name))
		}
	}
	t.Fields = append(t.Fields, "in_progress")
	cohorts := names(r, matrices)
	for _, m := range matrices {
		users := 0
		for _, c := range m.Cohorts {
			users += c.Size()
		}
		mean := inGroup(r, m, "weighted mean", float64(users))
		for _, value := range m.Mean {
			if classic {
				mean = append(mean, nil)
			}
			mean = append(mean, optional(value))
		}
		t.Rows = append(t.Rows, append(mean, nil))
		for i, c := range m.Cohorts {
			row := inGroup(r, m, cohorts[i], float64(c.Size()))
			var open []string
			for p, cell := range c.Cells {
				switch {
				case !classic:
				case cell.State == twin.Future:
					row = append(row, nil)
				default:
					row = append(row, float64(cell.Users))
				}
				row = append(row, cellShare(c, p))
				if cell.State == twin.Incomplete {
					open = append(open, fmt.Sprintf("%s %s", r.Period, columnNames(r)[p]))
				}
			}
			if open == nil {
				row = append(row, nil)
			} else {
				row = append(row, strings.Join(open, ", "))
			}
			t.Rows = append(t.Rows, row)
		}
	}
	return t
}

// openCohorts returns the notice on cohorts that still have time to come back.
func openCohorts(matrices []twin.Matrix) []string {
	open := 0
	for _, m := range matrices {
		for _, c := range m.Cohorts {
			for _, cell := range c.Cells {
				if cell.State == twin.Incomplete {
					open++
					break
				}
			}
		}
	}
	if open == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%d cohorts have cells whose time is not over yet: their shares can still grow.", open)}
}

func cohortHeatmap(r *model.Retention, matrices []twin.Matrix) table {
	t := table{Fields: []string{"x", "y", "value"}, Labels: []string{}, Notices: openCohorts(matrices)}
	for p := range columnNames(r) {
		y := 0
		for _, m := range matrices {
			for _, c := range m.Cohorts {
				x := float64(p)
				if len(r.Brackets) > 0 {
					x++
				}
				t.Rows = append(t.Rows, []any{x, float64(y), cellShare(c, p)})
				y++
			}
		}
	}
	for _, m := range matrices {
		for _, name := range names(r, matrices) {
			if r.Breakdown != nil {
				name = groupName(m) + " " + name
			}
			t.Labels = append(t.Labels, name)
		}
	}
	return t
}

func cohortList(r *model.Retention, matrices []twin.Matrix) table {
	t := table{Fields: groupField(r, "cohort", "period", "size", string(r.Actor)+"s", "share", "complete")}
	cohorts := names(r, matrices)
	for _, m := range matrices {
		for i, c := range m.Cohorts {
			for p, cell := range c.Cells {
				if cell.State == twin.Future {
					continue
				}
				var period any = float64(p)
				if len(r.Brackets) > 0 {
					period = r.Brackets[p]
				}
				t.Rows = append(t.Rows, inGroup(r, m,
					cohorts[i], period, float64(c.Size()), float64(cell.Users), cellShare(c, p), cell.State == twin.Complete))
			}
		}
	}
	return t
}

func cohortCurve(r *model.Retention, matrices []twin.Matrix) table {
	t := table{Fields: []string{string(r.Period)}}
	for p, name := range columnNames(r) {
		first, _, _ := strings.Cut(name, "-")
		x, err := strconv.ParseFloat(first, 64)
		if err != nil {
			panic(err)
		}
		row := []any{x}
		for _, m := range matrices {
			row = append(row, optional(m.Mean[p]))
		}
		if r.Breakdown == nil {
			for _, c := range matrices[0].Cohorts {
				switch {
				case c.Size() == 0:
				case c.Cells[p].State == twin.Complete:
					row = append(row, share(c.Cells[p].Users, c.Size()))
				default:
					row = append(row, nil)
				}
			}
		}
		t.Rows = append(t.Rows, row)
	}
	for _, m := range matrices {
		name := "weighted mean"
		if r.Breakdown != nil {
			name += " " + groupName(m)
		}
		t.Fields = append(t.Fields, name)
	}
	if r.Breakdown == nil {
		for i, name := range names(r, matrices) {
			if matrices[0].Cohorts[i].Size() > 0 {
				t.Fields = append(t.Fields, name)
			}
		}
	}
	return t
}

// retentionRate has no fields where there is no number.
func retentionRate(r *model.Retention, matrices []twin.Matrix) table {
	var t table
	column := slices.Index(columnNames(r), r.Column)
	for _, m := range matrices {
		if m.Mean[column] != nil {
			t.Fields = groupField(r, "retention_rate")
			t.Rows = append(t.Rows, inGroup(r, m, *m.Mean[column]))
		}
	}
	return t
}

func cohortActors(r *model.Retention, matrices []twin.Matrix) table {
	t := table{Fields: append(idFields(r.Actor), "started", "retained")}
	if r.Breakdown != nil {
		t.Fields = append(t.Fields, "breakdown")
	}
	column, cohort := slices.Index(columnNames(r), r.Column), slices.Index(names(r, matrices), r.Actors.Cohort)
	for _, m := range matrices {
		if r.Actors.Value != nil && groupName(m) != *r.Actors.Value {
			continue
		}
		for _, member := range m.Cohorts[cohort].Members {
			retained := member.Retained[column]
			if r.Actors.Status == model.Retained && !retained || r.Actors.Status == model.NotRetained && retained {
				continue
			}
			row := append(idCells(r.Actor, member.Actor), moment(member.Started, m.Cohorts[cohort].Start.Location()), retained)
			if r.Breakdown != nil {
				row = append(row, groupName(m))
			}
			t.Rows = append(t.Rows, row)
		}
	}
	slices.SortStableFunc(t.Rows, func(a, b []any) int {
		return cmp.Or(strings.Compare(a[0].(string), b[0].(string)), strings.Compare(fmt.Sprint(a[1]), fmt.Sprint(b[1])))
	})
	return t
}
