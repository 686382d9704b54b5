package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/footfall-analytics/footfall/collector/event"
	"github.com/footfall-analytics/footfall/collector/queue"
	"github.com/footfall-analytics/footfall/internal/programs"
)

// What this program knows of the queue's files: a header; then frames, each with its record's length in the first four bytes and its
// number in the next eight, in front of the record.
const (
	fileHeader  = 20
	frameHeader = 20
	suffix      = ".v2.segment"
)

// record is one in a file.
type record struct {
	number  uint64
	at, end int
	ids     []uuid.UUID
}

// file is one of the queue's.
type file struct {
	path    string
	content []byte
	records []record
}

// files returns the queue's files, in order, with the records as far as they are whole.
func (c *chaos) files() (list []file, err error) {
	paths, err := filepath.Glob(filepath.Join(c.queues[0].folder, "*"+suffix))
	if err != nil {
		return nil, err
	}
	slices.Sort(paths)
	for _, path := range paths {
		f := file{path: path}
		if f.content, err = os.ReadFile(path); err != nil {
			return nil, err
		}
		for at := fileHeader; at+frameHeader <= len(f.content); {
			r := record{number: binary.LittleEndian.Uint64(f.content[at+4:]), at: at, end: at + frameHeader + int(binary.LittleEndian.Uint32(f.content[at:]))}
			if r.end > len(f.content) {
				break
			}
			events, err := event.DecodeRecord(nil, f.content[at+frameHeader:r.end])
			if err != nil {
				break // it is torn
			}
			for _, e := range events {
				r.ids = append(r.ids, e.ID)
			}
			f.records, at = append(f.records, r), r.end
		}
		list = append(list, f)
	}
	return list, nil
}

// readNotes returns the number of the first record that is not committed, and the number after the last that was acknowledged: each is the
// last word but one of a note.
func (c *chaos) readNotes() (committed, end uint64, err error) {
	for name, number := range map[string]*uint64{"committed": &committed, "contents": &end} {
		text, err := os.ReadFile(filepath.Join(c.queues[0].folder, name))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return 0, 0, err
		}
		words := strings.Fields(string(text))
		if *number, err = strconv.ParseUint(words[max(len(words)-2, 0)], 10, 64); err != nil {
			return 0, 0, fmt.Errorf("the note %s is %q: %w", name, text, err)
		}
	}
	return committed, end, nil
}

// tear does to the end of the queue what a crash of the machine may: part of what was not acknowledged is gone or replaced by something
// else, or the next file exists without a record.
func (c *chaos) tear(context.Context) error {
	c.gate.Lock() // the answers that were under way have arrived
	defer c.gate.Unlock()
	files, err := c.files()
	if err != nil || len(files) == 0 {
		return err
	}
	_, end, err := c.readNotes()
	if err != nil {
		return err
	}
	last := files[len(files)-1]
	keep, next := 0, end
	for _, r := range last.records {
		next = r.number + 1
		if r.number < end {
			keep = r.end
		}
	}
	garbage := make([]byte, c.rng.IntN(3)*c.rng.IntN(3000))
	if c.rng.IntN(2) == 0 { // else zeros, as file systems leave them
		for i := range garbage {
			garbage[i] = byte(c.rng.Uint32())
		}
	}
	if path := filepath.Join(c.queues[0].folder, fmt.Sprintf("%020d%s", next, suffix)); c.rng.IntN(2) == 0 && path != last.path {
		return os.WriteFile(path, garbage, 0o600)
	}
	content := last.content[:keep+c.rng.IntN(len(last.content)-keep+1)]
	return os.WriteFile(last.path, append(content, garbage...), 0o600)
}

// refusedStarts counts how often damage has kept the collector from starting.
const refusedStarts = "starts that stopped because of damage"

// damage spoils a part of a file. Either nothing acknowledged is lost by that, or the start stops; then only what was spoiled may be
// missing after a salvage.
func (c *chaos) damage(ctx context.Context) error {
	c.gate.Lock()
	defer c.gate.Unlock()
	hit, must, err := c.spoil()
	if err != nil || hit == nil {
		return err
	}
	err = c.startCollector(ctx)
	if err == nil {
		if must {
			return errors.New("the collector starts, though acknowledged events are damaged")
		}
		c.kills++
		return c.collector.Kill()
	}
	c.ledger.count(refusedStarts)
	check, salvage := c.queueCommand(ctx, "check"), c.queueCommand(ctx, "salvage")
	if check == nil || salvage != nil {
		return fmt.Errorf("the collector does not start: %w; queue check: %w; queue salvage: %w", err, check, salvage)
	}
	c.ledger.giveUp(hit)
	return nil
}

func (c *chaos) queueCommand(ctx context.Context, name string) error {
	output, err := exec.CommandContext(ctx, c.binary, "queue", name, "--queue-dir", c.queues[0].folder).CombinedOutput()
	_, _ = c.log.Write(output)
	return err
}

// spoil flips a bit, or writes zeros, among the records of a file. It returns the events of the records that are hit, and whether one
// of them was acknowledged and is not committed.
func (c *chaos) spoil() (hit []uuid.UUID, must bool, err error) {
	files, err := c.files()
	if err != nil {
		return nil, false, err
	}
	committed, end, err := c.readNotes()
	files = slices.DeleteFunc(files, func(f file) bool { return len(f.records) == 0 })
	if err != nil || len(files) == 0 {
		return nil, false, err
	}
	f := files[c.rng.IntN(len(files))]
	from := fileHeader + c.rng.IntN(f.records[len(f.records)-1].end-fileHeader)
	to := from + 1
	if c.rng.IntN(2) == 0 {
		f.content[from] ^= 1 << c.rng.IntN(8)
	} else {
		to = min(from+c.rng.IntN(4096)+1, len(f.content))
		clear(f.content[from:to])
	}
	for _, r := range f.records {
		if r.at < to && r.end > from {
			hit = append(hit, r.ids...)
			must = must || r.number >= committed && r.number < end && to == from+1 // zeros may have been zeros
		}
	}
	return hit, must, os.WriteFile(f.path, f.content, 0o600)
}

// removeKept removes what the queue keeps of damaged files.
func (c *chaos) removeKept() error {
	for _, kind := range []string{"*.aside*", "*.cut*"} {
		paths, err := filepath.Glob(filepath.Join(c.queues[0].folder, kind))
		if err != nil {
			return err
		}
		for _, path := range paths {
			if err := os.Remove(path); err != nil {
				return err
			}
		}
	}
	return nil
}

// setClockBack leaves an event in the queue that came when the clock was an hour ahead: whatever comes after it must not wait.
func (c *chaos) setClockBack(context.Context) error {
	c.gate.Lock()
	defer c.gate.Unlock()
	q, err := queue.Open(queue.Options{Dir: c.queues[0].folder, MaxBytes: int64(c.queues[0].bytes), SegmentBytes: int64(c.queues[0].bytes / 8)})
	if err != nil {
		return err
	}
	c.extra.events++
	now := time.Now().UTC().Truncate(time.Millisecond)
	m := &message{id: newID(c.rng), user: fmt.Sprintf("user 0 of %d", c.extra.number), name: "visit", number: c.extra.events}
	e := event.Event{ID: m.id, UserID: m.user, Type: m.name, Time: now, Received: now.Add(time.Hour), Metadata: fmt.Appendf(nil, `{"number": %d}`, m.number)}
	c.ledger.sending(m, try{at: now, said: now})
	ctx, cancel := context.WithTimeout(context.Background(), answerTimeout)
	defer cancel()
	err = q.Append(ctx, event.AppendRecord(nil, []event.Event{e}))
	if err == nil {
		c.ledger.acknowledge([]*message{m})
	}
	if errors.Is(err, queue.ErrFull) {
		err = nil
	}
	return errors.Join(err, q.Close())
}

// removeFolder removes, moves or replaces the queue's folder. From then on nothing may be acknowledged; what was acknowledged before is
// still written.
func (c *chaos) removeFolder(ctx context.Context) error {
	folder := c.queues[0].folder
	how := c.rng.IntN(3)
	moved := folder + ", moved"
	if how == 0 {
		if err := os.Rename(folder, moved); err != nil {
			return err
		}
	} else {
		for err := os.RemoveAll(folder); err != nil; err = os.RemoveAll(folder) { // the collector may have put something in
			if err := c.wait(ctx, time.Millisecond); err != nil {
				return err
			}
		}
	}
	if how == 2 {
		if err := os.Mkdir(folder, 0o700); err != nil {
			return err
		}
	}
	if err := c.awaitNotReady(ctx); err != nil {
		return err
	}
	settling, cancel := context.WithTimeout(ctx, settleTimeout)
	defer cancel()
	return errors.Join(c.collector.Settle(settling), os.RemoveAll(moved))
}

// noticed is how long a collector may take to notice a change: it looks once a second.
const noticed = 3 * time.Second

func (c *chaos) awaitNotReady(ctx context.Context) error {
	for start := time.Now(); programs.AwaitOK(ctx, c.collector.URL+"/readyz", 0, nil) == nil; {
		if time.Since(start) > noticed {
			return errors.New("the collector says that it is ready, without its folder")
		}
		if err := c.wait(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// startSecond starts a second collector in the folder, which must fail.
func (c *chaos) startSecond(ctx context.Context) error {
	if second, err := c.second(ctx); err == nil {
		return errors.Join(errors.New("a second collector starts in the same folder"), second.Kill())
	}
	return nil
}

// second starts a collector in the same folder. It has no database: the embedded one has room for one collector only.
func (c *chaos) second(ctx context.Context) (*programs.Collector, error) {
	return programs.StartCollector(ctx, c.binary, "postgres://nobody@127.0.0.1:1/nothing", c.schema, 0, c.queues[0].folder, c.log,
		"--queue-bytes", strconv.Itoa(2*c.queues[0].bytes), "--max-body", strconv.Itoa(bodyBytes)) // else it may be full
}

// removeLock lets a second collector have the folder. The first one must not acknowledge anything from then on.
func (c *chaos) removeLock(ctx context.Context) error {
	if err := os.Remove(filepath.Join(c.queues[0].folder, "lock")); err != nil {
		return err
	}
	second, err := c.second(ctx)
	if err != nil {
		return err
	}
	err = c.awaitNotReady(ctx)
	s := *c.extra
	s.url = second.URL
	for range 1 + c.rng.IntN(5) {
		if _, sendErr := s.send(ctx, s.next()); sendErr != nil {
			err = errors.Join(err, sendErr)
		}
	}
	c.extra.events = s.events
	if c.rng.IntN(2) == 0 {
		second.Stop()
		return err
	}
	c.kills++
	return errors.Join(err, second.Kill())
}

// allDays are those on which there are many events, and daysAtOnce the requests that are sent at once. The embedded database takes its
// time to make a chunk.
const allDays, daysAtOnce = 1200, 2

func (c *chaos) sendManyDays(ctx context.Context) error {
	all, requests := allDays, daysAtOnce
	if c.oneSession {
		all, requests = daysOfRequest+1, 1
	}
	for range requests {
		if err := c.sendExtra(ctx, manyDays(c.rng, c.extra.number, &c.extra.events, c.rng.IntN(all-daysOfRequest))); err != nil {
			return err
		}
	}
	return nil
}

// traitsAtOnce is how many times a user's traits are told at once.
const traitsAtOnce = 10

func (c *chaos) sendLargeTraits(ctx context.Context) error {
	for range traitsAtOnce {
		if err := c.sendExtra(ctx, largeTraits(c.rng, c.extra.number, &c.extra.events)); err != nil {
			return err
		}
	}
	return nil
}

// sendExtra tries a few times: the queue may be full.
func (c *chaos) sendExtra(ctx context.Context, r *request) error {
	for range 3 {
		acknowledged, err := c.extra.send(ctx, r)
		if err != nil || acknowledged {
			return err
		}
		if err := c.wait(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}
