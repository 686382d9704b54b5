package queue

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func open(t *testing.T, dir string, segmentBytes int64) *Queue {
	t.Helper()
	q, err := Open(Options{Dir: dir, MaxBytes: 1 << 30, SegmentBytes: segmentBytes})
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func closeQueue(t *testing.T, q *Queue) {
	t.Helper()
	if err := q.Close(); err != nil {
		t.Fatal(err)
	}
}

func appendAll(t *testing.T, q *Queue, records ...string) {
	t.Helper()
	for _, r := range records {
		if err := q.Append(t.Context(), []byte(r)); err != nil {
			t.Fatal(err)
		}
	}
}

// readAll reads what is there, and the last batch.
func readAll(t *testing.T, q *Queue, atMost int) (records []string, last Batch) {
	t.Helper()
	for {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		b, err := q.Read(ctx, atMost)
		cancel()
		if errors.Is(err, context.DeadlineExceeded) {
			return records, last
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range b.Records {
			records = append(records, string(r))
		}
		last = b
	}
}

func numberLines(n int) []string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf("record %d %s", i, strings.Repeat("x", i%50)))
	}
	return list
}

func equal(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Fatalf("%d records %.200q, want %d %.200q", len(got), got, len(want), want)
	}
}

func segmentFiles(t *testing.T, dir string) []string {
	t.Helper()
	return filesLike(t, dir, "*.segment")
}

func filesLike(t *testing.T, dir, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// Whatever is appended is read in order, from the first record that was not committed, however often the queue is closed.
func TestEverythingIsReadAgainUntilItIsCommitted(t *testing.T) {
	for seed := range uint64(30) {
		random := rand.New(rand.NewPCG(seed, 0))
		dir := t.TempDir()
		var all []string
		committed := 0
		for range 1 + random.IntN(6) {
			q := open(t, dir, int64(1+random.IntN(2000)))
			for range random.IntN(4) {
				fresh := numberLines(len(all) + random.IntN(60))[len(all):]
				appendAll(t, q, fresh...)
				all = append(all, fresh...)
				got := 0
				for limit := committed + random.IntN(len(all)-committed+1); q.read.next < uint64(limit); {
					b, err := q.Read(t.Context(), 1+random.IntN(500))
					if err != nil {
						t.Fatal(err)
					}
					for i, r := range b.Records {
						if number := int(b.end) - len(b.Records) + i; string(r) != all[number] {
							t.Fatalf("seed %d: record %d is %q, want %q", seed, number, r, all[number])
						}
					}
					got = int(b.end)
					if random.IntN(2) == 0 {
						if err := q.Commit(b); err != nil {
							t.Fatal(err)
						}
						committed = got
					}
				}
			}
			closeQueue(t, q)
		}
		q := open(t, dir, 1000)
		got, last := readAll(t, q, 300)
		equal(t, got, all[committed:])
		if len(got) > 0 {
			if err := q.Commit(last); err != nil {
				t.Fatal(err)
			}
		}
		closeQueue(t, q)
		q = open(t, dir, 1000)
		if bytes, records := q.Size(); records != 0 || len(segmentFiles(t, dir)) > 1 {
			t.Fatalf("seed %d: %d records in %d bytes are left of what was committed, in %v", seed, records, bytes, segmentFiles(t, dir))
		}
		closeQueue(t, q)
	}
}

func TestManyAppendAtOnce(t *testing.T) {
	q := open(t, t.TempDir(), 10_000)
	var group sync.WaitGroup
	for sender := range 20 {
		group.Go(func() {
			for i := range 50 {
				if err := q.Append(t.Context(), fmt.Appendf(nil, "%02d %02d", sender, i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	got, _ := readAll(t, q, 1000)
	if len(got) != 1000 {
		t.Fatalf("%d records, want 1000", len(got))
	}
	slices.SortStableFunc(got, func(a, b string) int { return strings.Compare(a[:2], b[:2]) })
	for i, r := range got {
		if want := fmt.Sprintf("%02d %02d", i/50, i%50); r != want {
			t.Fatalf("%q, want %q: the records of one sender are in order", r, want)
		}
	}
	closeQueue(t, q)
}

// The queue is empty again and again, so that a record comes just when it is looked whether one waits.
func TestAppendToAnIdleQueue(t *testing.T) {
	q := open(t, t.TempDir(), 1<<20)
	const senders = 3
	kept := make([][]string, senders)
	end := time.Now().Add(2 * time.Second)
	var group sync.WaitGroup
	for sender := range senders {
		group.Go(func() {
			for n := 0; time.Now().Before(end); n++ {
				record := fmt.Sprintf("%d-%d", sender, n)
				if err := q.Append(t.Context(), []byte(record)); err != nil {
					t.Error(err)
					return
				}
				kept[sender] = append(kept[sender], record)
				for pause := time.Now(); time.Since(pause) < time.Duration(rand.IntN(200))*time.Microsecond; {
					runtime.Gosched()
				}
			}
		})
	}
	group.Wait()
	got, _ := readAll(t, q, 1<<20)
	closeQueue(t, q)
	want := slices.Concat(kept...)
	slices.Sort(got)
	slices.Sort(want)
	equal(t, got, want)
}

// A crash can leave any part of what was not acknowledged. It is passed over, and kept.
func TestTornEndIsCutAtEveryByte(t *testing.T) {
	whole := t.TempDir()
	q := open(t, whole, 1<<20)
	records := numberLines(4)
	appendAll(t, q, records...)
	closeQueue(t, q)
	name := filepath.Base(segmentFiles(t, whole)[0])
	content, err := os.ReadFile(filepath.Join(whole, name))
	if err != nil {
		t.Fatal(err)
	}
	ends := []int{headerBytes}
	for _, r := range records {
		ends = append(ends, ends[len(ends)-1]+frameBytes+len(r))
	}
	for length := range content {
		for _, garbage := range []string{"", "\x00\x00\x00\x00\x00\x00\x00\x00\x00", "\xff\xff\xff\xff\xff\xff\xff\xff"} {
			dir := t.TempDir()
			torn := append(slices.Clone(content[:length]), garbage...)
			if err := os.WriteFile(filepath.Join(dir, name), torn, 0o600); err != nil {
				t.Fatal(err)
			}
			kept, _ := slices.BinarySearch(ends, length+1)
			kept = max(kept-1, 0)
			if err := newNote(dir, contentsName, q.id, 0, 0).set(1, uint64(kept)); err != nil { // so many were acknowledged
				t.Fatal(err)
			}
			q := open(t, dir, 1<<20)
			appendAll(t, q, "after")
			got, _ := readAll(t, q, 1)
			equal(t, got, append(slices.Clone(records[:kept]), "after"))
			closeQueue(t, q)
			cut := 0
			for _, path := range filesLike(t, dir, "*.cut") {
				part, err := os.ReadFile(path)
				if err != nil || !strings.HasSuffix(string(torn), string(part)) {
					t.Fatalf("%q is not the end of %q: %v", part, torn, err)
				}
				cut += len(part)
			}
			if whole := max(ends[kept], 0); length >= headerBytes && cut != len(torn)-whole {
				t.Fatalf("%d bytes were kept of %d that are no record", cut, len(torn)-whole)
			}
		}
	}
}

// A crash between the making of a file and its first record leaves one that has the name of the next.
func TestEmptyFileAtTheEnd(t *testing.T) {
	dir := t.TempDir()
	q := open(t, dir, 10)
	appendAll(t, q, numberLines(3)...) // a file each
	closeQueue(t, q)
	if err := os.WriteFile(filepath.Join(dir, "00000000000000000003.segment"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	q = open(t, dir, 1<<20)
	appendAll(t, q, "first in it")
	_, last := readAll(t, q, 1000)
	if err := q.Commit(last); err != nil {
		t.Fatal(err)
	}
	appendAll(t, q, "second in it")
	closeQueue(t, q)
	q = open(t, dir, 1<<20)
	got, _ := readAll(t, q, 1000)
	equal(t, got, []string{"second in it"})
	closeQueue(t, q)
}

// What is committed leaves its room, the last file too when it is finished; even where that cannot be noted.
func TestCommittedFilesGoWithoutANote(t *testing.T) {
	dir := t.TempDir()
	q := open(t, dir, 10)
	_ = q.committedNote.file.Close()
	for range 2 {
		appendAll(t, q, numberLines(3)...)
		got, last := readAll(t, q, 1000)
		equal(t, got, numberLines(3))
		if err := q.Commit(last); err == nil || !strings.Contains(err.Error(), "file already closed") {
			t.Fatalf("error %v", err)
		}
		if bytes, records := q.Size(); bytes != 0 || records != 0 || len(segmentFiles(t, dir)) > 0 {
			t.Fatalf("%d records in %d bytes are left, in %v", records, bytes, segmentFiles(t, dir))
		}
	}
	closeQueue(t, q)
}

// More files than may stay open are read all the same.
func TestMoreFilesThanAreOpen(t *testing.T) {
	dir := t.TempDir()
	q := open(t, dir, 1) // a file each
	records := numberLines(mostOpen + 3)
	appendAll(t, q, records...)
	for range 2 {
		got, _ := readAll(t, q, 1000)
		equal(t, got, records)
		closeQueue(t, q)
		q = open(t, dir, 1)
	}
	_, last := readAll(t, q, 1000)
	if err := q.Commit(last); err != nil {
		t.Fatal(err)
	}
	if files := segmentFiles(t, dir); len(files) > 0 {
		t.Errorf("%q are left", files)
	}
	closeQueue(t, q)
}

// A file that a failed write has finished goes as well, when its records were committed before.
func TestFailedWriteLeavesNoRoomTaken(t *testing.T) {
	dir := t.TempDir()
	q := open(t, dir, 1<<20)
	appendAll(t, q, "before")
	_, last := readAll(t, q, 1000)
	if err := q.Commit(last); err != nil {
		t.Fatal(err)
	}
	breakTail(t, q)
	if err := q.Append(t.Context(), []byte("lost")); err == nil {
		t.Fatal("the file cannot be written")
	}
	if got, _ := readAll(t, q, 1000); len(got) > 0 || len(segmentFiles(t, dir)) > 0 {
		t.Fatalf("%q is read; %v are left", got, segmentFiles(t, dir))
	}
	appendAll(t, q, "after")
	closeQueue(t, q)
	q = open(t, dir, 1<<20)
	got, _ := readAll(t, q, 1000)
	equal(t, got, []string{"after"})
	closeQueue(t, q)
}

func TestFullQueueTakesNothingUntilThereIsRoom(t *testing.T) {
	q, err := Open(Options{Dir: t.TempDir(), MaxBytes: 1200, SegmentBytes: 100})
	if err != nil {
		t.Fatal(err)
	}
	taken := 0
	for err = nil; err == nil; taken++ {
		err = q.Append(t.Context(), make([]byte, 90))
	}
	if !errors.Is(err, ErrFull) || taken-1 != 9 {
		t.Fatalf("%v after %d records of 110 bytes, in files of 20 bytes more", err, taken-1)
	}
	_, last := readAll(t, q, 1000)
	if err := q.Commit(last); err != nil {
		t.Fatal(err)
	}
	appendAll(t, q, "room")
	closeQueue(t, q)
	if err := q.Append(t.Context(), nil); !errors.Is(err, ErrClosed) {
		t.Fatalf("error %v", err)
	}
}

func TestOneFolderOneQueue(t *testing.T) {
	dir := t.TempDir()
	q := open(t, dir, 100)
	if _, err := Open(q.opts); err == nil || !strings.Contains(err.Error(), "in use by another collector") {
		t.Fatalf("error %v", err)
	}
	closeQueue(t, q)
	closeQueue(t, open(t, dir, 100))
}

// A disk that fails takes nothing, loses nothing, and goes on when it is well again.
func TestDiskThatFails(t *testing.T) {
	dir := t.TempDir()
	q := open(t, dir, 1<<20)
	appendAll(t, q, "before")
	breakTail(t, q)
	if err := q.Append(t.Context(), []byte("lost")); err == nil || !strings.Contains(err.Error(), "cannot be written to disk") {
		t.Fatalf("error %v", err)
	}
	if err := os.Rename(dir, dir+".away"); err != nil {
		t.Fatal(err)
	}
	if err := q.Append(t.Context(), []byte("lost too")); err == nil {
		t.Fatal("there is no folder")
	}
	if err := os.Rename(dir+".away", dir); err != nil {
		t.Fatal(err)
	}
	appendAll(t, q, "after")
	got, _ := readAll(t, q, 1000)
	equal(t, got, []string{"before", "after"})
	closeQueue(t, q)
	q = open(t, dir, 1<<20)
	got, _ = readAll(t, q, 1000)
	equal(t, got, []string{"before", "after"})
	closeQueue(t, q)
}

// breakTail lets every write to the last file fail.
func breakTail(t *testing.T, q *Queue) {
	t.Helper()
	readOnly, err := os.Open(q.tail.path)
	if err != nil {
		t.Fatal(err)
	}
	_ = q.tail.file.Close()
	q.tail.file = readOnly
}
