package repository_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	link    = regexp.MustCompile(`\]\(([^)\s]*)\)|(?:src|href)="([^"]+)"`)
	fenced  = regexp.MustCompile("(?ms)^```.*?^```$")
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
	symbols = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// Links from one page to another lead somewhere.
func TestLinksLeadSomewhere(t *testing.T) {
	root := repositoryRoot(t)
	var pages []string
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/decisions/*.md"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, found...)
	}
	for _, page := range pages {
		for _, match := range link.FindAllStringSubmatch(read(t, page), -1) {
			target := match[1] + match[2]
			if strings.Contains(target, "://") {
				continue
			}
			file, anchor, _ := strings.Cut(target, "#")
			path := page
			if file != "" {
				path = filepath.Join(filepath.Dir(page), file)
			}
			if _, err := os.Stat(path); err != nil {
				t.Errorf("%s links to %s: %v", filepath.Base(page), target, err)
			} else if anchor != "" && !anchors(read(t, path))[anchor] {
				t.Errorf("%s links to %s: there is no such heading", filepath.Base(page), target)
			}
		}
	}
}

// The index leads to every page.
func TestIndexLeadsToEveryPage(t *testing.T) {
	root := repositoryRoot(t)
	index := filepath.Join(root, "docs", "README.md")
	leadsTo := map[string]bool{filepath.Base(index): true}
	for _, match := range link.FindAllStringSubmatch(read(t, index), -1) {
		leadsTo[match[1]] = true
	}
	pages, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		if name := filepath.Base(page); !leadsTo[name] {
			t.Errorf("docs/README.md does not lead to %s", name)
		}
	}
}

// read returns a page without its blocks of code.
func read(t *testing.T, page string) string {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	return fenced.ReplaceAllString(string(text), "")
}

// anchors returns the names that GitHub gives to a page's headings.
func anchors(page string) map[string]bool {
	names := map[string]bool{}
	for _, match := range heading.FindAllStringSubmatch(page, -1) {
		names[strings.ReplaceAll(symbols.ReplaceAllString(strings.ToLower(match[1]), ""), " ", "-")] = true
	}
	return names
}
