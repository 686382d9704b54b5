package engine

import (
	"context"
	"encoding/binary"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/plan"
	"github.com/footfall-analytics/footfall/pkg/store"
)

// Engine answers the queries of one data source. Each of its questions has one answer, of a type of package analysis: a list, or a
// pointer to a struct. An error comes without an answer.
type Engine struct {
	store  *store.Store
	keeper *keeper
	// aliases are those that were read last.
	aliases atomic.Pointer[aliases]
}

// New makes an engine on a database.
func New(s *store.Store) *Engine { return &Engine{store: s, keeper: newKeeper(keptBytes)} }

// Question is a query with what its answer depends on besides the data.
type Question struct {
	Query *model.Query
	model.Range
	plan.Settings
}

// reading is the database at the moment of one question.
type reading struct {
	engine   *Engine
	snapshot *store.Snapshot
	trace    *Trace
	// aliases are the users that count as others; nil for none. They have changed aliasChanges times.
	aliases      *aliases
	aliasChanges int64
}

// read answers a question by fn, on one snapshot; on an error the answer is the zero value.
func read[A any](ctx context.Context, e *Engine, trace *Trace, fn func(ctx context.Context, r *reading) (A, error)) (answer A, err error) {
	err = e.store.Read(ctx, func(ctx context.Context, snapshot *store.Snapshot) error {
		trace.reset()
		r := &reading{engine: e, snapshot: snapshot, trace: trace}
		err := r.readAliases(ctx)
		if err == nil {
			answer, err = fn(ctx, r)
		}
		return err
	})
	if err != nil {
		var none A
		return none, err
	}
	return answer, nil
}

// rows reads a statement's rows and notes it in the trace.
func rows[R any](ctx context.Context, r *reading, statement plan.Statement) ([]R, error) {
	if r.trace.Dry {
		r.trace.add(statement, 0, 0)
		return nil, nil
	}
	list, err := store.Select[R](ctx, r.snapshot, statement)
	r.trace.add(statement, len(list), len(list))
	return list, err
}

// days returns what is known of the days of a time range.
func (r *reading) days(ctx context.Context, tr model.Range) ([]plan.Day, error) {
	var list []plan.Day
	err := r.snapshot.Stream(ctx, 0, plan.Days(tr), func(values [][]byte) error {
		list = append(list, dayOf(values))
		return nil
	})
	return list, err
}

// dataEnd returns the end of the data, in microseconds: the latest event of anybody or now, whichever is earlier. 0 without events.
func (r *reading) dataEnd(ctx context.Context, now time.Time) (end int64, err error) {
	var last time.Time
	err = r.snapshot.Stream(ctx, 0, plan.LastDay(), func(values [][]byte) error {
		if values[0] != nil {
			last = dateOf(values[0])
		}
		return nil
	})
	found := false
	for tries := 0; tries < 2 && err == nil && !found; tries++ {
		err = r.snapshot.Stream(ctx, 0, plan.DataEnd(last), func(values [][]byte) error {
			if found = values[0] != nil; found {
				end = int64(binary.BigEndian.Uint64(values[0]))
			}
			return nil
		})
		last = time.Time{} // the day's events may have been deleted
	}
	return min(end, analysis.Microseconds(now)), err
}

// follow hands every actor of a scan to one of the visitors that newVisitor makes. The scan's property values, where it asks for
// any, are numbered in the returned list.
func follow[V analysis.Visitor](ctx context.Context, r *reading, s plan.Scan, newVisitor func() V) ([]V, *analysis.Values, error) {
	days, err := r.days(ctx, s.Range)
	if err != nil {
		return nil, nil, err
	}
	values := analysis.NewValues()
	visitors, err := followDays(ctx, r, s, days, values, newVisitor)
	return visitors, values, err
}

// followDays is follow for those who know the days already, and have numbered values.
func followDays[V analysis.Visitor](ctx context.Context, r *reading, s plan.Scan, days []plan.Day, values *analysis.Values, newVisitor func() V) ([]V, error) {
	s.Aliases = r.hasAliases()
	estimate, err := r.estimate(ctx, s, days)
	if err != nil {
		return nil, err
	}
	if estimate > worthAConnection {
		if err := r.snapshot.Widen(ctx, min(mostConnections, runtime.GOMAXPROCS(0))); err != nil {
			return nil, err
		}
	}
	scanner := &scanner{snapshot: r.snapshot, scan: s, pieces: s.Pieces(days), values: values, trace: r.trace, aliases: r.aliases}
	return scan(ctx, scanner, estimate, newVisitor)
}

const (
	// worthAConnection is how many events make a second connection pay.
	worthAConnection = 400_000
	// mostConnections is how many a question may use.
	mostConnections = 4
)

// estimate is about how many events a scan will meet, judged by the days of its range that are packed: the others have as many
// each. Few events are not worth a closer look at their types.
func (r *reading) estimate(ctx context.Context, s plan.Scan, days []plan.Day) (int64, error) {
	var known, all, picked int64
	for _, d := range days {
		if d.Events > 0 {
			known++
			all += d.Events
		}
	}
	if known == 0 {
		return worthAConnection, nil
	}
	unknown := 1.0 // how many times as many days there are
	if span := int64(s.To.Sub(s.From) / (24 * time.Hour)); !s.From.IsZero() && span > known {
		unknown = float64(span) / float64(known)
	}
	if picked = all; all > worthAConnection {
		err := r.snapshot.Stream(ctx, 0, s.PickedEvents(), func(values [][]byte) error {
			if values[0] != nil {
				picked = int64(binary.BigEndian.Uint64(values[0]))
			}
			return nil
		})
		if err != nil {
			return 0, err
		}
	}
	return int64(float64(picked) * unknown), nil
}
