package engine

import (
	"context"
	"encoding/binary"
	"sync/atomic"
	"time"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/plan"
	"github.com/footfall-analytics/footfall/pkg/store"
)

// Engine answers the queries of one data source. Each method returns one answer, of a type of package analysis: a list, or a pointer to a
// struct. With an error there is no answer.
type Engine struct {
	store  *store.Store
	memory *memory
	// aliases are the aliases that were read last.
	aliases atomic.Pointer[aliases]
}

// New makes an engine on a database that keeps up to so many bytes of events and results in memory. With less it is slower.
func New(s *store.Store, memory int) *Engine { return &Engine{store: s, memory: newMemory(memory)} }

// Question is a query with everything but the data that its answer depends on.
type Question struct {
	Query *model.Query
	model.Range
	plan.Settings
}

// reading is one question being answered, at one moment of the database.
type reading struct {
	engine   *Engine
	snapshot *store.Snapshot
	trace    *Trace
	// aliases say which users count as others; nil for none. They have changed aliasChanges times.
	aliases      *aliases
	aliasChanges int64
	// segments says what the question's segments are at present.
	segments string
}

// read answers a question, which names some segments, with fn on one snapshot. With an error, the answer is the zero value.
func read[A any](ctx context.Context, e *Engine, segments []string, trace *Trace, fn func(ctx context.Context, r *reading) (A, error)) (answer A, err error) {
	err = e.store.Read(ctx, func(ctx context.Context, snapshot *store.Snapshot) error {
		trace.reset()
		r := &reading{engine: e, snapshot: snapshot, trace: trace}
		err := r.readAliases(ctx)
		if err == nil {
			err = r.readSegments(ctx, segments)
		}
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

// days returns the days of a range that are packed or got late events.
func (r *reading) days(ctx context.Context, tr model.Range) ([]plan.Day, error) {
	var list []plan.Day
	err := r.snapshot.Stream(ctx, 0, plan.Days(tr), func(values [][]byte) error {
		list = append(list, dayOf(values))
		return nil
	})
	return list, err
}

// dataEnd returns the end of the data, in microseconds: the latest event or now, whichever is earlier; 0 without events.
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

// follow hands every actor of a scan to one of the visitors that newVisitor makes. The returned list numbers the scan's property values, if
// it asks for any.
func follow[V analysis.Visitor](ctx context.Context, r *reading, s plan.Scan, newVisitor func() V) ([]V, *analysis.Values, error) {
	days, err := r.days(ctx, s.Range)
	if err != nil {
		return nil, nil, err
	}
	values := analysis.NewValues()
	visitors, err := followDays(ctx, r, s, days, values, newVisitor)
	return visitors, values, err
}

// followDays is follow for callers that know the days already and have numbered values.
func followDays[V analysis.Visitor](ctx context.Context, r *reading, s plan.Scan, days []plan.Day, values *analysis.Values, newVisitor func() V) ([]V, error) {
	s.Aliases = r.hasAliases()
	days, err := r.packedDays(ctx, s, days)
	if err != nil {
		return nil, err
	}
	return scan(ctx, r.newScanner(s, days, values), newVisitor)
}
