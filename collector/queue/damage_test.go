package queue

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// folder is a queue's folder as it was after its process had been killed.
type folder struct {
	files     map[string][]byte
	records   []string
	committed int
}

// newFolder has files of some records each, and has committed a part of the first file.
func newFolder(t testing.TB) folder {
	t.Helper()
	dir := t.TempDir()
	q, err := Open(Options{Dir: dir, MaxBytes: 1 << 30, SegmentBytes: 150})
	if err != nil {
		t.Fatal(err)
	}
	f := folder{records: numberLines(14), committed: 5}
	for i, r := range f.records {
		if err := q.Append(t.Context(), []byte(r)); err != nil {
			t.Fatal(err)
		}
		if i < f.committed {
			b, err := q.Read(t.Context(), 1)
			if err != nil {
				t.Fatal(err)
			}
			if err := q.Commit(b); err != nil {
				t.Fatal(err)
			}
		}
	}
	f.files = content(t, dir)
	if err := q.Close(); err != nil {
		t.Fatal(err)
	}
	delete(f.files, lockName)
	return f
}

func content(t testing.TB, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if files[e.Name()], err = os.ReadFile(filepath.Join(dir, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// names returns the files, in order.
func (f folder) names() []string { return slices.Sorted(maps.Keys(f.files)) }

func (f folder) segments() []string {
	return slices.DeleteFunc(f.names(), func(name string) bool { return !strings.HasSuffix(name, suffix) })
}

// with returns the folder with another content of one file; nil for none.
func (f folder) with(name string, content []byte) folder {
	f.files = maps.Clone(f.files)
	if f.files[name] = content; content == nil {
		delete(f.files, name)
	}
	return f
}

func (f folder) write(t testing.TB) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, content := range f.files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// whole returns the records whose frames stand somewhere in the files as they were written.
func (f folder) whole(original folder) (records []string) {
	for _, name := range original.segments() {
		content := original.files[name]
		for at := headerBytes; at < len(content); {
			end := at + frameBytes + int(binary.LittleEndian.Uint32(content[at:]))
			for _, now := range f.files {
				if bytes.Contains(now, content[at:end]) {
					records = append(records, string(content[at+frameBytes:end]))
					break
				}
			}
			at = end
		}
	}
	return records
}

// prove opens the folder: either everything that was acknowledged and is not committed is read in its order, or there is an error, and
// after a salvage everything that was not damaged. It returns whether there was an error.
func (f folder) prove(t testing.TB, original folder) (damaged bool) {
	t.Helper()
	dir := f.write(t)
	opts := Options{Dir: dir, MaxBytes: 1 << 30, SegmentBytes: 150}
	before := content(t, dir)
	q, err := Open(opts)
	if err == nil {
		got := appendAndRead(t, q)
		if least := len(f.records) - f.committed; len(got) < least || !slices.Equal(got, f.records[len(f.records)-min(len(got), len(f.records)):]) {
			t.Fatalf("%q is read in silence, of %q", got, f.records)
		}
		return false
	}
	now := content(t, dir)
	delete(now, lockName)
	if !maps.EqualFunc(before, now, bytes.Equal) {
		t.Fatal("the start that stopped has changed the files")
	}
	report, checkErr := Check(dir)
	if checkErr != nil || len(report.Stops()) == 0 {
		t.Fatalf("%v, but the check finds nothing: %v", err, checkErr)
	}
	events := 0
	s, salvageErr := Salvage(dir, func([]byte) error { events++; return nil })
	if salvageErr != nil || uint64(events) != s.Records {
		t.Fatalf("salvage: %v, %d shown of %d", salvageErr, events, s.Records)
	}
	if q, err = Open(opts); err != nil {
		t.Fatal("after the salvage:", err)
	}
	got := appendAndRead(t, q)
	for _, r := range got {
		if !slices.Contains(f.records, r) {
			t.Fatalf("%q was never appended", r)
		}
	}
	for _, r := range f.whole(original) {
		if !slices.Contains(got, r) {
			t.Fatalf("%q was not damaged and is not brought out after %v", r, err)
		}
	}
	return true
}

// appendAndRead reads everything, in a queue that takes records as well.
func appendAndRead(t testing.TB, q *Queue) (got []string) {
	t.Helper()
	if err := q.Append(t.Context(), []byte("after")); err != nil {
		t.Fatal(err)
	}
	for len(got) == 0 || got[len(got)-1] != "after" {
		b, err := q.Read(t.Context(), 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range b.Records {
			got = append(got, string(r))
		}
	}
	if err := q.Close(); err != nil {
		t.Fatal(err)
	}
	return got[:len(got)-1]
}

// Whatever happens to one file, nothing that was acknowledged is passed over in silence, and nothing that can be read is lost.
func TestEveryDamage(t *testing.T) {
	f := newFolder(t)
	if len(f.segments()) < 3 {
		t.Fatalf("only the files %q", f.names())
	}
	for _, name := range f.names() {
		content := f.files[name]
		stopped := 0
		try := func(what string, now []byte) {
			t.Helper()
			t.Run(fmt.Sprintf("%s %s", name, what), func(t *testing.T) {
				if f.with(name, now).prove(t, f) {
					stopped++
				}
			})
		}
		try("removed", nil)
		try("empty", []byte{})
		try("doubled", append(slices.Clone(content), content...))
		try("zeros after it", append(slices.Clone(content), make([]byte, 4096)...))
		for at := 0; at < len(content); at += 3 {
			flipped := slices.Clone(content)
			flipped[at] ^= 1 << (at % 8)
			try(fmt.Sprintf("bit flipped at %d", at), flipped)
		}
		for at := 0; at < len(content); at += 13 {
			end := min(at+64, len(content))
			zeros := slices.Clone(content)
			clear(zeros[at:end])
			try(fmt.Sprintf("zeros from %d", at), zeros)
			try(fmt.Sprintf("bytes gone from %d", at), slices.Concat(content[:at], content[end:]))
			try(fmt.Sprintf("bytes put in at %d", at), slices.Concat(content[:at], []byte("foreign"), content[at:]))
			try(fmt.Sprintf("cut at %d", at), content[:at:at])
		}
		if strings.HasSuffix(name, suffix) && stopped == 0 {
			t.Errorf("no damage of %s has stopped a start", name)
		}
	}
}

// Files that are renamed, copied, or come from elsewhere.
func TestStrangeFiles(t *testing.T) {
	f, other := newFolder(t), newFolder(t)
	segments := f.segments()
	first, second, last := segments[0], segments[1], segments[len(segments)-1]
	old := oldFrame(oldFrame(nil, "record 1 x"), "record 2 xx")
	for what, now := range map[string]folder{
		"renamed to come later":                             f.with(second, nil).with("00000000000000000500"+suffix, f.files[second]),
		"renamed to come earlier":                           f.with(last, nil).with("00000000000000000001"+suffix, f.files[last]),
		"renamed to something else":                         f.with(second, nil).with("backup"+suffix, f.files[second]),
		"two changed places":                                f.with(second, f.files[last]).with(last, f.files[second]),
		"a copy that comes last":                            f.with("00000000000000000014"+suffix, f.files[first]),
		"a copy of another name":                            f.with("copy of it.segment", f.files[second]),
		"of another queue":                                  f.with(second, other.files[second]),
		"of another queue, at the end, and its note":        f.with("00000000000000000014"+suffix, other.files[first]).with(contentsName, other.files[contentsName]),
		"of the first version, with a number that is taken": f.with("00000000000000000006.segment", old),
		"no records at all":                                 f.with("notes.segment", []byte("what is this?")),
	} {
		t.Run(what, func(t *testing.T) {
			if !now.prove(t, f) {
				t.Error("the queue is opened")
			}
		})
	}
}

// What is noted as committed is believed only where it can be true.
func TestCommittedIsNotBelieved(t *testing.T) {
	f, other := newFolder(t), newFolder(t)
	otherID, _ := readHeader(other.files[other.segments()[0]])
	id, _ := readHeader(f.files[f.segments()[0]])
	for what, text := range map[string]string{
		"beyond the last record": "9000\n", "huge": "18446744073709551615\n", "negative": "-1\n", "garbage": "\x00\xff\x00", "empty": "", "plain": "12\n",
		"whole, and beyond the last record": string(appendNote(nil, committedName, id, []uint64{15})),
		"of another queue":                  string(appendNote(nil, committedName, otherID, []uint64{12})),
		"the other note":                    string(appendNote(nil, contentsName, id, []uint64{12})),
	} {
		t.Run(what, func(t *testing.T) {
			var log bytes.Buffer
			dir := f.with(committedName, []byte(text)).write(t)
			q, err := Open(Options{Dir: dir, MaxBytes: 1 << 30, SegmentBytes: 150, Log: slog.New(slog.NewTextHandler(&log, nil))})
			if err != nil {
				t.Fatal(err)
			}
			got := appendAndRead(t, q)
			if len(got) < len(f.records)-f.committed || !slices.Equal(got, f.records[len(f.records)-len(got):]) {
				t.Errorf("%q is read", got)
			}
			if !strings.Contains(log.String(), committedName) {
				t.Errorf("the log says %q", log.String())
			}
			if got, want := len(segmentFiles(t, dir)), len(f.segments())+1; got != want {
				t.Errorf("%d files are left of %d", got, want)
			}
		})
	}
	// One from an older backup only repeats.
	if f.with(committedName, appendNote(nil, committedName, id, []uint64{1})).prove(t, f) {
		t.Error("an older number stops the start")
	}
}

// Folders of the first version: files without header and numbers, a plain number as the note.
func TestFilesOfTheFirstVersion(t *testing.T) {
	records := numberLines(9)
	var first, second []byte
	for i, r := range records {
		if i < 5 {
			first = oldFrame(first, r)
		} else {
			second = oldFrame(second, r)
		}
	}
	files := map[string][]byte{"00000000000000000000.segment": first, "00000000000000000005.segment": second, committedName: []byte("3\n")}
	f := folder{files: files, records: records, committed: 3}
	dir := f.write(t)
	for range 2 {
		q := open(t, dir, 1000)
		got, _ := readAll(t, q, 1000)
		equal(t, got, records[3:])
		closeQueue(t, q)
	}
	q := open(t, dir, 1000)
	appendAll(t, q, "new")
	got, last := readAll(t, q, 1000)
	equal(t, got, append(slices.Clone(records[3:]), "new"))
	if err := q.Commit(last); err != nil {
		t.Fatal(err)
	}
	closeQueue(t, q)
	if files := segmentFiles(t, dir); len(files) != 1 {
		t.Fatalf("%q are left", files)
	}
	// A torn end, and damage.
	if f.with("00000000000000000005.segment", append(slices.Clone(second), second[:20]...)).prove(t, f) {
		t.Error("a torn end stops the start")
	}
	if f.with(committedName, []byte("9000\n")).prove(t, f) {
		t.Error("a note that cannot be true stops the start")
	}
	for name, content := range map[string][]byte{"00000000000000000000.segment": first, "00000000000000000005.segment": second} {
		for at := range content[:len(content)-len(records[8])-oldFrameBytes] {
			flipped := slices.Clone(content)
			flipped[at] ^= 1 << (at % 8)
			now := f.with(name, flipped)
			dir := now.write(t)
			if _, err := Open(Options{Dir: dir, MaxBytes: 1 << 30, SegmentBytes: 1000}); err == nil {
				t.Fatalf("a bit flipped at %d of %s is not seen", at, name)
			}
			s, err := Salvage(dir, func([]byte) error { return nil })
			if err != nil || s.Records != 8 {
				t.Fatalf("a bit flipped at %d of %s: %d records are brought out, %v", at, name, s.Records, err)
			}
			q := open(t, dir, 1000)
			if got := appendAndRead(t, q); len(got) != 8 {
				t.Fatalf("%q", got)
			}
		}
	}
}

// oldFrame appends a record as the first version did.
func oldFrame(b []byte, record string) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(len(record)))
	sum := crc32.Update(crc32.Checksum(b[len(b)-4:], castagnoli), castagnoli, []byte(record))
	return append(binary.LittleEndian.AppendUint32(b, sum), record...)
}

// A record holds what a stranger has sent: bytes in it that look like a record are none, also where what is around them is damaged.
func TestNobodyCanSendARecordInARecord(t *testing.T) {
	dir := t.TempDir()
	q := open(t, dir, 1<<20)
	fake := framingOf(7) // a stranger does not know the id
	forged := fake.appendFrame(nil, []byte("forged"))
	fake.number(forged, 0)
	appendAll(t, q, "before", "around "+string(forged)+string(oldFrame(nil, "forged too")), "after")
	closeQueue(t, q)
	path := segmentFiles(t, dir)[0]
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	content[bytes.Index(content, []byte("around"))] ^= 1
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Salvage(dir, func([]byte) error { return nil })
	if err != nil || s.Records != 2 || s.Found.Lost() != 1 {
		t.Fatalf("%+v, %v", s, err)
	}
	q = open(t, dir, 1<<20)
	got, _ := readAll(t, q, 1000)
	equal(t, got, []string{"before", "after"})
	closeQueue(t, q)
}

// Damage that shows while the collector runs costs what is damaged and is told once. The file is not deleted.
func TestDamageWhileReading(t *testing.T) {
	var log bytes.Buffer
	dir := t.TempDir()
	opts := Options{Dir: dir, MaxBytes: 1 << 30, SegmentBytes: 1 << 20, Log: slog.New(slog.NewTextHandler(&log, nil))}
	q, err := Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	records := numberLines(20)
	appendAll(t, q, records...)
	path := segmentFiles(t, dir)[0]
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	at := int64(headerBytes)
	for _, r := range records[:7] {
		at += int64(frameBytes + len(r))
	}
	if _, err := file.WriteAt(make([]byte, 40), at+3); err != nil { // of two records
		t.Fatal(err)
	}
	_ = file.Close()
	want := slices.Concat(records[:7], records[9:])
	for range 2 {
		got, _ := readAll(t, q, 1)
		equal(t, got, want)
		q.Rewind()
	}
	appendAll(t, q, "more")
	got, last := readAll(t, q, 100)
	equal(t, got, append(slices.Clone(want), "more"))
	if q.Damaged() != 2 || strings.Count(log.String(), "damage in the queue") != 1 {
		t.Errorf("%d records damaged; the log says %s", q.Damaged(), log.String())
	}
	if err := q.Commit(last); err != nil {
		t.Fatal(err)
	}
	closeQueue(t, q)
	if q, err = Open(opts); err != nil {
		t.Fatal(err)
	}
	if bytes, left := q.Size(); bytes != 0 || left != 0 || len(filesLike(t, dir, "*.aside")) != 1 {
		t.Errorf("%d records in %d bytes are left; set aside are %q", left, bytes, filesLike(t, dir, "*.aside"))
	}
	closeQueue(t, q)
}

// A salvage that is broken off at any point is done again.
func TestBrokenOffSalvage(t *testing.T) {
	f := newFolder(t)
	name := f.segments()[1]
	damaged := slices.Clone(f.files[name])
	damaged[headerBytes+frameBytes] ^= 1
	now := f.with(name, damaged)
	dir := now.write(t)
	in := &inspection{dir: dir, tolerant: true}
	if err := in.inspect(); err != nil {
		t.Fatal(err)
	}
	fresh := newFresh(in)
	if err := fresh.copy(func([]byte) error { return nil }); err != nil {
		t.Fatal(err)
	}
	half := folder{files: content(t, filepath.Join(dir, "fresh")), records: f.records, committed: f.committed}
	for name, content := range now.files {
		half.files[name] = content
	}
	if !half.prove(t, f) { // the fresh files are in their place
		t.Error("the queue is opened")
	}
	for _, name := range f.segments() { // and some of the others are not
		half = half.with(name, nil)
		dir := half.write(t)
		q, err := Open(Options{Dir: dir, MaxBytes: 1 << 30, SegmentBytes: 1000})
		if err != nil {
			continue // it is to be salvaged once more
		}
		got := appendAndRead(t, q)
		for _, r := range now.whole(f) {
			if !slices.Contains(got, r) {
				t.Fatalf("%q is lost", r)
			}
		}
	}
}

// broken is a file on a disk that cannot read a part of it.
type broken struct {
	*bytes.Reader
	from, to int64
}

func (b broken) ReadAt(p []byte, at int64) (int, error) {
	if at < b.to && at+int64(len(p)) > b.from {
		return 0, fmt.Errorf("input/output error")
	}
	return b.Reader.ReadAt(p, at)
}

func TestBlocksThatCannotBeRead(t *testing.T) {
	content := bytes.Repeat([]byte("0123456789abcdef"), 4*blockBytes/16)
	p := patient{broken{bytes.NewReader(content), blockBytes, 2 * blockBytes}}
	got := make([]byte, len(content)+10)
	n, err := p.ReadAt(got[:len(content)-5], 5)
	want := slices.Clone(content)
	clear(want[blockBytes : 2*blockBytes])
	if err != nil || !bytes.Equal(got[:n], want[5:]) {
		t.Errorf("%d bytes, %v", n, err)
	}
	if n, err := p.ReadAt(got, 5); !errors.Is(err, io.EOF) || !bytes.Equal(got[:n], want[5:]) {
		t.Errorf("%d bytes, %v", n, err)
	}
}

func FuzzOpen(f *testing.F) {
	folder := newFolder(f)
	names := folder.names()
	f.Add(uint8(0), uint8(0), uint16(0), uint16(1), []byte{})
	f.Add(uint8(1), uint8(1), uint16(60), uint16(1), []byte{1})
	f.Add(uint8(2), uint8(2), uint16(30), uint16(10), make([]byte, 64))
	f.Fuzz(func(t *testing.T, file, how uint8, at, length uint16, bytes []byte) {
		name := names[int(file)%len(names)]
		now := slices.Clone(folder.files[name])
		from := int(at) % (len(now) + 1)
		to := min(from+int(length), len(now))
		switch how % 3 {
		case 0: // other bytes in the place of some
			now = slices.Concat(now[:from], bytes, now[to:])
		case 1: // bits flipped
			for i := range bytes[:min(len(bytes), len(now)-from)] {
				now[from+i] ^= bytes[i]
			}
		case 2: // a part twice
			now = slices.Concat(now[:to], bytes, now[from:])
		}
		folder.with(name, now).prove(t, folder)
	})
}
