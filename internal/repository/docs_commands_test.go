package repository_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/footfall-analytics/footfall/analyzer/segments"
	"github.com/footfall-analytics/footfall/pkg/model"
)

// pages returns all pages, their blocks of code included, by their names.
func pages(t *testing.T) (root string, texts map[string]string) {
	t.Helper()
	root = repositoryRoot(t)
	texts = map[string]string{}
	for _, pattern := range []string{"README*.md", "CONTRIBUTING.md", "SECURITY.md", "docs/*.md", "docs/decisions/*.md"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range found {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			name, _ := filepath.Rel(root, file)
			texts[name] = string(text)
		}
	}
	return root, texts
}

var (
	block   = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```$")
	span    = regexp.MustCompile("`([^`\n]+)`")
	setting = regexp.MustCompile("(?m)^\\| `--([a-z-]+)` \\|")
	command = regexp.MustCompile(`\b(collector|analyzer) ((?:[a-z]+ )*?(?:serve|write|health|migrate|import|replay|squash|key add|key list|key revoke|forget|export|queue check|queue salvage|segments apply|segments refresh|segments import|segments list|token))\b([^|;&\n]*)`)
	flag    = regexp.MustCompile(`(?:^|\s)--([a-z][a-z-]*)`)
)

// settings returns the flags of each command of both programs, from the tables that tests compare with the programs.
func settings(t *testing.T, texts map[string]string) map[string][]string {
	t.Helper()
	flags := map[string][]string{}
	for program, page := range settingsPages {
		title := regexp.MustCompile("(?m)^(?:All commands|`" + program + " ([a-z ]+?)(?: <.*)?`)$")
		_, table, _ := strings.Cut(texts[page], "<!-- settings:")
		for i, section := range title.Split(table, -1)[1:] {
			command := program + " " + title.FindAllStringSubmatch(table, -1)[i][1]
			for _, match := range setting.FindAllStringSubmatch(section, -1) {
				flags[command] = append(flags[command], match[1])
			}
			if command != program+" " {
				flags[command] = append(flags[command], flags[program+" "]...)
			}
		}
	}
	if len(flags["collector serve"]) < 20 || len(flags["analyzer serve"]) < 6 || len(flags["analyzer segments apply"]) < 4 {
		t.Fatalf("the tables of settings were not understood: %v", flags)
	}
	return flags
}

// settingsPages are the pages with the programs' settings.
var settingsPages = map[string]string{"collector": "docs/collector.md", "analyzer": "docs/segments.md"}

// A flag that stands behind a command of a program is one of that command; any other flag of the pages is one of some command.
func TestFlagsExist(t *testing.T) {
	_, texts := pages(t)
	known := settings(t, texts)
	for page, text := range texts {
		text = strings.ReplaceAll(text, "\\\n", " ")
		for _, match := range command.FindAllStringSubmatch(text, -1) {
			rest, _, _ := strings.Cut(match[3], "`")
			for _, f := range flag.FindAllStringSubmatch(rest, -1) {
				if !slices.Contains(known[match[1]+" "+match[2]], f[1]) && f[1] != "help" {
					t.Errorf("%s: %s %s has no --%s", page, match[1], match[2], f[1])
				}
			}
		}
		for _, match := range span.FindAllStringSubmatch(text, -1) {
			name, _, _ := strings.Cut(strings.TrimPrefix(match[1], "--"), " ")
			name, _, _ = strings.Cut(name, "=")
			if strings.HasPrefix(match[1], "--") && !anyHas(known, name) {
				t.Errorf("%s: no command has %s", page, match[1])
			}
		}
	}
}

func anyHas(known map[string][]string, name string) bool {
	for _, flags := range known {
		if slices.Contains(flags, name) {
			return true
		}
	}
	return false
}

// A variable of the environment that a page names is read somewhere.
func TestVariablesExist(t *testing.T) {
	root, texts := pages(t)
	var sources strings.Builder
	for _, file := range sourceFiles(t, root) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		sources.Write(text)
	}
	for _, page := range settingsPages { // the programs make the names of the flags'
		_, table, _ := strings.Cut(texts[page], "<!-- settings:")
		table, _, _ = strings.Cut(table, "<!-- end of settings -->")
		sources.WriteString(table)
	}
	read := sources.String()
	for page, text := range texts {
		for _, name := range regexp.MustCompile(`\b(?:FOOTFALL|GRAFANA|CHROMIUM)_[A-Z_]+\b`).FindAllString(text, -1) {
			if !regexp.MustCompile(`\b` + name + `\b`).MatchString(read) {
				t.Errorf("%s names %s, which nothing reads", page, name)
			}
		}
	}
}

// sourceFiles returns the files of the repository that read variables.
func sourceFiles(t *testing.T, root string) (files []string) {
	t.Helper()
	list := exec.CommandContext(t.Context(), "git", "ls-files")
	list.Dir = root
	output, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.Lines(string(output)) {
		name = strings.TrimSpace(name)
		if slices.Contains([]string{".go", ".ts", ".cjs", ".sql", ".yml", ".yaml"}, filepath.Ext(name)) || name == "Dockerfile" {
			files = append(files, filepath.Join(root, name))
		}
	}
	return files
}

// A path of the repository that a page names is there.
func TestPathsExist(t *testing.T) {
	root, texts := pages(t)
	path := regexp.MustCompile(`^(?:\./)?((?:collector|analyzer|program|pkg|internal|sql|src|sdk|provisioning|docs|\.github|\.config)/[\w./-]*)$`)
	for page, text := range texts {
		for _, match := range span.FindAllStringSubmatch(text, -1) {
			found := path.FindStringSubmatch(match[1])
			if found == nil || strings.Contains(found[1], "LANGUAGE") || strings.Contains(found[1], "...") || strings.Contains(found[1], "dist/") {
				continue
			}
			if _, err := fs.Stat(os.DirFS(root), strings.TrimSuffix(found[1], "/")); err != nil {
				t.Errorf("%s: %v", page, err)
			}
		}
	}
}

// Scripts of npm and targets of mage that a page names are there.
func TestScriptsAndTargetsExist(t *testing.T) {
	root, texts := pages(t)
	var manifest struct{ Scripts map[string]string }
	text, err := os.ReadFile(filepath.Join(root, "package.json"))
	if err == nil {
		err = json.Unmarshal(text, &manifest)
	}
	if err != nil {
		t.Fatal(err)
	}
	magefile, err := os.ReadFile(filepath.Join(root, "Magefile.go"))
	if err != nil {
		t.Fatal(err)
	}
	for page, text := range texts {
		for _, match := range regexp.MustCompile(`\bnpm run ([a-z0-9:]+)`).FindAllStringSubmatch(text, -1) {
			if manifest.Scripts[match[1]] == "" {
				t.Errorf("%s: package.json has no script %s", page, match[1])
			}
		}
		for _, match := range regexp.MustCompile(`\bgo tool mage ([a-zA-Z]+)`).FindAllStringSubmatch(text, -1) {
			if !regexp.MustCompile(`(?im)^func ` + match[1] + `\(`).Match(magefile) {
				t.Errorf("%s: Magefile.go has no target %s", page, match[1])
			}
		}
	}
}

// Blocks of code can be read by what they are for: shells, compilers, parsers; and a query is one that the plugin takes.
func TestBlocksAreWellFormed(t *testing.T) {
	root, texts := pages(t)
	for page, text := range texts {
		for _, match := range block.FindAllStringSubmatch(text, -1) {
			var err error
			switch kind, code := match[1], match[2]; kind {
			case "sh":
				shell := exec.CommandContext(t.Context(), "sh", "-n")
				shell.Stdin = strings.NewReader(code)
				_, err = shell.Output()
			case "js":
				err = compile(t, root, code, "block.js", "node", "--check")
			case "go":
				err = compile(t, root, code, "block.go", "go", "vet")
			case "yaml":
				var anything any
				if err = yaml.Unmarshal([]byte(code), &anything); strings.HasPrefix(code, "segments:") {
					err = readSegments(t, code)
				}
			case "json":
				err = checkJSON([]byte(code))
			}
			if err != nil {
				t.Errorf("%s: %v in\n%s", page, err, match[2])
			}
		}
	}
}

// readSegments reads segments as the analyzer does.
func readSegments(t *testing.T, code string) error {
	file := filepath.Join(t.TempDir(), "segments.yaml")
	if err := os.WriteFile(file, []byte(code), 0o600); err != nil {
		return err
	}
	_, err := segments.ReadFiles([]string{file})
	return err
}

func TestProvisionedSegmentsAreRead(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(repositoryRoot(t), "provisioning", "segments", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if list, err := segments.ReadFiles(files); err != nil || len(list) != 5 {
		t.Error(len(list), err)
	}
}

// compile writes the code to a file and has a command of the repository's root read it.
func compile(t *testing.T, root, code, name string, command ...string) error {
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(code), 0o644); err != nil {
		return err
	}
	read := exec.CommandContext(t.Context(), command[0], append(command[1:], file)...)
	read.Dir = root
	if output, err := read.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, output)
	}
	return nil
}

// dashboardVariable is a variable of a dashboard, in place of a property.
var dashboardVariable = regexp.MustCompile(`"property": "\$\w+"`)

func checkJSON(code []byte) error {
	code = dashboardVariable.ReplaceAll(code, []byte(`"property": "device_type"`))
	var query struct{ QueryType string }
	err := json.Unmarshal(code, &query)
	if err == nil && query.QueryType != "" {
		_, err = model.Parse(code)
	}
	return err
}

// Addresses of this machine have the ports that the programs listen on unless they are told otherwise.
func TestPortsAgree(t *testing.T) {
	_, texts := pages(t)
	ports := map[string]string{
		"8090": "the collector", "8091": "collector write", "8092": "the collector's health and metrics", "8089": "the preview page", "3000": "Grafana", "54320": "the demo's database", "5432": "PostgreSQL",
		"9090": "Prometheus", "8093": "the analyzer", "8094": "the analyzer's health and metrics",
	}
	for page, text := range texts {
		for _, match := range regexp.MustCompile(`\b(?:localhost|127\.0\.0\.1|0\.0\.0\.0):(\d+)`).FindAllStringSubmatch(text, -1) {
			if ports[match[1]] == "" {
				t.Errorf("%s: %s: nothing listens there", page, match[0])
			}
		}
	}
}
