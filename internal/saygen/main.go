// Saygen lists the texts that the server can say: the English by id, out of all calls of say.New below a folder. The front end's
// tests hold its translations against the list.
//
//	saygen [-out FILE] DIR
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/footfall-analytics/footfall/pkg/say"
)

func main() {
	out := flag.String("out", "", "file to write; standard output if empty")
	flag.Parse()
	if err := run(flag.Arg(0), *out); err != nil {
		fmt.Fprintln(os.Stderr, "saygen:", err)
		os.Exit(1)
	}
}

func run(dir, out string) error {
	list, err := Generate(dir)
	if err != nil {
		return err
	}
	if out == "" {
		_, err = os.Stdout.Write(list)
		return err
	}
	return os.WriteFile(out, list, 0o644)
}

// Generate returns the texts of all Go files below dir, tests left out, as a JSON object in the order of the ids. It fails on a call whose
// id or English is not a literal, whose number of values differs from the names in the text, or whose id has another text elsewhere.
func Generate(dir string) ([]byte, error) {
	texts := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		return add(texts, path, nil)
	})
	if err != nil {
		return nil, err
	}
	list, err := json.MarshalIndent(texts, "", "  ")
	return append(list, '\n'), err
}

// add adds the texts of one file, whose content is read from the path if source is nil.
func add(texts map[string]string, path string, source any) error {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, source, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	ast.Inspect(file, func(node ast.Node) bool {
		if call, isCall := node.(*ast.CallExpr); isCall && isNew(call.Fun) && err == nil {
			if err = addCall(texts, call); err != nil {
				err = fmt.Errorf("%s: %w", files.Position(call.Pos()), err)
			}
		}
		return true
	})
	return err
}

func isNew(called ast.Expr) bool {
	function, isSelector := called.(*ast.SelectorExpr)
	if !isSelector || function.Sel.Name != "New" {
		return false
	}
	from, isName := function.X.(*ast.Ident)
	return isName && from.Name == "say"
}

func addCall(texts map[string]string, call *ast.CallExpr) error {
	if len(call.Args) < 2 || call.Ellipsis.IsValid() {
		return errors.New("give say.New an id, the English and each value")
	}
	id, isLiteral := literal(call.Args[0])
	english, alsoLiteral := literal(call.Args[1])
	if !isLiteral || !alsoLiteral {
		return errors.New("write the id and the English as they are")
	}
	if names, values := len(say.Names(english)), len(call.Args)-2; names != values {
		return fmt.Errorf("the text %s names %d values, and has %d", id, names, values)
	}
	if other, known := texts[id]; known && other != english {
		return fmt.Errorf("the id %s has the text %q here and %q elsewhere", id, english, other)
	}
	texts[id] = english
	return nil
}

// literal returns the value of a string literal, or of several added together.
func literal(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil && e.Kind == token.STRING
	case *ast.BinaryExpr:
		left, isLiteral := literal(e.X)
		right, alsoLiteral := literal(e.Y)
		return left + right, isLiteral && alsoLiteral
	}
	return "", false
}
