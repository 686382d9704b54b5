package queue

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

// Notes are small files beside the records. A note is one line: its name, the queue's id, numbers, and the CRC-32C of all these. It is
// overwritten in place and lies in one sector, so that after a power cut it is either an old or the new one.
const (
	// contents notes the number of the first record that must be in the folder's files, and the number after the last one. A record is
	// acknowledged after the note says that it is there, so a file that is missing or cut off is noticed.
	contentsName = "contents"
	// committed notes the number of the first record that is not committed.
	committedName = "committed"
)

// note is a note being kept. Its methods may be called from many goroutines.
type note struct {
	path    string
	id      uint64
	mu      sync.Mutex
	numbers []uint64
	file    *os.File // nil until it can be written
	text    []byte
}

func newNote(dir, name string, id uint64, numbers ...uint64) *note {
	return &note{path: filepath.Join(dir, name), id: id, numbers: numbers}
}

// set changes one number in the note's file, wherever that file has been moved meanwhile.
func (n *note) set(i int, number uint64) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.numbers[i] = number
	n.text = appendNote(n.text[:0], filepath.Base(n.path), n.id, n.numbers)
	if n.file != nil {
		_, err := n.file.WriteAt(n.text, 0)
		return err
	}
	file, err := os.OpenFile(n.path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if _, err = file.WriteAt(n.text, 0); err == nil {
		err = file.Truncate(int64(len(n.text)))
	}
	if err != nil {
		_ = file.Close()
		return err
	}
	n.file = file
	return nil
}

// sync flushes the note to the disk.
func (n *note) sync() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.file == nil {
		return nil
	}
	return syncData(n.file)
}

func (n *note) close() {
	if n != nil && n.file != nil {
		_ = n.file.Close() // a note that was not synced may be lost anyway
	}
}

func appendNote(b []byte, name string, id uint64, numbers []uint64) []byte {
	b = fmt.Appendf(b, "%s %016x", name, id)
	for _, number := range numbers {
		b = fmt.Appendf(b, " %020d", number)
	}
	return fmt.Appendf(b, " %08x\n", crc32.Checksum(b, castagnoli))
}

// noteContent is the content of a note.
type noteContent struct {
	id      uint64
	numbers []uint64
	// there says that the file exists, and ok that it is a whole note. plain says that it is only a number, as the first version wrote it.
	there, ok, plain bool
}

// readNote reads a note with count numbers.
func readNote(dir, name string, count int) (n noteContent, err error) {
	text, err := os.ReadFile(filepath.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return noteContent{}, nil
	}
	if err != nil {
		return noteContent{}, err
	}
	n.there = true
	words := strings.Fields(string(text))
	if len(words) == 1 && count == 1 {
		number, err := strconv.ParseUint(words[0], 10, 63)
		return noteContent{numbers: []uint64{number}, there: true, plain: err == nil}, nil
	}
	if len(words) != count+3 {
		return n, nil
	}
	n.id, _ = strconv.ParseUint(words[1], 16, 64) // else it is not the text that is compared below
	for _, word := range words[2 : 2+count] {
		number, _ := strconv.ParseUint(word, 10, 63)
		n.numbers = append(n.numbers, number)
	}
	n.ok = string(text) == string(appendNote(nil, name, n.id, n.numbers))
	return n, nil
}
