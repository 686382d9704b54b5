package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/jackc/pgx/v5"

	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/internal/twin"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/sql"
)

// The worked examples in the docs are true: their events, asked with their query, give the table that the page shows.
func TestExamplesInTheDocs(t *testing.T) {
	h := newHouse(t, dbtest.Embedded(t))
	for _, name := range []string{"funnel.md", "retention.md", "heatmap.md", "trend.md", "timeline.md", "anomalies.md", "lifecycle.md", "stickiness.md", "paths.md", "identity.md", "annotations.md"} {
		t.Run(name, func(t *testing.T) {
			page, err := os.ReadFile(filepath.Join("..", "..", "docs", name))
			if err != nil {
				t.Fatal(err)
			}
			_, example, found := strings.Cut(string(page), "\n## Worked example\n")
			if !found {
				t.Fatal("the page has no worked example")
			}
			s := stage{Scenario: twin.Scenario{
				World: exampleEvents(t, example), Range: exampleRange(t, example), Settings: twin.Settings{Zone: time.UTC, WeekStart: time.Monday, Now: time.Now()},
			}}
			h.settle(t, s)
			if strings.Contains(example, "```sql\n") {
				h.run(t, block(t, example, "sql"))
			}
			query, err := model.Parse([]byte(block(t, example, "json")))
			if err != nil {
				t.Fatal(err)
			}
			answer := markdown(h.ask(t, query, s)[0])
			if !strings.Contains(example, answer) {
				t.Errorf("the page should show\n\n%s", answer)
			}
		})
	}
}

// The statements that help to find out what is wrong run as they stand.
func TestStatementsInTheDocs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		schema := dbtest.Schema(t, dsn)
		page, err := os.ReadFile(filepath.Join("..", "..", "docs", "troubleshooting.md"))
		if err != nil {
			t.Fatal(err)
		}
		statements := strings.ReplaceAll(block(t, string(page), "sql"), "footfall.", schema+".")
		answers, err := dbtest.Connect(t, dsn).PgConn().Exec(t.Context(), statements).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if len(answers) != 2 || len(answers[0].Rows) == 0 {
			t.Errorf("%d statements, the first with %d rows: where are the schema's jobs?", len(answers), len(answers[0].Rows))
		}
	})
}

// run runs a page's SQL in the schema.
func (h *house) run(t *testing.T, statements string) {
	t.Helper()
	err := pgx.BeginFunc(t.Context(), h.conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), "SELECT "+sql.PathWithExtension, h.schema); err != nil {
			return err
		}
		_, err := tx.Exec(t.Context(), statements)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// block returns the text of the first fenced block of a kind.
func block(t *testing.T, page, kind string) string {
	t.Helper()
	_, after, found := strings.Cut(page, "```"+kind+"\n")
	text, _, closed := strings.Cut(after, "```")
	if !found || !closed {
		t.Fatalf("the page has no block of %s", kind)
	}
	return text
}

// exampleEvents reads lines of date, time (UTC), user and event.
func exampleEvents(t *testing.T, page string) twin.World {
	t.Helper()
	var w twin.World
	for line := range strings.Lines(block(t, page, "text")) {
		fields := strings.Fields(line)
		if len(fields) != 4 {
			t.Fatalf("%q is not date, time, user and event", line)
		}
		at, err := time.Parse("2006-01-02 15:04", fields[0]+" "+fields[1])
		if err != nil {
			t.Fatal(err)
		}
		w.Events = append(w.Events, twin.Event{ID: uuid.NewString(), Time: at, User: fields[2], Type: fields[3]})
	}
	return w
}

var writtenRange = regexp.MustCompile(`from (\d{4}-\d\d-\d\d) to (\d{4}-\d\d-\d\d)`)

func exampleRange(t *testing.T, page string) twin.Range {
	t.Helper()
	dates := writtenRange.FindStringSubmatch(strings.ReplaceAll(page, "\n", " "))
	if dates == nil {
		t.Fatal("the page does not say which range is asked for")
	}
	from, err := time.Parse(time.DateOnly, dates[1])
	if err != nil {
		t.Fatal(err)
	}
	to, err := time.Parse(time.DateOnly, dates[2])
	if err != nil {
		t.Fatal(err)
	}
	return twin.Range{From: from, To: to}
}

// markdown draws a frame as a Markdown table; of a heatmap, the cells that count something, with their labels.
func markdown(frame *data.Frame) string {
	var out bytes.Buffer
	for _, field := range frame.Fields {
		name := field.Name
		if field.Labels != nil { // a series, which is called by its labels
			name = field.Config.DisplayNameFromDS
		}
		fmt.Fprintf(&out, "| %s ", name)
	}
	fmt.Fprintf(&out, "|\n%s|\n", strings.Repeat("|---", len(frame.Fields)))
	labels := tableOf(frame, time.UTC).Labels
	for i := range frame.Rows() {
		if value, _ := frame.Fields[len(frame.Fields)-1].ConcreteAt(i); labels != nil && value == 0.0 {
			continue
		}
		for j, field := range frame.Fields {
			text := cell(field, i)
			if labels != nil && j == 1 {
				value, _ := field.FloatAt(i)
				text = labels[int(value)]
			}
			fmt.Fprintf(&out, "| %s ", text)
		}
		out.WriteString("|\n")
	}
	return out.String()
}

func cell(field *data.Field, row int) string {
	value, set := field.ConcreteAt(row)
	unit := ""
	if field.Config != nil {
		unit = field.Config.Unit
	}
	switch {
	case !set:
		return ""
	case unit == "percentunit":
		return fmt.Sprintf("%.1f %%", value.(float64)*100)
	case unit == "s":
		return fmt.Sprintf("%g s", value)
	}
	if text, isJSON := value.(json.RawMessage); isJSON {
		return string(text)
	}
	return fmt.Sprint(value)
}
