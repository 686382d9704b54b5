package engine

import (
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"sync"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/plan"
)

const (
	// maxAliases is how many aliases may be looked up, and maxAliasedEvents how many events of users with aliases may be in memory.
	maxAliases       = 1_000_000
	maxAliasedEvents = 4_000_000
)

// ErrTooManyAliases is the error of a question that would need too much memory for users with aliases.
var ErrTooManyAliases = errors.New("too many events are stored under ids that turned out to mean another user")

// aliases say which users count as others.
type aliases struct {
	// changes is how often the aliases had changed.
	changes int64
	// known has the key of the known user, by the keys of its aliases and by its own.
	known map[int64]int64
}

// readAliases reads the aliases, if they have changed since the last reading.
func (r *reading) readAliases(ctx context.Context) error {
	aliased := false
	err := r.snapshot.Stream(ctx, 0, plan.AliasState(), func(values [][]byte) error {
		r.aliasChanges, aliased = int64(binary.BigEndian.Uint64(values[0])), values[1][0] == 1
		return nil
	})
	if err != nil || !aliased {
		return err
	}
	if r.aliases = r.engine.aliases.Load(); r.aliases != nil && r.aliases.changes == r.aliasChanges {
		return nil
	}
	r.aliases = &aliases{r.aliasChanges, map[int64]int64{}}
	n := 0
	err = r.snapshot.Stream(ctx, 0, plan.Aliases(maxAliases+1), func(values [][]byte) error {
		alias, user := int64(binary.BigEndian.Uint64(values[0])), int64(binary.BigEndian.Uint64(values[1]))
		r.aliases.known[alias], r.aliases.known[user] = user, user
		n++
		return nil
	})
	if err == nil && n > maxAliases {
		err = ErrTooManyAliases
	}
	if err == nil {
		r.engine.aliases.Store(r.aliases)
	}
	return err
}

// hasAliases reports whether some events count for other users than they are stored under.
func (r *reading) hasAliases() bool { return r.aliases != nil }

// haveAny reports whether one of the known users is among the keys.
func (a *aliases) haveAny(keys []int64) bool {
	return a != nil && slices.ContainsFunc(keys, func(key int64) bool {
		_, found := a.known[key]
		return found
	})
}

// aliasedEvents are the events of users who have aliases, from all parts of a scan.
type aliasedEvents struct {
	mu sync.Mutex
	buffer
}

// take adds the events that a part has put aside.
func (j *aliasedEvents) take(aside []analysis.Event) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.events = append(j.events, aside...)
	if len(j.events) > maxAliasedEvents {
		return ErrTooManyAliases
	}
	return nil
}
