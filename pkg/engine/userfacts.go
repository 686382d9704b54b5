package engine

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/plan"
	"github.com/footfall-analytics/footfall/pkg/say"
	"github.com/footfall-analytics/footfall/pkg/store"
)

// segmentState says when a segment's members changed last.
type segmentState struct {
	Name  string  `db:"name"`
	State *string `db:"state"`
}

// readSegments finds out what a question's segments are at present. One that does not exist is an error: nobody would be in it, and everybody in
// none.
func (r *reading) readSegments(ctx context.Context, names []string) error {
	if len(names) == 0 {
		return nil
	}
	list, err := store.Select[segmentState](ctx, r.snapshot, plan.SegmentStates(names))
	for _, s := range list {
		if s.State == nil {
			return &model.Error{Field: "segment", Reason: say.New("problem.no-segment", "is {{name}}, which does not exist", strconv.Quote(s.Name))}
		}
		r.segments += s.Name + " " + *s.State + "\n"
	}
	return err
}

// userFacts are what a scan asks of the actors' users: facts that hold for all of their events.
type userFacts struct {
	// known has places in kinds, by the user's key. The first kind is what holds for everybody else, and for events without a user.
	known map[int64]uint32
	kinds []userFact
	// valueOf has the selectors whose events have a value that is such a fact.
	valueOf uint64
}

// userFact is what a scan asks of one user.
type userFact struct {
	// mask has the selectors that may pick the user's events.
	mask uint64
	// value is the number of the scan's value, if it is such a fact.
	value uint32
}

// readUserFacts reads what the scan asks of users, if it reads closed days: raw events come with it.
func (s *scanner) readUserFacts(ctx context.Context) error {
	closed := false
	for _, p := range s.pieces {
		closed = closed || p.Days != nil
	}
	if !closed || !s.scan.AsksUserFacts() {
		return nil
	}
	statement := s.scan.ReadUserFacts()
	args, err := json.Marshal(statement.Args) // which tells ["a b"] from ["a", "b"]
	if err != nil {
		return err
	}
	key, token := fmt.Sprintf("user facts %s %s", statement.SQL, args), fmt.Sprint(s.aliasChanges, " ", s.segments)
	if kept, found := s.engine.memory.keeper.get(key, token); found {
		s.facts = kept.(*userFacts)
		return nil
	}
	s.facts = &userFacts{known: map[int64]uint32{}, kinds: make([]userFact, 1)}
	if s.scan.TellsValue() {
		s.facts.valueOf = s.scan.ValueOf
	}
	if s.trace.Dry {
		s.trace.add(statement, 0, 0)
		return nil
	}
	rows, places := 0, map[userFact]uint32{}
	err = s.snapshot.Stream(ctx, 0, statement, func(values [][]byte) (err error) {
		rows++
		p := userFact{mask: binary.BigEndian.Uint64(values[1])}
		if values[2] != nil {
			if p.value, err = s.values.ID(bytes.Clone(values[2])); err != nil {
				return err
			}
		}
		key := int64(binary.BigEndian.Uint64(values[0]))
		if key == 0 {
			s.facts.kinds[0] = p
			return nil
		}
		place, met := places[p]
		if !met {
			place = uint32(len(s.facts.kinds))
			places[p] = place
			s.facts.kinds = append(s.facts.kinds, p)
		}
		s.facts.known[key] = place
		return nil
	})
	s.trace.add(statement, rows, 0)
	if err == nil && !s.scan.AsksOfProfiles() {
		const each = 24 // bytes
		s.engine.memory.keeper.keep(key, token, s.facts, each*len(s.facts.known))
	}
	return err
}

// places returns the kinds of the users with some keys, under which events are stored.
func (p *userFacts) places(keys []int64, a *aliases) []uint32 {
	list := make([]uint32, len(keys))
	for i, key := range keys {
		if a != nil {
			if user, found := a.known[key]; found {
				key = user
			}
		}
		list[i] = p.known[key]
	}
	return list
}

// apply leaves out what a kind of user leaves out, and sets the value if it is such a fact.
func (p *userFacts) apply(e *analysis.Event, place uint32) {
	kind := &p.kinds[place]
	if e.Picks &= kind.mask; e.Picks&p.valueOf != 0 {
		e.Value = kind.value
	}
}

// ofSlices returns the kinds of all users, by slice and number.
func (p *userFacts) ofSlices(u *users, a *aliases) (list [plan.Slices][]uint32) {
	for i := range u.slices {
		slice := &u.slices[i]
		slice.mu.Lock()
		keys := slice.keys
		slice.mu.Unlock()
		list[i] = p.places(keys, a)
	}
	return list
}
