package queue

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// segment is a file of records; its name has the number of the first one.
type segment struct {
	path string
	// old is set for a file of the first version.
	old bool
	// stray is set when the name is not one that the queue gives.
	stray bool
	// first is the number of the first record, end the number after the last.
	first, end uint64
	// size is how far the file's records reach.
	size int64
	file *os.File
	// kept says that file stays open until all its records are committed, so that they can be read even if somebody removes it; with very
	// many files it does not.
	kept bool
	// info identifies the file: the one at the path may be another by now.
	info fs.FileInfo
	// writing is set while records are added.
	writing bool
	// keep says that something in the file could not be read, so that it will be set aside, not deleted. Faults before toldTo have been
	// logged.
	keep   bool
	toldTo int64
}

// mostOpen is how many files stay open.
const mostOpen = 256

func segmentPath(dir string, first uint64) string {
	return filepath.Join(dir, fmt.Sprintf("%020d%s", first, suffix))
}

// createSegment begins a file. An existing file with the same name has nothing that was acknowledged, and is set aside.
func createSegment(dir string, first, id uint64) (*segment, error) {
	s := &segment{path: segmentPath(dir, first), first: first, end: first, writing: true}
	err := s.create(id)
	if errors.Is(err, fs.ErrExist) {
		if _, err := setAside(s.path); err != nil {
			return nil, err
		}
		err = s.create(id)
	}
	return s, err
}

func (s *segment) create(id uint64) (err error) {
	if s.file, err = os.OpenFile(s.path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600); err != nil {
		return err
	}
	header := appendHeader(nil, id)
	s.size = int64(len(header))
	_, err = s.file.WriteAt(header, 0)
	if err == nil {
		s.info, err = s.file.Stat()
	}
	if err == nil {
		err = syncDir(filepath.Dir(s.path)) // else the file itself may be gone after a power cut
	}
	if err != nil {
		s.close()
		_ = os.Remove(s.path) // else it is set aside
	}
	return err
}

// append writes and syncs frames.
func (s *segment) append(frames []byte) error {
	if _, err := s.file.WriteAt(frames, s.size); err != nil {
		return err
	}
	return syncData(s.file)
}

func (s *segment) close() {
	if s.file != nil {
		_ = s.file.Close() // synced after each write
	}
	s.file = nil
}

// open looks up an existing file, and opens it for reading if it is to stay open.
func (s *segment) open(keep bool) (err error) {
	if s.info, err = os.Stat(s.path); err != nil || !keep {
		return err
	}
	s.kept = true
	s.file, err = os.Open(s.path)
	return err
}

// away returns an error if the file at the segment's path is not this one any more.
func (s *segment) away() error {
	if !same(s.path, s.info) {
		return fmt.Errorf("%w: send the request again", ErrAway)
	}
	return nil
}

func same(path string, info fs.FileInfo) bool {
	now, err := os.Stat(path)
	return err == nil && os.SameFile(now, info)
}

// listSegments returns the folder's files in order, stray ones last.
func listSegments(dir string) (list []*segment, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), oldSuffix) {
			continue
		}
		s := &segment{path: filepath.Join(dir, entry.Name())}
		digits, is := strings.CutSuffix(entry.Name(), suffix)
		_, headed := headerOf(s.path)
		s.old = !is && !headed
		s.first, err = strconv.ParseUint(strings.TrimSuffix(digits, oldSuffix), 10, 63)
		s.stray = err != nil
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b *segment) int {
		return cmp.Or(compareBool(a.stray, b.stray), cmp.Compare(a.first, b.first), strings.Compare(a.path, b.path))
	})
	return list, nil
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// headerOf returns the id of the queue that a file says it belongs to.
func headerOf(path string) (id uint64, ok bool) {
	file, err := os.Open(path)
	if err != nil {
		return 0, false
	}
	defer func() { _ = file.Close() }()
	header := make([]byte, headerBytes)
	_, _ = file.ReadAt(header, 0) // what is missing is not a header
	return readHeader(header)
}

// setAside renames a file so that the queue ignores it.
func setAside(path string) (aside string, err error) {
	aside, err = unusedName(path + ".aside")
	if err != nil {
		return "", err
	}
	return aside, os.Rename(path, aside)
}

// copyPart copies a part of a file to a file of its own, once.
func copyPart(f Fault) (path string, err error) {
	file, err := os.Open(f.Path)
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }()
	part := make([]byte, f.Bytes)
	if _, err := file.ReadAt(part, f.At); err != nil && err != io.EOF {
		return "", err
	}
	name := fmt.Sprintf("%s.%d.cut", f.Path, f.At)
	if last, err := os.ReadFile(name); err == nil && bytes.Equal(last, part) {
		return name, nil
	}
	if path, err = unusedName(name); err != nil {
		return "", err
	}
	if err := os.WriteFile(path, part, 0o600); err != nil {
		_ = os.Remove(path)
		return "", err
	}
	return path, nil
}

// unusedName returns the name or, if there is a file of that name, the name with a number added.
func unusedName(name string) (string, error) {
	for n := 0; ; n++ {
		path := name
		if n > 0 {
			path = fmt.Sprintf("%s.%d", name, n)
		}
		if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
			return path, nil
		} else if err != nil {
			return "", err
		}
	}
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
