package weblog

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/footfall-analytics/footfall/collector/event"
	"github.com/footfall-analytics/footfall/collector/writer"
)

// Importer imports logs into a table. Its fields may be read after [Importer.Run] has returned.
type Importer struct {
	// Store writes a batch of events; see [writer.Table.Insert].
	Store func(ctx context.Context, events []event.Event) (writer.Result, error)
	// Format is the format of all files.
	Format Format
	// Key is the secret from which ids of users are made: only who has it can find out users, and every import gives the same ids. It must
	// be set.
	Key []byte
	// Refuse is called for each line that does not become an event, with the reason.
	Refuse func(file string, line int, reason string)
	// Progress gets the bytes read, as they are in the files.
	Progress io.Writer

	Summary Summary

	users map[[16]byte]*user
	batch []event.Event
	// from has the source of each event of the batch, for the database's errors.
	from []source
	// second and seen count the equal lines within one second.
	second time.Time
	seen   map[[32]byte]uint32
	first  refusal
}

// Summary counts what an import did.
type Summary struct {
	// Refused counts lines that did not become events, and events that the database did not take; these are in rejected_events.
	Lines, New, Known, Refused int
	Users, Sessions            int
	BotUsers, BotEvents        int
	// Late counts lines that came more than two minutes after younger ones. Such a line may get a session of its own.
	Late int
	// First and Last are the times of the earliest and the latest event.
	First, Last time.Time
}

type source struct {
	file string
	line int
}

const batchEvents = 1000

// Run imports files in the order of their first lines' times. If it fails, what was read so far is stored, and running it again stores
// nothing twice.
func (im *Importer) Run(ctx context.Context, files []string) error {
	files, err := byTime(im.Format, files)
	if err != nil {
		return err
	}
	im.users = map[[16]byte]*user{}
	for _, name := range files {
		if err := im.file(ctx, name); err != nil {
			return err
		}
	}
	if err := im.flush(ctx); err != nil {
		return err
	}
	if im.Summary.Refused > 0 && im.Summary.New+im.Summary.Known == 0 {
		return im.nothing(im.first)
	}
	return nil
}

// Nothing is the error of an import in which every line was refused: it says why the first one was, and what to try.
type Nothing string

func (n Nothing) Error() string { return string(n) }

// refusal is a line that did not become an event; text is empty if the line was in the format.
type refusal struct {
	file         string
	line         int
	reason, text string
}

func (im *Importer) nothing(first refusal) error {
	why := fmt.Sprintf("no line became an event: the first, %s:%d, %s", first.file, first.line, first.reason)
	for other := range formats {
		if _, err := parse(other, first.text); err == nil {
			return Nothing(fmt.Sprintf("%s; it is in the %s format: use --format %s", why, other, other))
		}
	}
	if first.text != "" {
		why += "; what is in no format that is known here can be sent to POST /track/batch as JSON"
	}
	return Nothing(why)
}

func (im *Importer) file(ctx context.Context, name string) error {
	file := os.Stdin
	if name != Stdin {
		var err error
		if file, err = os.Open(name); err != nil {
			return err
		}
		defer func() { _ = file.Close() }()
	}
	log, err := openLines(io.TeeReader(file, im.Progress))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	// Ids depend only on the file, so counting and ordering start again with each file.
	order := &inOrder{}
	im.second, im.seen = time.Time{}, map[[32]byte]uint32{}
	release := func(r *record) error { return im.add(ctx, name, r) }
	for {
		line, tooLong, err := log.next()
		if err != nil {
			if flushErr := order.flush(release); flushErr != nil || errors.Is(err, io.EOF) {
				return flushErr
			}
			return errors.Join(fmt.Errorf("%s ends early after line %d: %w", name, log.number-1, err), im.flush(ctx))
		}
		im.Summary.Lines++
		v, err := parse(im.Format, line)
		if tooLong {
			err = fmt.Errorf("is longer than %d bytes", maxLine)
		}
		if err != nil {
			im.refuse(refusal{name, log.number, err.Error(), line})
			continue
		}
		if err := order.add(&record{view: v, line: log.number, sum: im.hash("line", line)}, release); err != nil {
			return err
		}
	}
}

func (im *Importer) refuse(r refusal) {
	if im.Summary.Refused++; im.Summary.Refused == 1 {
		im.first = r
	}
	im.Refuse(r.file, r.line, r.reason)
}

// hash returns a keyed hash: without the key nobody can find out an address by trying all of them.
func (im *Importer) hash(purpose string, texts ...string) (sum [32]byte) {
	mac := hmac.New(sha256.New, im.Key)
	mac.Write([]byte(purpose))
	for _, text := range texts {
		mac.Write([]byte{0})
		mac.Write([]byte(text))
	}
	mac.Sum(sum[:0])
	return sum
}

// add adds a record's event to the batch.
func (im *Importer) add(ctx context.Context, file string, r *record) error {
	id := im.hash("user", r.address, r.agent)
	e := event.Event{ID: im.eventID(r), UserID: hex.EncodeToString(id[:16]), Type: "page_view", Time: r.time,
		PageURL: r.path, DeviceType: r.visitor.Device, Metadata: r.metadata()}
	if bad := e.Validate(time.Now(), 0); len(bad) > 0 {
		im.refuse(refusal{file: file, line: r.line, reason: bad[0].Field + " " + bad[0].Reason})
		return nil
	}
	u := im.users[[16]byte(id[:])]
	if u == nil {
		u = &user{}
		im.users[[16]byte(id[:])] = u
		im.Summary.Users++
		if r.visitor.Bot {
			im.Summary.BotUsers++
		}
	}
	start, isNew := u.session(r.time)
	e.SessionID = e.UserID + "-" + strconv.FormatInt(start.Unix(), 10)
	im.count(r, isNew)
	im.batch, im.from = append(im.batch, e), append(im.from, source{file, r.line})
	if len(im.batch) == batchEvents {
		return im.flush(ctx)
	}
	return nil
}

func (im *Importer) count(r *record, newSession bool) {
	s := &im.Summary
	if newSession {
		s.Sessions++
	}
	if r.visitor.Bot {
		s.BotEvents++
	}
	if r.late {
		s.Late++
	}
	if s.First.IsZero() || r.time.Before(s.First) {
		s.First = r.time
	}
	if r.time.After(s.Last) {
		s.Last = r.time
	}
}

// eventID returns an id that is the same whenever the same file is read, but different for equal lines. Equal lines have equal times, so
// only lines of the current second need counting; late lines are distinguished by their place in the file.
func (im *Importer) eventID(r *record) uuid.UUID {
	if !r.late && !r.time.Equal(im.second) {
		im.second = r.time
		clear(im.seen)
	}
	place := "late " + strconv.Itoa(r.line)
	if !r.late {
		im.seen[r.sum]++
		place = strconv.Itoa(int(im.seen[r.sum]))
	}
	sum := im.hash("event", string(r.sum[:]), place)
	id := uuid.UUID(sum[:16])
	id[6] = id[6]&0x0f | 0x80 // version 8: made by a rule of our own
	id[8] = id[8]&0x3f | 0x80 // the variant of RFC 9562
	return id
}

func (v *view) metadata() []byte {
	var bot *bool
	if v.told {
		bot = &v.visitor.Bot
	}
	text, err := json.Marshal(struct {
		Method   string `json:"method"`
		Status   int    `json:"status"`
		Bytes    int64  `json:"bytes"`
		Query    string `json:"query,omitempty"`
		Host     string `json:"host,omitempty"`
		Referrer string `json:"referrer,omitempty"`
		Browser  string `json:"browser,omitempty"`
		OS       string `json:"os,omitempty"`
		Bot      *bool  `json:"bot,omitempty"`
		Asset    bool   `json:"asset"`
	}{v.method, v.status, v.bytes, v.query, v.host, v.referrer, v.visitor.Browser, v.visitor.OS, bot, v.assetFile})
	if err != nil {
		panic(err) // texts and numbers always have a JSON form
	}
	return text
}

// flush stores the batch.
func (im *Importer) flush(ctx context.Context) error {
	if len(im.batch) == 0 {
		return nil
	}
	result, err := im.Store(ctx, im.batch)
	if err != nil {
		return err
	}
	im.Summary.New += result.New
	im.Summary.Known += result.Known
	for _, bad := range result.Rejected {
		im.refuse(refusal{file: im.from[bad.Index].file, line: im.from[bad.Index].line, reason: bad.Reason})
	}
	im.batch, im.from = im.batch[:0], im.from[:0]
	return nil
}
