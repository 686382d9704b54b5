package segments

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/footfall-analytics/footfall/pkg/engine"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/plan"
)

// retryAfter is how long after a failure a segment is tried again, if it is not due before.
const retryAfter = 5 * time.Minute

// errOvertaken is the error of a refresh during which something happened that it does not know: another definition, a user forgotten, or
// another refresh.
var errOvertaken = errors.New("the segment has changed during the refresh")

// begun is a segment that is being refreshed, and the moment for which members are sought.
type begun struct {
	Segment
	at time.Time
}

// Refresh finds the members of a segment, as of now, and stores who entered and left: all of it in one transaction, or nothing.
func (s *Segments) Refresh(ctx context.Context, name string) (r Refresh, err error) {
	const tries = 3
	for range tries {
		if r, err = s.refreshOnce(ctx, name); !errors.Is(err, errOvertaken) {
			break
		}
	}
	return r, err
}

func (s *Segments) refreshOnce(ctx context.Context, name string) (Refresh, error) {
	start := time.Now()
	b, err := s.begin(ctx, name)
	if err != nil {
		return Refresh{}, err
	}
	if b.Unread != nil {
		return Refresh{}, &UnreadError{*b.Unread}
	}
	if b.parsed.Definition == nil {
		return s.store(ctx, b, start, currentOf)
	}
	members, err := s.find(ctx, b)
	if err != nil {
		return Refresh{}, err
	}
	return s.store(ctx, b, start, func(context.Context, pgx.Tx, Segment) ([]int64, error) { return members, nil })
}

// UnreadError is the error of a definition that this version cannot read.
type UnreadError struct{ Reason string }

func (e *UnreadError) Error() string { return e.Reason }

// begin reads a segment and the database's clock, by which all refreshes go.
func (s *Segments) begin(ctx context.Context, name string) (b begun, err error) {
	err = s.transaction(ctx, func(tx pgx.Tx) error {
		if b.Segment, err = named(ctx, tx, name, ""); err != nil {
			return err
		}
		if err := checkRefreshed(ctx, tx, b.needs()); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT clock_timestamp()`).Scan(&b.at)
	})
	return b, err
}

// checkRefreshed returns an error if one of the segments has never been refreshed: nobody would be in it.
func checkRefreshed(ctx context.Context, tx pgx.Tx, names []string) error {
	rows, err := tx.Query(ctx, `SELECT name FROM segments s WHERE name = ANY ($1) AND definition IS NOT NULL
		AND NOT EXISTS (SELECT FROM segment_refreshes r WHERE r.segment_id = s.id) ORDER BY 1`, names)
	if err != nil {
		return err
	}
	missing, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err == nil && len(missing) > 0 {
		err = fmt.Errorf("it needs the segment %q, which could not be refreshed yet", missing[0])
	}
	return err
}

// find returns who is in a segment at its moment.
func (s *Segments) find(ctx context.Context, b begun) ([]int64, error) {
	zone, err := time.LoadLocation(b.TimeZone)
	if err != nil {
		return nil, err
	}
	return s.Members(ctx, engine.SegmentQuestion{Definition: b.parsed.Definition, Settings: plan.Settings{Now: b.at, Zone: zone}}, &engine.Trace{})
}

// currentOf returns the present members, each under the id that it counts under now.
func currentOf(ctx context.Context, tx pgx.Tx, one Segment) ([]int64, error) {
	rows, err := tx.Query(ctx, `SELECT DISTINCT coalesce(a.user_key, m.user_key) FROM segment_members m LEFT JOIN user_aliases a ON a.alias_key = m.user_key
		WHERE segment_id = $1 AND left_at IS NULL ORDER BY 1`, one.id)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// store stores the members of a segment, which next returns in order.
func (s *Segments) store(ctx context.Context, b begun, start time.Time, next func(context.Context, pgx.Tx, Segment) ([]int64, error)) (r Refresh, err error) {
	err = s.transaction(ctx, func(tx pgx.Tx) error {
		now, err := named(ctx, tx, b.Name, "FOR UPDATE")
		if err != nil {
			return err
		}
		if now.changes != b.changes || now.Refresh != nil && !now.Refresh.At.Before(b.at) {
			return errOvertaken
		}
		members, err := next(ctx, tx, now)
		if err != nil {
			return err
		}
		r = Refresh{At: b.at, Version: now.Version, Size: int64(len(members))}
		if err := r.change(ctx, tx, now.id, members); err != nil {
			return err
		}
		r.Seconds = time.Since(start).Seconds()
		_, err = tx.Exec(ctx, `INSERT INTO segment_refreshes (segment_id, at, version, size, entered, "left", took)
			VALUES ($1, $2, $3, $4, $5, $6, $7 * INTERVAL '1 second')`, now.id, r.At, r.Version, r.Size, r.Entered, r.Left, r.Seconds)
		if err == nil && now.Failure != nil {
			_, err = tx.Exec(ctx, `UPDATE segments SET failure = NULL, failed_at = NULL WHERE id = $1`, now.id)
		}
		return err
	})
	return r, err
}

// change writes who entered and who left.
func (r *Refresh) change(ctx context.Context, tx pgx.Tx, id int, members []int64) error {
	rows, err := tx.Query(ctx, `SELECT user_key FROM segment_members WHERE segment_id = $1 AND left_at IS NULL ORDER BY 1`, id)
	if err != nil {
		return err
	}
	before, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return err
	}
	entered, left := difference(before, members)
	r.Entered, r.Left = int64(len(entered)), int64(len(left))
	for keys := range slices.Chunk(left, atOnce) {
		if _, err := tx.Exec(ctx, `UPDATE segment_members SET left_at = $1 WHERE segment_id = $2 AND left_at IS NULL AND user_key = ANY ($3)`, r.At, id, keys); err != nil {
			return err
		}
	}
	for keys := range slices.Chunk(entered, atOnce) {
		if _, err := tx.Exec(ctx, `INSERT INTO segment_members (segment_id, user_key, entered_at) SELECT $1, unnest($2::bigint[]), $3`, id, keys, r.At); err != nil {
			return err
		}
	}
	return nil
}

// atOnce is how many users a statement names.
const atOnce = 50_000

// difference returns what only one of two sorted lists has.
func difference(before, after []int64) (entered, left []int64) {
	for len(before) > 0 || len(after) > 0 {
		switch {
		case len(before) == 0 || len(after) > 0 && after[0] < before[0]:
			entered, after = append(entered, after[0]), after[1:]
		case len(after) == 0 || before[0] < after[0]:
			left, before = append(left, before[0]), before[1:]
		default:
			before, after = before[1:], after[1:]
		}
	}
	return entered, left
}

// Count returns how many users a definition holds of now, and, of a segment that exists, how many would enter and leave it.
func (s *Segments) Count(ctx context.Context, one *model.Segment) (size, entered, left int64, err error) {
	var b begun
	var before []int64
	err = s.transaction(ctx, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, `SELECT clock_timestamp()`).Scan(&b.at); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT user_key FROM segment_members m JOIN segments s ON s.id = m.segment_id WHERE s.name = $1 AND left_at IS NULL ORDER BY 1`, one.Name)
		if err == nil {
			before, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		}
		return err
	})
	if err != nil {
		return 0, 0, 0, err
	}
	b.TimeZone, b.parsed = one.TimeZone, one
	members, err := s.find(ctx, b)
	enter, leave := difference(before, members)
	return int64(len(members)), int64(len(enter)), int64(len(leave)), err
}

// Due returns the names of the segments that are to be refreshed at the database's present time, those that others need before these.
func (s *Segments) Due(ctx context.Context) (names []string, err error) {
	err = s.transaction(ctx, func(tx pgx.Tx) error {
		var now time.Time
		if err := tx.QueryRow(ctx, `SELECT clock_timestamp()`).Scan(&now); err != nil {
			return err
		}
		list, err := read(ctx, tx, "deprecated_at IS NULL")
		if err != nil {
			return err
		}
		names = ordered(list, func(one *Segment) bool { return one.Unread == nil && !one.due().After(now) })
		return nil
	})
	return names, err
}

// due returns when the segment is to be refreshed next.
func (s *Segment) due() time.Time {
	every := time.Duration(s.EveryMinutes) * time.Minute
	if s.FailedAt != nil {
		return s.FailedAt.Add(min(every, retryAfter))
	}
	if s.Refresh == nil || s.Refresh.Version != s.Version {
		return time.Time{}
	}
	return s.Refresh.At.Add(every)
}

// ordered returns the names of those segments that are wanted, each after those that it needs.
func ordered(list []Segment, wanted func(*Segment) bool) (names []string) {
	byName := map[string]*Segment{}
	for i := range list {
		byName[list[i].Name] = &list[i]
	}
	seen := map[string]bool{}
	var add func(one *Segment)
	add = func(one *Segment) {
		if one == nil || seen[one.Name] {
			return
		}
		seen[one.Name] = true
		for _, need := range one.needs() {
			add(byName[need])
		}
		if wanted(one) {
			names = append(names, one.Name)
		}
	}
	for i := range list {
		add(&list[i])
	}
	return names
}

// Expand returns the names and those of the segments that they need, each after those that it needs; without names, of all that are not
// deprecated.
func (s *Segments) Expand(ctx context.Context, names []string) (all []string, err error) {
	list, err := s.List(ctx)
	if err != nil {
		return nil, err
	}
	wanted := map[string]bool{}
	var want func(name string) error
	want = func(name string) error {
		i := slices.IndexFunc(list, func(one Segment) bool { return one.Name == name })
		if i < 0 {
			return fmt.Errorf("%q: %w", name, ErrNone)
		}
		if wanted[name] {
			return nil
		}
		wanted[name] = true
		for _, need := range list[i].needs() {
			if err := want(need); err != nil {
				return err
			}
		}
		return nil
	}
	for _, name := range names {
		if err := want(name); err != nil {
			return nil, err
		}
	}
	return ordered(list, func(one *Segment) bool { return wanted[one.Name] || names == nil && one.DeprecatedAt == nil }), nil
}

// Fail keeps why a refresh failed. Members stay those of the last one that did not.
func (s *Segments) Fail(ctx context.Context, name string, reason error) error {
	const longest = 1000
	text := reason.Error()
	return s.transaction(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE segments SET failure = left($2, $3), failed_at = clock_timestamp() WHERE name = $1`, name, cmp.Or(text, "failed"), longest)
		return err
	})
}
