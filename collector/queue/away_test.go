package queue

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// refuses checks that nothing is acknowledged, nor said to be ready.
func refuses(t *testing.T, q *Queue) {
	t.Helper()
	if err := q.Ready(); !errors.Is(err, ErrAway) {
		t.Errorf("ready: %v", err)
	}
	for range 2 {
		if err := q.Append(t.Context(), []byte("refused")); !errors.Is(err, ErrAway) {
			t.Errorf("a record is taken: %v", err)
		}
	}
	if err := q.Ready(); !errors.Is(err, ErrAway) {
		t.Errorf("ready: %v", err)
	}
}

// What was acknowledged before is read from the open files, and nothing that has taken their place is touched.
func TestFolderGoesAway(t *testing.T) {
	for what, remove := range map[string]func(dir string) error{
		"removed":  os.RemoveAll,
		"moved":    func(dir string) error { return os.Rename(dir, dir+".away") },
		"replaced": func(dir string) error { return errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o700)) },
		"replaced by a copy": func(dir string) error {
			return errors.Join(os.Rename(dir, dir+".away"), os.CopyFS(dir, os.DirFS(dir+".away")))
		},
		"the lock is removed":  func(dir string) error { return os.Remove(filepath.Join(dir, lockName)) },
		"the lock is replaced": func(dir string) error { return replace(filepath.Join(dir, lockName)) },
	} {
		t.Run(what, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "queue")
			q := open(t, dir, 150)
			records := numberLines(12) // several files
			appendAll(t, q, records...)
			if err := q.Ready(); err != nil {
				t.Fatal(err)
			}
			if err := remove(dir); err != nil {
				t.Fatal(err)
			}
			var before map[string][]byte
			if _, err := os.Stat(dir); err == nil {
				before = content(t, dir)
			}
			refuses(t, q)
			got, last := readAll(t, q, 100)
			equal(t, got, records)
			if err := q.Commit(last); err != nil {
				t.Fatal(err)
			}
			refuses(t, q)
			if _, left := q.Size(); left != 0 {
				t.Errorf("%d records are left", left)
			}
			closeQueue(t, q)
			if before == nil {
				return
			}
			now := content(t, dir)
			for name, content := range before {
				// A write that was under way may have come behind what was acknowledged.
				if len(now[name]) < len(content) || !slices.Equal(now[name][:len(content)], content) {
					t.Errorf("%s was changed", name)
				}
			}
			q = open(t, dir, 150)
			got = appendAndRead(t, q)
			if what != "replaced" && !slices.Equal(got[:len(records)], records) {
				t.Errorf("%q is left to the next collector", got)
			}
		})
	}
}

func replace(path string) error {
	return errors.Join(os.Rename(path, path+".old"), os.WriteFile(path, nil, 0o600))
}

// A folder that is moved away and back is the same.
func TestFolderComesBack(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "queue")
	q := open(t, dir, 1<<20)
	appendAll(t, q, "before")
	if err := os.Rename(dir, dir+".away"); err != nil {
		t.Fatal(err)
	}
	refuses(t, q)
	if err := os.Rename(dir+".away", dir); err != nil {
		t.Fatal(err)
	}
	if err := q.Ready(); err != nil {
		t.Error(err)
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

// The file that is written goes away: nothing more is acknowledged in it, and the next one is begun.
func TestLastFileGoesAway(t *testing.T) {
	for what, remove := range map[string]func(path string) error{"removed": os.Remove, "replaced": replace} {
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			q := open(t, dir, 1<<20)
			appendAll(t, q, "one", "two")
			path := segmentFiles(t, dir)[0]
			if err := remove(path); err != nil {
				t.Fatal(err)
			}
			if err := q.Ready(); !errors.Is(err, ErrAway) {
				t.Errorf("ready: %v", err)
			}
			for err := q.Append(t.Context(), []byte("three")); err != nil; err = q.Append(t.Context(), []byte("three")) {
				if !errors.Is(err, ErrAway) {
					t.Fatal(err)
				}
			}
			if err := q.Ready(); err != nil {
				t.Error(err)
			}
			// A crash now loses what was in the file: the next start says so.
			after := folder{files: content(t, dir)}
			delete(after.files, lockName)
			if _, err := Open(Options{Dir: after.write(t), MaxBytes: 1 << 30, SegmentBytes: 1 << 20}); err == nil {
				t.Error("the records of the file are passed over in silence")
			}
			got, last := readAll(t, q, 1000)
			equal(t, got, []string{"one", "two", "three"})
			if err := q.Commit(last); err != nil {
				t.Fatal(err)
			}
			closeQueue(t, q)
			q = open(t, dir, 1<<20)
			if _, left := q.Size(); left != 0 {
				t.Errorf("%d records are left", left)
			}
			closeQueue(t, q)
		})
	}
}

// The last file is removed while many requests are written: what is acknowledged after that is in the folder's files.
func TestLastFileGoesAwayUnderLoad(t *testing.T) {
	dir := t.TempDir()
	q := open(t, dir, 1<<20)
	var gone, stop atomic.Bool
	var senders sync.WaitGroup
	acknowledged := make([][]string, 8)
	for i := range acknowledged {
		senders.Go(func() {
			for n := 0; !stop.Load(); n++ {
				record := fmt.Sprintf("record %d of sender %d.", n, i)
				if after := gone.Load(); q.Append(t.Context(), []byte(record)) == nil && after {
					acknowledged[i] = append(acknowledged[i], record)
				}
			}
		})
	}
	time.Sleep(20 * time.Millisecond)
	if err := os.Remove(segmentFiles(t, dir)[0]); err != nil {
		t.Error(err)
	}
	gone.Store(true)
	time.Sleep(50 * time.Millisecond)
	stop.Store(true)
	senders.Wait()
	var there []byte
	for _, file := range content(t, dir) {
		there = append(there, file...)
	}
	records := slices.Concat(acknowledged...)
	if len(records) == 0 {
		t.Error("nothing is taken any more")
	}
	for _, record := range records {
		if !bytes.Contains(there, []byte(record)) {
			t.Fatalf("%q was acknowledged, and is in none of the files", record)
		}
	}
	closeQueue(t, q)
}

// Somebody removes the lock and starts a second collector in the same folder, again and again: each record that one of them
// acknowledges is read by the last, or was read and committed before.
func TestTwoQueuesInOneFolder(t *testing.T) {
	dir := t.TempDir()
	var acknowledged, stored []string
	first := open(t, dir, 150)
	for round := range 20 {
		stop, done := make(chan struct{}), make(chan []string)
		go func() {
			var taken []string
			for i := 0; ; i++ {
				record := numberLines(i + 1)[i] + " of round " + string(rune('a'+round))
				if first.Append(t.Context(), []byte(record)) == nil {
					taken = append(taken, record)
				}
				select {
				case <-stop:
					done <- taken
					return
				default:
				}
			}
		}()
		for range round % 3 { // the first one goes on with its work meanwhile
			b, err := first.Read(t.Context(), 200)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range b.Records {
				stored = append(stored, string(r))
			}
			if err := first.Commit(b); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Remove(filepath.Join(dir, lockName)); err != nil {
			t.Fatal(err)
		}
		second, err := Open(first.opts)
		if err != nil {
			t.Fatal(err)
		}
		refuses(t, first)
		if err := second.Ready(); err != nil {
			t.Error(err)
		}
		close(stop)
		acknowledged = append(acknowledged, <-done...)
		closeQueue(t, first)
		first = second
	}
	got, _ := readAll(t, first, 1000)
	closeQueue(t, first)
	there := map[string]bool{}
	for _, r := range slices.Concat(stored, got) {
		there[r] = true
	}
	for _, r := range acknowledged {
		if !there[r] {
			t.Errorf("%q was acknowledged and is lost", r)
		}
	}
}
