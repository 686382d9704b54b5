package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	metricMade  = regexp.MustCompile(`Name: "(footfall_[a-z_]+)",\s*Help: "([^"]*)"`)
	metricNamed = regexp.MustCompile(`footfall_[a-z_]+_(?:total|seconds|bytes|records|events|failed)\b`)
	labelNamed  = regexp.MustCompile(`(footfall_[a-z_]+)\{result=\\?"([a-z_]+)\\?"`)
)

// texts returns the files below the folders whose names end so.
func texts(t *testing.T, suffixes []string, folders ...string) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !slices.Contains(suffixes, filepath.Ext(path)) || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			found[path] = string(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}

// Docs, dashboards and alert rules name the metrics that there are, and the results that their help explains; and the docs name every
// metric.
func TestMetricsAreCalledTheSameEverywhere(t *testing.T) {
	help := map[string]string{}
	for _, text := range texts(t, []string{".go"}, ".", "../analyzer") {
		for _, m := range metricMade.FindAllStringSubmatch(text, -1) {
			help[m[1]] = m[2]
		}
	}
	if len(help) < 15 {
		t.Fatalf("the source makes %d metrics: does this test still find them?", len(help))
	}
	for path, text := range texts(t, []string{".md", ".json", ".yaml"}, "../docs", "../provisioning") {
		for _, name := range metricNamed.FindAllString(text, -1) {
			if help[name] == "" {
				t.Errorf("%s names the metric %s, which no program has", path, name)
			}
		}
		for _, m := range labelNamed.FindAllStringSubmatch(text, -1) {
			if !regexp.MustCompile(`\b` + m[2] + `\b`).MatchString(help[m[1]]) {
				t.Errorf("%s asks %s for the result %s, which its help does not explain", path, m[1], m[2])
			}
		}
	}
	pages := texts(t, []string{".md"}, "../docs")
	docs := pages["../docs/collector.md"] + pages["../docs/segments.md"]
	for name := range help {
		if !strings.Contains(docs, "`"+name+"`") && !strings.Contains(docs, "`"+name+"{") {
			t.Errorf("docs/collector.md and docs/segments.md lack the metric %s", name)
		}
	}
}
