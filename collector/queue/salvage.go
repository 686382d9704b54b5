package queue

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// Recovery is the result of [Salvage].
type Recovery struct {
	// Found is the report on the folder as it was.
	Found Report
	// Records is how many records were recovered.
	Records uint64
	// Aside has the new names of the old files.
	Aside []string
}

// Salvage copies all records that can be read into fresh files, from which the queue can be opened, and sets the old files aside; it
// deletes nothing. It calls show with each record before writing it. If nothing is damaged, it does nothing. The copies need as much room
// as the records. An interrupted salvage can be run again; some records may then be in the queue twice.
func Salvage(dir string, show func(record []byte) error) (s Recovery, err error) {
	if _, err := os.Stat(dir); err != nil {
		return s, fmt.Errorf("the queue's folder: %w", err)
	}
	lock, err := lockFolder(dir)
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, lock.Unlock()) }()
	in := &inspection{dir: dir, tolerant: true}
	if err := in.inspect(); err != nil {
		return s, err
	}
	if s.Found = in.Report; len(in.Faults) == 0 {
		return s, nil
	}
	f := newFresh(in)
	if err := f.copy(show); err != nil {
		return s, errors.Join(err, os.RemoveAll(f.folder()))
	}
	s.Records = f.next - f.first
	s.Aside, err = f.replace(in.Files)
	return s, err
}

// fresh are the files that a salvage writes.
type fresh struct {
	framing
	dir string
	id  uint64
	// first is the number of their first record, after the records of all other files, and next the number of the next record.
	first, next uint64
	frames      []byte
	paths       []string
}

// freshBytes is about the size of one file.
const freshBytes = 4 << 20

func newFresh(in *inspection) *fresh {
	f := &fresh{dir: in.dir, id: cmp.Or(in.id, rand.Uint64()), first: max(in.End, in.Committed)}
	f.framing = framingOf(f.id)
	for _, s := range in.segments {
		f.first = max(f.first, s.end, s.first+1)
	}
	f.next = f.first
	return f
}

// folder returns the folder for the files until all are complete.
func (f *fresh) folder() string { return filepath.Join(f.dir, "fresh") }

func (f *fresh) copy(show func(record []byte) error) error {
	if err := os.RemoveAll(f.folder()); err != nil { // copies of an interrupted salvage
		return err
	}
	if err := os.Mkdir(f.folder(), 0o700); err != nil {
		return err
	}
	waiting := uint64(0)
	write := func() error {
		defer func() { f.frames, waiting = f.frames[:0], 0 }()
		return f.write(waiting)
	}
	from := &inspection{dir: f.dir, tolerant: true, show: func(record []byte) error {
		f.frames = f.appendFrame(f.frames, record)
		waiting++
		if err := show(record); err != nil || len(f.frames) < freshBytes {
			return err
		}
		return write()
	}}
	if err := from.inspect(); err != nil {
		return err
	}
	return write()
}

// write writes the gathered frames to a new file.
func (f *fresh) write(records uint64) error {
	if records == 0 {
		return nil
	}
	s, err := createSegment(f.folder(), f.next, f.id)
	if err != nil {
		return err
	}
	defer s.close()
	f.number(f.frames, f.next)
	f.paths = append(f.paths, s.path)
	f.next += records
	return s.append(f.frames)
}

// replace puts the fresh files in place of the others. If it is interrupted, the queue does not open before another salvage, unless the
// remaining files can be read.
func (f *fresh) replace(others []File) (aside []string, err error) {
	for _, path := range f.paths {
		if err := os.Rename(path, filepath.Join(f.dir, filepath.Base(path))); err != nil {
			return nil, err
		}
	}
	if err := syncDir(f.dir); err != nil {
		return nil, err
	}
	for _, file := range others {
		path, err := setAside(file.Path)
		if err != nil {
			return aside, err
		}
		aside = append(aside, path)
	}
	contents, committed := newNote(f.dir, contentsName, f.id, f.first, f.next), newNote(f.dir, committedName, f.id, f.first)
	defer contents.close()
	defer committed.close()
	return aside, errors.Join(syncDir(f.dir), contents.set(1, f.next), contents.sync(), committed.set(0, f.first), committed.sync(), os.Remove(f.folder()))
}
