package engine

import (
	"container/list"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/plan"
)

// keeper holds the most recently used results and events of closed time, up to a number of bytes. They are good only as long as their token is
// the same.
type keeper struct {
	mu    sync.Mutex
	most  int
	bytes int
	// aside are bytes that others have of the most.
	aside   int
	entries map[string]*list.Element
	recent  list.List // of *keptEntry, the latest used first
}

type keptEntry struct {
	key, token string
	value      any
	bytes      int
}

func newKeeper(most int) *keeper { return &keeper{most: most, entries: map[string]*list.Element{}} }

// get returns what was kept under the key, if it was kept with the same token.
func (k *keeper) get(key, token string) (any, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	element, found := k.entries[key]
	if !found || element.Value.(*keptEntry).token != token {
		return nil, false
	}
	k.recent.MoveToFront(element)
	return element.Value.(*keptEntry).value, true
}

// keep puts a value in place of what was kept under the key. The value must not change afterwards.
func (k *keeper) keep(key, token string, value any, bytes int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if old, found := k.entries[key]; found {
		k.drop(old)
	}
	if bytes > k.most-k.aside {
		return
	}
	k.entries[key] = k.recent.PushFront(&keptEntry{key, token, value, bytes})
	k.bytes += bytes
	k.shrink()
}

// makeRoom drops what was not used for longest, until so many bytes are free.
func (k *keeper) makeRoom(bytes int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for k.bytes+bytes > k.most-k.aside && k.recent.Len() > 0 {
		k.drop(k.recent.Back())
	}
}

// setAside says how many bytes others have.
func (k *keeper) setAside(bytes int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.aside = bytes
	k.shrink()
}

func (k *keeper) shrink() {
	for k.bytes > k.most-k.aside && k.recent.Len() > 0 {
		k.drop(k.recent.Back())
	}
}

func (k *keeper) drop(element *list.Element) {
	entry := k.recent.Remove(element).(*keptEntry)
	delete(k.entries, entry.key)
	k.bytes -= entry.bytes
}

// closedPart is a part of a question whose days are closed.
type closedPart struct {
	// name says what is computed, and everything that it depends on apart from the query, the start of the range and the data.
	name string
	// query is the part of the query that it depends on.
	query model.Query
	// scan reads the part, and days are the days that it reads.
	scan plan.Scan
	days []plan.Day
}

// once returns the result of compute, or the kept result for the same data. The value must not change afterwards.
func once[T interface{ Bytes() int }](r *reading, part closedPart, compute func() (T, error)) (T, error) {
	raw, err := json.Marshal(part.query)
	if err != nil {
		var none T
		return none, err
	}
	span := part.scan.Range
	key := fmt.Sprintf("%s from %d, %s", part.name, span.From.UnixMicro(), raw)
	token := fmt.Sprintf("to %d, %s", span.To.UnixMicro(), r.closedToken(part.days, span))
	if kept, found := r.engine.memory.keeper.get(key, token); found {
		r.trace.keep(span)
		return kept.(T), nil
	}
	value, err := compute()
	if err == nil && !r.trace.Dry {
		r.engine.memory.keeper.keep(key, token, value, value.Bytes())
	}
	return value, err
}

// closedToken identifies the data behind a result of closed time: the days that it read, how often each had changed, and how often the
// aliases had.
func (r *reading) closedToken(days []plan.Day, span model.Range) string {
	var token strings.Builder
	fmt.Fprintf(&token, "%d %s", r.aliasChanges, r.segments)
	for _, d := range days {
		if d.Start.AddDate(0, 0, 1).After(span.From) && d.Start.Before(span.To) {
			fmt.Fprintf(&token, "%d:%d ", d.Start.Unix()/86400, d.Changes)
		}
	}
	return token.String()
}
