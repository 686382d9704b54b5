// Package architecture keeps the import rules of docs/architecture.md.
package architecture

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/footfall-analytics/footfall/internal/embedded"
)

const module = "github.com/footfall-analytics/footfall/"

// process is what Grafana's plugin validator refuses in a plugin: the environment, files, other processes. outside is what
// pure functions keep away from. A trailing slash stands for everything below.
var (
	process = []string{"os", "os/", "syscall", "io/ioutil", "golang.org/x/sys/"}
	outside = append([]string{"net", "net/", "database/", "github.com/jackc/", "log", "log/"}, process...)
)

// rooms say which other rooms their packages may import, and which packages of others they must not.
var rooms = map[string]struct{ may, mustNot []string }{
	"pkg":        {[]string{"pkg/plugin"}, []string{"os/", "syscall", "golang.org/x/sys/"}}, // only main, which exits
	"pkg/plugin": {[]string{"pkg/say", "pkg/model", "pkg/plan", "pkg/store", "pkg/engine", "pkg/analysis", "pkg/frames"}, process},
	"pkg/say":    {nil, outside},
	"pkg/model":  {[]string{"pkg/say"}, outside},
	"pkg/plan":   {[]string{"pkg/say", "pkg/model"}, outside},
	"pkg/store":  {[]string{"pkg/say", "pkg/plan", "sql"}, process},
	// The engine joins what the others know.
	"pkg/engine":   {[]string{"pkg/say", "pkg/model", "pkg/plan", "pkg/store", "pkg/analysis"}, process},
	"pkg/analysis": {[]string{"pkg/model"}, outside},
	"pkg/frames":   {[]string{"pkg/say", "pkg/model", "pkg/analysis"}, outside},
	"collector":    {[]string{"sql"}, nil},
	"sql":          {nil, nil},
	"sdk":          {nil, nil},
	// Development, demo and tests see everything; nothing that is shipped sees them.
	"internal": {[]string{"pkg", "pkg/plugin", "pkg/say", "pkg/model", "pkg/plan", "pkg/store", "pkg/engine", "pkg/analysis", "pkg/frames", "collector", "sql", "sdk"}, nil},
}

// roomOf is the room that a package of ours lives in.
func roomOf(path string) (string, bool) {
	path = strings.TrimPrefix(path, module)
	if _, exact := rooms[path]; exact {
		return path, true
	}
	parent, _, _ := strings.Cut(path, "/")
	_, known := rooms[parent]
	return parent, known && parent != "pkg" // the rooms of pkg are named one by one
}

type goPackage struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

func packages(t *testing.T) []goPackage {
	t.Helper()
	root, err := embedded.RepositoryRoot()
	if err != nil {
		t.Fatal(err)
	}
	list := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,TestImports,XTestImports",
		"./pkg/...", "./collector/...", "./sql/...", "./sdk/go/...", "./internal/...")
	list.Dir = root
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []goPackage
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func TestRoomsImportOnlyWhatTheyMay(t *testing.T) {
	for _, p := range packages(t) {
		room, known := roomOf(p.ImportPath)
		if !known {
			t.Errorf("%s is in no room: give it one in docs/architecture.md and here", p.ImportPath)
			continue
		}
		for _, imported := range p.Imports {
			if strings.HasPrefix(imported, module) {
				if to, _ := roomOf(imported); to != room && !slices.Contains(rooms[room].may, to) {
					t.Errorf("%s imports %s; see docs/architecture.md", p.ImportPath, imported)
				}
			} else if slices.ContainsFunc(rooms[room].mustNot, func(not string) bool { return matches(imported, not) }) {
				t.Errorf("%s imports %s; see docs/architecture.md", p.ImportPath, imported)
			}
		}
	}
}

func matches(imported, pattern string) bool {
	return imported == pattern || strings.HasSuffix(pattern, "/") && strings.HasPrefix(imported, pattern)
}

// Plugin and collector share the schema and nothing else, in their tests too.
func TestPluginAndCollectorDoNotKnowEachOther(t *testing.T) {
	apart := map[string]string{"pkg/": "collector/", "collector/": "pkg/"}
	for _, p := range packages(t) {
		for from, to := range apart {
			if !strings.HasPrefix(p.ImportPath+"/", module+from) {
				continue
			}
			for _, imported := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
				if strings.HasPrefix(imported+"/", module+to) {
					t.Errorf("%s imports %s", p.ImportPath, imported)
				}
			}
		}
	}
}

// Whoever uses the client for Go needs an old Go and no library but one. go vet knows what is newer than the module's Go.
func TestTheClientForGoIsAModuleOfItsOwn(t *testing.T) {
	root, err := embedded.RepositoryRoot()
	if err != nil {
		t.Fatal(err)
	}
	alone := func(args ...string) string {
		command := exec.CommandContext(t.Context(), "go", args...)
		command.Dir = filepath.Join(root, "sdk", "go")
		command.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=readonly")
		out, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	alone("vet", "./...")
	if got, want := alone("list", "-m", "-f", "{{.Path}} {{.GoVersion}}", "all"), module+"sdk/go 1.22\ngithub.com/google/uuid \n"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
