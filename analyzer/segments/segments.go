// Package segments keeps segments up to date: their definitions, their members, and the history of both.
package segments

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/footfall-analytics/footfall/pkg/engine"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/say"
	"github.com/footfall-analytics/footfall/pkg/store"
	"github.com/footfall-analytics/footfall/sql"
)

// Segments are the segments of a schema.
type Segments struct {
	// Pool connects as a member of the analyzer's role, or as the owner.
	Pool   *pgxpool.Pool
	Schema string
	// Members finds who is in a segment, as [engine.Engine.Members] does.
	Members func(ctx context.Context, q engine.SegmentQuestion, trace *engine.Trace) ([]int64, error)
}

// memory is for packed days, in bytes: what one segment has read, the next need not read again.
const memory = 64 << 20

// Open returns the segments of a schema, whose members are found as the plugin answers questions: a statement may take so long. The
// connections of the pool must not keep prepared statements.
func Open(pool *pgxpool.Pool, schema string, timeout time.Duration) *Segments {
	const (
		rows = 10_000_000 // of a list; members are not limited
		rest = 2          // connections that questions leave to others
	)
	connections := max(1, int(pool.Config().MaxConns)-rest)
	s := store.On(pool, store.Config{Schema: schema, QueryTimeout: timeout, RowLimit: rows, MaxOpenConns: connections})
	return &Segments{Pool: pool, Schema: schema, Members: engine.New(s, memory).Members}
}

// Segment is a segment as it is stored.
type Segment struct {
	id          int
	changes     int64
	Name        string `json:"name"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Owner       string `json:"owner"`
	TimeZone    string `json:"timeZone"`
	// EveryMinutes is how many minutes members may be out of date.
	EveryMinutes int `json:"everyMinutes"`
	// Definition is as it was stored, and null for a list that is uploaded.
	Definition json.RawMessage `json:"definition"`
	// Version counts changes of the definition, from 1 on.
	Version   int       `json:"version"`
	ChangedAt time.Time `json:"changedAt"`
	// DeprecatedAt is since when the segment is not refreshed any more; null while it is.
	DeprecatedAt *time.Time `json:"deprecatedAt"`
	// Failure says why the last refresh failed, at FailedAt; both are null if it did not.
	Failure  *string    `json:"failure"`
	FailedAt *time.Time `json:"failedAt"`
	// Refresh is the latest one that did not fail; null before the first.
	Refresh *Refresh `json:"refresh"`
	// Unread says why this version cannot read the definition; null if it can. Then the segment is left alone.
	Unread *string `json:"unread"`
	parsed *model.Segment
}

// Refresh is what one refresh found.
type Refresh struct {
	// At is the moment for which the members were found.
	At      time.Time `json:"at"`
	Version int       `json:"version"`
	Size    int64     `json:"size"`
	Entered int64     `json:"entered"`
	Left    int64     `json:"left"`
	// Seconds is how long it took.
	Seconds float64 `json:"seconds"`
}

// ErrNone is the error of a name that no segment has.
var ErrNone = errors.New("there is no segment of this name")

// transaction runs fn with only the schema's tables on the search path.
func (s *Segments) transaction(ctx context.Context, fn func(tx pgx.Tx) error) error {
	return pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT "+sql.Path, s.Schema); err != nil {
			return err
		}
		return fn(tx)
	})
}

// List returns all segments, by name.
func (s *Segments) List(ctx context.Context) (list []Segment, err error) {
	err = s.transaction(ctx, func(tx pgx.Tx) error {
		list, err = read(ctx, tx, "true")
		return err
	})
	return list, err
}

// Get returns a segment with its latest refreshes, the last one first.
func (s *Segments) Get(ctx context.Context, name string) (one Segment, refreshes []Refresh, err error) {
	const latest = 50
	err = s.transaction(ctx, func(tx pgx.Tx) error {
		if one, err = named(ctx, tx, name, ""); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT at, version, size, entered, "left", extract(epoch FROM took)::float8 FROM segment_refreshes
			WHERE segment_id = $1 ORDER BY at DESC LIMIT $2`, one.id, latest)
		if err != nil {
			return err
		}
		refreshes, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Refresh])
		return err
	})
	return one, refreshes, err
}

// named returns the segment of a name. The clause FOR UPDATE locks it.
func named(ctx context.Context, tx pgx.Tx, name, clause string) (Segment, error) {
	if clause != "" {
		if _, err := tx.Exec(ctx, `SELECT FROM segments WHERE name = $1 `+clause, name); err != nil {
			return Segment{}, err
		}
	}
	list, err := read(ctx, tx, "name = $1", name)
	if err == nil && len(list) == 0 {
		err = ErrNone
	}
	if err != nil {
		return Segment{}, err
	}
	return list[0], nil
}

// read returns the segments that meet a condition.
func read(ctx context.Context, tx pgx.Tx, condition string, args ...any) ([]Segment, error) {
	rows, err := tx.Query(ctx, `SELECT id, changes, name, title, description, owner, time_zone, extract(epoch FROM every)::int / 60, definition, s.version, changed_at,
			deprecated_at, failure, failed_at, r.at, r.version, r.size, r.entered, r."left", extract(epoch FROM r.took)::float8
		FROM segments s LEFT JOIN LATERAL (SELECT * FROM segment_refreshes r WHERE r.segment_id = s.id ORDER BY at DESC LIMIT 1) r ON true
		WHERE `+condition+` ORDER BY name`, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scan)
}

func scan(row pgx.CollectableRow) (s Segment, err error) {
	var at *time.Time
	var version *int
	var size, entered, left *int64
	var seconds *float64
	var definition []byte
	if err := row.Scan(&s.id, &s.changes, &s.Name, &s.Title, &s.Description, &s.Owner, &s.TimeZone, &s.EveryMinutes, &definition, &s.Version, &s.ChangedAt,
		&s.DeprecatedAt, &s.Failure, &s.FailedAt, &at, &version, &size, &entered, &left, &seconds); err != nil {
		return s, err
	}
	s.Definition = definition
	if at != nil {
		s.Refresh = &Refresh{*at, *version, *size, *entered, *left, *seconds}
	}
	if s.parsed, err = s.parse(); err != nil {
		text := "this version cannot read the definition, perhaps a newer one wrote it: " + err.Error()
		s.Unread = &text
	}
	return s, nil
}

// parse reads the stored segment as one that is sent.
func (s *Segment) parse() (*model.Segment, error) {
	raw, err := json.Marshal(struct {
		Name         string          `json:"name"`
		Title        string          `json:"title"`
		Description  string          `json:"description"`
		Owner        string          `json:"owner"`
		TimeZone     string          `json:"timeZone"`
		EveryMinutes int             `json:"everyMinutes"`
		Definition   json.RawMessage `json:"definition,omitempty"`
	}{s.Name, s.Title, s.Description, s.Owner, s.TimeZone, s.EveryMinutes, s.Definition})
	if err != nil {
		return nil, err
	}
	return model.ParseSegment(raw)
}

// needs returns the names of the segments that this one needs, as far as its definition can be read.
func (s *Segment) needs() []string {
	if s.parsed == nil || s.parsed.Definition == nil {
		return nil
	}
	return s.parsed.Definition.Needs()
}

// Change is what saving has changed: Created, Changed or neither.
type Change struct {
	Name             string
	Created, Changed bool
}

// Save creates and changes segments: all of them, or none. An error about a segment wraps a [model.Error].
func (s *Segments) Save(ctx context.Context, list []*model.Segment) (changes []Change, err error) {
	err = s.transaction(ctx, func(tx pgx.Tx) error {
		_, changes, err = saveAll(ctx, tx, list)
		return err
	})
	return changes, err
}

// saveAll saves in a transaction, and also returns the segments that there were before.
func saveAll(ctx context.Context, tx pgx.Tx, list []*model.Segment) (before []Segment, changes []Change, err error) {
	// One at a time: two could make a cycle together. Who reads does not wait.
	if _, err := tx.Exec(ctx, `LOCK TABLE segments IN SHARE ROW EXCLUSIVE MODE`); err != nil {
		return nil, nil, err
	}
	if before, err = read(ctx, tx, "true"); err != nil {
		return nil, nil, err
	}
	if err := checkNeeds(before, list); err != nil {
		return nil, nil, err
	}
	for _, one := range list {
		change, err := save(ctx, tx, one)
		if err != nil {
			return nil, nil, err
		}
		changes = append(changes, change)
	}
	return before, changes, nil
}

// Plan is what saving would do with a segment.
type Plan struct {
	Change
	// Size is how many would be in it now; Entered and Left say how many of them are not in it yet, and how many who are would not be.
	// They are 0 for a list that is uploaded, and where Uncounted says why nobody was counted.
	Size, Entered, Left int64
	Uncounted           error
}

// errOnlyPlanned undoes a transaction.
var errOnlyPlanned = errors.New("this was only a plan")

// Plan returns what [Segments.Save] would do, and the names of the segments that are not among these, apart from deprecated ones. Members of
// segments that others need are those of now.
func (s *Segments) Plan(ctx context.Context, list []*model.Segment) (plans []Plan, others []string, err error) {
	var before []Segment
	var changes []Change
	err = s.transaction(ctx, func(tx pgx.Tx) error {
		if before, changes, err = saveAll(ctx, tx, list); err != nil {
			return err
		}
		return errOnlyPlanned
	})
	if !errors.Is(err, errOnlyPlanned) {
		return nil, nil, err
	}
	for i, one := range list {
		p := Plan{Change: changes[i]}
		if one.Definition != nil {
			p.Size, p.Entered, p.Left, p.Uncounted = s.Count(ctx, one)
		}
		plans = append(plans, p)
	}
	for _, one := range before {
		if one.DeprecatedAt == nil && !slices.ContainsFunc(list, func(other *model.Segment) bool { return other.Name == one.Name }) {
			others = append(others, one.Name)
		}
	}
	return plans, others, ctx.Err()
}

// checkNeeds returns an error if one of the segments would need one that does not exist, or, by way of others, itself.
func checkNeeds(stored []Segment, list []*model.Segment) error {
	needs := map[string][]string{}
	for i := range stored {
		needs[stored[i].Name] = stored[i].needs()
	}
	for _, one := range list {
		needs[one.Name] = nil
		if one.Definition != nil {
			needs[one.Name] = one.Definition.Needs()
		}
	}
	for _, one := range list {
		var missing []string
		for _, name := range needs[one.Name] {
			if _, exists := needs[name]; !exists {
				missing = append(missing, fmt.Sprintf("%q", name))
			}
		}
		if missing != nil {
			return fmt.Errorf("the segment %q: %w", one.Name, noSegment(strings.Join(missing, ", ")))
		}
	}
	return model.CheckCycles(needs)
}

func save(ctx context.Context, tx pgx.Tx, one *model.Segment) (change Change, err error) {
	var definition []byte
	if one.Definition != nil {
		if definition, err = json.Marshal(one.Definition); err != nil {
			return change, err
		}
	}
	change.Name = one.Name
	rows, err := tx.Query(ctx, `INSERT INTO segments AS s (name, title, description, owner, time_zone, every, definition)
		VALUES ($1, $2, $3, $4, $5, $6 * INTERVAL '1 minute', $7::text::jsonb)
		ON CONFLICT (name) DO UPDATE SET title = excluded.title, description = excluded.description, owner = excluded.owner, every = excluded.every,
			time_zone = excluded.time_zone, definition = excluded.definition, changed_at = now(), deprecated_at = NULL, failure = NULL, failed_at = NULL,
			version = s.version + (`+redefined+`)::int, changes = s.changes + (`+redefined+`)::int
		WHERE (s.title, s.description, s.owner, s.every) IS DISTINCT FROM (excluded.title, excluded.description, excluded.owner, excluded.every)
			OR s.deprecated_at IS NOT NULL OR `+redefined+`
		RETURNING xmax = 0`, one.Name, one.Title, one.Description, one.Owner, one.TimeZone, one.EveryMinutes, nullable(definition))
	if err != nil {
		return change, err
	}
	created, err := pgx.CollectRows(rows, pgx.RowTo[bool])
	if len(created) > 0 {
		change.Created, change.Changed = created[0], !created[0]
	}
	return change, err
}

// redefined is the condition that other users may be members than before.
const redefined = `(s.time_zone, s.definition) IS DISTINCT FROM (excluded.time_zone, excluded.definition)`

func nullable(text []byte) *string {
	if text == nil {
		return nil
	}
	s := string(text)
	return &s
}

// Deprecate ends the refreshes of a segment that nobody needs. Its members, and their history, stay.
func (s *Segments) Deprecate(ctx context.Context, name string) error {
	return s.transaction(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `LOCK TABLE segments IN SHARE ROW EXCLUSIVE MODE`); err != nil {
			return err
		}
		list, err := read(ctx, tx, "deprecated_at IS NULL")
		if err != nil {
			return err
		}
		var needed []string
		for i := range list {
			for _, need := range list[i].needs() {
				if need == name && list[i].Name != name {
					needed = append(needed, fmt.Sprintf("%q", list[i].Name))
				}
			}
		}
		if needed != nil {
			return &NeededError{strings.Join(needed, ", ")}
		}
		tag, err := tx.Exec(ctx, `UPDATE segments SET deprecated_at = coalesce(deprecated_at, now()) WHERE name = $1`, name)
		if err == nil && tag.RowsAffected() == 0 {
			err = ErrNone
		}
		return err
	})
}

// NeededError is the error of a segment that cannot be deprecated, because others need it.
type NeededError struct {
	// By has the names of the others.
	By string
}

func (e *NeededError) Error() string {
	return "the segments " + e.By + " need this one: change or deprecate them first"
}

// noSegment is the reason for which a definition cannot be saved.
func noSegment(names string) error {
	return &model.Error{Field: "definition", Reason: say.New("problem.no-segment", "is {{name}}, which does not exist", names)}
}
