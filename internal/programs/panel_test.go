package programs

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The panel as it is built: all of it has 120 kB gzipped at most, and what is loaded before a view is drawn 20 kB.
func TestPanelIsSmall(t *testing.T) {
	const most, mostAtFirst = 120_000, 20_000
	all := 0
	for _, file := range panelFiles(t, ".js") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		size := zipped(t, text)
		if filepath.Base(file) == "module.js" && size > mostAtFirst {
			t.Errorf("the module without its views has %d bytes gzipped; at most %d are allowed", size, mostAtFirst)
		}
		all += size
	}
	if all > most {
		t.Errorf("the module with its views has %d bytes gzipped; at most %d are allowed", all, most)
	}
	t.Logf("%d bytes gzipped", all)
}

// Each view is in chunks that are loaded when a panel draws it: none is in the module, and no two are only loaded together. The table is in those
// of several, which fall back on it.
func TestViewsAreLoadedLazily(t *testing.T) {
	index, err := os.ReadFile("../../src/panel/views/index.ts")
	if err != nil {
		t.Fatal(err)
	}
	chunks := map[string][]string{}
	for _, file := range panelFiles(t, ".js.map") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var sourceMap struct{ Sources []string }
		if err := json.Unmarshal(text, &sourceMap); err != nil {
			t.Fatal(err)
		}
		for _, source := range sourceMap.Sources {
			if _, view, is := strings.Cut(source, "/panel/views/"); is {
				chunks[view] = append(chunks[view], filepath.Base(file))
			}
		}
	}
	views := regexp.MustCompile(`import\('\./(.+)'\)`).FindAllStringSubmatch(string(index), -1)
	if len(views) < 10 {
		t.Fatalf("%d views are found", len(views))
	}
	seen := map[string]string{}
	for _, view := range views {
		in := chunks[view[1]+".tsx"]
		if len(in) == 0 || slices.Contains(in, "module.js.map") {
			t.Errorf("the view %s is in %q, not in a chunk that is loaded with it", view[1], in)
			continue
		}
		together := strings.Join(in, " ")
		if other, is := seen[together]; is {
			t.Errorf("the views %s and %s are loaded together", view[1], other)
		}
		seen[together] = view[1]
	}
}

func panelFiles(t *testing.T, extension string) []string {
	t.Helper()
	files, err := filepath.Glob("../../dist/footfall-behavior-panel/*" + extension)
	if err != nil || len(files) == 0 {
		t.Fatal("the panel is not built: run go tool mage build", err)
	}
	return files
}

func zipped(t *testing.T, text []byte) (size int) {
	t.Helper()
	var counted counter
	w := gzip.NewWriter(&counted)
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return int(counted)
}

// counter counts what is written.
type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
