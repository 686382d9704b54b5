// Package settingsdoc keeps the tables of programs' settings in the docs in step with the programs.
package settingsdoc

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// Check fails if the table of settings on a page is not the program's, or writes it if update is set.
func Check(t *testing.T, p *kong.Kong, path string, update bool) {
	t.Helper()
	name := p.Model.Name
	command := "go test ./" + name + " -run TestSettings -update"
	begin, end := "<!-- settings: "+command+" -->\n", "<!-- end of settings -->"
	var table strings.Builder
	nodes := append([]*kong.Node{p.Model.Node}, p.Model.Leaves(true)...)
	for _, node := range nodes {
		title := "All commands"
		if node.Type == kong.CommandNode {
			title = "`" + name + " " + strings.TrimPrefix(node.Path(), name+" ") + "`"
		}
		if len(node.Flags) == 0 {
			continue
		}
		fmt.Fprintf(&table, "\n%s\n\n| flag | environment | default | meaning |\n|---|---|---|---|\n", title)
		for _, f := range node.Flags {
			if f.Name == "help" {
				continue
			}
			byDefault := ""
			if f.HasDefault {
				byDefault = "`" + f.Default + "`"
			}
			fmt.Fprintf(&table, "| `--%s` | `%s` | %s | %s |\n", f.Name, strings.Join(f.Envs, "`, `"), byDefault, f.Help)
		}
	}
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(page), begin)
	_, after, found := strings.Cut(rest, end)
	if !found {
		t.Fatalf("%s lacks the marks of the settings table", path)
	}
	want := before + begin + table.String() + "\n" + end + after
	if want == string(page) {
		return
	}
	if !update {
		t.Fatalf("the settings in %s are not those of the program; run %s", path, command)
	}
	if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}
