package weblog

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"
)

// Stdin is the file name that stands for the standard input.
const Stdin = "-"

// maxLine is the longest line that is read. Web servers accept requests of 8 kB; escapes turn one byte into four.
const maxLine = 128 << 10

// lines reads a log line by line.
type lines struct {
	reader *bufio.Reader
	number int
}

// openLines opens plain text or gzip, whichever it is.
func openLines(r io.Reader) (*lines, error) {
	reader := bufio.NewReaderSize(r, maxLine)
	if magic, _ := reader.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		inflated, err := gzip.NewReader(reader)
		if err != nil {
			return nil, err
		}
		reader = bufio.NewReaderSize(inflated, maxLine)
	}
	return &lines{reader: reader}, nil
}

// next returns a line without its end, and io.EOF after the last one. For a line that is too long it returns only the beginning, and sets
// tooLong.
func (l *lines) next() (line string, tooLong bool, err error) {
	text, err := l.reader.ReadSlice('\n')
	line = string(text)
	for tooLong = errors.Is(err, bufio.ErrBufferFull); errors.Is(err, bufio.ErrBufferFull); {
		_, err = l.reader.ReadSlice('\n')
	}
	if errors.Is(err, io.EOF) && line != "" {
		err = nil
	}
	l.number++
	return string(bytes.TrimRight([]byte(line), "\r\n")), tooLong, err
}

// byTime sorts files by the times of their first lines, because access.log.1 is older than access.log.
func byTime(format Format, files []string) ([]string, error) {
	if len(files) == 1 {
		return files, nil
	}
	first := map[string]time.Time{}
	for _, name := range files {
		at, err := firstTime(format, name)
		if err != nil {
			return nil, err
		}
		first[name] = at
	}
	sorted := slices.Clone(files)
	slices.SortStableFunc(sorted, func(a, b string) int { return first[a].Compare(first[b]) })
	return sorted, nil
}

// firstTime returns the time of the first line that can be read among a file's first thousand.
func firstTime(format Format, name string) (time.Time, error) {
	// Reading from a pipe would take the lines out of it.
	if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
		return time.Time{}, errors.Join(err, fmt.Errorf("%s is not an ordinary file; anything else can only be read alone", name))
	}
	file, err := os.Open(name)
	if err != nil {
		return time.Time{}, err
	}
	defer func() { _ = file.Close() }()
	log, err := openLines(file)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s: %w", name, err)
	}
	for range 1000 {
		line, _, err := log.next()
		if err != nil {
			break // errors show when the whole file is read
		}
		if v, err := parse(format, line); err == nil {
			return v.time, nil
		}
	}
	return time.Time{}, nil
}
