package queue

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// File says what was found in one file of records.
type File struct {
	Path string
	// Records counts the records that can be read, and Bytes the room that they take. Lost counts the records that cannot be read, or are
	// missing; for a file of the first version, whose records have no numbers, it is the least possible number.
	Records, Lost uint64
	Bytes         int64
}

// Report says what is in a queue's folder.
type Report struct {
	Files []File
	// Committed is the number of the first record that is not committed, and End the number after the last record.
	Committed, End uint64
	// Missing is how many records should be in the folder but are in no file.
	Missing uint64
	// Faults are all faults that were found.
	Faults []Fault
	// Tail is the unfinished end that a crash has left, if any. It was never acknowledged.
	Tail *Fault
	// Odd has what else is not as it should be. It costs no record.
	Odd []string
}

// Stops returns the faults that keep the queue from being opened: records are lost that were not committed, or may not have been.
func (r *Report) Stops() (faults []Fault) {
	for _, f := range r.Faults {
		if f.Reason != "" || f.End > r.Committed {
			faults = append(faults, f)
		}
	}
	return faults
}

// Lost returns how many records cannot be read, or are missing.
func (r *Report) Lost() (records uint64) {
	records = r.Missing
	for _, f := range r.Files {
		records += f.Lost
	}
	return records
}

// inspection is a [Report] with what is needed to open or salvage the queue.
type inspection struct {
	Report
	dir      string
	id       uint64
	contents noteContent
	segments []*segment
	show     func(record []byte) error
	// tolerant says that blocks that the disk cannot read are damage like any other, not an error.
	tolerant bool
}

// inspect reads everything in the folder and changes nothing. Each record that can be read is shown, in order; it is valid until
// the next one.
func (in *inspection) inspect() error {
	// A collector may be at work. What is noted before the files are listed is in these files.
	var err error
	if in.contents, err = readNote(in.dir, contentsName, 2); err != nil {
		return err
	}
	committed, err := readNote(in.dir, committedName, 1)
	if err != nil {
		return err
	}
	all, err := listSegments(in.dir)
	if err != nil {
		return err
	}
	in.id = idOf(all, in.contents, committed)
	for i, s := range all {
		next := uint64(0)
		if i+1 < len(all) && !all[i+1].stray {
			next = all[i+1].first
		}
		if err := in.read(s, next); err != nil {
			return err
		}
		if !s.stray {
			in.segments = append(in.segments, s)
		}
	}
	// Files may have been freed before they were listed; that is noted first.
	if now, err := readNote(in.dir, contentsName, 2); err == nil && now.ok && in.contents.ok {
		in.contents.numbers[0] = now.numbers[0]
	}
	in.findEnds()
	in.believe(committed)
	return nil
}

// idOf returns the queue's id, from the notes or else from the first file that has it; 0 if none has.
func idOf(all []*segment, contents, committed noteContent) uint64 {
	if contents.ok {
		return contents.id
	}
	for _, s := range all {
		if id, ok := headerOf(s.path); ok && !s.stray {
			return id
		}
	}
	if committed.ok {
		return committed.id
	}
	return 0
}

// read scans a file. next is the number of the next file's first record; 0 for the last file.
func (in *inspection) read(s *segment, next uint64) error {
	file, err := os.Open(s.path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if s.stray {
		in.strange(s, "is not named as the queue names its files")
	} else if id, ok := headerOf(s.path); ok && id != in.id {
		in.strange(s, "belongs to another queue")
	}
	var reader io.ReaderAt = file
	if in.tolerant {
		reader = patient{file}
	}
	sc, err := newScanner(s, reader, info.Size(), in.id)
	if err != nil {
		return err
	}
	sc.shared = true
	if s.stray {
		return in.scanStray(sc)
	}
	return in.scan(s, sc, next)
}

func (in *inspection) strange(s *segment, reason string) {
	in.Faults = append(in.Faults, Fault{Path: s.path, First: s.first, End: s.first, Reason: reason})
}

// scan reads the records of a file, and what is wrong with it.
func (in *inspection) scan(s *segment, sc *scanner, next uint64) error {
	found, before := File{Path: s.path}, len(in.Faults)
	s.size = sc.at
	for next == 0 || sc.next < next {
		want := sc.next
		f, fault, err := sc.scan()
		switch {
		case err != nil && !errors.Is(err, io.EOF):
			return fmt.Errorf("%s cannot be read at byte %d: %w", s.path, sc.at, err)
		case errors.Is(err, io.EOF) && next == 0:
			in.Tail = fault
		case errors.Is(err, io.EOF) || next != 0 && f.number >= next: // what the next file repeats was not acknowledged here
			err, fault = io.EOF, cmp.Or(fault, &Fault{Path: s.path, At: s.size})
			fault.First, fault.End = want, next
			sc.back(f)
			fallthrough
		case fault != nil:
			in.Faults = append(in.Faults, *fault)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		s.size = f.end
		if err := in.add(&found, f); err != nil {
			return err
		}
	}
	if s.end = next; next == 0 {
		s.end = sc.next
	}
	in.count(s, sc, next, &found, in.Faults[before:])
	in.Files = append(in.Files, found)
	if in.show == nil {
		return nil
	}
	return in.showRest(sc)
}

// showRest shows the records beyond the last number: whether they belong to the queue or not, they are readable.
func (in *inspection) showRest(sc *scanner) error {
	for {
		f, _, err := sc.scan()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := in.show(f.record); err != nil {
			return err
		}
	}
}

func (in *inspection) add(file *File, f frame) error {
	file.Records, file.Bytes = file.Records+1, file.Bytes+f.end-f.at
	if in.show == nil {
		return nil
	}
	return in.show(f.record)
}

// count sets how many records are lost in a file. Records of the first version have no numbers.
func (in *inspection) count(s *segment, sc *scanner, next uint64, found *File, faults []Fault) {
	switch {
	case !s.old:
		for _, f := range faults {
			found.Lost += f.End - f.First
		}
		return
	case len(faults) == 0:
		if f, _, err := sc.scan(); err == nil {
			sc.back(f)
			in.strange(s, "has more records than there are numbers before the next file")
		}
		return
	case next == 0:
		found.Lost = uint64(len(faults)) // at least
		s.end += found.Lost
	default:
		found.Lost = next - s.first - found.Records
	}
	for i := range faults {
		faults[i].End = s.end
	}
}

// scanStray reads the records of a file whose numbers mean nothing.
func (in *inspection) scanStray(sc *scanner) error {
	found := File{Path: sc.path}
	for {
		f, fault, err := sc.scan()
		if fault != nil && fault.Bytes > 0 {
			fault.End = fault.First
			in.Faults = append(in.Faults, *fault)
		}
		if errors.Is(err, io.EOF) {
			in.Files = append(in.Files, found)
			return nil
		}
		if err != nil {
			return err
		}
		if err := in.add(&found, f); err != nil {
			return err
		}
	}
}

// findEnds compares what is there with what must be there.
func (in *inspection) findEnds() {
	n := len(in.segments)
	if n > 0 {
		in.End = in.segments[n-1].end
	}
	switch {
	case in.contents.ok:
	case in.contents.there:
		in.odd("%s cannot be read, so that nothing tells whether the last records are missing", in.path(contentsName))
		return
	case n > 0 && !in.segments[n-1].old:
		in.odd("%s is missing, so that nothing tells whether the last records are", in.path(contentsName))
		return
	default:
		return
	}
	first, end := in.contents.numbers[0], in.contents.numbers[1]
	switch {
	case n == 0:
		in.missing(Fault{Path: in.dir}, first, end)
	case in.segments[0].first > first:
		in.missing(Fault{Path: in.segments[0].path}, first, in.segments[0].first)
	}
	if n > 0 && in.End < end {
		last := in.segments[n-1]
		in.missing(*cmp.Or(in.Tail, &Fault{Path: last.path, At: last.size}), in.End, end)
		in.Tail = nil
	}
	in.End = max(in.End, end)
}

func (in *inspection) missing(f Fault, first, end uint64) {
	if f.First, f.End = first, end; end > first {
		in.Faults = append(in.Faults, f)
		in.Missing += end - first
	}
}

func (in *inspection) path(name string) string { return filepath.Join(in.dir, name) }

func (in *inspection) odd(format string, args ...any) {
	in.Odd = append(in.Odd, fmt.Sprintf(format, args...))
}

// mostNumber is the largest number that is believed if nothing else tells how far the queue has come.
const mostNumber = 1 << 62

// believe uses the note of what is committed as far as it can be true. What is not certainly committed is stored again, which changes
// nothing.
func (in *inspection) believe(committed noteContent) {
	switch {
	case in.contents.ok:
		in.Committed = in.contents.numbers[0]
	case len(in.segments) > 0:
		in.Committed = in.segments[0].first
	}
	var number uint64
	switch path := in.path(committedName); {
	case !committed.there:
	case committed.plain && in.contents.there:
		in.odd("%s is not what the collector has written there", path)
	case !committed.ok && !committed.plain:
		in.odd("%s cannot be read", path)
	case committed.ok && committed.id != in.id:
		in.odd("%s belongs to another queue", path)
	case len(in.segments) == 0 && !in.contents.ok && committed.numbers[0] <= mostNumber:
		in.End = committed.numbers[0]
		fallthrough
	case committed.numbers[0] <= in.End:
		number = committed.numbers[0]
	default:
		in.odd("%s says that the records before number %d are in the database, but the queue has none from number %d on", path, committed.numbers[0], in.End)
	}
	in.Committed = max(in.Committed, number)
	if len(in.segments) == 0 {
		in.Committed = in.End
	}
}

// Check reads the folder of a queue and changes nothing; a collector may be at work there.
func Check(dir string) (Report, error) {
	for try := 0; ; try++ {
		in := &inspection{dir: dir, tolerant: true}
		err := in.inspect()
		if try < mostTries && errors.Is(err, fs.ErrNotExist) {
			if _, err := os.Stat(dir); err == nil {
				continue // a file was freed meanwhile
			}
		}
		return in.Report, err
	}
}

const mostTries = 5

// patient reads a file, with zeros where the disk fails.
type patient struct{ io.ReaderAt }

const blockBytes = 4 << 10

func (p patient) ReadAt(b []byte, at int64) (n int, err error) {
	if n, err = p.ReaderAt.ReadAt(b, at); err == nil || errors.Is(err, io.EOF) {
		return n, err
	}
	for n = 0; n < len(b); {
		block := b[n:min(n+blockBytes-int((at+int64(n))%blockBytes), len(b))]
		read, err := p.ReaderAt.ReadAt(block, at+int64(n))
		if errors.Is(err, io.EOF) {
			return n + read, err
		}
		if err != nil {
			clear(block)
		}
		n += len(block)
	}
	return n, nil
}
