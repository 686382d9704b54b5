package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// An error that is made of plain English reaches people as that. Errors are texts (say.New(...).Err(), model.Error), or variables that
// pkg/plugin has a text for; the one exception is what a panic says.
func TestErrorsAreTexts(t *testing.T) {
	plugin := identifiers(t, "../../pkg/plugin/errors.go")
	err := filepath.WalkDir("../../pkg", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, call := range plainErrors(file, plugin) {
			t.Errorf("%s: an error that nobody translates: use say.New(...).Err()", files.Position(call.Pos()))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestPlainErrorsAreFound(t *testing.T) {
	for code, want := range map[string]int{
		`var ErrKnown = errors.New("x")`:                    0,
		`var errUnknown = errors.New("x")`:                  1,
		`func f() error { return errors.New("x") }`:         1,
		`func f() error { return fmt.Errorf("x %d", 1) }`:   1,
		`func f() error { return fmt.Errorf("%v", fault) }`: 0,
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x\n"+code, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(plainErrors(file, map[string]bool{"ErrKnown": true})); got != want {
			t.Errorf("%s: %d, want %d", code, got, want)
		}
	}
}

// plainErrors returns the calls that make errors out of English, but for variables that are known and for what holds no word.
func plainErrors(file *ast.File, known map[string]bool) (found []*ast.CallExpr) {
	ast.Inspect(file, func(node ast.Node) bool {
		if spec, isVariable := node.(*ast.ValueSpec); isVariable && len(spec.Names) == 1 && known[spec.Names[0].Name] {
			return false
		}
		call, isCall := node.(*ast.CallExpr)
		if !isCall || len(call.Args) == 0 {
			return true
		}
		function, isSelector := call.Fun.(*ast.SelectorExpr)
		if !isSelector {
			return true
		}
		from, _ := function.X.(*ast.Ident)
		if from == nil || from.Name+"."+function.Sel.Name != "errors.New" && from.Name+"."+function.Sel.Name != "fmt.Errorf" {
			return true
		}
		if text, isLiteral := literal(call.Args[0]); !isLiteral || text != "%v" {
			found = append(found, call)
		}
		return true
	})
	return found
}

// identifiers returns all names that a file uses.
func identifiers(t *testing.T, path string) map[string]bool {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	ast.Inspect(file, func(node ast.Node) bool {
		if name, isName := node.(*ast.Ident); isName {
			names[name.Name] = true
		}
		return true
	})
	return names
}
